//! The queue port: mail that waits until some node has sent it, and what became of it.

use std::fmt::{self, Debug};

use async_trait::async_trait;
use jiff::Timestamp;

use super::PastMail;
use crate::{
    id::{IdentityId, MailId},
    store::StoreError,
};

/// A mail that waits.
#[derive(Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its name.
    pub id: MailId,
    /// Whom it is written about; it goes with them.
    pub owner: Option<IdentityId>,
    /// The mail, sealed.
    pub sealed: String,
    /// How often it was taken to be sent.
    pub tries: u32,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it is its turn.
    pub due_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

impl Debug for QueuedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueuedMail").field(&self.id).finish()
    }
}

/// Keeps mail until it is sent. Whoever takes a mail has it for a while; if they never say what became
/// of it, it is somebody else's turn.
#[async_trait]
pub trait MailStore: Debug + Send + Sync {
    /// Adds a mail.
    async fn put(&self, mail: &QueuedMail) -> Result<(), StoreError>;

    /// The mails whose turn it is at `now`, at most this many, those that wait longest first.
    async fn due(&self, now: Timestamp, most: u64) -> Result<Vec<QueuedMail>, StoreError>;

    /// Takes a mail that is due to try it once more, and has it until `until`; `None` when somebody
    /// else was faster.
    async fn take(
        &self,
        mail: &QueuedMail,
        until: Timestamp,
    ) -> Result<Option<QueuedMail>, StoreError>;

    /// Gives a mail back as it was taken, to be due at `due_at`; `false` when it is not one's own any
    /// more.
    async fn put_off(&self, taken: &QueuedMail, due_at: Timestamp) -> Result<bool, StoreError>;

    /// Takes a mail out, whoever has it, and remembers what became of it where that is told; nothing
    /// of one that went meanwhile with whom it is about.
    async fn end(&self, id: MailId, past: Option<&PastMail>) -> Result<(), StoreError>;

    /// The mails that have ended and are remembered at `now`, at most this many, the newest first.
    async fn past(&self, now: Timestamp, most: u64) -> Result<Vec<PastMail>, StoreError>;
}
