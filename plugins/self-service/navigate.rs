//! Navigations: people are redirected, scripts are told where the browser has to go.

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header::SET_COOKIE};
use portcullis_core::catalogue::Code;
use portcullis_kit::{Failure, Outcome, Wants};

/// Sends the browser to `url`.
pub(crate) fn to(wants: Wants, url: &str) -> Outcome {
    match wants {
        Wants::Html => Ok(Redirect::to(url).into_response()),
        Wants::Json => {
            Err(Failure::from(Code::LocationChangeRequired).member("redirect_browser_to", url))
        }
    }
}

/// The response with another cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The answer with another cookie, whatever it is.
pub(crate) fn outcome_with_cookie(outcome: Outcome, cookie: &str) -> Outcome {
    match outcome {
        Ok(response) => Ok(with_cookie(response, cookie)),
        Err(failure) => Err(failure.header(SET_COOKIE, cookie)),
    }
}
