//! Schemas at run time, over a store in memory.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{Expected, SchemaDesk, SchemaError, SchemaSource, SchemaStore, StoredSchema, Terms};
use crate::{
    clock::Clock,
    identity::IdentityStore,
    schema::{Schema, Schemas},
    store::StoreError,
    testing::{
        FrozenClock, MemoryStore, SeededEntropy, contract::schema_store_contract, schema_desk,
    },
};

fn document(required: &[&str]) -> Value {
    json!({
        "properties": {"email": {"type": "string"}, "team": {"type": "string"}},
        "required": required,
    })
}

struct Office {
    store: Arc<MemoryStore>,
    schemas: Arc<Schemas>,
    clock: Arc<FrozenClock>,
}

impl Office {
    fn new() -> Self {
        let clock = Arc::new(FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
        let schema = Arc::new(Schema::parse("person", document(&[])).unwrap());
        Self {
            store: Arc::new(MemoryStore::new(clock.clone())),
            schemas: Arc::new(Schemas::new(vec![schema], "person").unwrap()),
            clock,
        }
    }

    /// A desk of one more node.
    fn desk(&self, schemas: &Arc<Schemas>) -> SchemaDesk {
        let clock: Arc<dyn Clock> = self.clock.clone();
        schema_desk(schemas, &self.store, &clock)
    }

    async fn resident(&self, schema: &str) {
        let entropy = SeededEntropy::new(schema.len() as u64);
        let schema = self.schemas.find(schema).unwrap();
        let traits = json!({"email": "ada@example.org"});
        let clock: &dyn Clock = &*self.clock;
        let identity = self.schemas.identity(&schema, traits, clock, &entropy);
        let identities: &dyn IdentityStore = &*self.store;
        identities.insert(&identity.unwrap(), &[]).await.unwrap();
    }

    fn identities(&self) -> &dyn IdentityStore {
        &*self.store
    }
}

fn terms(expected: Option<Expected>, force: bool) -> Terms {
    Terms { expected, force }
}

#[tokio::test]
async fn a_document_over_that_of_the_configuration_counts_on_every_node() {
    let office = Office::new();
    let elsewhere = Arc::new(Schemas::new(office.schemas.all(), "person").unwrap());
    let (here, there) = (office.desk(&office.schemas), office.desk(&elsewhere));
    let plain = terms(None, false);
    let put = here.put("person", document(&["team"]), (&plain, office.identities()));
    assert_eq!(put.await.unwrap().source, SchemaSource::Overlay);
    let asks = |schemas: &Schemas| {
        let errors = schemas.find("person").unwrap().errors(&json!({}));
        errors.iter().any(|error| error.path == "team")
    };
    assert!(asks(&office.schemas) && !asks(&elsewhere));
    assert!(there.look().await.unwrap().is_empty());
    assert!(asks(&elsewhere), "who holds an older one finishes with it");
    let removal = here.remove("person", (&plain, office.identities()));
    removal.await.unwrap();
    there.look().await.unwrap();
    assert!(!asks(&office.schemas) && !asks(&elsewhere));
    let again = here.remove("person", (&plain, office.identities())).await;
    assert!(matches!(again, Err(SchemaError::Configured)));
}

/// A store that can be away.
#[derive(Debug)]
struct Away(Arc<MemoryStore>, AtomicBool);

#[async_trait]
impl SchemaStore for Away {
    async fn list(&self) -> Result<Vec<StoredSchema>, StoreError> {
        match self.1.load(Ordering::Relaxed) {
            true => Err(StoreError::unavailable("away")),
            false => SchemaStore::list(&*self.0).await,
        }
    }

    async fn insert(&self, schema: &StoredSchema) -> Result<(), StoreError> {
        SchemaStore::insert(&*self.0, schema).await
    }

    async fn update(&self, schema: &StoredSchema) -> Result<bool, StoreError> {
        SchemaStore::update(&*self.0, schema).await
    }

