//! People through the API: created, changed and deleted, with what they sign in with.

pub(super) mod alone;
mod attributes;
mod batch;
mod changed;
mod created;
mod credentials;
mod deleted;
mod factors;
mod linked;
mod listed;
mod meant;
mod mistaken;
mod patched;
mod placed;
mod reached;
mod sessions;
mod unproved;
mod whole;

use portcullis_core::{
    audit::{AuditEntry, AuditFilter, AuditLog},
    credential::{Credential, CredentialKind, CredentialStore},
    identity::{Identity, IdentityStore},
    part::Part,
};
use serde_json::Value;

use super::house::{House, Reply};

/// The identity of an answer, as it is stored.
pub(super) async fn stored(house: &House, shown: &Value) -> Identity {
    let id = shown["id"].as_str().unwrap().parse().unwrap();
    let found = IdentityStore::find(&*house.store, id).await.unwrap();
    found.unwrap()
}

/// The credentials of a kind that an identity has.
async fn own(house: &House, identity: &Identity, kind: CredentialKind) -> Vec<Credential> {
    let own = CredentialStore::list(&*house.store, identity.id).await;
    let own = own.unwrap().into_iter();
    own.filter(|one| one.kind == kind).collect()
}

/// What was done last, as it was written down.
pub(super) async fn last_act(house: &House) -> AuditEntry {
    let log: &dyn AuditLog = &*house.store;
    let entries = log
        .list(&AuditFilter::default(), Part::First, 1)
        .await
        .unwrap();
    entries.into_iter().next().unwrap()
}

/// Everything that was ever written down.
async fn whole_log(house: &House) -> String {
    let log: &dyn AuditLog = &*house.store;
    let entries = log.list(&AuditFilter::default(), Part::First, 500).await;
    serde_json::to_string(&entries.unwrap()).unwrap()
}

/// Why a request was refused.
fn reason(reply: &Reply) -> String {
    let json = reply.json();
    json["error"]["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
