//! Stories of keys, told with an authenticator made of software that can be dishonest.

mod authenticator;
mod garbage;
mod honest;
mod hostile;
mod settings;

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialStore},
    factor::{Answer, Change, Enrolment, Factor, Passwordless, Proved, Question},
    id::IdentityId,
    identity::{Identity, IdentityStore},
    method::Verified,
    testing::{FrozenClock, MemoryStore, SeededEntropy},
};
use serde_json::{Map, Value, json};
use url::Url;

use self::authenticator::Authenticator;
use super::*;

const ORIGIN: &str = "https://gate.example.org";

/// A house in which Anna has an identity.
struct House {
    keys: SecurityKeys,
    passkeys: Passkeys,
    store: Arc<MemoryStore>,
    anna: Identity,
}

/// Whatever is wrong, by its numbers.
fn refused<T: std::fmt::Debug>(outcome: Result<T, MethodError>) -> Vec<u32> {
    match outcome.unwrap_err() {
        MethodError::Invalid(complaints) => {
            assert!(complaints.iter().all(|(field, _)| field.is_none()));
            complaints.iter().map(|(_, message)| message.id).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// A proof is not accepted, and nobody is told why.
const WRONG: [u32; 1] = [4_000_043];

fn node<'a>(question: &'a Question, name: &str) -> &'a portcullis_core::ui::Node {
    let mut nodes = question.nodes.iter();
    let found = nodes.find(|node| node.attributes.name == name);
    found.unwrap_or_else(|| panic!("{name} in {question:?}"))
}

/// The options that a node carries.
fn options(question: &Question, name: &str) -> Value {
    let value = node(question, name).attributes.value.clone().unwrap();
    let value: Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    value.get("credentialOptions").cloned().unwrap_or(value)
}

fn fields(members: &[(&str, &str)]) -> Map<String, Value> {
    let members = members.iter();
    members
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

impl House {
    async fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock)));
        let keys = Keys {
            party: Arc::new(party()),
            stores: Stores {
                identities: Arc::clone(&store) as Arc<dyn IdentityStore>,
                credentials: Arc::clone(&store) as Arc<dyn CredentialStore>,
            },
            clock,
            entropy: Arc::new(SeededEntropy::new(7)),
        };
        let house = Self {
            keys: SecurityKeys::new(keys.clone()),
            passkeys: Passkeys::new(keys),
            anna: person(1, "anna@example.org"),
            store,
        };
        house.store.insert(&house.anna, &[]).await.unwrap();
        house
    }

    async fn own(&self) -> Vec<Credential> {
        CredentialStore::list(&*self.store, self.anna.id)
            .await
            .unwrap()
    }

    async fn change(
        &self,
        enrolment: &dyn Enrolment,
        fields: &Map<String, Value>,
        memory: &Value,
    ) -> Result<Change, MethodError> {
        assert!(enrolment.is_meant(fields));
        let answer = Answer { fields, memory };
        enrolment
            .change(answer, &self.anna, &self.own().await)
            .await
    }

    /// Anna adds a key that this authenticator makes.
    async fn add(&self, enrolment: &dyn Enrolment, device: &mut Authenticator) -> Credential {
        match self.try_adding(enrolment, device).await.unwrap() {
            Change::Add {
                credential,
                is_proved: true,
            } => {
                self.store.put(&credential).await.unwrap();
                *credential
            }
            other => panic!("{other:?}"),
        }
    }

    async fn try_adding(
        &self,
        enrolment: &dyn Enrolment,
        device: &mut Authenticator,
    ) -> Result<Change, MethodError> {
        let own = self.own().await;
        let question = enrolment.offer(&self.anna, &own).await.unwrap();
        let (source, result) = match enrolment.kind().as_str() {
            "passkey" => ("passkey_create_data", "passkey_settings_register"),
            _ => ("webauthn_register_trigger", "webauthn_register"),
        };
        let made = device.create(&options(&question, source));
        let fields = fields(&[(result, &made)]);
        self.change(enrolment, &fields, &question.memory).await
    }

    /// Anna shows her security key.
    async fn prove(&self, device: &mut Authenticator) -> Result<Proved, MethodError> {
        let question = self.asked().await;
        let signed = device.get(&options(&question, "webauthn_login_trigger"));
        self.answer(&signed, &question.memory).await
    }

    async fn asked(&self) -> Question {
        let asked = self.keys.ask(&self.anna, &self.own().await).await;
        asked.unwrap().unwrap()
    }

    async fn answer(&self, signed: &str, memory: &Value) -> Result<Proved, MethodError> {
        let fields = &fields(&[("webauthn_login", signed)]);
        self.keys
            .prove(Answer { fields, memory }, &self.own().await)
            .await
    }

    /// Somebody shows a passkey.
    async fn recognise(&self, device: &mut Authenticator) -> Result<Verified, MethodError> {
        let question = Passwordless::ask(&self.passkeys).await.unwrap();
        let signed = device.get(&options(&question, "passkey_challenge"));
        self.recognise_by(&signed, &question.memory).await
    }

    async fn recognise_by(&self, signed: &str, memory: &Value) -> Result<Verified, MethodError> {
        let fields = &fields(&[("passkey_login", signed)]);
        self.passkeys.recognise(Answer { fields, memory }).await
    }
}

fn party() -> RelyingParty {
    let script = Script {
        src: format!("{ORIGIN}/.p/w.js"),
        integrity: "sha384-x".to_owned(),
    };
    let url: Url = ORIGIN.parse().unwrap();
    RelyingParty::new(&url, "House", script).unwrap()
}

fn person(seed: u64, address: &str) -> Identity {
    let id = IdentityId::generate(&SeededEntropy::new(seed));
    Identity {
        identifiers: vec![address.to_owned()],
        ..Identity::blank(id, "default", Timestamp::UNIX_EPOCH)
    }
}
