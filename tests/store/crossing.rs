//! Two imports that stand in each other's way: PostgreSQL ends one of them, which goes on by itself.

use portcullis_core::{credential::Credential, identity::Identity, store::StoreError};

use super::node::{Node, Record, clock, identity};

/// Newcomers who sign in with the same names, each time with other ids.
fn newcomers() -> Vec<(Identity, Vec<Credential>)> {
    let at = "2026-07-01T12:00:00Z".parse().unwrap();
    let named = (0..240).map(|index| {
        let mut one = identity(at);
        one.identifiers = vec![format!("p{index}@example.org")];
        one.addresses.clear();
        (one, Vec::new())
    });
    named.collect()
}

#[tokio::test]
async fn imports_that_wait_for_each_other_both_come_to_an_end() {
    let record = Record::postgres().await;
    let node = Node::command(record.open(&clock()).await, None);
    let (there, mut back) = (newcomers(), newcomers());
    back.reverse();
    let identities = &node.stores.identities;
    let (there, back) = tokio::join!(
        identities.insert_many(&there),
        identities.insert_many(&back)
    );
    let all: Vec<_> = there.iter().chain(&back).collect();
    let added = all.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(
        added, 240,
        "each name is somebody's, and nobody has it twice"
    );
    let is_expected =
        |one: &&Result<(), StoreError>| matches!(one, Ok(()) | Err(StoreError::Conflict { .. }));
    assert!(all.iter().all(is_expected), "{all:?}");
}
