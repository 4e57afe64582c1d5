//! API credentials: what programs prove themselves with, made, renewed and removed.

mod create;
mod list;
mod one;
mod remove;
mod rights;
mod rotate;
mod row;

use http::Method;
use portcullis_kit::Failure;

use super::{areas, pages::Pages};
use crate::need::Need;

const NEW: &str = "/ui/api-credentials/new";
const ONE: &str = "/ui/api-credentials/{id}";
const RIGHTS: &str = "/ui/api-credentials/{id}/rights";
const ROTATE: &str = "/ui/api-credentials/{id}/rotate";
const REMOVE: &str = "/ui/api-credentials/{id}/remove";

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let need = Need::Permission(areas::API_CREDENTIALS.permission);
    table
        .at((Method::GET, areas::API_CREDENTIALS.path), need, list::page)
        .at((Method::GET, NEW), need, create::page)
        .at((Method::POST, NEW), need, create::create)
        .at((Method::GET, ONE), need, one::page)
        .at((Method::POST, ONE), need, one::rename)
        .at((Method::GET, RIGHTS), need, rights::page)
        .at((Method::POST, RIGHTS), need, rights::change)
        .at((Method::POST, ROTATE), need, rotate::rotate)
        .at((Method::GET, REMOVE), need, remove::page)
        .at((Method::POST, REMOVE), need, remove::remove)
}

/// Where one of them is.
fn place(id: &str) -> String {
    format!("{}/{id}", areas::API_CREDENTIALS.path)
}

/// What is wrong with what was entered: the field, and what to say beside it.
fn complaint(failure: &Failure) -> Option<(&'static str, &'static str)> {
    let (member, _) = failure.reason()?.split_once(':')?;
    Some(match member {
        "name" => (
            "name",
            "A name has 1 to 100 letters, digits and signs, on one line.",
        ),
        "roles" => ("roles", "Choose at least one role."),
        "scopes" => (
            "scopes",
            "Choose at least one scope, openid or what its roles permit.",
        ),
        "expires_at" => ("expires", "This day lies in the past."),
        _ => return None,
    })
}
