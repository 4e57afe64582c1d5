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
    let all = people.iter().filter(is_meant).collect();
    let mut all = in_order(all, sort);
    all.truncate(1500);
    all
}

/// Their ids in an order; those that arrived first come first.
fn in_order(mut all: Vec<&Identity>, sort: &str) -> Vec<IdentityId> {
    match sort.trim_start_matches('-') {
        "arrival" => {}
        "created_at" => all.sort_by_key(|one| one.created_at),
        "updated_at" => all.sort_by_key(|one| one.updated_at),
        "id" => all.sort_by_key(|one| one.id.to_string()),
        other => panic!("{other}"),
    }
    if sort.starts_with('-') {
        all.reverse();
    }
    all.iter().map(|one| one.id).collect()
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
            "updated_at",
            "-updated_at",
            "id",
            "-id",
        ] {
            for name in ["", "zoe"] {
                let asked = (days, name, sort);
                let ids = found(node, asked).await;
                assert_eq!(ids, meant(people, asked), "{asked:?} {when}");
            }
        }
    }
}

/// A part of those of a name, whenever they were created.
async fn part(node: &Node, sort: &str, place: (&str, &str)) -> Found {
    let size = if place.0 == "page" {
        "per_page"
    } else {
        "page_size"
    };
    let asked = [("search", "zoe"), ("sort", sort), (size, "100"), place];
    let query = IdentityQuery::read(asked, &searched_schemas().searched()).unwrap();
    node.stores.search.search(&query).await.unwrap()
}

/// Whoever is neither rare nor common is found part by part, forwards, backwards and by number.
async fn a_name_is_found_part_by_part(node: &Node, people: &[Identity]) {
    let ids = |found: &Found| -> Vec<IdentityId> {
        let ids = found.identities.iter().map(|one| one.id);
        ids.collect()
    };
    let token = |place: &Option<Position>| match place {
        Some(Position::Token(token)) => token.to_string(),
        other => panic!("{other:?}"),
    };
    for sort in ["arrival", "-created_at", "updated_at", "-updated_at", "id"] {
        let named = people
            .iter()
            .filter(|one| one.traits["name"]["first"] == "zoe");
        let all = in_order(named.collect(), sort);
        let first = part(node, sort, ("page_token", "")).await;
        assert_eq!(ids(&first), all[..100], "{sort}");
        let second = part(node, sort, ("page_token", &token(&first.next))).await;
        assert_eq!(ids(&second), all[100..200], "{sort}");
        let before = part(node, sort, ("page_token", &token(&second.prev))).await;
        assert_eq!(ids(&before), all[..100], "{sort} backwards");
        let third = part(node, sort, ("page", "2")).await;
        assert_eq!(ids(&third), all[200..300], "{sort} by number");
        assert_eq!(third.total, Some(all.len() as u64), "{sort}");
    }
}

async fn whoever_was_created_between_two_days_is_found(record: &Record) {
    let node = Node::command(record.open(&clock()).await, None);
    let mut people = people();
    let batch: Vec<_> = people.iter().map(|one| (one.clone(), Vec::new())).collect();
    node.store.load(&searched_schemas(), &batch).await.unwrap();
    all_are_found(&node, &people, "at first").await;
    a_name_is_found_part_by_part(&node, &people).await;
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
