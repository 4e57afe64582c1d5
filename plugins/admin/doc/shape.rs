//! The shapes of JSON that is written and read member by member elsewhere. Nothing is made of them but
//! schemas; the tests of this crate hold every answer that they see against those.
#![expect(dead_code, reason = "shapes are described, never filled")]

pub(crate) mod access;
pub(crate) mod beside;
pub(crate) mod credential;
pub(crate) mod factors;
pub(crate) mod identity;
pub(crate) mod provider;
pub(crate) mod session;
pub(crate) mod upkeep;
pub(crate) mod wanted;

use utoipa::ToSchema;

/// A time as RFC 3339 writes it.
#[derive(ToSchema)]
#[schema(format = DateTime)]
pub(crate) struct Moment(String);

/// Why a request is refused.
#[derive(ToSchema)]
pub(crate) struct Refusal {
    /// What went wrong.
    error: Problem,
}

/// What went wrong.
#[derive(ToSchema)]
pub(crate) struct Problem {
    /// The stable name of it.
    id: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    code: u16,
    /// The status in words.
    status: String,
    /// The request's name, as the log has it.
    request: String,
    /// What is wrong with this very request.
    reason: String,
    /// What the name means.
    message: String,
    /// What is wrong, member by member.
    #[schema(value_type = Option<Object>, nullable = false)]
    details: Option<()>,
}

/// Why a program gets no token (RFC 6749, section 5.2).
#[derive(ToSchema)]
pub(crate) struct Refused {
    /// The name of it.
    error: String,
    /// What it means.
    error_description: String,
}

/// What runs here.
#[derive(ToSchema)]
pub(crate) struct Version {
    /// The version.
    version: String,
}
