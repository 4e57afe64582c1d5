//! The audit log: who did what to whom, from where, and what it was like before and after. What was
//! written stays, but for what it tells of somebody who is deleted.

use std::fmt::Debug;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{id::AuditId, part::Part, store::StoreError};

/// What becomes of an attempt that succeeds.
pub const DONE: &str = "done";

/// One thing that somebody did, or tried to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its name.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who: `identity:<id>`, `api-credential:<id>`, `command`, `gateway` or `anybody`.
    pub actor: String,
    /// What people call them.
    pub actor_label: String,
    /// What they did, such as `identity.update`.
    pub verb: String,
    /// What kind of thing they did it to, such as `identity`.
    pub object_kind: Option<String>,
    /// Which one.
    pub object_id: Option<String>,
    /// From which address; `None` for commands.
    pub client: Option<String>,
    /// The request's name.
    pub request_id: Option<String>,
    /// [`DONE`], or the code of what refused it.
    pub outcome: String,
    /// What it was like before; no secret.
    pub before: Option<Value>,
    /// What it is like now; no secret.
    pub after: Option<Value>,
}

/// How what is meant ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditOutcome {
    /// Anyhow but [`DONE`].
    Refused,
    /// By this word: [`DONE`], or a code.
    Is(String),
}

impl AuditOutcome {
    /// What people say for [`Self::Refused`]; no code is called so.
    pub const REFUSED: &str = "refused";

    /// What is meant by a word.
    pub fn named(word: &str) -> Self {
        match word {
            Self::REFUSED => Self::Refused,
            word => Self::Is(word.to_owned()),
        }
    }

    fn fits(&self, outcome: &str) -> bool {
        match self {
            Self::Refused => outcome != DONE,
            Self::Is(wanted) => outcome == wanted,
        }
    }
}

/// Which entries are meant; all of these have to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who.
    pub actor: Option<String>,
    /// What they did.
    pub verb: Option<String>,
    /// To what kind of thing.
    pub object_kind: Option<String>,
    /// To which one.
    pub object_id: Option<String>,
    /// From which address.
    pub client: Option<String>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

/// A place in the log, between two entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditPlace {
    /// The time of the entry before it.
    pub at: Timestamp,
    /// Its name.
    pub id: AuditId,
}

impl AuditEntry {
    /// The place behind this entry.
    pub fn place(&self) -> AuditPlace {
        AuditPlace {
            at: self.at,
            id: self.id,
        }
    }
}

impl AuditFilter {
    /// Whether an entry is meant.
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        let is = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == is)
        };
        is(&self.actor, Some(&entry.actor))
            && is(&self.verb, Some(&entry.verb))
            && is(&self.object_kind, entry.object_kind.as_deref())
            && is(&self.object_id, entry.object_id.as_deref())
            && is(&self.client, entry.client.as_deref())
            && self
                .outcome
                .as_ref()
                .is_none_or(|wanted| wanted.fits(&entry.outcome))
            && self.since.is_none_or(|since| since <= entry.at)
            && self.until.is_none_or(|until| entry.at < until)
    }
}

/// Adds an entry of what is done already: a log that cannot be written undoes nothing, and is told of in the
/// gateway's own.
pub async fn note(log: &dyn AuditLog, entry: &AuditEntry) {
    if let Err(error) = log.append(entry).await {
        tracing::error!(
            request.id = entry.request_id,
            actor = entry.actor,
            verb = entry.verb,
            object = entry.object_id,
            outcome = entry.outcome,
            %error,
            "what was done was not written to the audit log"
        );
    }
}

/// Keeps what was done. There is no way to change or remove an entry; where somebody is deleted, the store
/// takes what tells of them out of those about them.
#[async_trait]
pub trait AuditLog: Debug + Send + Sync {
    /// Adds an entry.
    async fn append(&self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// The entries that are meant, the newest first, those of this part, at most `limit` of them.
    async fn list(
        &self,
        filter: &AuditFilter,
        part: Part<AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError>;
}
