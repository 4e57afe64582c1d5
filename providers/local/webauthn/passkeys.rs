//! Passkeys: they say by themselves whose they are, and need nothing beside them.

use async_trait::async_trait;
use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::{Answer, Change, Enrolment, Passwordless, Question},
    identity::Identity,
    message::Message,
    method::{MethodError, Verified},
    ui::Node,
};
use serde_json::{Map, Value};

use super::{
    Keys, Refusal, assertion::Assertion, enrolment::is_meant, purpose::Purpose,
    relying_party::Challenge,
};

const PURPOSE: Purpose = Purpose::Passkey;

/// The field with what a passkey has signed.
const LOGIN: &str = "passkey_login";

/// Passkeys.
#[derive(Debug)]
pub struct Passkeys(Keys);

impl Passkeys {
    /// Passkeys with these parts.
    pub fn new(keys: Keys) -> Self {
        Self(keys)
    }

    /// Keeps the counter of a passkey that has signed. Where somebody else was faster, this was
    /// signed before or after what they had: one of both may be a copy's, so it does not count.
    async fn keep(&self, before: &Credential, after: &Credential) -> Result<(), MethodError> {
        if before.config == after.config {
            return Ok(());
        }
        let credentials = &self.0.stores.credentials;
        let kept = credentials.replace_config(&before.config, after).await;
        match kept.map_err(MethodError::Unavailable)? {
            true => Ok(()),
            false => Err(Refusal::UnknownKey.into()),
        }
    }
}

#[async_trait]
impl Passwordless for Passkeys {
    fn kind(&self) -> CredentialKind {
        PURPOSE.kind()
    }

    async fn ask(&self) -> Result<Question, MethodError> {
        let group = PURPOSE.group();
        let (challenge, options) = self.0.asking(PURPOSE, &[]);
        let hidden =
            |name: &str, value: String| Node::input(group, name, "hidden").with_value(value);
        let label = Message::sign_in_with_passkey();
        let mut trigger = Node::trigger(group, "passkey_login_trigger", "oryPasskeyLogin", label);
        let fills_in = "oryPasskeyLoginAutocompleteInit".to_owned();
        trigger.attributes.onload_trigger = Some(fills_in);
        Ok(Question {
            nodes: vec![
                hidden("passkey_challenge", options),
                hidden(LOGIN, String::new()),
                trigger,
                self.0.party.script(group),
            ],
            memory: challenge.memory(),
        })
    }

    async fn recognise(&self, answer: Answer<'_>) -> Result<Verified, MethodError> {
        let challenge = Challenge::remembered(answer.memory)?;
        let assertion = Assertion::read(answer.text(LOGIN).ok_or(Refusal::Unreadable)?)?;
        let Keys { party, stores, .. } = &self.0;
        let id = assertion.key_id();
        let found = stores.credentials.find_by_identifier(PURPOSE.kind(), &id);
        let before = found.await.map_err(MethodError::Unavailable)?;
        let before = before.ok_or(Refusal::UnknownKey)?;
        let after = assertion.verify(&challenge, PURPOSE, party, &before)?;
        let identity = stores.identities.find(before.identity_id).await;
        let identity = identity.map_err(MethodError::Unavailable)?;
        let identity = identity.ok_or(Refusal::UnknownKey)?;
        self.keep(&before, &after).await?;
        Ok(Verified {
            identity,
            credential: after,
        })
    }
}

#[async_trait]
impl Enrolment for Passkeys {
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
