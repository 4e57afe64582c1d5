//! What became of mail that waits no more, without what it said.

use std::fmt::{self, Debug};

use jiff::Timestamp;

use crate::id::{IdentityId, MailId};

/// How a mail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEnding {
    /// The mail server took it.
    Sent,
    /// It was given up: the server refused it, or did not take it in time.
    Abandoned,
}

impl MailEnding {
    /// Its name in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Abandoned => "abandoned",
        }
    }

    /// The ending of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Sent, Self::Abandoned];
        all.into_iter().find(|ending| ending.as_str() == name)
    }
}

/// A mail that has ended.
#[derive(Clone, PartialEq, Eq)]
pub struct PastMail {
    /// Its name.
    pub id: MailId,
    /// Whom it was written about; it goes with them.
    pub owner: Option<IdentityId>,
    /// Who was to have it and what it was about, sealed.
    pub sealed: String,
    /// How it ended.
    pub ending: MailEnding,
    /// How often it was taken to be sent.
    pub tries: u32,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}

impl Debug for PastMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PastMail").field(&self.id).finish()
    }
}
