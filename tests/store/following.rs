//! Everybody who is stored follows their schema when other traits are marked, untouched.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use portcullis::store::{Followed, Following, FollowingParts};
use portcullis_core::{
    action::Actions,
    audit::{AuditEntry, AuditFilter},
    clock::Clock,
    identity::{Identity, IdentityStore},
    part::Part,
    schema::{
        Schema, Schemas,
        runtime::{SchemaStore, StoredSchema, TakenIdentifier, tally},
    },
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore, schema_desk},
};
use serde_json::{Value, json};

use super::node::{Node, Record, clock, entropy};

const PEOPLE: usize = 430;

/// Schemas whose names are something to sign in with or not.
fn schemas(is_marked: bool) -> Arc<Schemas> {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    let mut name = json!({"type": "string"});
    if is_marked {
        name["ory.sh/kratos"] = identifier.clone();
    }
    let email = json!({"type": "string", "ory.sh/kratos": identifier});
    let document = json!({"type": "object", "properties": {"email": email, "name": name}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    Arc::new(Schemas::new(vec![schema], "default").unwrap())
}

/// A gateway that serves with these schemas.
pub(super) async fn gateway(record: &Record, schemas: &Arc<Schemas>) -> (Node, Following) {
    let clock = clock();
    let actions = Actions::new(Arc::clone(schemas), BTreeMap::new(), None);
    let node = Node::with_actions(record.open(&clock).await, None, Arc::new(actions));
    let following = Following::new(FollowingParts {
        schemas: Arc::clone(schemas),
        identities: Arc::clone(&node.stores.identities),
        audit: Arc::clone(&node.stores.audit),
        walk: node.store.following(),
        clock,
        entropy: Arc::new(entropy()),
    });
    (node, following)
}

/// People with names of their own, but for the last two: theirs are somebody's already.
async fn people(node: &Node, schemas: &Schemas) -> Vec<Identity> {
    let (clock, entropy) = (clock(), entropy());
    let mut people = Vec::new();
    for index in 0..PEOPLE {
        let name = match PEOPLE - index {
            1 => "Name 0".to_owned(),
            2 => "person7@example.org".to_owned(),
            _ => format!("Name {index}"),
        };
        let email = format!("person{index}@example.org");
        let traits = json!({"email": email, "name": name});
        let schema = schemas.default_schema();
        let made = schemas.identity(&schema, traits, &*clock, &entropy);
        people.push((made.unwrap(), Vec::new()));
    }
    people.sort_by_key(|(one, _)| one.id);
    for outcome in node.stores.identities.insert_many(&people).await {
        outcome.unwrap();
    }
    people.into_iter().map(|(one, _)| one).collect()
}

pub(super) async fn signs_in_with(node: &Node, name: &str) -> Option<Identity> {
    let found = node.stores.identities.find_by_identifier(name).await;
    found.unwrap()
}

/// CU-17, KC-019.
async fn everybody_follows(record: &Record) {
    let (before, _) = gateway(record, &schemas(false)).await;
    let everybody = people(&before, &schemas(false)).await;
    let marked = schemas(true);
    let (here, follows) = gateway(record, &marked).await;
    let (_there, follows_too) = gateway(record, &marked).await;
    assert!(signs_in_with(&here, "name 9").await.is_none());
    let (one, other) = tokio::join!(follows.finish(), follows_too.finish());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(
        (one.changed + other.changed, one.kept + other.kept),
        (PEOPLE as u64 - 2, 2),
        "{one:?} {other:?}"
    );
    let found = signs_in_with(&here, "name 9").await.unwrap();
    assert_eq!(found.traits["name"], "Name 9");
    assert_eq!(found.version, 1, "nobody is met twice");
    let kept = signs_in_with(&here, "person7@example.org").await.unwrap();
    assert_eq!(kept.traits["email"], "person7@example.org");
    written_down(&here, &everybody).await;
    assert_eq!(follows.finish().await.unwrap(), Followed::default());
    everybody_goes_back(record).await;
}

async fn everybody_goes_back(record: &Record) {
    let (back, follows) = gateway(record, &schemas(false)).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (PEOPLE as u64 - 2, 0));
    assert!(signs_in_with(&back, "name 9").await.is_none());
}

/// Those who keep what they had stand in the log, with whose it is.
async fn written_down(node: &Node, everybody: &[Identity]) {
    let log = told(node).await;
    assert_eq!(log.len(), 2);
    for entry in log {
        assert_eq!(
            (&*entry.actor, &*entry.outcome),
            ("gateway", "identity_conflict")
        );
        let whose = |id: &str| everybody.iter().find(|one| one.id.to_string() == id);
        let kept = whose(entry.object_id.as_deref().unwrap()).unwrap();
        let after = entry.after.unwrap();
        let holder = whose(after["holder"].as_str().unwrap()).unwrap();
        let name = kept.traits["name"].as_str().unwrap().to_lowercase();
        assert!(
            holder.identifiers.contains(&name)
                || holder.traits["name"].as_str().unwrap().to_lowercase() == name
        );
        let stored = node.stores.identities.find(kept.id).await.unwrap();
        assert_eq!(stored.unwrap().identifiers, kept.identifiers);
    }
}

#[tokio::test]
async fn everybody_follows_their_schema_in_sqlite_kc_019() {
    everybody_follows(&Record::sqlite()).await;
}

#[tokio::test]
async fn everybody_follows_their_schema_in_postgresql_kc_019() {
    everybody_follows(&Record::postgres().await).await;
}

/// Schemas with a second address that is marked like this.
pub(super) fn with_second(marks: &Value) -> Arc<Schemas> {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    let email = json!({"type": "string", "ory.sh/kratos": identifier});
    let second = json!({"type": "string", "format": "email", "ory.sh/kratos": marks});
    let document = json!({"type": "object", "properties": {"email": email, "second": second}});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    Arc::new(Schemas::new(vec![schema], "default").unwrap())
}

/// Somebody with a second address, which is proved or not.
pub(super) async fn with_address(
    node: &Node,
    schemas: &Schemas,
    (seed, is_proved): (u64, bool),
) -> Identity {
    let clock = clock();
    let email = format!("person{seed}@example.org");
    let traits = json!({"email": email, "second": "second@example.org"});
    let schema = schemas.default_schema();
    let made = schemas.identity(&schema, traits, &*clock, &entropy());
    let mut made = made.unwrap();
    // Ids are walked in their order.
    made.id = format!("00000000-0000-7000-8000-{seed:012}")
        .parse()
        .unwrap();
    for address in &mut made.addresses {
        address.verified_at = is_proved.then(|| clock.now());
    }
    node.stores.identities.insert(&made, &[]).await.unwrap();
    made
}

pub(super) async fn outcomes(node: &Node) -> Vec<String> {
    let log = told(node).await;
    log.into_iter().map(|entry| entry.outcome).collect()
}

/// What is written down of those who keep what they had.
pub(super) async fn told(node: &Node) -> Vec<AuditEntry> {
    let filter = AuditFilter {
        verb: Some("identity.follow_schema".to_owned()),
        ..AuditFilter::default()
    };
    let audit = &node.stores.audit;
    audit.list(&filter, Part::First, 10).await.unwrap()
}

async fn a_proof_stays(record: &Record) {
    let proving =
        with_second(&json!({"verification": {"via": "email"}, "recovery": {"via": "email"}}));
    let (before, _) = gateway(record, &proving).await;
    let ada = with_address(&before, &proving, (1, true)).await;
    let bob = with_address(&before, &proving, (2, false)).await;
    let (here, follows) = gateway(record, &with_second(&json!({}))).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (1, 1));
    let stored = here.stores.identities.find(ada.id).await.unwrap().unwrap();
    assert_eq!(stored.addresses, ada.addresses);
    assert!(stored.has_proved("second@example.org"));
    let stored = here.stores.identities.find(bob.id).await.unwrap().unwrap();
    assert!(stored.addresses.is_empty());
    assert_eq!(outcomes(&here).await, ["schema_unfit"]);
}