    async fn remove(&self, id: &str, version: i64) -> Result<bool, StoreError> {
        SchemaStore::remove(&*self.0, id, version).await
    }
}

#[tokio::test]
async fn schemas_are_partial_while_what_was_written_is_not_read() {
    let office = Office::new();
    let store = Arc::new(Away(office.store.clone(), AtomicBool::new(true)));
    let clock: Arc<dyn Clock> = office.clock.clone();
    let desk = schema_desk(&office.schemas, &store, &clock);
    desk.look().await.unwrap_err();
    assert!(office.schemas.is_partial());
    store.1.store(false, Ordering::Relaxed);
    desk.look().await.unwrap();
    assert!(!office.schemas.is_partial());
    let mut row = StoredSchema {
        id: "person".to_owned(),
        document: json!({"properties": 1}),
        version: 1,
        created_at: clock.now(),
        updated_at: clock.now(),
    };
    store.insert(&row).await.unwrap();
    assert_eq!(desk.look().await.unwrap().len(), 1);
    assert!(office.schemas.is_partial());
    assert!(desk.look().await.unwrap().is_empty());
    assert!(office.schemas.is_partial(), "it is told once, and stays so");
    (row.document, row.version) = (document(&["team"]), 2);
    assert!(store.update(&row).await.unwrap());
    desk.look().await.unwrap();
    assert!(!office.schemas.is_partial());
}

#[tokio::test]
async fn what_stored_identities_do_not_fit_is_refused_unless_it_is_forced() {
    let (plain, force) = (terms(None, false), terms(None, true));
    let office = Office::new();
    office.resident("person").await;
    let desk = office.desk(&office.schemas);
    let identities = office.identities();
    let refused = desk.put("person", document(&["team"]), (&plain, identities));
    let Err(SchemaError::Unfit(check)) = refused.await else {
        panic!("it was taken");
    };
    assert_eq!((check.checked, check.failing), (1, 1));
    assert_eq!(
        (
            check.traits["team"].identities,
            check.traits["team"].missing
        ),
        (1, 1)
    );
    assert_eq!(
        desk.find("person").await.unwrap().source,
        SchemaSource::Config
    );
    let forced = desk.put("person", document(&["team"]), (&force, identities));
    assert_eq!(forced.await.unwrap().source, SchemaSource::Overlay);
}

#[tokio::test]
async fn two_editors_do_not_overwrite_each_other() {
    let office = Office::new();
    let desk = office.desk(&office.schemas);
    let identities = office.identities();
    let seen = desk.find("person").await.unwrap().etag;
    let mine = terms(Some(Expected::OneOf(vec![seen])), false);
    let first = desk.put("person", document(&["email"]), (&mine, identities));
    first.await.unwrap();
    let second = desk.put("person", document(&["team"]), (&mine, identities));
    assert!(matches!(second.await, Err(SchemaError::Changed)));
    let new = terms(Some(Expected::Absent), false);
    let third = desk.put("person", document(&[]), (&new, identities)).await;
    assert!(matches!(third, Err(SchemaError::Changed)));
}

#[tokio::test]
async fn what_stands_only_here_goes_once_nobody_obeys_it() {
    let office = Office::new();
    let desk = office.desk(&office.schemas);
    let (plain, identities) = (terms(None, false), office.identities());
    for name in ["guest", "other"] {
        let put = desk.put(name, document(&[]), (&plain, identities)).await;
        assert_eq!(put.unwrap().source, SchemaSource::Runtime);
    }
    office.resident("guest").await;
    let ids: Vec<_> = desk
        .list()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(ids, ["person", "guest", "other"]);
    let used = desk.remove("guest", (&plain, identities)).await;
    assert!(matches!(used, Err(SchemaError::InUse)));
    desk.remove("other", (&plain, identities)).await.unwrap();
    assert!(office.schemas.find("other").is_none());
    let again = desk.remove("other", (&plain, identities)).await;
    assert!(matches!(again, Err(SchemaError::Unknown)));
    let named = desk.put("a b", document(&[]), (&plain, identities)).await;
    assert!(matches!(named, Err(SchemaError::Name)));
}

#[tokio::test]
async fn memory_keeps_the_contract() {
    let office = Office::new();
    schema_store_contract(&*office.store).await;
}

/// People who have a name beside their address, which may be marked as something to sign in with.
fn named(name: &Value) -> Value {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    json!({"properties": {
        "email": {"type": "string", "ory.sh/kratos": identifier},
        "name": name,
    }})
}

#[tokio::test]
async fn whoever_would_sign_in_with_what_is_somebody_elses_is_counted_and_named() {
    let office = Office::new();
    let desk = office.desk(&office.schemas);
    let identities = office.identities();
    let (plain, force) = (terms(None, false), terms(None, true));
    let name = json!({"type": "string"});
    let put = desk.put("person", named(&name), (&plain, identities)).await;
    put.unwrap();
    let schema = office.schemas.default_schema();
    let entropy = SeededEntropy::new(7);
    let mut people = Vec::new();
    for (email, name) in [
        ("ada@example.org", "ada"),
        ("eve@example.org", "ADA"),
        ("bob@example.org", "ada@example.org"),
        ("cyd@example.org", "cyd"),
    ] {
        let traits = json!({"email": email, "name": name});
        let clock: &dyn Clock = &*office.clock;
        let made = office.schemas.identity(&schema, traits, clock, &entropy);
        let made = made.unwrap();
        identities.insert(&made, &[]).await.unwrap();
        people.push(made);
    }
    let marked = json!({"type": "string",
        "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}});
    let document = named(&marked);
    let refused = desk
        .put("person", document.clone(), (&plain, identities))
        .await;
    let Err(SchemaError::Unfit(check)) = refused else {
        panic!("it was taken");
    };
    assert_eq!((check.failing, check.taken_identifier), (2, 2));
    // Of two who have the same name it goes to whoever comes first.
    let first = people[0].id.min(people[1].id);
    let second = people[0].id.max(people[1].id);
    let mut told: Vec<_> = check.taken.iter().collect();
    told.sort_by_key(|one| one.identity == people[2].id);
    assert_eq!((told[0].identity, told[0].holder), (second, first));
    assert_eq!(
        (told[1].identity, told[1].holder),
        (people[2].id, people[0].id)
    );
    let forced = desk.put("person", document, (&force, identities)).await;
    assert_eq!(forced.unwrap().source, SchemaSource::Overlay);
}

#[tokio::test]
async fn an_address_that_somebody_has_proved_is_not_dropped_unasked() {
    let office = Office::new();
    let desk = office.desk(&office.schemas);
    let identities = office.identities();
    let (plain, force) = (terms(None, false), terms(None, true));
    let proved = |mark: Value| {
        let email = json!({"type": "string", "ory.sh/kratos": mark});
        json!({"properties": {"email": email, "team": {"type": "string"}}})
    };
    let document = proved(json!({"verification": {"via": "email"}}));
    let put = desk.put("person", document, (&plain, identities)).await;
    put.unwrap();
    office.resident("person").await;
    let dropped = proved(json!({}));
    let untold = desk.put("person", dropped.clone(), (&plain, identities));
    assert!(untold.await.is_ok(), "nobody has proved anything");
    let mut one = identities.list(None, 1).await.unwrap().remove(0);
    one.addresses[0].verified_at = Some(office.clock.now());
    identities.update(&one).await.unwrap();
    let refused = desk.put("person", dropped.clone(), (&plain, identities));
    let Err(SchemaError::Unfit(check)) = refused.await else {
        panic!("it was taken");
    };
    assert_eq!((check.failing, check.dropped_address), (1, 1));
    let forced = desk.put("person", dropped, (&force, identities)).await;
    forced.unwrap();
}
