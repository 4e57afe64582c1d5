//! Finding identities: what may be asked, how it is written, and the port that answers.
//!
//! What people type is data from the first step on: no store ever reads it as a pattern or a query.

mod document;
mod page;
mod parameters;
mod reach;
mod term;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use async_trait::async_trait;
use jiff::Timestamp;

pub use self::{
    document::{Document, Needle},
    page::{DEFAULT_SIZE, LARGEST_PAGE, LARGEST_SIZE, Page, PageToken, Position, Sort, SortKey},
    parameters::MOST_IDS,
    reach::{FARTHEST, FARTHEST_SORTED},
    term::{Matching, Term, normal_text},
    words::{LONGEST_SEARCH, MOST_WORDS, fields},
};
use crate::{
    catalogue::Code,
    id::{IdentityId, ProviderId},
    identifier::normalise_identifier,
    identity::{Identity, IdentityState},
    store::StoreError,
};

/// The path under which everything that identities sign in with is found.
pub const USERNAME: &str = "username";

/// The path under which all e-mail addresses of identities are found.
pub const EMAIL: &str = "email";

/// Which identities are looked for, in which order, and which of them are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityQuery {
    /// What must stand in what is known of them; all of it.
    pub text: Vec<Term>,
    /// What else must hold of them; all of it.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: Sort,
    /// Which part of them.
    pub page: Page,
    /// Whether to count all of them, where that is cheap.
    pub total: bool,
}

/// Something that must hold of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// It is one of these.
    Ids(BTreeSet<IdentityId>),
    /// It is called so by what it signs in with.
    Identifier(Identifier),
    /// It was created after this.
    CreatedAfter(Timestamp),
    /// It was created before this.
    CreatedBefore(Timestamp),
    /// What a few words tell of it.
    Facet(Facet),
}

/// What an identity signs in with, as it was written and in the one spelling of identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// What it signs in with, or the identifier of one of its credentials, in one spelling.
    pub normal: String,
    /// An account that it is linked to, as [`LinkKey::account`](crate::link::LinkKey::account) writes it; `None` where none is
    /// meant. Providers tell accounts apart by the case of their letters.
    pub account: Option<String>,
}

impl Identifier {
    /// The identifier that somebody has written.
    pub fn new(written: &str) -> Self {
        let account = written.trim();
        Self {
            normal: normalise_identifier(written),
            account: account.contains(':').then(|| account.to_owned()),
        }
    }
}

/// What a few words tell of an identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// It obeys this schema.
    Schema(String),
    /// Whether it may sign in.
    Active(bool),
    /// It is linked to an account at this provider.
    Provider(ProviderId),
    /// It has this role.
    Role(String),
    /// Whether one of its addresses is proved.
    Verified(bool),
}

impl Facet {
    /// What they tell of an identity with links to these providers.
    pub fn of(identity: &Identity, providers: &[ProviderId]) -> BTreeSet<Self> {
        let verified = identity.addresses.iter();
        let verified = verified
            .map(|address| address.verified_at)
            .any(|at| at.is_some());
        let plain = [
            Self::Schema(identity.schema_id.clone()),
            Self::Active(identity.state == IdentityState::Active),
            Self::Verified(verified),
        ];
        let roles = identity.roles.iter().cloned().map(Self::Role);
        let providers = providers.iter().cloned().map(Self::Provider);
        plain.into_iter().chain(roles).chain(providers).collect()
    }
}

/// A part of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The identities, in the order asked for.
    pub identities: Vec<Identity>,
    /// Where those after them are.
    pub next: Option<Position>,
    /// Where those before them are.
    pub prev: Option<Position>,
    /// How many there are in all, where that was asked and cheap to tell.
    pub total: Option<u64>,
}

/// Why a query cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct QueryError {
    /// The parameter.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
    /// What programs know the failure by.
    pub code: Code,
}

impl QueryError {
    fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.into(),
            code: Code::BadRequest,
        }
    }

    fn too_far(reach: u64) -> Self {
        Self {
            code: Code::PageTooFar,
            ..Self::new(
                "page",
                format!(
                    "numbered pages of what is searched show {reach} in this order; page_token goes on \
                     from any place, and Link leads there"
                ),
            )
        }
    }
}

/// Finds identities.
#[async_trait]
pub trait IdentitySearch: Debug + Send + Sync {
    /// The part of the identities that the query asks for.
    async fn search(&self, query: &IdentityQuery) -> Result<Found, StoreError>;

    /// How many were created on each day (UTC) from this moment on, by the moment the day begins;
    /// days on which nobody was are left out.
    async fn created_by_day(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<Timestamp, u64>, StoreError>;
}

#[cfg(test)]
mod tests;
