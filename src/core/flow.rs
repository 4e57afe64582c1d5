//! A self-service flow: one attempt to sign in, register or change one's settings, and the port that keeps flows.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    id::{FlowId, IdentityId},
    secret::TokenHash,
    store::StoreError,
    ui::Ui,
};

/// One attempt of one person to do one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Its name; the address of its form.
    pub id: FlowId,
    /// What is attempted.
    pub kind: FlowKind,
    /// Who speaks to it.
    pub transport: Transport,
    /// When it began.
    pub issued_at: Timestamp,
    /// When it can no longer be submitted.
    pub expires_at: Timestamp,
    /// The URL that began it.
    pub request_url: String,
    /// Where the browser goes when it is done; already checked against the allowed ones.
    pub return_to: Option<String>,
    /// The hash of the anti-forgery cookie it is bound to; `None` for native flows.
    pub csrf_hash: Option<TokenHash>,
    /// The method last tried.
    pub active: Option<String>,
    /// How far it is: `choose_method` and so on.
    pub state: String,
    /// The language it was begun in (BCP 47), for what is written because of it.
    #[serde(default)]
    pub locale: String,
    /// What its form shows.
    pub ui: Ui,
    /// What only the flow's own code reads, such as claims that wait for missing traits.
    pub context: Value,
}

impl Flow {
    /// The name in the context of whose flow it is.
    pub const OWNER: &'static str = "identity_id";

    /// A native flow of this kind that shows nothing and knows nothing yet.
    pub fn blank(kind: FlowKind, id: FlowId, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            transport: Transport::Api,
            issued_at,
            expires_at,
            request_url: String::new(),
            return_to: None,
            csrf_hash: None,
            active: None,
            state: String::new(),
            locale: String::new(),
            ui: Ui {
                action: String::new(),
                method: String::new(),
                nodes: Vec::new(),
                messages: Vec::new(),
            },
            context: Value::Null,
        }
    }

    /// The identity that it is about, where that is known: what it holds goes with that identity.
    pub fn owner(&self) -> Option<IdentityId> {
        self.context[Self::OWNER].as_str()?.parse().ok()
    }
}

/// What a flow attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// Signing in.
    Login,
    /// Creating an identity for oneself.
    Registration,
    /// Changing what belongs to oneself.
    Settings,
    /// Getting back in without what one signs in with.
    Recovery,
    /// Proving that one holds an address.
    Verification,
    /// An error to be shown on a page of its own.
    Error,
}

impl FlowKind {
    /// The kind's name in paths and stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Registration => "registration",
            Self::Settings => "settings",
            Self::Recovery => "recovery",
            Self::Verification => "verification",
            Self::Error => "error",
        }
    }
}

/// Who speaks to a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// A browser, with cookies.
    Browser,
    /// A native application, with tokens.
    Api,
}

/// Keeps flows until they expire, and remembers what may happen only once.
#[async_trait]
pub trait FlowStore: Debug + Send + Sync {
    /// Adds a flow or replaces the one of the same id; it may be forgotten after it expires.
    async fn put(&self, flow: &Flow) -> Result<(), StoreError>;

    /// Replaces the flow of the same id; `false` when it is gone, and then it stays gone.
    async fn replace(&self, flow: &Flow) -> Result<bool, StoreError>;

    /// The flow of this id, expired ones included for as long as they are remembered.
    async fn find(&self, id: FlowId) -> Result<Option<Flow>, StoreError>;

    /// Forgets a flow; `false` when somebody else forgot it first, so that of two submissions
    /// at the same time only one can complete it.
    async fn remove(&self, id: FlowId) -> Result<bool, StoreError>;

    /// Forgets every flow of this identity.
    async fn remove_of(&self, owner: IdentityId) -> Result<(), StoreError>;

    /// Claims a key until `expires_at`; `false` when it is claimed already. Guards what may be
    /// used only once, such as the answer of a provider.
    async fn claim_once(&self, key: &TokenHash, expires_at: Timestamp) -> Result<bool, StoreError>;
}
