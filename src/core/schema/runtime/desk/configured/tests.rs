//! Another configuration, over people in memory.

use serde_json::json;

use super::*;
use crate::{
    clock::Clock,
    schema::{Schema, Schemas},
    testing::{FrozenClock, MemoryStore, SeededEntropy, schema_desk},
};

fn document(required: &[&str]) -> Value {
    json!({
        "properties": {"email": {"type": "string"}, "team": {"type": "string"}},
        "required": required,
    })
}

fn next(documents: &[(&str, &[&str])]) -> Vec<(String, Value)> {
    let documents = documents.iter();
    documents
        .map(|(id, required)| ((*id).to_owned(), document(required)))
        .collect()
}

struct House {
    store: Arc<MemoryStore>,
    schemas: Arc<Schemas>,
    desk: SchemaDesk,
}

/// One person, who has no team.
async fn house() -> House {
    let clock = Arc::new(FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap()));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let clock: Arc<dyn Clock> = clock;
    let schema = Arc::new(Schema::parse("person", document(&[])).unwrap());
    let schemas = Arc::new(Schemas::new(vec![Arc::clone(&schema)], "person").unwrap());
    let traits = json!({"email": "ada@example.org"});
    let ada = schemas.identity(&schema, traits, &*clock, &SeededEntropy::new(1));
    let identities: &dyn IdentityStore = &*store;
    identities.insert(&ada.unwrap(), &[]).await.unwrap();
    let desk = schema_desk(&schemas, &store, &clock);
    House {
        store,
        schemas,
        desk,
    }
}

impl House {
    /// What was refused of this configuration, by the names of the schemas.
    async fn told(&self, documents: &[(&str, &[&str])], default_id: &str) -> Vec<String> {
        let changed = self
            .desk
            .reconfigure(next(documents), default_id, &*self.store)
            .await;
        changed.unwrap().refused.into_keys().collect()
    }

    fn asks_for_team(&self, id: &str) -> bool {
        let errors = self.schemas.find(id).unwrap().errors(&json!({}));
        errors.iter().any(|error| error.path == "team")
    }
}

/// CU-17.
#[tokio::test]
async fn a_document_counts_where_everybody_fits_it_and_else_the_one_before_stays() {
    let house = house().await;
    let both: [(&str, &[&str]); 2] = [("person", &["team"]), ("guest", &["team"])];
    assert_eq!(house.told(&both, "person").await, ["person"]);
    assert!(!house.asks_for_team("person") && house.asks_for_team("guest"));
    let record = house.desk.find("person").await.unwrap();
    assert_eq!(
        record.refused.as_deref(),
        Some("1 of 1 identities do not fit: team")
    );
    assert_eq!(record.schema, document(&[]));
    let fitting: [(&str, &[&str]); 2] = [("person", &["email"]), ("guest", &[])];
    assert_eq!(house.told(&fitting, "guest").await, [""; 0]);
    assert_eq!(house.schemas.default_id(), "guest");
    assert!(!house.asks_for_team("guest"));
}

/// CU-17, CU-18.
#[tokio::test]
async fn what_somebody_obeys_and_what_newcomers_are_to_obey_stays() {
    let house = house().await;
    let other: [(&str, &[&str]); 1] = [("guest", &[])];
    assert_eq!(house.told(&other, "guest").await, ["person"]);
    assert!(house.schemas.find("person").is_some());
    assert_eq!(house.schemas.default_id(), "guest");
    let only: [(&str, &[&str]); 1] = [("person", &[])];
    assert_eq!(house.told(&only, "absent").await, ["absent"]);
    assert_eq!(
        house.schemas.default_id(),
        "guest",
        "nobody is left without one"
    );
    assert_eq!(house.told(&only, "person").await, [""; 0]);
    assert!(house.schemas.find("guest").is_none());
}
