//! The factor ports: what proves somebody beside what they sign in with first, or without it.
//!
//! A factor asks a question, which is a form and what has to be remembered until the form comes back,
//! and says what an answer to it proves or changes. Keeping flows, credentials and sessions is not its
//! business.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId},
    identity::Identity,
    method::{MethodError, Verified},
    ui::Node,
};

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// The fields and buttons, those of one kind of credential.
    pub nodes: Vec<Node>,
    /// What only whoever asks it reads, kept sealed until the answer comes; `null` for nothing.
    pub memory: Value,
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The fields of the form.
    pub fields: &'a Map<String, Value>,
    /// What was remembered of the question; `null` for nothing.
    pub memory: &'a Value,
}

impl<'a> Answer<'a> {
    /// The text of a field; `None` when it is empty.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let text = self.fields.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// A second factor: it proves somebody who is known already.
#[async_trait]
pub trait Factor: Debug + Send + Sync {
    /// What its credentials are; also the group of its nodes and the `method` its button sends.
    fn kind(&self) -> CredentialKind;

    /// What asks for a proof by `own`, all the credentials of `identity`; `None` where none of them
    /// can prove anything.
    async fn ask(
        &self,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Option<Question>, MethodError>;

    /// Which of `own` the answer proves, as it was before and as it has to be kept from now on.
    async fn prove(&self, answer: Answer<'_>, own: &[Credential]) -> Result<Proved, MethodError>;
}

/// What an answer has proved.
#[derive(Debug, Clone, PartialEq)]
pub struct Proved {
    /// The credential as it was.
    pub before: Credential,
    /// As it has to be kept; the same where nothing changes. The answer counts only if nobody else
    /// has changed the credential meanwhile.
    pub after: Credential,
}

/// Something that people add to and remove from their settings by themselves.
#[async_trait]
pub trait Enrolment: Debug + Send + Sync {
    /// What its credentials are; also the group of its nodes.
    fn kind(&self) -> CredentialKind;

    /// Its part of the settings, for `identity` with all of its credentials.
    async fn offer(&self, identity: &Identity, own: &[Credential])
    -> Result<Question, MethodError>;

    /// Whether these fields of a settings form are meant for it.
    fn is_meant(&self, fields: &Map<String, Value>) -> bool;

    /// What the answer asks to be changed.
    async fn change(
        &self,
        answer: Answer<'_>,
        identity: &Identity,
        own: &[Credential],
    ) -> Result<Change, MethodError>;
}

/// A change of somebody's credentials.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// This one is new. It has been proved as it was added where `is_proved`.
    Add {
        /// The new one.
        credential: Box<Credential>,
        /// Whether its person has shown just now that they hold it.
        is_proved: bool,
    },
    /// One takes the place of another of the same id.
    Replace {
        /// As it was.
        before: Box<Credential>,
        /// As it is kept.
        after: Box<Credential>,
    },
    /// These go.
    Remove(Vec<CredentialId>),
    /// Nothing changes yet: this is asked instead, in place of its part of the form.
    Ask(Question),
}

/// A first factor that finds out by itself whom it proves.
#[async_trait]
pub trait Passwordless: Debug + Send + Sync {
    /// What its credentials are; also the group of its nodes.
    fn kind(&self) -> CredentialKind;

    /// What the sign-in form asks.
    async fn ask(&self) -> Result<Question, MethodError>;

    /// Who answers, and by which credential.
    async fn recognise(&self, answer: Answer<'_>) -> Result<Verified, MethodError>;
}

/// The factors of a gateway.
#[derive(Debug, Clone, Default)]
pub struct Factors {
    /// Those asked for beside a first one, in the order of the form.
    pub second: Vec<Arc<dyn Factor>>,
    /// Those people add by themselves, in the order of the settings.
    pub enrolments: Vec<Arc<dyn Enrolment>>,
    /// Those that need nothing beside them.
    pub passwordless: Vec<Arc<dyn Passwordless>>,
    /// What takes over those that another system has made; `None` where nothing does.
    pub imports: Option<Arc<dyn Imports>>,
}

/// Takes over what another system keeps of second factors and passkeys, in the words of the dialect.
pub trait Imports: Debug + Send + Sync {
    /// Whether credentials of this kind are any use here.
    fn takes(&self, kind: CredentialKind) -> bool;

    /// The credentials that `kept`, the config of this kind, makes for an identity that has the others;
    /// they are not stored yet. One that takes the place of another has its id.
    fn import(
        &self,
        kind: CredentialKind,
        kept: &Value,
        whose: (IdentityId, &[Credential]),
    ) -> Result<Vec<Credential>, Misfit>;
}

/// Why something that another system keeps cannot be taken over; says nothing of what it keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {reason}")]
pub struct Misfit {
    /// Where it stands in the config, such as `credentials[0].id`; empty for all of it.
    pub at: String,
    /// Why, in a few words without a full stop.
    pub reason: String,
}
