//! Lists of credentials over stores in memory.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::{
    clock::Clock,
    entropy::Entropy,
    identity::{Identity, IdentityStore},
    link::LinkKey,
    registry::{Providers, Registry},
    stage::Observer,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};

/// What was told, by names.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<(&'static str, &'static str)>>);

impl Observer for Told {
    fn observe(&self, event: &Event<'_>) {
        let told = match event {
            Event::CredentialChanged { kind, change, .. } => (change.as_str(), kind.as_str()),
            Event::CredentialRemoved { kind, .. } => ("credential_removed", kind.as_str()),
            _ => return,
        };
        self.0.lock().unwrap().push(told);
    }
}

struct Story {
    credentials: Credentials,
    store: Arc<MemoryStore>,
    told: Arc<Told>,
    entropy: SeededEntropy,
    ada: IdentityId,
}

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g";

impl Story {
    /// Ada has a password, an application, two keys and a link, in this order.
    async fn new() -> (Self, [CredentialId; 5]) {
        let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let entropy = SeededEntropy::new(7);
        let ada = Identity::blank(IdentityId::generate(&entropy), "default", clock.now());
        store.insert(&ada, &[]).await.unwrap();
        let told = Arc::new(Told::default());
        let observers = vec![Arc::clone(&told) as Arc<dyn Observer>];
        let story = Self {
            credentials: Credentials::new(
                Arc::clone(&store) as Arc<dyn CredentialStore>,
                Announcer::new(observers),
            ),
            store,
            told,
            entropy,
            ada: ada.id,
        };
        let mut ids = Vec::new();
        for (kind, config) in [
            (
                CredentialKind::Password,
                json!({"hashed_password": HASH, "previous": [HASH]}),
            ),
            (
                CredentialKind::Totp,
                json!({"algorithm": "SHA1", "digits": 6, "period": 30, "secret": "sealed"}),
            ),
            (
                CredentialKind::Webauthn,
                json!({"public_key": "key", "transports": ["usb"], "aaguid": "a"}),
            ),
            (CredentialKind::Webauthn, json!({"public_key": "other"})),
        ] {
            ids.push(story.add(kind, None, config).await);
        }
        let key = LinkKey {
            provider: "acme".parse().unwrap(),
            issuer: "https://acme.example".to_owned(),
            subject: "4711".to_owned(),
        };
        let link = story.add(CredentialKind::Oidc, Some(key.identifier()), key.config());
        ids.push(link.await);
        (story, ids.try_into().unwrap())
    }

    async fn add(
        &self,
        kind: CredentialKind,
        identifier: Option<String>,
        config: Value,
    ) -> CredentialId {
        let entropy: &dyn Entropy = &self.entropy;
        let count = self.credentials.list(self.ada).await.unwrap().len();
        let at = Timestamp::from_second(i64::try_from(count).unwrap()).unwrap();
        let credential = Credential {
            id: CredentialId::generate(entropy),
            identity_id: self.ada,
            kind,
            identifier,
            config,
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: at,
            updated_at: at,
        };
        self.store.put(&credential).await.unwrap();
        credential.id
    }

    async fn order(&self) -> Vec<CredentialId> {
        let own = self.credentials.list(self.ada).await.unwrap();
        own.iter().map(|one| one.id).collect()
    }

    /// By a password alone: no provider serves.
    fn entrances(&self) -> Entrances {
        Entrances {
            identities: self.store.clone(),
            credentials: self.store.clone(),
            registry: Arc::new(Registry::new(Providers::default())),
            local: vec![CredentialKind::Password],
        }
    }

    fn told(&self) -> Vec<(&'static str, &'static str)> {
        std::mem::take(&mut self.told.0.lock().unwrap())
    }
}

