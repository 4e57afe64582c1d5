//! Stories of passwords over stores in memory.

mod choosing;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    identity::IdentityStore,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};

use super::*;

const ANNA: &str = "anna@example.org";
const GOOD: &str = "correct horse battery";

/// Cheap, because these stories are about who is let in.
const CHEAP: Cost = Cost {
    memory: 64,
    iterations: 1,
    parallelism: 1,
};

struct Story {
    method: Password,
    store: Arc<MemoryStore>,
    clock: Arc<FrozenClock>,
    anna: Identity,
}

impl Story {
    /// Anna has a password, and there is nobody else.
    async fn new() -> Self {
        let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let method = method(CHEAP, &store, &clock);
        let anna = anna(IdentityState::Active);
        let story = Self {
            method,
            store,
            clock,
            anna,
        };
        let credential = story.method.credential(&story.anna, GOOD).await.unwrap();
        story
            .store
            .insert(&story.anna, &[credential])
            .await
            .unwrap();
        story
    }

    async fn verify(&self, identifier: &str, password: &str) -> Result<Identity, MethodError> {
        let submission = json!({"identifier": identifier, "password": password});
        let verified = self.method.verify(&submission).await;
        verified.map(|verified| verified.identity)
    }

    async fn stored(&self) -> Credential {
        self.method.present(self.anna.id).await.unwrap().unwrap()
    }

    fn hashed(&self) -> usize {
        self.method.pool.started.load(Ordering::Relaxed)
    }
}

fn method(cost: Cost, store: &Arc<MemoryStore>, clock: &Arc<FrozenClock>) -> Password {
    let config = Config {
        cost,
        ..Config::default()
    };
    let stores = Stores {
        identities: Arc::clone(store) as Arc<dyn IdentityStore>,
        credentials: Arc::clone(store) as Arc<dyn CredentialStore>,
    };
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    Password::new(config, stores, clock, Arc::new(SeededEntropy::new(2))).unwrap()
}

