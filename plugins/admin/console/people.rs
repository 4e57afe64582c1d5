//! People: those who sign in, found and looked after.

mod filters;
mod list;

use http::Method;

pub(super) use self::list::name;

use super::{areas, pages::Pages};
use crate::need::Need;

/// Adds the area to the table.
pub(crate) fn pages(table: Pages) -> Pages {
    let read = Need::Permission(areas::PEOPLE.permission);
    table.at((Method::GET, areas::PEOPLE.path), read, list::page)
}
