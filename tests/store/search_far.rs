//! Pages far back in another order than that of arrival, while others come, change and go.

use std::time::Duration;

use portcullis_core::{
    clock::Clock as _,
    id::IdentityId,
    identity::Identity,
    search::{IdentityQuery, Page, Position},
    testing::contract::searched_schemas,
};

use super::node::{Node, Record, clock, identity};

const ORDERS: [&str; 6] = [
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "id",
    "-id",
];

/// Somebody who was created and changed at moments that others have, too.
fn somebody(index: u64) -> Identity {
    let start = clock().now();
    Identity {
        updated_at: start + Duration::from_secs(index * 61 % 97),
        ..identity(start + Duration::from_secs(index * 37 % 89))
    }
}

/// Everybody in this order, from part to part by token.
async fn by_token(node: &Node, sort: &str) -> Vec<IdentityId> {
    let mut query = IdentityQuery {
        sort: sort.parse().unwrap(),
        ..IdentityQuery::default()
    };
    let mut all = Vec::new();
    loop {
        let found = node.stores.search.search(&query).await.unwrap();
        all.extend(found.identities.iter().map(|one| one.id));
        let Some(Position::Token(token)) = found.next else {
            return all;
        };
        query.page = Page::From {
            size: 250,
            token: Some(token),
        };
    }
}

async fn by_number(node: &Node, sort: &str) -> Vec<IdentityId> {
    let mut all = Vec::new();
    for number in 0.. {
        let query = IdentityQuery {
            sort: sort.parse().unwrap(),
            page: Page::Numbered { number, size: 30 },
            ..IdentityQuery::default()
        };
        let found = node.stores.search.search(&query).await.unwrap();
        all.extend(found.identities.iter().map(|one| one.id));
        if found.next.is_none() {
            break;
        }
    }
    all
}

async fn every_page_is_where_it_belongs(node: &Node, many: usize, when: &str) {
    for sort in ORDERS {
        let all = by_token(node, sort).await;
        assert_eq!(all.len(), many, "{sort} {when}");
        assert_eq!(by_number(node, sort).await, all, "{sort} {when}");
    }
}

async fn changed(node: &Node, one: &Identity) {
    let mut changed = one.clone();
    changed.updated_at += Duration::from_secs(1000);
    node.stores.identities.update(&changed).await.unwrap();
}

/// HA-21: no page is missed and none told twice, whatever has been counted.
async fn no_page_is_too_far_back(record: &Record) {
    let mut node = Node::command(record.open(&clock()).await, None);
    let counting = node.stores.counting.take().unwrap().every(16);
    counting.finish().await.unwrap();
    every_page_is_where_it_belongs(&node, 0, "with nobody").await;
    let people: Vec<_> = (0..400)
        .map(|index| (somebody(index), Vec::new()))
        .collect();
    node.store.load(&searched_schemas(), &people).await.unwrap();
    every_page_is_where_it_belongs(&node, 400, "before they are counted").await;
    counting.finish().await.unwrap();
    every_page_is_where_it_belongs(&node, 400, "once they are counted").await;
    for (one, _) in people.iter().step_by(5) {
        changed(&node, one).await;
    }
    for (one, _) in people.iter().skip(1).step_by(2) {
        assert!(node.stores.identities.delete(one.id).await.unwrap());
    }
    for index in 0..20 {
        let one = somebody(1000 + index);
        node.stores.identities.insert(&one, &[]).await.unwrap();
    }
    every_page_is_where_it_belongs(&node, 220, "after changes").await;
    counting.finish().await.unwrap();
    every_page_is_where_it_belongs(&node, 220, "once changes are counted").await;
}

#[tokio::test]
async fn no_page_is_too_far_back_in_sqlite_ha_21() {
    no_page_is_too_far_back(&Record::sqlite()).await;
}

#[tokio::test]
async fn no_page_is_too_far_back_in_postgresql_ha_21() {
    no_page_is_too_far_back(&Record::postgres().await).await;
}

/// Two nodes that count at the same time, while others write, count everybody once.
async fn several_count_at_once(record: &Record) {
    let clock = clock();
    let mut node = Node::command(record.open(&clock).await, None);
    let other = Node::command(record.open(&clock).await, None);
    let one = node.stores.counting.take().unwrap().every(16);
    let two = other.stores.counting.unwrap().every(16);
    one.finish().await.unwrap();
    let write = async {
        for index in 0..120 {
            let somebody = somebody(index);
            node.stores.identities.insert(&somebody, &[]).await.unwrap();
            if index % 3 == 0 {
                changed(&node, &somebody).await;
            }
        }
    };
    let count = async |counting: &portcullis::store::Counting| {
        for _ in 0..30 {
            counting.finish().await.unwrap();
        }
    };
    tokio::join!(write, count(&one), count(&two));
    every_page_is_where_it_belongs(&node, 120, "while they count").await;
    one.finish().await.unwrap();
    every_page_is_where_it_belongs(&node, 120, "in the end").await;
}

#[tokio::test]
async fn several_nodes_count_everybody_once_in_sqlite() {
    several_count_at_once(&Record::sqlite()).await;
}

#[tokio::test]
async fn several_nodes_count_everybody_once_in_postgresql() {
    several_count_at_once(&Record::postgres().await).await;
}

/// HA-21: behind the last page that has a number whoever is searched for is found by token.
async fn what_is_searched_goes_on_by_token(record: &Record) {
    let node = Node::command(record.open(&clock()).await, None);
    let people: Vec<_> = (0..520)
        .map(|index| (somebody(index), Vec::new()))
        .collect();
    node.store.load(&searched_schemas(), &people).await.unwrap();
    for sort in ["updated_at", "-updated_at", "-id"] {
        let parameters = [("search", "*example*"), ("sort", sort), ("per_page", "501")];
        let mut query = IdentityQuery::read(parameters, &Default::default()).unwrap();
        let first = node.stores.search.search(&query).await.unwrap();
        assert_eq!(first.identities.len(), 501);
        let Some(Position::Token(token)) = first.next else {
            panic!("{:?}", first.next);
        };
        query.page = Page::From {
            size: 500,
            token: Some(token),
        };
        let rest = node.stores.search.search(&query).await.unwrap();
        let both = first.identities.iter().chain(&rest.identities);
        let both: Vec<_> = both.map(|one| one.id).collect();
        assert_eq!(both, by_token(&node, sort).await, "{sort}");
    }
}

#[tokio::test]
async fn what_is_searched_goes_on_by_token_in_sqlite_ha_21() {
    what_is_searched_goes_on_by_token(&Record::sqlite()).await;
}

#[tokio::test]
async fn what_is_searched_goes_on_by_token_in_postgresql_ha_21() {
    what_is_searched_goes_on_by_token(&Record::postgres().await).await;
}
