//! A second factor that takes one code, and houses that have it.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    action::Action,
    assurance::Assurance,
    clock::Clock,
    credential::{Credential, CredentialKind, CredentialStore},
    entropy::Entropy,
    factor::{Answer, Change, Enrolment, Factor, Factors, Proved, Question},
    id::CredentialId,
    identity::Identity,
    message::Message,
    method::MethodError,
    testing::MemoryStore,
    ui::Node,
};
use serde_json::{Map, Value, json};

use super::{Browser, House, Reply, action, busy::Busy, csrf};

/// What the factor takes.
pub(crate) const CODE: &str = "123456";

/// A second factor that takes [`CODE`], as long as it is asked for it.
#[derive(Debug)]
pub(crate) struct FakeFactor {
    pub(crate) kind: CredentialKind,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl FakeFactor {
    fn named(&self, end: &str) -> String {
        format!("{}_{end}", self.kind.as_str())
    }

    fn question(&self) -> Question {
        let kind = self.kind.as_str();
        Question {
            nodes: vec![
                Node::input(kind, &self.named("code"), "text"),
                Node::submit(kind, "method", kind, Message::go_on()),
            ],
            memory: json!("asked"),
        }
    }

    fn is_right(&self, answer: Answer<'_>) -> Result<(), MethodError> {
        let field = self.named("code");
        let wrong = Message::error(4_000_008, "wrong", Value::Null);
        let wrong = || MethodError::Invalid(vec![(Some(field.clone()), wrong)]);
        let is_asked = answer.memory == "asked";
        (is_asked && answer.text(&field) == Some(CODE))
            .then_some(())
            .ok_or_else(wrong)
    }

    pub(crate) fn credential(&self, identity: &Identity) -> Credential {
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity.id,
            kind: self.kind,
            identifier: None,
            config: json!({"used": 0}),
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        }
    }
}

#[async_trait]
impl Factor for FakeFactor {
    fn kind(&self) -> CredentialKind {
        self.kind
    }

    async fn ask(&self, _: &Identity, own: &[Credential]) -> Result<Option<Question>, MethodError> {
        let has = own.iter().any(|one| one.kind == self.kind);
        Ok(has.then(|| self.question()))
    }

    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError> {
        self.is_right(answer)?;
        let before = own.iter().find(|one| one.kind == self.kind);
        let before = before.unwrap().clone();
        let used = before.config["used"].as_u64().unwrap();
        let mut after = before.clone();
        after.config = json!({"used": used + 1});
        Ok(Proved { before, after })
    }
}

#[async_trait]
impl Enrolment for FakeFactor {
    fn kind(&self) -> CredentialKind {
        self.kind
    }

    async fn offer(&self, _: &Identity, own: &[Credential]) -> Result<Question, MethodError> {
        let has = own.iter().any(|one| one.kind == self.kind);
        let (kind, name) = (self.kind.as_str(), self.named("unlink"));
        let unlink = Node::submit(kind, &name, "true", Message::go_on());
        Ok(match has {
            true => Question {
                nodes: vec![unlink],
                memory: Value::Null,
            },
            false => self.question(),
        })
    }

    fn is_meant(&self, fields: &Map<String, Value>) -> bool {
        let kind = self.kind.as_str();
        fields.get("method").is_some_and(|method| method == kind)
            || fields.contains_key(&self.named("unlink"))
    }

    async fn change(
        &self,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError> {
        if answer.text(&self.named("unlink")).is_some() {
            let ids = own.iter().filter(|one| one.kind == self.kind);
            return Ok(Change::Remove(ids.map(|one| one.id).collect()));
        }
        self.is_right(answer)?;
        Ok(Change::Add {
            credential: Box::new(self.credential(identity)),
            is_proved: true,
        })
    }
}

/// Codes on a list, all of which are [`CODE`].
#[derive(Debug)]
struct FakeList;

#[async_trait]
impl Factor for FakeList {
    fn kind(&self) -> CredentialKind {
        CredentialKind::LookupSecret
    }

