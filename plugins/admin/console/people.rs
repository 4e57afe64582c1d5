//! People: those who sign in, found and looked after.

pub(super) mod actions;
mod create;
mod filters;
mod list;
mod person;
mod taken;

use http::Method;

use super::{areas, pages::Pages};
use crate::{need::Need, role::Permission};

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(areas::PEOPLE.permission);
    let write = Need::Permission(Permission::WriteIdentities);
    table
        .at((Method::GET, areas::PEOPLE.path), read, list::page)
        .at((Method::GET, create::PATH), write, create::page)
        .at((Method::POST, create::PATH), write, create::create)
        .with(person::pages)
}