fn anna(state: IdentityState) -> Identity {
    let now = Timestamp::UNIX_EPOCH;
    Identity {
        id: IdentityId::generate(&SeededEntropy::new(1)),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state,
        state_changed_at: now,
        traits: json!({"email": ANNA}),
        metadata_public: None,
        metadata_admin: None,
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: std::collections::BTreeMap::new(),
        provenance: portcullis_core::provenance::Provenance::new(),
        roles: Vec::new(),
        identifiers: vec![ANNA.to_owned()],
        addresses: Vec::new(),
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// The messages by field and id.
fn messages<T: std::fmt::Debug>(result: Result<T, MethodError>) -> Vec<(Option<String>, u32)> {
    match result.unwrap_err() {
        MethodError::Invalid(messages) => messages
            .into_iter()
            .map(|(field, message)| (field, message.id))
            .collect(),
        other => panic!("{other:?}"),
    }
}

fn whole_form(id: u32) -> Vec<(Option<String>, u32)> {
    vec![(None, id)]
}

#[tokio::test]
async fn the_right_password_signs_in_however_the_identifier_is_written() {
    let story = Story::new().await;
    for identifier in [ANNA, " Anna@EXAMPLE.org "] {
        assert_eq!(
            story.verify(identifier, GOOD).await.unwrap().id,
            story.anna.id
        );
    }
}

#[tokio::test]
async fn a_password_is_the_same_from_every_keyboard() {
    let story = Story::new().await;
    story
        .method
        .set(&story.anna, "sch\u{f6}nes \u{fb01}sch")
        .await
        .unwrap();
    assert!(story.verify(ANNA, "scho\u{308}nes fisch").await.is_ok());
    assert!(story.verify(ANNA, GOOD).await.is_err());
}

#[tokio::test]
async fn wrong_passwords_and_unknown_identifiers_are_told_the_same() {
    let story = Story::new().await;
    for (identifier, password) in [
        (ANNA, "another password"),
        (ANNA, "Correct horse battery"),
        ("bert@example.org", GOOD),
        ("bert@example.org", ""),
        (&"x".repeat(5000), GOOD),
    ] {
        let told = story.verify(identifier, password).await;
        match password.is_empty() {
            true => assert_eq!(messages(told), [(Some("password".to_owned()), 4_000_002)]),
            false => assert_eq!(messages(told), whole_form(4_000_006)),
        }
    }
}

#[tokio::test]
async fn known_and_unknown_identifiers_cost_one_hash_each() {
    let story = Story::new().await;
    let nobody_has_one = Identity {
        id: IdentityId::generate(&SeededEntropy::new(9)),
        identifiers: vec!["link@example.org".to_owned()],
        ..story.anna.clone()
    };
    story.store.insert(&nobody_has_one, &[]).await.unwrap();
    for identifier in [ANNA, "bert@example.org", "link@example.org"] {
        for password in ["another password", "x"] {
            let before = story.hashed();
            assert!(story.verify(identifier, password).await.is_err());
            assert_eq!(story.hashed() - before, 1, "{identifier} {password}");
        }
    }
    let before = story.hashed();
    assert!(story.verify(ANNA, GOOD).await.is_ok());
    assert_eq!(story.hashed() - before, 1);
}

#[tokio::test]
async fn nobodys_password_signs_in_nobody() {
    let story = Story::new().await;
    let mut credential = story.stored().await;
    for config in [
        json!({}),
        json!({HASH: ""}),
        json!({HASH: "$argon2id$nonsense"}),
        json!({HASH: 7}),
    ] {
        credential.config = config;
        story.store.put(&credential).await.unwrap();
        // A zero-width character alone stays what it is, so even this is not nobody's.
        for password in ["\u{200b}", GOOD] {
            assert_eq!(
                messages(story.verify(ANNA, password).await),
                whole_form(4_000_006)
            );
        }
    }
}

#[tokio::test]
async fn missing_fields_are_all_named() {
    let story = Story::new().await;
    let missing = |name: &str| (Some(name.to_owned()), 4_000_002);
    let both = [missing("identifier"), missing("password")];
    for submission in [
        json!({}),
        json!({"identifier": " ", "password": ""}),
        json!({"password": 7}),
        json!(null),
    ] {
        assert_eq!(
            messages(story.method.verify(&submission).await),
            both,
            "{submission}"
        );
    }
    let enrolled = story.method.enroll(&json!({}), &story.anna).await;
    assert_eq!(messages(enrolled), [missing("password")]);
}

#[tokio::test]
async fn whoever_is_switched_off_is_told_so_only_with_the_right_password() {
    let story = Story::new().await;
    story
        .store
        .update(&anna(IdentityState::Inactive))
        .await
        .unwrap();
    assert_eq!(
        messages(story.verify(ANNA, "another password").await),
        whole_form(4_000_006)
    );
    assert_eq!(
        messages(story.verify(ANNA, GOOD).await),
        whole_form(4_010_011)
    );
    // Anybody may have registered so, with somebody else's address.
    let mut newcomer = story.method.find(ANNA).await.unwrap().unwrap();
    newcomer
        .required_actions
        .push(Identity::FIRST_PROOF.to_owned());
    story.store.update(&newcomer).await.unwrap();
    assert_eq!(
        messages(story.verify(ANNA, GOOD).await),
        whole_form(4_000_006)
    );
}

#[tokio::test]
async fn a_hash_at_another_cost_is_renewed_at_sign_in() {
    let story = Story::new().await;
    let before = story.stored().await;
    let dearer = Cost {
        iterations: 2,
        ..CHEAP
    };
    let method = method(dearer, &story.store, &story.clock);
    story.clock.advance(Duration::from_secs(60));
    let wrong = json!({"identifier": ANNA, "password": "another password"});
    assert!(method.verify(&wrong).await.is_err());
    assert_eq!(story.stored().await, before);
    let right = json!({"identifier": ANNA, "password": GOOD});
    assert!(method.verify(&right).await.is_ok());
    let after = story.stored().await;
    assert_eq!((after.id, after.created_at), (before.id, before.created_at));
    assert_eq!(
        after.updated_at, before.updated_at,
        "it is as old as before"
    );
    let hash = after.config[HASH].as_str().unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$"), "{hash}");
    assert!(method.verify(&right).await.is_ok());
    assert_eq!(story.stored().await, after);
}

#[tokio::test]
async fn renewing_a_hash_brings_no_password_back() {
    let story = Story::new().await;
    let outdated = story.stored().await;
    story
        .method
        .set(&story.anna, "another password")
        .await
        .unwrap();
    let changed = story.stored().await;
    let password = Normalised::new(GOOD).unwrap();
    story.method.rehash(&outdated, password.clone()).await;
    assert_eq!(story.stored().await, changed);
    let credentials = &story.method.stores.credentials;
    credentials.delete(changed.id).await.unwrap();
    story.method.rehash(&changed, password).await;
    assert_eq!(story.method.present(story.anna.id).await.unwrap(), None);
}

#[tokio::test]
async fn registration_obeys_the_policy() {
    let story = Story::new().await;
    for (password, id) in [
        ("short", 4_000_032),
        (&*"x".repeat(1025), 4_000_033),
        ("ANNA@example.org", 4_000_031),
    ] {
        let submission = json!({"password": password});
        let refused = story.method.enroll(&submission, &story.anna).await;
        assert_eq!(messages(refused), [(Some("password".to_owned()), id)]);
        let judged = story.method.judge(&submission, &story.anna);
        assert_eq!(messages(judged), [(Some("password".to_owned()), id)]);
    }
    let submission = json!({"password": "another password"});
    let credential = story.method.enroll(&submission, &story.anna).await.unwrap();
    assert_eq!(credential.identity_id, story.anna.id);
    assert_eq!(
        (credential.kind, credential.identifier),
        (CredentialKind::Password, None)
    );
}

#[tokio::test]
async fn a_password_that_is_set_replaces_the_one_before() {
    let story = Story::new().await;
    let before = story.stored().await;
    story
        .method
        .set(&story.anna, "another password")
        .await
        .unwrap();
    assert_eq!(story.stored().await.id, before.id);
    assert!(story.verify(ANNA, GOOD).await.is_err());
    assert!(story.verify(ANNA, "another password").await.is_ok());
}

#[tokio::test]
async fn forms_ask_for_what_each_flow_needs() {
    let story = Story::new().await;
    let form = |kind| {
        let nodes = story.method.nodes(kind).into_iter();
        let shape = nodes.map(|node| {
            let label = node.meta.label.map(|label| label.id);
            (node.attributes.name, node.attributes.autocomplete, label)
        });
        shape.collect::<Vec<_>>()
    };
    let node = |name: &str, hint: Option<&str>, label| {
        (name.to_owned(), hint.map(str::to_owned), Some(label))
    };
    assert_eq!(
        form(FlowKind::Login),
        [
            node("identifier", Some("username webauthn"), 1_070_004),
            node("password", Some("current-password"), 1_070_001),
            node("method", None, 1_010_022),
        ]
    );
    assert_eq!(
        form(FlowKind::Registration),
        [
            node("password", Some("new-password"), 1_070_001),
            node("method", None, 1_040_001),
        ]
    );
    for kind in [FlowKind::Registration, FlowKind::Settings, FlowKind::Login] {
        let password = story.method.nodes(kind).into_iter();
        let password = password.rev().nth(1).unwrap();
        let told = password.attributes.ext.get("helperTextBefore");
        let expected = json!("At least 8 characters.");
        let expected = (kind != FlowKind::Login).then_some(&expected);
        assert_eq!(told, expected, "{kind:?}");
    }
}

#[test]
fn the_default_cost_is_owasps() {
    let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
    let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
    let method = method(Cost::default(), &store, &clock);
    assert!(method.nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let nothing = Cost { memory: 0, ..CHEAP };
    assert!(Hasher::new(nothing).is_err());
}
