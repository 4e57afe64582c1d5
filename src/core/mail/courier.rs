//! The courier port: which mail waits to be sent, without what it says.

use std::fmt::{self, Debug};

use async_trait::async_trait;
use jiff::Timestamp;

use super::Occasion;
use crate::{id::MailId, store::StoreError};

/// Knows which mail waits.
#[async_trait]
pub trait Courier: Debug + Send + Sync {
    /// The mail that waits, in no order; what was sent or given up is forgotten.
    async fn waiting(&self) -> Result<Vec<WaitingMail>, StoreError>;
}

/// A mail that waits, without what it says: that may hold a code or a link.
#[derive(Clone, PartialEq, Eq)]
pub struct WaitingMail {
    /// Its name.
    pub id: MailId,
    /// Who is to have it.
    pub recipient: String,
    /// What it is about, where it is a letter.
    pub occasion: Option<Occasion>,
    /// How often it was taken to be sent.
    pub tries: u32,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it is its turn.
    pub due_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

impl Debug for WaitingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitingMail").field(&self.id).finish()
    }
}
