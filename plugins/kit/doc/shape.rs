//! The shapes of JSON that all plugins answer with. It is written and read member by member elsewhere:
//! nothing is made of these but schemas.
#![expect(dead_code, reason = "shapes are described, never filled")]

pub mod dialect;

use utoipa::ToSchema;

/// A time as RFC 3339 writes it.
#[derive(Debug, ToSchema)]
#[schema(format = DateTime)]
pub struct Moment(String);

/// Why a request is refused.
#[derive(Debug, ToSchema)]
pub struct Refusal {
    /// What went wrong.
    error: Problem,
}

/// What went wrong.
#[derive(Debug, ToSchema)]
pub struct Problem {
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

/// A description such as this one (OpenAPI 3.1).
#[derive(Debug, ToSchema)]
pub struct Description {
    openapi: String,
    #[schema(value_type = Object)]
    info: (),
    #[schema(value_type = Object)]
    paths: (),
    #[schema(value_type = Object)]
    components: (),
    #[schema(value_type = Vec<Object>)]
    tags: (),
    #[schema(value_type = Vec<Object>)]
    servers: (),
}