#[tokio::test]
async fn whoever_would_lose_a_proof_keeps_what_they_had_in_sqlite() {
    a_proof_stays(&Record::sqlite()).await;
}

#[tokio::test]
async fn whoever_would_lose_a_proof_keeps_what_they_had_in_postgresql() {
    a_proof_stays(&Record::postgres().await).await;
}

async fn the_prover_gets_it(record: &Record) {
    let proving = json!({"verification": {"via": "email"}});
    let identifying = json!({
        "verification": {"via": "email"}, "credentials": {"code": {"identifier": true, "via": "email"}},
    });
    let (before, _) = gateway(record, &with_second(&proving)).await;
    let squatter = with_address(&before, &with_second(&proving), (1, false)).await;
    let owner = with_address(&before, &with_second(&proving), (2, true)).await;
    let marked = with_second(&identifying);
    let identities = &*before.stores.identities;
    let check = tally(&marked.default_schema(), identities).await.unwrap();
    let taken = TakenIdentifier {
        identity: squatter.id,
        holder: owner.id,
    };
    assert_eq!(check.taken, [taken]);
    let (here, follows) = gateway(record, &marked).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!((followed.changed, followed.kept), (1, 1));
    let found = signs_in_with(&here, "second@example.org").await.unwrap();
    assert_eq!(found.id, owner.id);
    assert_eq!(outcomes(&here).await, ["identity_conflict"]);
}

