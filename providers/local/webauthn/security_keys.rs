//! Security keys: asked for beside a first factor.

use async_trait::async_trait;
use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::{Answer, Change, Enrolment, Factor, Proved, Question},
    identity::Identity,
    message::Message,
    method::MethodError,
    ui::Node,
};
use serde_json::{Map, Value};

use super::{
    Keys, Refusal,
    assertion::Assertion,
    enrolment::{is_meant, of_purpose},
    kept::Kept,
    purpose::Purpose,
    relying_party::Challenge,
};

const PURPOSE: Purpose = Purpose::SecondFactor;

/// The field with what a key has signed.
const LOGIN: &str = "webauthn_login";

/// Security keys.
#[derive(Debug)]
pub struct SecurityKeys(Keys);

impl SecurityKeys {
    /// Security keys with these parts.
    pub fn new(keys: Keys) -> Self {
        Self(keys)
    }
}

#[async_trait]
impl Factor for SecurityKeys {
    fn kind(&self) -> CredentialKind {
        PURPOSE.kind()
    }

    async fn ask(&self, _: &Identity, own: &[Credential]) -> Result<Option<Question>, MethodError> {
        let mut keys = of_purpose(own, PURPOSE);
        keys.retain(|key| Kept::of(key).is_ok());
        if keys.is_empty() {
            return Ok(None);
        }
        let group = PURPOSE.group();
        let (challenge, options) = self.0.asking(PURPOSE, &keys);
        let label = Message::use_security_key();
        let trigger = Node::trigger(group, "webauthn_login_trigger", "oryWebAuthnLogin", label);
        Ok(Some(Question {
            nodes: vec![
                Node::input(group, LOGIN, "hidden").with_value(""),
                trigger.with_value(options),
                self.0.party.script(group),
            ],
            memory: challenge.memory(),
        }))
    }

    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError> {
        let challenge = Challenge::remembered(answer.memory)?;
        let assertion = Assertion::read(answer.text(LOGIN).ok_or(Refusal::Unreadable)?)?;
        let id = assertion.key_id();
        let mut keys = of_purpose(own, PURPOSE).into_iter();
        let key = keys.find(|key| key.identifier.as_deref() == Some(&id));
        let before = key.ok_or(Refusal::UnknownKey)?;
        let after = assertion.verify(&challenge, PURPOSE, &self.0.party, before)?;
        Ok(Proved {
            before: before.clone(),
            after,
        })
    }
}

#[async_trait]
impl Enrolment for SecurityKeys {
    fn kind(&self) -> CredentialKind {
        PURPOSE.kind()
    }

    async fn offer(
        &self,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Question, MethodError> {
        Ok(self.0.offer(PURPOSE, identity, own))
    }

    fn is_meant(&self, fields: &Map<String, Value>) -> bool {
        is_meant(PURPOSE, fields)
    }

    async fn change(
        &self,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError> {
        self.0.change(PURPOSE, answer, identity, own).await
    }
}
