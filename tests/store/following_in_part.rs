//! Whoever cannot follow their schema in everything follows it in the rest.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    identity::Identity,
    schema::{Schema, Schemas, runtime::tally},
    store::StoreError,
};
use serde_json::{Value, json};

use super::{
    following::{gateway, outcomes, signs_in_with, with_address, with_second},
    node::{Node, Record, clock, entropy},
};

fn identifying() -> Value {
    json!({"ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}})
}

/// Schemas of people with an address, a name and a number, each marked as it is said.
fn marked(email: &Value, name: &Value, number: &Value) -> Arc<Schemas> {
    let mut properties = json!({"email": email, "name": name, "number": number});
    for property in properties.as_object_mut().unwrap().values_mut() {
        property["type"] = "string".into();
    }
    let document = json!({"type": "object", "properties": properties});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    Arc::new(Schemas::new(vec![schema], "default").unwrap())
}

async fn person(node: &Node, schemas: &Schemas, traits: Value, is_proved: bool) -> Identity {
    let clock = clock();
    let schema = schemas.default_schema();
    let made = schemas.identity(&schema, traits, &*clock, &entropy());
    let mut made = made.unwrap();
    for address in &mut made.addresses {
        address.verified_at = is_proved.then(|| clock.now());
    }
    node.stores.identities.insert(&made, &[]).await.unwrap();
    made
}

async fn stored(node: &Node, one: &Identity) -> Identity {
    let found = node.stores.identities.find(one.id).await;
    found.unwrap().unwrap()
}

async fn only_what_conflicts_stays(record: &Record) {
    let (by, plain) = (identifying(), json!({}));
    let before = marked(&by, &plain, &plain);
    let (node, _) = gateway(record, &before).await;
    let ada = json!({"email": "ada@example.org", "name": "ada", "number": "no. 1"});
    person(&node, &before, ada, false).await;
    let eve = json!({"email": "eve@example.org", "name": "ada@example.org", "number": "no. 2"});
    let eve = person(&node, &before, eve, false).await;

    let (here, follows) = gateway(record, &marked(&by, &by, &by)).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (1, 1));
    assert_eq!(
        stored(&here, &eve).await.identifiers,
        ["eve@example.org", "no. 2"]
    );
    assert_eq!(outcomes(&here).await, ["identity_conflict"]);
    saving_anything_saves_all_of_it(&here, (&eve, &marked(&by, &by, &by))).await;

    // What is no mark any more goes, as long as something is left to sign in with.
    let (here, follows) = gateway(record, &marked(&plain, &by, &plain)).await;
    follows.finish().await.unwrap();
    let ada = signs_in_with(&here, "ada").await.unwrap();
    assert_eq!(ada.identifiers, ["ada"]);
    let eve = stored(&here, &eve).await;
    assert!(!eve.identifiers.is_empty(), "she is not locked out");
}

async fn saving_anything_saves_all_of_it(node: &Node, (one, schemas): (&Identity, &Schemas)) {
    let mut traits = one.traits.clone();
    traits["number"] = json!("no. 3");
    let changed = schemas.changed(&stored(node, one).await, traits, &*clock(), &entropy());
    let refused = node.stores.identities.update(&changed.unwrap()).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict { what: "identifier" })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn only_what_is_somebody_elses_is_not_followed_in_sqlite() {
    only_what_conflicts_stays(&Record::sqlite()).await;
}

#[tokio::test]
async fn only_what_is_somebody_elses_is_not_followed_in_postgresql() {
    only_what_conflicts_stays(&Record::postgres().await).await;
}

#[tokio::test]
async fn who_would_lose_a_proof_follows_in_all_else() {
    let record = Record::sqlite();
    let (by, plain) = (identifying(), json!({}));
    let mut proving = by.clone();
    proving["ory.sh/kratos"]["verification"] = json!({"via": "email"});
    let before = marked(&proving, &plain, &plain);
    let (node, _) = gateway(&record, &before).await;
    let traits = json!({"email": "ada@example.org", "name": "ada", "number": "no. 1"});
    let ada = person(&node, &before, traits, true).await;
    let (here, follows) = gateway(&record, &marked(&plain, &by, &plain)).await;
    follows.finish().await.unwrap();
    let followed = stored(&here, &ada).await;
    assert_eq!(followed.addresses, ada.addresses);
    assert_eq!(followed.identifiers, ["ada", "ada@example.org"]);
    assert_eq!(outcomes(&here).await, ["schema_unfit"]);
}

/// Whoever typed in what is another's is not to have it for having come first.
#[tokio::test]
async fn an_address_that_two_have_and_nobody_has_proved_is_neithers_until_one_proves_it() {
    let record = Record::sqlite();
    let proving = with_second(&json!({"verification": {"via": "email"}}));
    let marked = with_second(&json!({
        "verification": {"via": "email"}, "credentials": {"code": {"identifier": true, "via": "email"}},
    }));
    let (before, _) = gateway(&record, &proving).await;
    let squatter = with_address(&before, &proving, (1, false)).await;
    let owner = with_address(&before, &proving, (2, false)).await;
    let identities = &*before.stores.identities;
    let check = tally(&marked.default_schema(), identities).await.unwrap();
    let told: Vec<_> = check
        .taken
        .iter()
        .map(|it| (it.identity, it.holder))
        .collect();
    assert_eq!(
        told,
        [(squatter.id, owner.id), (owner.id, squatter.id)],
        "both are told"
    );
    let (here, follows) = gateway(&record, &marked).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (0, 2));
    assert!(signs_in_with(&here, "second@example.org").await.is_none());

    let mut proved = stored(&here, &owner).await;
    assert!(marked.earned(&proved).is_empty());
    proved.addresses[0].verified_at = Some(clock().now());
    assert_eq!(marked.earned(&proved), ["second@example.org"]);
    assert!(marked.earned(&squatter).is_empty());
}
