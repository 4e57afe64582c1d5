//! Stories of authenticator apps, over stores in memory.

mod app;
mod generator;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use portcullis_core::{
    credential::CredentialStore,
    id::IdentityId,
    identity::IdentityStore,
    seal::Seal,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};

use self::app::{RFC, shown_by_app};
use super::*;

const ANNA: &str = "anna@example.org";
struct Story {
    totp: Totp,
    store: Arc<MemoryStore>,
    clock: Arc<FrozenClock>,
    anna: Identity,
}

impl Story {
    /// Anna has no app yet.
    async fn new() -> Self {
        let start = "2026-06-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(FrozenClock::new(start));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let entropy = SeededEntropy::new(7);
        let mut anna = Identity::blank(IdentityId::generate(&entropy), "default", start);
        anna.identifiers = vec![ANNA.to_owned()];
        store.insert(&anna, &[]).await.unwrap();
        let totp = totp(seals(b"today", &[]), &store, &clock, 1);
        Self {
            totp,
            store,
            clock,
            anna,
        }
    }

    async fn own(&self) -> Vec<Credential> {
        let store: &dyn CredentialStore = &*self.store;
        store.list(self.anna.id).await.unwrap()
    }

    /// Anna sets an app up, which takes this secret.
    async fn set_up(&self) -> String {
        let question = self.totp.offer(&self.anna, &[]).await.unwrap();
        let secret = secret(&question);
        let code = shown_by_app(&secret, self.clock.now());
        let change = self.change(&question.memory, &code).await.unwrap();
        let Change::Add {
            credential,
            is_proved: true,
        } = change
        else {
            panic!("nothing was added");
        };
        let store: &dyn CredentialStore = &*self.store;
        store.put(&credential).await.unwrap();
        secret
    }

    async fn change(&self, memory: &Value, code: &str) -> Result<Change, MethodError> {
        let fields = fields(&json!({"method": "totp", "totp_code": code}));
        let answer = Answer {
            fields: &fields,
            memory,
        };
        let own = self.own().await;
        self.totp.change(answer, &self.anna, &own).await
    }

    async fn prove(&self, code: &str) -> Result<Proved, MethodError> {
        self.prove_to(&self.totp, code).await
    }