/// KC-070, KC-073, KC-152.
#[tokio::test]
async fn a_list_tells_how_credentials_are_made_and_never_what_of() {
    let (story, _) = Story::new().await;
    let own = story.credentials.list(story.ada).await.unwrap();
    let shown: Vec<Value> = own
        .iter()
        .map(|one| serde_json::to_value(Listed::of(one, true)).unwrap())
        .collect();
    assert_eq!(shown[0]["type"], "password");
    assert_eq!(
        shown[0]["data"],
        json!({"algorithm": "argon2id", "parameters":
            {"version": 19, "memory": 19456, "iterations": 2, "parallelism": 1}})
    );
    assert_eq!(
        shown[1]["data"],
        json!({"algorithm": "SHA1", "digits": 6, "period": 30})
    );
    assert_eq!(
        shown[2]["data"],
        json!({"transports": ["usb"], "aaguid": "a"})
    );
    assert_eq!(shown[4]["data"]["subject"], "4711");
    let text = json!(shown).to_string();
    for secret in [
        "c2FsdHNhbHQ",
        "aGFzaGhhc2g",
        "sealed",
        "public_key",
        "previous",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    let bare = serde_json::to_value(Listed::of(&own[0], false)).unwrap();
    assert_eq!(bare.get("data"), None);
}

/// KC-152.
#[test]
fn hashes_of_other_systems_tell_their_algorithm_and_cost_alone() {
    let of_hash = |hash: &str| {
        let mut credential = LinkKey {
            provider: "acme".parse().unwrap(),
            issuer: String::new(),
            subject: String::new(),
        }
        .credential(
            IdentityId::generate(&SeededEntropy::new(1)),
            CredentialId::generate(&SeededEntropy::new(2)),
            Timestamp::UNIX_EPOCH,
        );
        credential.kind = CredentialKind::Password;
        credential.config = json!({"hashed_password": hash});
        data::of(&credential)
    };
    for (hash, algorithm, parameters) in [
        (
            "$2b$12$saltsaltsaltsaltsaltsahash",
            "bcrypt",
            json!({"cost": 12}),
        ),
        (
            "$pbkdf2-sha256$i=27500,l=32$c2FsdA$aGFzaA",
            "pbkdf2-sha256",
            json!({"iterations": 27500}),
        ),
        (
            "$firescrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA$c2Vw$c2lnbmVy",
            "firescrypt",
            json!({"log_cost": 14, "block_size": 8, "parallelism": 1}),
        ),
        (
            "$5$rounds=5000$salt$hash",
            "sha256-crypt",
            json!({"iterations": 5000}),
        ),
        ("{SSHA}aGFzaHNhbHQ=", "ssha", json!({})),
        ("$md5$pf=c2VjcmV0$m=1$aGFzaA", "md5", json!({"memory": 1})),
        ("", "", json!({})),
    ] {
        let expected = json!({"algorithm": algorithm, "parameters": parameters});
        assert_eq!(of_hash(hash), expected, "{hash}");
    }
}

/// KC-071.
#[tokio::test]
async fn what_is_moved_to_first_is_offered_first_and_what_is_new_last() {
    let (story, [password, totp, key, other, link]) = Story::new().await;
    let credentials = &story.credentials;
    credentials
        .move_to(story.ada, key, Place::First)
        .await
        .unwrap();
    assert_eq!(story.order().await, [key, password, totp, other, link]);
    let after = Place::After(other);
    credentials.move_to(story.ada, totp, after).await.unwrap();
    assert_eq!(story.order().await, [key, password, other, totp, link]);
    assert_eq!(
        story.told(),
        [
            ("credential_moved", "webauthn"),
            ("credential_moved", "totp")
        ]
    );
    let after = Place::After(totp);
    credentials.move_to(story.ada, totp, after).await.unwrap();
    assert_eq!(story.order().await, [key, password, other, totp, link]);
    assert!(story.told().is_empty(), "nothing has moved");
    let new = story
        .add(CredentialKind::LookupSecret, None, json!({}))
        .await;
    assert_eq!(story.order().await.last(), Some(&new));
    let nowhere = Place::After(CredentialId::generate(&story.entropy));
    let moved = credentials.move_to(story.ada, totp, nowhere).await;
    assert!(matches!(moved, Err(CredentialsError::Unknown)));
}

/// KC-072.
#[tokio::test]
async fn a_label_changes_nothing_else() {
    let (story, [password, ..]) = Story::new().await;
    let before = story.credentials.find(story.ada, password).await.unwrap();
    let label = |text: &'static str| story.credentials.label(story.ada, password, text);
    let labelled = label("  Office ").await.unwrap();
    assert_eq!(labelled.label.as_deref(), Some("Office"));
    assert_eq!(
        (labelled.updated_at, &labelled.config),
        (before.updated_at, &before.config)
    );
    label("Office").await.unwrap();
    assert_eq!(label(" ").await.unwrap(), before);
    assert_eq!(story.told().len(), 2);
    for text in ["two\nlines".to_owned(), "x".repeat(101)] {
        let refused = story.credentials.label(story.ada, password, &text).await;
        assert!(matches!(refused, Err(CredentialsError::Label)), "{text}");
    }
    let stranger = IdentityId::generate(&story.entropy);
    let refused = story.credentials.label(stranger, password, "mine").await;
    assert!(matches!(refused, Err(CredentialsError::Unknown)));
}

/// KC-074, KC-075, CU-24.
#[tokio::test]
async fn one_goes_by_its_id_and_links_otherwise() {
    let (story, [password, totp, key, other, link]) = Story::new().await;
    let credentials = &story.credentials;
    let entrances = story.entrances();
    let ada = IdentityStore::find(&*story.store, story.ada).await;
    let ada = ada.unwrap().unwrap();
    for gone in [totp, key, other] {
        credentials.delete(&ada, gone, &entrances).await.unwrap();
        assert!(matches!(
            credentials.delete(&ada, gone, &entrances).await,
            Err(CredentialsError::Unknown)
        ));
    }
    assert_eq!(story.order().await, [password, link]);
    assert_eq!(
        story.told(),
        [
            ("credential_removed", "totp"),
            ("credential_removed", "webauthn"),
            ("credential_removed", "webauthn"),
        ]
    );
    let id = IdentityId::generate(&story.entropy);
    let stranger = Identity { id, ..ada.clone() };
    let foreign = credentials.delete(&stranger, password, &entrances).await;
    assert!(matches!(foreign, Err(CredentialsError::Unknown)));
    let linked = credentials.delete(&ada, link, &entrances).await;
    assert!(matches!(linked, Err(CredentialsError::Link)));
    let mut admin = ada.clone();
    admin.roles = vec!["admin".to_owned()];
    admin.identifiers = vec!["ada".to_owned()];
    story.store.update(&admin).await.unwrap();
    let alone = credentials.delete(&admin, password, &entrances).await;
    assert!(matches!(alone, Err(CredentialsError::LastAdministrator)));
    assert_eq!(story.order().await, [password, link]);
}
