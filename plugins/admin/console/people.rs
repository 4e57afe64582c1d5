//! People: those who sign in, found and looked after.

mod filters;
mod list;
mod person;

use http::Method;

use super::{areas, pages::Pages};
use crate::need::Need;

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(areas::PEOPLE.permission);
    table
        .at((Method::GET, areas::PEOPLE.path), read, list::page)
        .with(person::pages)
}
