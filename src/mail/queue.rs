//! What waits in the queue: sealed, for it holds an address and perhaps a code or a link.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    entropy::Entropy,
    id::{IdentityId, MailId},
    mail::{Letter, Mail, MailEnding, MailError, MailStore, Occasion, PastMail, QueuedMail},
    seal::Seal,
    secret::Secret,
    store::StoreError,
};
use serde::{Deserialize, Serialize};

/// What mails are sealed for.
const PURPOSE: &str = "mail";
/// What is sealed for that is remembered of them.
const PAST: &str = "past-mail";

/// A queue of mail.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) mails: Arc<dyn MailStore>,
    pub(super) seal: Seal,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    /// How long it is remembered what became of a mail; zero: not at all.
    pub(super) history: Duration,
}

/// What is remembered of a mail that has ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) to: String,
    pub(super) occasion: Option<Occasion>,
}

/// What waits.
#[derive(Debug)]
pub(super) enum Item {
    Written(Mail),
    Unworded(Letter),
}

/// The same as it is sealed. How long a letter's proof is good for, its place in the queue tells.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Written {
        to: String,
        subject: String,
        text: String,
        html: Option<String>,
    },
    Unworded {
        to: String,
        occasion: Occasion,
        locale: String,
        provider: Option<String>,
        proof: String,
        is_for_nobody: bool,
    },
}

impl Queue {
    /// The name and time of a mail that is put in now.
    pub(super) fn stamp(&self) -> (MailId, Timestamp) {
        (MailId::generate(&*self.entropy), self.clock.now())
    }

    /// Puts in what is worth sending for this long: one insert.
    pub(super) async fn put(
        &self,
        (id, now): (MailId, Timestamp),
        item: Item,
        lifespan: Duration,
    ) -> Result<(), MailError> {
        let invalid = || MailError::Invalid {
            reason: "it cannot be sealed",
        };
        let mail = QueuedMail {
            id,
            owner: item.owner(),
            sealed: self.sealed(item).ok_or_else(invalid)?,
            tries: 0,
            created_at: now,
            due_at: now,
            expires_at: now.checked_add(lifespan).unwrap_or(Timestamp::MAX),
        };
        Ok(self.mails.put(&mail).await?)
    }

    /// Remembers as sent what somebody has in their hands already, and never waited.
    pub(super) async fn remember(&self, item: Item) -> Result<(), MailError> {
        if self.history.is_zero() {
            return Ok(());
        }
        let invalid = || MailError::Invalid {
            reason: "it cannot be sealed",
        };
        let (id, now) = self.stamp();
        let sent = QueuedMail {
            id,
            owner: item.owner(),
            sealed: self.sealed(item).ok_or_else(invalid)?,
            tries: 1,
            created_at: now,
            due_at: now,
            expires_at: now,
        };
        self.mails.put(&sent).await?;
        Ok(self.end(&sent, MailEnding::Sent).await?)
    }

    /// What a mail holds; `None` when it was sealed with another key.
    pub(super) fn open(&self, mail: &QueuedMail) -> Option<Item> {
        let kept = self.seal.open(PURPOSE, &mail.sealed)?;
        let kept = serde_json::from_slice(&kept).ok()?;
        let left = mail.expires_at.duration_since(self.clock.now());
        let lifespan = left.try_into().unwrap_or_default();
        Some(Item::of(kept, lifespan))
    }

    /// Takes a mail out that was sent or given up, and remembers that.
    pub(super) async fn end(
        &self,
        mail: &QueuedMail,
        ending: MailEnding,
    ) -> Result<(), StoreError> {
        let past = match self.history.is_zero() {
            true => None,
            false => self.past(mail, ending),
        };
        self.mails.end(mail.id, past.as_ref()).await
    }

    fn past(&self, mail: &QueuedMail, ending: MailEnding) -> Option<PastMail> {
        let about = serde_json::to_vec(&self.open(mail)?.about()?).ok()?;
        let now = self.clock.now();
        Some(PastMail {
            id: mail.id,
            owner: mail.owner,
            sealed: self.seal.close(PAST, &about, &*self.entropy)?,
            ending,
            tries: mail.tries,
            created_at: mail.created_at,
            ended_at: now,
            expires_at: now.checked_add(self.history).unwrap_or(Timestamp::MAX),
        })
    }

    /// What is remembered of a mail; `None` when it was sealed with another key.
    pub(super) fn recall(&self, past: &PastMail) -> Option<About> {
        let about = self.seal.open(PAST, &past.sealed)?;
        serde_json::from_slice(&about).ok()
    }

    fn sealed(&self, item: Item) -> Option<String> {
        let kept = serde_json::to_vec(&Kept::from(item)).ok()?;
        self.seal.close(PURPOSE, &kept, &*self.entropy)
    }
}

impl From<Item> for Kept {
    fn from(item: Item) -> Self {
        match item {
            Item::Written(mail) => Self::Written {
                to: mail.to,
                subject: mail.subject,
                text: mail.text,
                html: mail.html,
            },
            Item::Unworded(letter) => Self::Unworded {
                to: letter.to,
                occasion: letter.occasion,
                locale: letter.locale,
                provider: letter.provider,
                proof: letter.proof.expose().to_owned(),
                is_for_nobody: letter.is_for_nobody,
            },
        }
    }
}

impl Item {
    /// What may be told of it; nothing where nobody is to have it.
    pub(super) fn about(self) -> Option<About> {
        match self {
            Self::Written(mail) => Some(About {
                to: mail.to,
                occasion: None,
            }),
            Self::Unworded(letter) if letter.is_for_nobody => None,
            Self::Unworded(letter) => Some(About {
                to: letter.to,
                occasion: Some(letter.occasion),
            }),
        }
    }

    /// Whom it is written about; out of the queue, nobody asks any more.
    fn owner(&self) -> Option<IdentityId> {
        match self {
            Self::Written(mail) => mail.owner,
            Self::Unworded(letter) => letter.owner,
        }
    }

    fn of(kept: Kept, lifespan: Duration) -> Self {
        match kept {
            Kept::Written {
                to,
                subject,
                text,
                html,
            } => Self::Written(Mail {
                to,
                owner: None,
                subject,
                text,
                html,
            }),
            Kept::Unworded {
                to,
                occasion,
                locale,
                provider,
                proof,
                is_for_nobody,
            } => Self::Unworded(Letter {
                to,
                owner: None,
                occasion,
                locale,
                provider,
                proof: Secret::new(proof),
                lifespan,
                is_for_nobody,
            }),
        }
    }
}
