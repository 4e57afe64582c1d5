//! What stands at the root of a host by convention, where no route serves it: the way to change one's
//! password, for password managers.

use async_trait::async_trait;
use http::{HeaderValue, Request, Response, StatusCode, header::LOCATION};
use portcullis_core::pages::Pages;

/// Where password managers look (W3C, A Well-Known URL for Changing Passwords).
pub(crate) const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// Sends the browser to the own page of the same name.
#[derive(Debug)]
pub(crate) struct ChangePassword {
    location: Option<HeaderValue>,
}

impl ChangePassword {
    /// The way to the pages below `prefix`.
    pub(crate) fn new(prefix: &str) -> Self {
        let location = format!("{}{CHANGE_PASSWORD}", prefix.trim_end_matches('/'));
        Self {
            location: HeaderValue::try_from(location).ok(),
        }
    }
}

#[async_trait]
impl Pages for ChangePassword {
    async fn respond(&self, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let mut response = Response::new(Vec::new());
        match &self.location {
            Some(location) => {
                *response.status_mut() = StatusCode::SEE_OTHER;
                response.headers_mut().insert(LOCATION, location.clone());
            }
            None => *response.status_mut() = StatusCode::NOT_FOUND,
        }
        response
    }
}
