//! Native applications: told apart from browsers, which may not use their flows.

use http::{
    HeaderMap,
    header::{COOKIE, ORIGIN},
};
use portcullis_core::catalogue::Code;
use portcullis_kit::Failure;

/// Refuses browsers in native flows: a page of another site could drive such a flow, for nothing
/// binds it to the browser.
pub(crate) fn require(headers: &HeaderMap) -> Result<(), Failure> {
    let cookies = headers.get_all(COOKIE).iter();
    let of_browser = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split('=').next())
        .any(|name| {
            // Cookies of a content delivery network say nothing about the client.
            !name.is_empty()
                && !["__cf", "_cf", "cf_"]
                    .iter()
                    .any(|cdn| name.starts_with(cdn))
        });
    match of_browser || headers.contains_key(ORIGIN) {
        true => Err(Failure::from(Code::BadRequest).because(
            "This address is for native applications: requests with an Origin or a Cookie header \
             come from browsers, which use the browser flow.",
        )),
        false => Ok(()),
    }
}
