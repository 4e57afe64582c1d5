//! How stores fail: named by what the caller can do about it.

use std::error::Error;

/// What the id of an identity that is gone is called, which nobody gets again.
pub const PAST_IDENTITY: &str = "past identity";

/// What an administrator is reached by, which nobody else has.
pub const ADMINISTRATORS_ADDRESS: &str = "address of an administrator";

/// A store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached or did not answer; trying again later may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Another record already holds what must be unique.
    #[error("another record already holds this {what}")]
    Conflict {
        /// What must be unique, such as `identifier`; never its value.
        what: &'static str,
    },
    /// What the store holds cannot be read as what it should be.
    #[error("the stored {what} cannot be read")]
    Corrupt {
        /// The kind of record.
        what: &'static str,
    },
}

impl StoreError {
    /// The store cannot be reached because of `source`.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}
