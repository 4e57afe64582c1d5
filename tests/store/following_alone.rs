//! Whoever would be reached by what an administrator is, or the other way round, follows their schema in the
//! rest.

use std::sync::Arc;

use portcullis_core::{
    identity::Identity,
    schema::{Schema, Schemas},
    store::{ADMINISTRATORS_ADDRESS, StoreError},
};
use serde_json::{Value, json};

use super::{
    following::{gateway, told},
    node::{Node, Record, clock, entropy},
};

/// How somebody is written down who keeps something, and whose it is.
type Told = (Option<String>, Value, String);

/// Schemas of people with an address to sign in with; another one gets them back in, and they sign in with a
/// name, or neither is marked.
fn schemas(is_marked: bool) -> Arc<Schemas> {
    let by = json!({"credentials": {"password": {"identifier": true}}});
    let mut properties = json!({"email": {"ory.sh/kratos": by}, "second": {}, "name": {}});
    if is_marked {
        properties["second"]["ory.sh/kratos"] = json!({"recovery": {"via": "email"}});
        properties["name"]["ory.sh/kratos"] = by;
    }
    for property in properties.as_object_mut().unwrap().values_mut() {
        property["type"] = "string".into();
    }
    let document = json!({"type": "object", "properties": properties});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    Arc::new(Schemas::new(vec![schema], "default").unwrap())
}

async fn person(node: &Node, (name, second): (&str, &str), roles: &[&str]) -> Identity {
    let schemas = schemas(false);
    let email = format!("{name}@example.org");
    let traits = json!({"email": email, "second": second, "name": name});
    let made = schemas.identity(&schemas.default_schema(), traits, &*clock(), &entropy());
    let mut made = made.unwrap();
    made.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    node.stores.identities.insert(&made, &[]).await.unwrap();
    made
}

async fn stored(node: &Node, one: &Identity) -> Identity {
    let found = node.stores.identities.find(one.id).await;
    found.unwrap().unwrap()
}

fn addresses(identity: &Identity) -> Vec<&str> {
    let addresses = identity.addresses.iter();
    addresses.map(|one| one.value.as_str()).collect()
}

async fn holders(node: &Node) -> Vec<Told> {
    let log = told(node).await.into_iter();
    let told = log.map(|entry| {
        let holder = entry.after.unwrap()["holder"].take();
        (entry.object_id, holder, entry.outcome)
    });
    let mut told: Vec<Told> = told.collect();
    told.sort_by_key(|(whose, ..)| whose.clone());
    told
}

fn expected(kept: &[(&Identity, &Identity)]) -> Vec<Told> {
    let told = kept.iter().map(|(one, holder)| {
        let holder = json!(holder.id);
        (
            Some(one.id.to_string()),
            holder,
            "identity_conflict".to_owned(),
        )
    });
    let mut told: Vec<Told> = told.collect();
    told.sort_by_key(|(whose, ..)| whose.clone());
    told
}

async fn only_the_address_stays_out(record: &Record) {
    let (before, _) = gateway(record, &schemas(false)).await;
    let root = person(&before, ("root", "r@example.org"), &["viewer"]).await;
    let eve = person(&before, ("eve", "ROOT@example.org"), &[]).await;
    let bob = person(&before, ("bob", "shared@example.org"), &[]).await;
    let ann = person(&before, ("ann", "bob@example.org"), &["admin"]).await;
    let eva = person(&before, ("eva", "shared@example.org"), &[]).await;

    let (here, follows) = gateway(record, &schemas(true)).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (3, 2));
    for (one, second) in [
        (&root, Some("r@example.org")),
        (&eve, None),
        (&bob, Some("shared@example.org")),
        (&ann, None),
        (&eva, Some("shared@example.org")),
    ] {
        let now = stored(&here, one).await;
        assert_eq!(addresses(&now), Vec::from_iter(second));
        let name = one.traits["name"].as_str().unwrap();
        assert_eq!(now.identifiers, [&one.identifiers[0], name], "all else");
    }
    assert_eq!(
        holders(&here).await,
        expected(&[(&eve, &root), (&ann, &bob)])
    );
    later_writes_are_refused_until_it_is_another(&here, &eve).await;
}

/// As with an identifier that is somebody else's: who saves anything saves all of it.
async fn later_writes_are_refused_until_it_is_another(node: &Node, one: &Identity) {
    let (marked, identities) = (schemas(true), &node.stores.identities);
    let stored = stored(node, one).await;
    let saved = async |traits: &Value| {
        let changed = marked.changed(&stored, traits.clone(), &*clock(), &entropy());
        identities.update(&changed.unwrap()).await
    };
    let mut traits = one.traits.clone();
    traits["name"] = json!("another");
    let what = ADMINISTRATORS_ADDRESS;
    let refused = saved(&traits).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict { what: why }) if why == what),
        "{refused:?}"
    );
    traits["second"] = json!("own@example.org");
    saved(&traits).await.unwrap();
    let held = identities.find_by_address("root@example.org").await;
    assert!(held.unwrap().is_empty(), "it is not theirs");
}

/// CU-04, CU-17.
#[tokio::test]
async fn an_administrators_address_is_not_followed_and_all_else_is_in_sqlite() {
    only_the_address_stays_out(&Record::sqlite()).await;
}

/// CU-04, CU-17.
#[tokio::test]
async fn an_administrators_address_is_not_followed_and_all_else_is_in_postgresql() {
    only_the_address_stays_out(&Record::postgres().await).await;
}
