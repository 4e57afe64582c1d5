//! Schemas at run time, over a store in memory.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Expected, SchemaDesk, SchemaError, SchemaSource, Terms};
use crate::{
    clock::Clock,
    identity::IdentityStore,
    schema::{Schema, Schemas},
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