    async fn prove_to(&self, totp: &Totp, code: &str) -> Result<Proved, MethodError> {
        let fields = fields(&json!({"method": "totp", "totp_code": code}));
        let answer = Answer {
            fields: &fields,
            memory: &Value::Null,
        };
        totp.prove(answer, &self.own().await).await
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn totp(seals: Seals, store: &Arc<MemoryStore>, clock: &Arc<FrozenClock>, seed: u64) -> Totp {
    Totp::new(
        "id.example.org:8443",
        seals,
        Arc::clone(store) as Arc<dyn FlowStore>,
        Arc::clone(clock) as Arc<dyn Clock>,
        Arc::new(SeededEntropy::new(seed)),
    )
}

fn seals(first: &[u8], others: &[&[u8]]) -> Seals {
    Seals::new(
        Seal::new(first),
        others.iter().map(|key| Seal::new(key)).collect(),
    )
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn secret(question: &Question) -> String {
    let text = question.nodes[1].attributes.shown.text.as_ref().unwrap();
    text.context["secret"].as_str().unwrap().to_owned()
}

/// The messages of a refusal, with the fields they belong to.
fn told<T: std::fmt::Debug>(result: Result<T, MethodError>) -> Vec<(Option<String>, u32)> {
    match result {
        Err(MethodError::Invalid(told)) => told.into_iter().map(|(at, m)| (at, m.id)).collect(),
        other => panic!("{other:?}"),
    }
}

fn at_code(id: u32) -> Vec<(Option<String>, u32)> {
    vec![(Some(CODE.to_owned()), id)]
}

#[tokio::test]
async fn an_app_is_set_up_by_a_code_that_it_shows_cu_23() {
    let story = Story::new().await;
    let question = story.totp.offer(&story.anna, &[]).await.unwrap();
    let names: Vec<_> = question
        .nodes
        .iter()
        .map(|node| {
            let shown = node.attributes.shown.id.clone();
            shown.unwrap_or_else(|| node.attributes.name.clone())
        })
        .collect();
    assert_eq!(
        names,
        [
            "totp_qr",
            "totp_secret_key",
            "totp_link",
            "totp_code",
            "method"
        ]
    );
    let wrong = story.change(&question.memory, "000000").await;
    assert_eq!(told(wrong), at_code(4_000_008));
    let empty = story.change(&question.memory, " ").await;
    assert_eq!(told(empty), at_code(4_000_002));
    let stale = story.change(&Value::Null, "000000").await;
    assert_eq!(told(stale), [(None, 4_050_001)]);

    let secret = story.set_up().await;
    let own = story.own().await;
    assert_eq!(own.len(), 1);
    let config = own[0].config.to_string();
    assert!(!config.contains(&secret), "the secret is kept in the clear");
    assert_eq!(own[0].config["algorithm"], "SHA1");
    assert_eq!(own[0].config["digits"], 6);
    assert_eq!(own[0].config["period"], 30);
}

#[tokio::test]
async fn nobody_has_two_apps() {
    let story = Story::new().await;
    let question = story.totp.offer(&story.anna, &[]).await.unwrap();
    story.set_up().await;
    let code = shown_by_app(&secret(&question), story.clock.now());
    let second = story.change(&question.memory, &code).await;
    assert_eq!(told(second), [(None, 4_990_010)]);
    let store: &dyn CredentialStore = &*story.store;
    let mut twin = story.own().await.remove(0);
    twin.id = CredentialId::generate(&SeededEntropy::new(99));
    assert!(
        store.put(&twin).await.is_err(),
        "of two at the same time one stays"
    );
    let own = story.own().await;
    let offered = story.totp.offer(&story.anna, &own).await.unwrap();
    assert_eq!(offered.nodes[2].attributes.name, UNLINK);
}

/// KC-072.
#[tokio::test]
async fn an_app_gets_a_name() {
    let story = Story::new().await;
    story.set_up().await;
    let own = story.own().await;
    for (typed, called) in [
        (json!(" Old\n phone "), Some("Old phone")),
        (json!(" "), None),
    ] {
        let press = json!({"totp_rename": "true", "totp_rename_displayname": typed});
        let press = fields(&press);
        assert!(story.totp.is_meant(&press));
        let answer = Answer {
            fields: &press,
            memory: &Value::Null,
        };
        let change = story.totp.change(answer, &story.anna, &own).await.unwrap();
        match (change, called) {
            (Change::Replace { before, after }, Some(called)) => {
                assert_eq!(*before, own[0]);
                assert_eq!(after.label.as_deref(), Some(called));
            }
            (Change::Ask(question), None) => {
                assert_eq!(question.nodes[0].attributes.value, Some(json!("App")));
            }
            (other, _) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_code_is_accepted_once_on_all_nodes() {
    let story = Story::new().await;
    let secret = story.set_up().await;
    let first = shown_by_app(&secret, story.clock.now());
    let again = story.prove(&first).await;
    assert_eq!(told(again), at_code(4_990_080), "it has set the app up");

    story.wait(30);
    let code = shown_by_app(&secret, story.clock.now());
    let other = totp(seals(b"today", &[]), &story.store, &story.clock, 2);
    let (here, there) = tokio::join!(story.prove(&code), story.prove_to(&other, &code));
    assert_ne!(here.is_ok(), there.is_ok(), "one of two nodes takes it");
    for seconds in [0, 29, 30] {
        story.wait(seconds);
        assert!(story.prove(&code).await.is_err(), "after {seconds} more");
    }
    let next = shown_by_app(&secret, story.clock.now());
    assert!(story.prove(&next).await.is_ok());
}

#[tokio::test]
async fn a_wrong_code_and_one_of_somebody_elses_app_prove_nothing() {
    let story = Story::new().await;
    assert_eq!(told(story.prove("123456").await), [(None, 4_000_011)]);
    assert_eq!(story.totp.ask(&story.anna, &[]).await.unwrap(), None);
    story.set_up().await;
    assert!(
        story
            .totp
            .ask(&story.anna, &story.own().await)
            .await
            .unwrap()
            .is_some()
    );
    let foreign = shown_by_app(RFC, story.clock.now());
    assert_eq!(told(story.prove(&foreign).await), at_code(4_000_008));
    assert_eq!(told(story.prove("").await), at_code(4_000_002));
}

#[tokio::test]
async fn a_secret_is_sealed_anew_when_the_key_has_been_replaced() {
    let story = Story::new().await;
    let secret = story.set_up().await;
    story.wait(30);
    let code = shown_by_app(&secret, story.clock.now());
    let gone = totp(seals(b"tomorrow", &[]), &story.store, &story.clock, 2);
    let unreadable = story.prove_to(&gone, &code).await;
    assert!(matches!(unreadable, Err(MethodError::Unavailable(_))));
    let both = totp(
        seals(b"tomorrow", &[b"today"]),
        &story.store,
        &story.clock,
        3,
    );
    let proved = story.prove_to(&both, &code).await.unwrap();
    assert_ne!(proved.before.config, proved.after.config);
    let store: &dyn CredentialStore = &*story.store;
    store.put(&proved.after).await.unwrap();
    story.wait(30);
    let next = shown_by_app(&secret, story.clock.now());
    let proved = story.prove_to(&gone, &next).await.unwrap();
    assert_eq!(proved.before, proved.after);
}

#[tokio::test]
async fn a_secret_opens_for_nobody_else() {
    let story = Story::new().await;
    let secret = story.set_up().await;
    story.wait(30);
    let mut stolen = story.own().await.remove(0);
    stolen.identity_id = IdentityId::generate(&SeededEntropy::new(98));
    let fields = fields(&json!({"totp_code": shown_by_app(&secret, story.clock.now())}));
    let answer = Answer {
        fields: &fields,
        memory: &Value::Null,
    };
    let proved = story.totp.prove(answer, &[stolen]).await;
    assert!(matches!(proved, Err(MethodError::Unavailable(_))));
}

#[tokio::test]
async fn an_app_is_removed() {
    let story = Story::new().await;
    let press = fields(&json!({"totp_unlink": "true"}));
    assert!(story.totp.is_meant(&press));
    assert!(
        !story
            .totp
            .is_meant(&fields(&json!({"method": "profile", "totp_code": "1"})))
    );
    assert!(!story.totp.is_meant(&fields(&json!({"totp_code": ""}))));
    let answer = Answer {
        fields: &press,
        memory: &Value::Null,
    };
    let none = story.totp.change(answer, &story.anna, &[]).await;
    assert_eq!(told(none), [(None, 4_000_011)]);
    story.set_up().await;
    let own = story.own().await;
    let change = story.totp.change(answer, &story.anna, &own).await.unwrap();
    assert_eq!(change, Change::Remove(vec![own[0].id]));
}

#[tokio::test]
async fn apps_read_the_issuer_and_who_it_is_from_the_picture() {
    let story = Story::new().await;
    let generator = Generator::of_base32(Parameters::default(), RFC).unwrap();
    let url = generator.url("id.example.org:8443", ANNA).unwrap();
    let expected = format!("secret={RFC}");
    assert!(
        url.starts_with("otpauth://totp/id.example.org%208443:anna"),
        "{url}"
    );
    assert!(url.contains(&expected) && url.contains("issuer="), "{url}");
    let question = story.totp.offer(&story.anna, &[]).await.unwrap();
    let src = question.nodes[0].attributes.shown.src.clone().unwrap();
    let picture = src.strip_prefix("data:image/svg+xml;base64,").unwrap();
    let picture = String::from_utf8(STANDARD.decode(picture).unwrap()).unwrap();
    assert!(picture.contains("<svg") && picture.contains("#fff"));
    assert!(src.len() < 12_000, "{}", src.len());
    // Whatever people are called, there is a picture.
    for name in [
        String::new(),
        "ä:🦀?&#%".repeat(20),
        "x".repeat(500),
        "🦀".repeat(500),
    ] {
        let mut anna = story.anna.clone();
        anna.identifiers = vec![name];
        assert!(story.totp.offer(&anna, &[]).await.is_ok());
    }
}