    async fn ask(&self, _: &Identity, own: &[Credential]) -> Result<Option<Question>, MethodError> {
        let has = own.iter().any(|one| one.kind == self.kind());
        Ok(has.then(|| Question {
            nodes: vec![Node::input("lookup_secret", "lookup_secret", "text")],
            memory: Value::Null,
        }))
    }

    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError> {
        let wrong = || MethodError::Invalid(vec![(None, Message::changed_meanwhile())]);
        let list = own.iter().find(|one| one.kind == self.kind());
        let list = list.filter(|_| answer.text("lookup_secret") == Some(CODE));
        let list = list.ok_or_else(wrong)?;
        Ok(Proved {
            before: list.clone(),
            after: list.clone(),
        })
    }
}

/// Where a browser takes the second step.
pub(crate) const STEP_UP: &str = "/self-service/login/browser?aal=aal2";
/// Where a session is told.
pub(crate) const WHOAMI: &str = "/sessions/whoami";

/// Whoever has a second factor has to use it.
pub(crate) fn available() -> Assurance {
    Assurance {
        highest_available: true,
        ..Assurance::default()
    }
}

/// Everybody has to have one, too.
pub(crate) fn enforced() -> Assurance {
    Assurance {
        enforce: true,
        ..available()
    }
}

/// Types this code into a form that asks for the factor.
pub(crate) async fn prove(browser: &mut Browser<'_>, flow: &Value, code: &str) -> Reply {
    let fields = json!({"method": "totp", "totp_code": code, "csrf_token": csrf(flow)});
    browser.post(action(flow), &fields).await
}

/// The same with a key.
pub(crate) async fn prove_key(browser: &mut Browser<'_>, flow: &Value) -> Reply {
    let fields = json!({"method": "webauthn", "webauthn_code": CODE, "csrf_token": csrf(flow)});
    browser.post(action(flow), &fields).await
}

/// How strongly a browser is signed in.
pub(crate) async fn aal(browser: &mut Browser<'_>) -> String {
    let session = browser.ask(WHOAMI).await.json();
    let aal = session["authenticator_assurance_level"].as_str();
    aal.unwrap_or_default().to_owned()
}

/// A house with the factor, where people have to be signed in as strongly as this.
pub(crate) fn house(assurance: Assurance) -> House {
    house_without(assurance, &[])
}

/// The same without these actions.
pub(crate) fn house_without(assurance: Assurance, off: &[Action]) -> House {
    made((assurance, off), |store| store)
}

/// The same with credentials that are kept in another way, over what keeps all else.
pub(crate) fn house_over(
    assurance: Assurance,
    keep: impl FnOnce(Arc<MemoryStore>) -> Arc<dyn CredentialStore>,
) -> House {
    made((assurance, &[]), keep)
}

fn made(
    (assurance, off): (Assurance, &[Action]),
    keep: impl FnOnce(Arc<MemoryStore>) -> Arc<dyn CredentialStore>,
) -> House {
    let mut off = off.to_vec();
    off.push(Action::VerifyProfile);
    Busy {
        off,
        assurance,
        ..Busy::default()
    }
    .house_with(|services, store| {
        services.credentials = keep(store.clone());
        services.broker.credentials = services.credentials.clone();
        let fake = |kind| {
            Arc::new(FakeFactor {
                kind,
                clock: services.clock.clone(),
                entropy: services.entropy.clone(),
            })
        };
        let app = fake(CredentialKind::Totp);
        let mut factors = Factors {
            second: vec![app.clone(), Arc::new(FakeList)],
            enrolments: vec![app],
            passwordless: Vec::new(),
            imports: None,
        };
        if assurance.key_after_provider {
            let key = fake(CredentialKind::Webauthn);
            factors.second.push(key.clone());
            factors.enrolments.push(key);
        }
        services.factors = factors;
    })
}

impl House {
    /// Gives somebody the factor.
    pub(crate) async fn equip(&self, identity: &Identity) -> Credential {
        self.equip_with(identity, CredentialKind::Totp).await
    }

    /// Gives somebody a factor of this kind.
    pub(crate) async fn equip_with(&self, identity: &Identity, kind: CredentialKind) -> Credential {
        let factor = FakeFactor {
            kind,
            clock: self.services.clock.clone(),
            entropy: self.services.entropy.clone(),
        };
        let credential = factor.credential(identity);
        let credentials: &dyn CredentialStore = &*self.store;
        credentials.put(&credential).await.unwrap();
        credential
    }
}
