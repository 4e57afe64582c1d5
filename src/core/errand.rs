//! What administrators have people do, and the ways back in that they hand out: the port behind their
//! endpoints.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    action::Action, flow::Transport, id::IdentityId, mail::MailError, secret::Secret,
    store::StoreError,
};

/// Hands out ways back in, and has people do things by mail.
#[async_trait]
pub trait Outreach: Debug + Send + Sync {
    /// A recovery of this identity that is good once, in whichever browser opens it.
    async fn hand_out(&self, id: IdentityId, handout: Handout) -> Result<Recovery, ErrandError>;

    /// Mails an identity a link that leads to what it has to do, and requires that.
    async fn send(&self, id: IdentityId, errand: Errand) -> Result<Sent, ErrandError>;
}

/// What is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// How somebody shows that they were given it.
    pub proof: Handed,
    /// How long it is good for; as long as the operator says, where nobody else does.
    pub lifespan: Option<Duration>,
    /// Who takes it.
    pub taker: Transport,
    /// Where a browser ends when it is done.
    pub return_to: Option<String>,
}

impl Handout {
    /// What a browser takes, and stays here.
    pub fn new(proof: Handed, lifespan: Option<Duration>) -> Self {
        Self {
            proof,
            lifespan,
            taker: Transport::Browser,
            return_to: None,
        }
    }
}

/// How somebody shows that they were given a way back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// A code to type.
    Code,
    /// A link to open.
    Link,
}

/// A recovery to hand over.
#[derive(Debug)]
pub struct Recovery {
    /// The code to type; `None` where the link alone suffices.
    pub code: Option<Secret>,
    /// The page that takes the code, or the link that suffices.
    pub link: Secret,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Something to be done.
#[derive(Debug, Clone)]
pub struct Errand {
    /// What.
    pub actions: Vec<Action>,
    /// How long the link is good for; as long as the operator says, where nobody else does.
    pub lifespan: Option<Duration>,
    /// Where people end when it is done.
    pub return_to: Option<String>,
}

/// A letter is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// To which address.
    pub to: String,
    /// What its receiver has to do from now on.
    pub required_actions: Vec<String>,
    /// When its link is good no more.
    pub expires_at: Timestamp,
}

/// No letter was sent, and nothing is required.
#[derive(Debug, thiserror::Error)]
pub enum ErrandError {
    /// There is nothing to do.
    #[error("say at least one action")]
    Nothing,
    /// An action is switched off, or nobody can be made to do it.
    #[error("this cannot be required here, see [required_actions]: {0}")]
    Off(&'static str),
    /// Nobody reads a letter as fast as that.
    #[error("the link of a letter is good for a minute at least")]
    Brief,
    /// Nobody returns there from here.
    #[error("the gateway leads nobody to that address; see allowed_return_urls")]
    ReturnTo,
    /// There is no such identity, or it is switched off.
    #[error("there is no such identity, or it is switched off")]
    Nobody,
    /// The identity has no address for mail.
    #[error("the identity has no email address that it can be reached by")]
    NoAddress,
    /// The letter was not taken.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}
