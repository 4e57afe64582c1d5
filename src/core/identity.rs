//! An identity: who somebody is, as its schema describes, and the port that keeps identities.

mod record;
mod rewriting;
mod store;

pub(crate) use self::rewriting::TRIES;
pub use self::{
    record::{AcceptedTerms, Address, AddressPurpose, Identity, IdentityState},
    rewriting::rewrite,
    store::{IdentityStore, Kept, Removal, Replaced, SessionsThen, Whole},
};
