//! Who may change things with a cookie alone: pages of our own origin.

use http::{HeaderName, header::ORIGIN};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Visit};

use crate::desk::Desk;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a change that a page of another site, or of a sibling host, asks a browser to make.
///
/// Requests without either header come from no browser of today; a forged one cannot be made
/// with the methods in question, for those need a permission that is never given (CORS).
pub(crate) fn require(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    let own = desk.services.addresses.public_url().origin();
    let foreign_origin = visit
        .header(&ORIGIN)
        .is_some_and(|origin| origin != own.ascii_serialization());
    let foreign_site = visit
        .header(&SEC_FETCH_SITE)
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    match foreign_origin || foreign_site {
        true => Err(Failure::from(Code::CsrfViolation)
            .because("This can only be asked for by a page of the gateway's own origin.")),
        false => Ok(()),
    }
}
