//! What is searched in another order than that of arrival, however common it is.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use portcullis::store::Way;
use portcullis_core::{
    action::Actions,
    clock::Clock as _,
    id::IdentityId,
    identity::Identity,
    schema::{Schema, Schemas},
    search::{IdentityQuery, IdentitySearch, Position},
};
use serde_json::json;

use super::node::{Node, Record, clock, identity};

/// Each name, and how many have it: in pages of 20 some fill half a page, some several.
const NAMES: [(&str, usize); 4] = [("rara", 1), ("seldom", 3), ("often", 10), ("mostly", 86)];

fn actions() -> Arc<Actions> {
    let nickname = json!({"type": "string", "x-profile": {"searchable": true}});
    let document = json!({"type": "object", "properties": {"nickname": nickname}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    Arc::new(Actions::new(schemas, BTreeMap::new(), None))
}

/// People who arrived in no order that anything else has.
async fn people(node: &Node) -> Vec<(&'static str, Identity)> {
    let start = clock().now();
    let names = NAMES.iter().flat_map(|(name, many)| vec![*name; *many]);
    let mut people = Vec::new();
    for (index, name) in (0_u64..).zip(names) {
        let one = Identity {
            traits: json!({"nickname": format!("{name} {index}")}),
            updated_at: start + Duration::from_secs(index * 61 % 100),
            ..identity(start + Duration::from_secs(index * 37 % 100))
        };
        node.stores.identities.insert(&one, &[]).await.unwrap();
        people.push((name, one));
    }
    people
}

/// Whoever is found page by page, by number or each behind the one before.
async fn found(
    search: &dyn IdentitySearch,
    (name, sort): (&str, &str),
    by_number: bool,
) -> Vec<IdentityId> {
    let paths = ["nickname".to_owned()].into();
    let mut found = Vec::new();
    let (size, mut at) = match by_number {
        true => ("per_page", ("page", "0".to_owned())),
        false => ("page_size", ("page_token", String::new())),
    };
    loop {
        let parameters = [
            ("search", name),
            ("sort", sort),
            (size, "20"),
            (at.0, &at.1),
        ];
        let query = IdentityQuery::read(parameters, &paths).unwrap();
        let page = search.search(&query).await.unwrap();
        found.extend(page.identities.iter().map(|one| one.id));
        at = match page.next {
            None => return found,
            Some(Position::Page(number)) => ("page", number.to_string()),
            Some(Position::Token(token)) => ("page_token", token.to_string()),
        };
    }
}

async fn every_order_is_kept(record: &Record) {
    let clock = clock();
    let node = Node::with_actions(record.open(&clock).await, None, actions());
    let people = people(&node).await;
    let actions = actions();
    let by = |way| node.store.search_by(actions.schemas(), way);
    let ways = [
        Arc::clone(&node.stores.search),
        by(Way::Walk(7)),
        by(Way::Walk(60)),
        by(Way::Gather),
        by(Way::AmongTheMarked(7)),
        by(Way::AmongTheMarked(60)),
    ];
    for search in ways {
        this_order_is_kept(&*search, &people).await;
    }
}

async fn this_order_is_kept(search: &dyn IdentitySearch, people: &[(&str, Identity)]) {
    for (name, _) in NAMES {
        let mut meant: Vec<&Identity> = people
            .iter()
            .filter_map(|(one, identity)| (*one == name).then_some(identity))
            .collect();
        for sort in ["created_at", "updated_at", "id"] {
            // Whoever arrived first stands before others of the same moment.
            match sort {
                "created_at" => meant.sort_by_key(|one| one.created_at),
                "updated_at" => meant.sort_by_key(|one| one.updated_at),
                _ => meant.sort_by_key(|one| one.id.to_string()),
            }
            let mut ids: Vec<IdentityId> = meant.iter().map(|one| one.id).collect();
            for sort in [sort.to_owned(), format!("-{sort}")] {
                for by_number in [true, false] {
                    let found = found(search, (name, &sort), by_number).await;
                    assert_eq!(found, ids, "{name} {sort} {by_number}");
                }
                ids.reverse();
            }
        }
    }
}

/// HA-21, KC-111.
#[tokio::test]
async fn what_is_searched_comes_in_the_order_asked_for_in_sqlite() {
    every_order_is_kept(&Record::sqlite()).await;
}

/// HA-21, KC-111.
#[tokio::test]
async fn what_is_searched_comes_in_the_order_asked_for_in_postgresql() {
    every_order_is_kept(&Record::postgres().await).await;
}
