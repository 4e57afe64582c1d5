//! The courier port: which mail waits to be sent and what became of the rest, without what it says.

use std::fmt::{self, Debug};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MailEnding, Occasion};
use crate::{id::MailId, store::StoreError};

/// Knows which mail waits, and which was sent or given up.
#[async_trait]
pub trait Courier: Debug + Send + Sync {
    /// The mail that waits, in no order.
    async fn waiting(&self) -> Result<Vec<PostedMail>, StoreError>;

    /// The mail that waits no more and is remembered, in no order; of very much the newest.
    async fn past(&self) -> Result<Vec<PostedMail>, StoreError>;
}

/// A mail without what it says: that may hold a code or a link.
#[derive(Clone, PartialEq, Eq)]
pub struct PostedMail {
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
    /// Where it stands.
    pub stand: Stand,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It waits.
    Waiting {
        /// When it is its turn.
        due_at: Timestamp,
        /// When it is of no use any more.
        expires_at: Timestamp,
    },
    /// It waits no more.
    Ended {
        /// How it ended.
        ending: MailEnding,
        /// When.
        at: Timestamp,
    },
}

impl PostedMail {
    /// Its state in the words of the dialect: `queued` before anybody has tried to send it,
    /// `processing` from then on, and `sent` or `abandoned` in the end.
    pub fn state(&self) -> &'static str {
        match self.stand {
            Stand::Ended { ending, .. } => ending.as_str(),
            Stand::Waiting { .. } if self.tries == 0 => "queued",
            Stand::Waiting { .. } => "processing",
        }
    }
}

impl Debug for PostedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostedMail").field(&self.id).finish()
    }
}
