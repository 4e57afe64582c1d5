//! Whoever was created between two moments, in every order, among so many that blocks are passed.

use std::time::Duration;

use portcullis_core::{
    clock::Clock as _,
    id::IdentityId,
    identity::Identity,
    search::{Found, IdentityQuery, Page, Position},
    testing::contract::searched_schemas,
};

use super::node::{Node, Record, clock, identity};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So many have a block of arrivals in common.
const BLOCK: usize = 4096;

/// On which days those of each block were created; of the third, one somebody much later.
const DAYS: [u32; 4] = [0, 20, 10, 30];

/// Of every so many one has a name of their own.
const NAMED: usize = 50;

fn people() -> Vec<Identity> {
    let somebody = |index: usize| {
        let day = match (index / BLOCK, index % BLOCK) {
            (2, 7) => 100,
            (block, _) => DAYS[block],
        };
        let moment = Duration::from_secs(index as u64 * 37 % 80_000);
        let mut one = identity(clock().now() + DAY * day + moment);
        let first = if index.is_multiple_of(NAMED) {
            "zoe"
        } else {
            "kim"
        };
        one.traits = serde_json::json!({"name": {"first": first}});
        one
    };
    (0..DAYS.len() * BLOCK).map(somebody).collect()
}

/// Between which days, of which name, in which order.
type Asked<'a> = ((u32, u32), &'a str, &'a str);

fn query(((after, before), name, sort): Asked<'_>) -> IdentityQuery {
    let day = |day: u32| (clock().now() + DAY * day).to_string();
    let (after, before) = (day(after), day(before));
    let mut asked = vec![
        ("created_after", after.as_str()),
        ("created_before", before.as_str()),
        ("sort", sort),
        ("page_size", "500"),
    ];
    if !name.is_empty() {
        asked.push(("search", name));
    }
    IdentityQuery::read(asked, &searched_schemas().searched()).unwrap()
}

/// The ids of the first three parts, each behind the one before.
async fn found(node: &Node, asked: Asked<'_>) -> Vec<IdentityId> {
    let mut query = query(asked);
    let mut all = Vec::new();
    for _ in 0..3 {
        let found: Found = node.stores.search.search(&query).await.unwrap();
        all.extend(found.identities.iter().map(|one| one.id));
        let Some(Position::Token(token)) = found.next else {
            break;
        };
        query.page = Page::From {
            size: 500,
            token: Some(token),
        };
    }
    all
}

/// The same, of everybody in the order in which they arrived.
fn meant(people: &[Identity], ((after, before), name, sort): Asked<'_>) -> Vec<IdentityId> {
    let (after, before) = (clock().now() + DAY * after, clock().now() + DAY * before);
    let is_meant = |one: &&Identity| {
        let is_named = name.is_empty() || one.traits["name"]["first"] == name;
        is_named && one.created_at > after && one.created_at < before
    };
    let mut all: Vec<&Identity> = people.iter().filter(is_meant).collect();
    match sort.trim_start_matches('-') {
        "arrival" => {}
        "created_at" => all.sort_by_key(|one| one.created_at),
        "updated_at" => all.sort_by_key(|one| one.updated_at),
        other => panic!("{other}"),
    }
    if sort.starts_with('-') {
        all.reverse();
    }
    all.iter().take(1500).map(|one| one.id).collect()
}

async fn all_are_found(node: &Node, people: &[Identity], when: &str) {
    for days in [
        (0, 200),
        (0, 9),
        (5, 25),
        (9, 15),
        (15, 31),
        (50, 200),
        (150, 200),
    ] {
        for sort in [
            "arrival",
            "-arrival",
            "created_at",
            "-created_at",
            "-updated_at",
        ] {
            for name in ["", "zoe"] {
                let asked = (days, name, sort);
                let ids = found(node, asked).await;
                assert_eq!(ids, meant(people, asked), "{asked:?} {when}");
            }
        }
    }
}

async fn whoever_was_created_between_two_days_is_found(record: &Record) {
    let node = Node::command(record.open(&clock()).await, None);
    let mut people = people();
    let batch: Vec<_> = people.iter().map(|one| (one.clone(), Vec::new())).collect();
    node.store.load(&searched_schemas(), &batch).await.unwrap();
    all_are_found(&node, &people, "at first").await;
    // Somebody of the first block turns out to be of a later day, and somebody else comes and goes.
    people[40].created_at += DAY * 180;
    people[40].updated_at = people[40].created_at;
    node.stores.identities.update(&people[40]).await.unwrap();
    let late = identity(clock().now() + DAY * 190);
    node.stores.identities.insert(&late, &[]).await.unwrap();
    people.push(late);
    let gone = people.remove(2 * BLOCK + 7);
    assert!(node.stores.identities.delete(gone.id).await.unwrap());
    node.store.purge(clock().now(), DAY).await.unwrap();
    all_are_found(&node, &people, "after changes").await;
}

/// KC-112.
#[tokio::test]
async fn whoever_was_created_between_two_days_is_found_in_sqlite_kc_112() {
    whoever_was_created_between_two_days_is_found(&Record::sqlite()).await;
}

/// KC-112.
#[tokio::test]
async fn whoever_was_created_between_two_days_is_found_in_postgresql_kc_112() {
    whoever_was_created_between_two_days_is_found(&Record::postgres().await).await;
}
