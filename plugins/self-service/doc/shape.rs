//! The shapes of JSON that is written and read member by member elsewhere. Nothing is made of them but
//! schemas; the tests of this crate hold every answer that they see against those.
#![expect(dead_code, reason = "shapes are described, never filled")]

pub(crate) mod answer;
pub(crate) mod first_api;
pub(crate) mod flow;
pub(crate) mod form;
pub(crate) mod person;
pub(crate) mod sent;

use portcullis_kit::doc::shape::{Moment, Problem};
use utoipa::ToSchema;

/// Why a request is refused, and where it goes on.
#[derive(ToSchema)]
pub(crate) struct Refusal {
    /// What went wrong.
    error: Problem,
    /// Where the browser has to go.
    #[schema(nullable = false)]
    redirect_browser_to: Option<String>,
    /// The flow that takes the place of one that has expired.
    #[schema(format = "uuid", nullable = false)]
    use_flow_id: Option<String>,
    /// When it expired.
    #[schema(nullable = false)]
    expired_at: Option<Moment>,
    /// For how many nanoseconds it has been.
    #[schema(nullable = false)]
    since: Option<i64>,
}

/// Why a logout token ends nothing (OpenID Connect Back-Channel Logout 1.0, section 2.8).
#[derive(ToSchema)]
pub(crate) struct LogoutRefused {
    /// The name of it.
    error: String,
    /// What it means.
    error_description: String,
}
