//! The method port: a way to sign in with a local identity.

use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    credential::Credential, flow::FlowKind, identity::Identity, message::Message, secret::Secret,
    store::StoreError, ui::Node,
};

/// A way to sign in with a local identity, such as a password.
#[async_trait]
pub trait Method: Debug + Send + Sync {
    /// Its wire name, such as `password`.
    fn name(&self) -> &'static str;

    /// The form fields it needs in a flow of this kind, its submit button last.
    fn nodes(&self, kind: FlowKind) -> Vec<Node>;

    /// Who the submission proves to be.
    ///
    /// Costs the same time whether or not the identifier is known.
    async fn verify(&self, submission: &Value) -> Result<Verified, MethodError>;

    /// What is wrong with the credential that `submission` asks for, as far as that can be told at
    /// once, before its sender has to prove anything.
    fn judge(&self, _submission: &Value, _identity: &Identity) -> Result<(), MethodError> {
        Ok(())
    }

    /// The credential that `submission` asks for, for an identity that is about to be created or
    /// that changes it; it is not stored yet.
    async fn enroll(
        &self,
        submission: &Value,
        identity: &Identity,
    ) -> Result<Credential, MethodError>;

    /// The credential of an identity that another system has made, as it kept it; it is not stored
    /// yet. Without a word of its own a method takes none over.
    fn import(&self, _kept: &Secret, _identity: &Identity) -> Result<Credential, MethodError> {
        let message = Message::invalid("Nothing that another system has made is taken over here.");
        Err(MethodError::Invalid(vec![(None, message)]))
    }
}

/// Who a submission proves to be, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Whom it proves.
    pub identity: Identity,
    /// What it was compared with, as it was read: who signs in has to have it still.
    pub credential: Credential,
}

/// A method did not accept a submission.
#[derive(Debug, thiserror::Error)]
pub enum MethodError {
    /// The submission is wrong; each message belongs to the named field, or to the whole form.
    #[error("the submission is not accepted")]
    Invalid(Vec<(Option<String>, Message)>),
    /// Too many attempts; wait this many seconds.
    #[error("there were too many attempts")]
    Throttled {
        /// How long to wait, in seconds.
        retry_after: u64,
    },
    /// It cannot be checked now.
    #[error("the submission cannot be checked")]
    Unavailable(#[source] StoreError),
}
