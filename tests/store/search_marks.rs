//! The marks of PostgreSQL: brought over from where they stood before, written by nodes of an older
//! version, and made anew.

use std::collections::BTreeSet;

use portcullis_core::{
    clock::Clock as _, id::IdentityId, identity::Identity, search::IdentityQuery,
};

use super::node::{Node, clock, identity};
use crate::support::postgres::Postgres;

/// What stood there before the step that this is about.
const BEFORE: [&str; 7] = [
    "DROP VIEW identity_marks",
    "DROP FUNCTION identity_marked",
    "CREATE TABLE identity_marks (seq BIGINT NOT NULL PRIMARY KEY REFERENCES identity_search (seq) \
     ON DELETE CASCADE, marks INTEGER[] NOT NULL)",
    "INSERT INTO identity_marks SELECT seq, marks FROM identity_search WHERE seq % 2 = 0",
    "ALTER TABLE identity_search DROP COLUMN marks",
    "UPDATE search_states SET stamp = 'another'",
    "DELETE FROM _sqlx_migrations WHERE version = 28",
];

/// How an older version adds somebody.
const ADD: &str = "WITH added AS (INSERT INTO identity_search \
     (identity_id, created_at, updated_at, document) \
     SELECT identity_id, created_at, updated_at, document FROM kept RETURNING seq), \
     marked AS (INSERT INTO identity_marks (seq, marks) \
     SELECT added.seq, kept.marks FROM added, kept) SELECT 1";

async fn node(database: &Postgres) -> Node {
    let store = portcullis::store::Store::open(&database.url(), clock()).await;
    Node::command(store.unwrap(), None)
}

async fn added(node: &Node) -> Identity {
    let one = identity(clock().now());
    node.stores.identities.insert(&one, &[]).await.unwrap();
    one
}

async fn found(node: &Node, one: &Identity) -> Vec<IdentityId> {
    let search = format!("email:\"{}\"", one.identifiers[0]);
    let query = IdentityQuery::read([("search", search.as_str())], &BTreeSet::new()).unwrap();
    let found = node.stores.search.search(&query).await.unwrap();
    found.identities.iter().map(|one| one.id).collect()
}

async fn all(node: &Node) -> Option<u64> {
    let query = IdentityQuery::read([("page", "0"), ("sort", "id")], &BTreeSet::new()).unwrap();
    node.stores.search.search(&query).await.unwrap().total
}

/// Everybody is found as before, whoever comes later, too, and nobody has a number twice.
#[tokio::test]
async fn an_upgrade_brings_the_marks_over_kc_111() {
    let database = Postgres::start().await;
    let old = node(&database).await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(added(&old).await);
    }
    let last = people.pop().unwrap();
    old.stores.identities.delete(last.id).await.unwrap();
    old.store.close().await;
    for statement in BEFORE {
        database.query(statement);
    }
    let mut new = node(&database).await;
    // Where there were no marks, as long as an older version had not made them.
    assert_eq!(found(&new, &people[0]).await, []);
    assert_eq!(found(&new, &people[1]).await, [people[1].id]);
    let indexing = new.stores.indexing.take().unwrap();
    indexing.finish().await.unwrap();
    people.push(added(&new).await);
    for one in &people {
        assert_eq!(found(&new, one).await, [one.id]);
    }
    assert_eq!(all(&new).await, Some(4));
    let numbers =
        database.query("SELECT string_agg(seq::text, ' ' ORDER BY seq) FROM identity_search");
    assert_eq!(numbers.trim(), "1 2 3 5");
    new.stores.identities.delete(people[0].id).await.unwrap();
    assert_eq!(all(&new).await, Some(3));
}

/// Nodes of the version before write on while others have begun with this one.
#[tokio::test]
async fn a_node_of_an_older_version_writes_marks_kc_111() {
    let database = Postgres::start().await;
    let node = node(&database).await;
    let one = added(&node).await;
    database.query("CREATE TABLE kept AS SELECT * FROM identity_search");
    database.query("DELETE FROM identity_search");
    assert_eq!(found(&node, &one).await, []);
    database.query(ADD);
    assert_eq!(found(&node, &one).await, [one.id]);
    database.query("UPDATE identity_marks SET marks = '{}' WHERE seq > 0");
    assert_eq!(found(&node, &one).await, []);
}

/// Marks that were made in another way are made anew, though every line stays as it is.
#[tokio::test]
async fn marks_are_made_anew_where_another_version_made_them_kc_111() {
    let database = Postgres::start().await;
    let mut node = node(&database).await;
    let one = added(&node).await;
    let indexing = node.stores.indexing.take().unwrap();
    indexing.finish().await.unwrap();
    database.query("UPDATE identity_search SET marks = '{}'");
    indexing.finish().await.unwrap();
    assert_eq!(found(&node, &one).await, []);
    database.query("UPDATE search_states SET stamp = 'another'");
    indexing.finish().await.unwrap();
    assert_eq!(found(&node, &one).await, [one.id]);
}
