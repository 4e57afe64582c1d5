//! One person: each part of their pages, and what is done there.

mod advanced;
mod alone;
mod details;
mod parting;
mod schema;
mod signing_in;
mod standing;
mod taken;

use portcullis_core::identity::{Identity, IdentityStore};

use crate::tests::house::{House, Reply};

/// The person as stored now.
async fn stored(house: &House, identity: &Identity) -> Option<Identity> {
    IdentityStore::find(&*house.store, identity.id)
        .await
        .unwrap()
}

fn path(identity: &Identity, end: &str) -> String {
    format!("/ui/identities/{}{end}", identity.id)
}

/// The page, which has to come with this status.
fn page(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.page());
    reply.page()
}

/// Whether a form has led back to this page of the person's.
fn leads_to(reply: &Reply, identity: &Identity, end: &str) {
    assert_eq!(reply.status, 303, "{}", reply.page());
    let begin = format!("{}?done=", path(identity, end));
    assert!(reply.location().starts_with(&begin), "{reply:?}");
}
