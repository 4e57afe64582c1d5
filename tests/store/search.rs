//! Finding identities where all of them count: numbered pages, totals, and traits that begin to be
//! searched.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_core::{
    action::Actions,
    clock::Clock as _,
    id::IdentityId,
    identity::Identity,
    schema::{Schema, Schemas},
    search::{IdentityQuery, Page, Position},
    testing::contract::searched_schemas,
};
use serde_json::json;

use super::node::{Node, Record, clock, identity};

/// Some hundred identities, one in seven of which has gone again.
async fn populated(record: &Record) -> (Node, Vec<IdentityId>) {
    let clock = clock();
    let node = Node::command(record.open(&clock).await, None);
    let start = "2026-07-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap();
    let people: Vec<(Identity, Vec<_>)> = (0..600_u64)
        .map(|index| {
            let at = start + std::time::Duration::from_secs(index * 7919 % 600);
            (identity(at), Vec::new())
        })
        .collect();
    node.store.load(&searched_schemas(), &people).await.unwrap();
    let mut kept = Vec::new();
    for (index, (one, _)) in people.iter().enumerate() {
        match index % 7 {
            3 => assert!(node.stores.identities.delete(one.id).await.unwrap()),
            _ => kept.push(one.id),
        }
    }
    (node, kept)
}

async fn page(node: &Node, sort: &str, number: u64) -> (Vec<IdentityId>, Option<u64>, bool) {
    let query = IdentityQuery {
        sort: sort.parse().unwrap(),
        page: Page::Numbered { number, size: 50 },
        total: true,
        ..IdentityQuery::default()
    };
    let found = node.stores.search.search(&query).await.unwrap();
    let ids = found.identities.iter().map(|one| one.id).collect();
    (
        ids,
        found.total,
        found.next == Some(Position::Page(number + 1)),
    )
}

/// HA-21: pages are numbered from 0, and none is too far back.
async fn every_page_is_there(record: &Record) {
    let (node, arrived) = populated(record).await;
    let all = arrived.len() as u64;
    for sort in ["arrival", "created_at", "updated_at", "id"] {
        let mut whole = Vec::new();
        for number in 0.. {
            let (ids, total, has_more) = page(&node, sort, number).await;
            assert_eq!(total, Some(all), "{sort} {number}");
            whole.extend(ids);
            if !has_more {
                break;
            }
        }
        let mut reversed = Vec::new();
        for number in 0..=all / 50 {
            reversed.extend(page(&node, &format!("-{sort}"), number).await.0);
        }
        reversed.reverse();
        assert_eq!(whole, reversed, "{sort}");
        let (mut sorted, mut expected) = (whole.clone(), arrived.clone());
        sorted.sort();
        expected.sort();
        assert_eq!(sorted, expected, "{sort}");
        if sort == "arrival" {
            assert_eq!(whole, arrived);
        }
        let beyond = page(&node, sort, 1000).await;
        assert_eq!(beyond, (Vec::new(), Some(all), false));
    }
    // Nothing of it is lost when tallies are summed up.
    node.store
        .purge(clock().now(), std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(page(&node, "arrival", 0).await.1, Some(all));
}

#[tokio::test]
async fn every_numbered_page_is_there_in_sqlite_ha_21() {
    every_page_is_there(&Record::sqlite()).await;
}

#[tokio::test]
async fn every_numbered_page_is_there_in_postgresql_ha_21() {
    every_page_is_there(&Record::postgres().await).await;
}

/// Actions over a schema whose one trait is searched or not.
fn actions(searchable: bool) -> Arc<Actions> {
    let email = json!({"type": "string", "x-profile": {"searchable": searchable}});
    let document = json!({"type": "object", "properties": {"nickname": email}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    Arc::new(Actions::new(schemas, BTreeMap::new(), None))
}

async fn found(node: &Node, search: &str) -> Vec<IdentityId> {
    let paths = ["nickname".to_owned()].into();
    let query = IdentityQuery::read([("search", search)], &paths).unwrap();
    let found = node.stores.search.search(&query).await.unwrap();
    found.identities.iter().map(|one| one.id).collect()
}

/// KC-110: which traits are searched is the schema's to say, for those who were here before as well.
async fn a_trait_begins_and_ceases_to_be_searched(record: &Record) {
    let clock = clock();
    let before = Node::with_actions(record.open(&clock).await, None, actions(false));
    let people: Vec<Identity> = (0..230)
        .map(|index| Identity {
            traits: json!({"nickname": format!("Bär {index}")}),
            ..identity(clock.now())
        })
        .collect();
    for one in &people {
        before.stores.identities.insert(one, &[]).await.unwrap();
    }
    assert_eq!(found(&before, "\"bär 7\"").await, []);
    for (searched, expected) in [(true, vec![people[7].id]), (false, Vec::new())] {
        let mut node = Node::with_actions(record.open(&clock).await, None, actions(searched));
        let indexing = node.stores.indexing.take().unwrap();
        indexing.finish().await.unwrap();
        indexing.finish().await.unwrap();
        assert_eq!(found(&node, "\"BÄR 7\"").await, expected);
        assert_eq!(found(&node, "nickname:\"bär 7\"").await, expected);
        assert_eq!(
            found(&node, &people[9].identifiers[0]).await,
            [people[9].id]
        );
    }
}

#[tokio::test]
async fn a_trait_begins_and_ceases_to_be_searched_in_sqlite_kc_110() {
    a_trait_begins_and_ceases_to_be_searched(&Record::sqlite()).await;
}

#[tokio::test]
async fn a_trait_begins_and_ceases_to_be_searched_in_postgresql_kc_110() {
    a_trait_begins_and_ceases_to_be_searched(&Record::postgres().await).await;
}
