//! The shapes of JSON that is written and read member by member elsewhere. Nothing is made of them but
//! schemas; the tests of this crate hold every answer that they see against those.
#![expect(dead_code, reason = "shapes are described, never filled")]

/// What is given of one kind of credentials; all but `config` is what `GET` shows, and is not looked at.
macro_rules! given {
    ($(#[$doc:meta])* $name:ident of $config:ident) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            config: Option<$config>,
            #[schema(rename = "type")]
            kind: Option<Value>,
            identifiers: Option<Value>,
            version: Option<Value>,
            created_at: Option<Value>,
            updated_at: Option<Value>,
        }
    };
}

pub(crate) mod access;
pub(crate) mod action;
pub(crate) mod beside;
pub(crate) mod credential;
pub(crate) mod factors;
pub(crate) mod identity;
pub(crate) mod provider;
pub(crate) mod session;
pub(crate) mod upkeep;
pub(crate) mod wanted;

pub(crate) use portcullis_kit::doc::shape::{Moment, Problem};
use utoipa::ToSchema;

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
