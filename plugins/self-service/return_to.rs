//! Where a browser goes afterwards: only where it may, and to `/` when it asked for more.

use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Visit};

use crate::desk::Desk;

/// The checked `return_to` of a browser's navigation. One that is not allowed is dropped, so that
/// the browser lands on `/`: nobody who was sent here by a bad link is left at an error.
pub(crate) fn lenient(desk: &Desk, visit: &Visit) -> Option<String> {
    let wanted = visit.query("return_to")?;
    let checked = desk.services.addresses.return_urls.check(wanted)?;
    Some(checked.into())
}

/// The checked `return_to` of a program, which is told when it is not allowed.
pub(crate) fn strict(desk: &Desk, visit: &Visit) -> Result<Option<String>, Failure> {
    match visit.query("return_to") {
        None => Ok(None),
        Some(_) => lenient(desk, visit)
            .map(Some)
            .ok_or_else(|| Code::ReturnToForbidden.into()),
    }
}
