//! The user profile editor: the schemas, each as attributes, as groups and as JSON. All three change
//! the same document, and no page changes one that it has not shown.

mod add;
mod attribute;
mod attributes;
mod fields;
mod groups;
mod json;
mod list;
mod removal;
mod restore;
mod save;

use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use portcullis_core::{
    schema::runtime::{SchemaRecord, SchemaSource},
    search::{Facet, Filter, IdentityQuery},
};
use portcullis_kit::{Failure, Visit};
use serde::Serialize;
use url::form_urlencoded;

use super::{
    areas::SCHEMAS,
    pages::Pages,
    view::{self, Page},
};
use crate::{
    caller::Caller, desk::Desk, need::Need, profile::Settings, role::Permission::WriteSchemas,
    schemas,
};

/// No schema has this address, whatever its name.
const ADD: &str = "/ui/add-schema";
const ONE: &str = "/ui/schemas/{id}";
const JSON: &str = "/ui/schemas/{id}/json";
const CHECK: &str = "/ui/schemas/{id}/check";
const RESTORE: &str = "/ui/schemas/{id}/restore";
const NEW: &str = "/ui/schemas/{id}/add-attribute";
const ATTRIBUTE: &str = "/ui/schemas/{id}/attribute";
const REMOVE: &str = "/ui/schemas/{id}/remove-attribute";
const MOVE: &str = "/ui/schemas/{id}/move-attribute";
const GROUPS: &str = "/ui/schemas/{id}/groups";
const NEW_GROUP: &str = "/ui/schemas/{id}/add-group";
const GROUP: &str = "/ui/schemas/{id}/group";
const REMOVE_GROUP: &str = "/ui/schemas/{id}/remove-group";

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(SCHEMAS.permission);
    let write = Need::Permission(WriteSchemas);
    table
        .at((Method::GET, SCHEMAS.path), read, list::page)
        .at((Method::GET, ADD), write, add::page)
        .at((Method::POST, ADD), write, add::add)
        .at((Method::GET, ONE), read, attributes::page)
        .at((Method::GET, JSON), read, json::page)
        .at((Method::POST, JSON), write, json::submit)
        .at((Method::POST, CHECK), read, json::check)
        .sent_from(JSON)
        .at((Method::GET, RESTORE), write, restore::ask)
        .at((Method::POST, RESTORE), write, restore::submit)
        .at((Method::GET, NEW), write, attribute::new)
        .at((Method::POST, NEW), write, attribute::add)
        .at((Method::GET, ATTRIBUTE), write, attribute::open)
        .at((Method::POST, ATTRIBUTE), write, attribute::change)
        .at((Method::GET, REMOVE), write, removal::ask)
        .at((Method::POST, REMOVE), write, removal::submit)
        .at((Method::POST, MOVE), write, attributes::shift)
        .at((Method::GET, GROUPS), read, groups::page)
        .at((Method::GET, NEW_GROUP), write, groups::new)
        .at((Method::POST, NEW_GROUP), write, groups::add)
        .at((Method::GET, GROUP), write, groups::open)
        .at((Method::POST, GROUP), write, groups::change)
        .at((Method::GET, REMOVE_GROUP), write, groups::ask_remove)
        .at((Method::POST, REMOVE_GROUP), write, groups::remove)
}

/// What every page of one schema has.
#[derive(Debug, Serialize)]
struct Head {
    id: String,
    /// Where its pages are.
    place: String,
    tab: &'static str,
    etag: String,
    source: &'static str,
    is_default: bool,
    /// Whether what was written here can be taken back.
    is_written: bool,
    /// Whether something stands below it.
    is_overlay: bool,
    may_write: bool,
    /// Why what its file or address says is not taken over.
    refused: Option<String>,
}

/// The pages of one schema, side by side.
const ATTRIBUTES_TAB: &str = "attributes";
const GROUPS_TAB: &str = "groups";
const JSON_TAB: &str = "json";

fn head(caller: &Caller, record: &SchemaRecord, tab: &'static str) -> Head {
    Head {
        id: record.id.clone(),
        place: place(&record.id),
        tab,
        etag: record.etag.clone(),
        source: source(record.source),
        is_default: record.is_default,
        is_written: record.source != SchemaSource::Config,
        is_overlay: record.source == SchemaSource::Overlay,
        may_write: caller.roles.permit(WriteSchemas),
        refused: record.refused.clone(),
    }
}

fn source(source: SchemaSource) -> &'static str {
    match source {
        SchemaSource::Config => "From the configuration",
        SchemaSource::Runtime => "Written here",
        SchemaSource::Overlay => "Changed here, over the configuration",
    }
}

/// Where the pages of a schema are.
fn place(id: &str) -> String {
    format!("{}/{id}", SCHEMAS.path)
}

/// The address of a page about one attribute or group.
fn about(place: &str, page: &str, (key, value): (&str, &str)) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(key, value);
    format!("{place}/{page}?{}", query.finish())
}

async fn find(desk: &Desk, id: &str) -> Result<SchemaRecord, Failure> {
    let found = desk.services.schema_desk.find(id).await;
    found.map_err(schemas::failure)
}

/// How many people obey a schema; nothing where they are more than the search counts.
async fn people(desk: &Desk, id: &str) -> Result<Option<u64>, Failure> {
    let query = IdentityQuery {
        filters: vec![Filter::Facet(Facet::Schema(id.to_owned()))],
        total: true,
        ..IdentityQuery::default()
    };
    Ok(desk.services.search.search(&query).await?.total)
}

/// What was typed into a form, by the fields' names.
fn typed(visit: &Visit) -> Settings {
    form_urlencoded::parse(visit.body()).into_owned().collect()
}

fn value<'a>(typed: &'a Settings, name: &str) -> &'a str {
    typed.get(name).map_or("", String::as_str)
}

/// A page before it is drawn: its heading and its template.
type Sheet<'a> = (&'a str, &'static str);

fn answer(
    desk: &Desk,
    asked: (&Caller, &Visit),
    status: StatusCode,
    (title, template): Sheet<'_>,
    content: impl Serialize,
) -> Response {
    let page = Page {
        area: SCHEMAS,
        title,
        template,
    };
    (status, view::draw(desk, asked, page, content)).into_response()
}
