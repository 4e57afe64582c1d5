//! What programs are told when they get no token (RFC 6749, section 5.2).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use portcullis_core::store::StoreError;
use portcullis_kit::Failure;
use serde_json::json;

/// Why a program gets no token.
#[derive(Debug)]
pub(super) enum OAuthFailure {
    /// A parameter is missing, repeated or cannot be read.
    InvalidRequest(&'static str),
    /// Nobody is known by this client id and secret, shown this way.
    InvalidClient,
    /// The token belongs to another client.
    UnauthorizedClient,
    /// Only client credentials are taken.
    UnsupportedGrantType,
    /// A scope is not the client's.
    InvalidScope,
    /// Tokens for this audience are not given out here (RFC 8707).
    InvalidTarget,
    /// There were too many attempts, or a store did not answer.
    Else(Failure),
}

impl From<StoreError> for OAuthFailure {
    fn from(error: StoreError) -> Self {
        Self::Else(error.into())
    }
}

impl From<Failure> for OAuthFailure {
    fn from(failure: Failure) -> Self {
        Self::Else(failure)
    }
}

impl OAuthFailure {
    fn told(&self) -> (StatusCode, &'static str, &'static str) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::InvalidRequest(why) => (bad, "invalid_request", why),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "The client id, its secret or the way in which it is shown is not right.",
            ),
            Self::UnauthorizedClient => (
                bad,
                "unauthorized_client",
                "The token was given to another client.",
            ),
            Self::UnsupportedGrantType => (
                bad,
                "unsupported_grant_type",
                "The only grant type here is client_credentials.",
            ),
            Self::InvalidScope => (
                bad,
                "invalid_scope",
                "A scope that is asked for is not among the client's.",
            ),
            Self::InvalidTarget => (
                bad,
                "invalid_target",
                "The audience is not that of the client.",
            ),
            Self::Else(failure) => (
                failure.code().status(),
                "temporarily_unavailable",
                failure.code().meaning(),
            ),
        }
    }
}

impl IntoResponse for OAuthFailure {
    fn into_response(self) -> Response {
        let (status, error, why) = self.told();
        let body = Json(json!({"error": error, "error_description": why}));
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        match self {
            Self::InvalidClient => {
                let challenge = HeaderValue::from_static("Basic realm=\"portcullis\"");
                headers.insert(WWW_AUTHENTICATE, challenge);
            }
            Self::Else(failure) => {
                let wait = failure.headers().get(RETRY_AFTER);
                headers.extend(wait.map(|wait| (RETRY_AFTER, wait.clone())));
            }
            _ => {}
        }
        response
    }
}