#[tokio::test]
async fn an_address_becomes_an_identifier_of_whoever_has_proved_it_in_sqlite() {
    the_prover_gets_it(&Record::sqlite()).await;
}

#[tokio::test]
async fn an_address_becomes_an_identifier_of_whoever_has_proved_it_in_postgresql() {
    the_prover_gets_it(&Record::postgres().await).await;
}

/// Takes nobody while it is full.
#[derive(Debug)]
struct Full(Arc<AtomicBool>);

#[async_trait]
impl Meddler for Full {
    async fn before(&self, _: &MemoryStore, _: Meddling<'_>) -> Result<(), StoreError> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(StoreError::unavailable("full")),
            false => Ok(()),
        }
    }
}

/// What a gateway walks with over somebody in memory, whose name is marked now.
async fn over_memory(node: &Node, schemas: &Arc<Schemas>) -> (FollowingParts, Arc<AtomicBool>) {
    let clock = clock();
    let plain = self::schemas(false);
    let traits = json!({"email": "ada@example.org", "name": "Ada"});
    let ada = plain.identity(&plain.default_schema(), traits, &*clock, &entropy());
    let memory = Arc::new(MemoryStore::new(clock.clone()));
    let identities: &dyn IdentityStore = &*memory;
    identities.insert(&ada.unwrap(), &[]).await.unwrap();
    let is_full = Arc::new(AtomicBool::new(false));
    let parts = FollowingParts {
        schemas: Arc::clone(schemas),
        identities: Arc::new(Meddled(memory, Full(Arc::clone(&is_full)))),
        audit: Arc::clone(&node.stores.audit),
        walk: node.store.following(),
        clock,
        entropy: Arc::new(entropy()),
    };
    (parts, is_full)
}

#[tokio::test]
async fn a_walk_over_a_store_that_takes_nobody_is_tried_again() {
    let (marked, record) = (schemas(true), Record::sqlite());
    let (node, _) = gateway(&record, &marked).await;
    let (parts, is_full) = over_memory(&node, &marked).await;
    let follows = Following::new(parts);
    is_full.store(true, Ordering::Relaxed);
    follows.finish().await.unwrap_err();
    is_full.store(false, Ordering::Relaxed);
    assert_eq!(follows.finish().await.unwrap().changed, 1);
}

#[tokio::test]
async fn nobody_follows_while_a_schema_cannot_be_read() {
    let (marked, record) = (schemas(true), Record::sqlite());
    let (node, _) = gateway(&record, &marked).await;
    let (parts, _) = over_memory(&node, &marked).await;
    let clock: Arc<dyn Clock> = parts.clock.clone();
    let written = Arc::new(MemoryStore::new(parts.clock.clone()));
    let desk = schema_desk(&marked, &written, &clock);
    let row = StoredSchema {
        id: "default".to_owned(),
        document: json!({"properties": 1}),
        version: 1,
        created_at: clock.now(),
        updated_at: clock.now(),
    };
    SchemaStore::insert(&*written, &row).await.unwrap();
    assert_eq!(desk.look().await.unwrap().len(), 1);
    let follows = Following::new(parts);
    let mut walk = Box::pin(follows.finish());
    let early = tokio::time::timeout(Duration::from_secs(1), &mut walk);
    early.await.unwrap_err();
    assert!(written.remove("default", 1).await.unwrap());
    desk.look().await.unwrap();
    assert_eq!(walk.await.unwrap().changed, 1);
}

/// A text that no database looks up, and one too long to be looked up, hold up nobody else.
async fn odd_texts_hold_up_nobody(record: &Record) {
    let (before, _) = gateway(record, &schemas(false)).await;
    let (clock, entropy) = (clock(), entropy());
    let plain = schemas(false);
    let long = "\u{1f600}".repeat(2000);
    for (index, name) in ["a\0b", &long, "Fine"].into_iter().enumerate() {
        let traits = json!({"email": format!("person{index}@example.org"), "name": "x"});
        let schema = plain.default_schema();
        let made = plain.identity(&schema, traits, &*clock, &entropy);
        let mut made = made.unwrap();
        // A schema of today takes no NUL.
        made.traits["name"] = json!(name);
        before.stores.identities.insert(&made, &[]).await.unwrap();
    }
    let (here, follows) = gateway(record, &schemas(true)).await;
    let followed = follows.finish().await.unwrap();
    assert_eq!(followed.changed + followed.kept, 3);
    assert!(signs_in_with(&here, "fine").await.is_some());
}

#[tokio::test]
async fn odd_texts_hold_up_nobody_in_sqlite() {
    odd_texts_hold_up_nobody(&Record::sqlite()).await;
}

#[tokio::test]
async fn odd_texts_hold_up_nobody_in_postgresql() {
    odd_texts_hold_up_nobody(&Record::postgres().await).await;
}
