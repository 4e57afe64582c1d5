//! Has everybody who is stored follow their schema: what they sign in with and are reached by is made
//! anew where other traits are marked than when it was made, on one node at a time.

mod person;

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    audit::{AuditEntry, AuditLog},
    catalogue::Code,
    clock::Clock,
    entropy::Entropy,
    id::AuditId,
    identity::{Identity, IdentityStore},
    schema::{Schemas, runtime::Wanted},
    secret::Token,
    store::StoreError,
};
use serde_json::json;
use tokio::sync::watch;

use self::person::{Outcome, Why};
use super::walks::{DONE, Walk};

/// How many are read at once.
const BATCH: u32 = 200;

/// Within which time every node has heard that other schemas are served with.
const SETTLING: Duration = Duration::from_secs(4);

/// How long a node walks alone without saying so again: it may have died.
const LEASE: Duration = Duration::from_secs(60);

/// How often others look whether they are to go on.
const LOOK: Duration = Duration::from_secs(2);

/// About how many of those who keep what they have a walk tells one by one.
const MOST_TOLD: u64 = 1000;

/// What is needed for it.
#[derive(Debug, Clone)]
pub struct FollowingParts {
    /// The schemas.
    pub schemas: Arc<Schemas>,
    /// Everybody.
    pub identities: Arc<dyn IdentityStore>,
    /// Where it is written down who keeps what they have.
    pub audit: Arc<dyn AuditLog>,
    /// How far it has come.
    pub walk: Walk,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Beside a gateway for as long as schemas change.
#[derive(Debug)]
pub struct Following {
    parts: FollowingParts,
    /// This node's name.
    walker: String,
}

/// What became of everybody in a walk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// How many follow their schema now and did not before.
    pub changed: u64,
    /// How many keep something of what they had: somebody else signs in with what their schema says,
    /// or would, too; they would lose an address that they have proved; or the store does not take it.
    pub kept: u64,
}

impl Followed {
    fn tell(self) {
        if self != Self::default() {
            let Self { changed, kept } = self;
            tracing::info!(changed, kept, "people follow their schemas");
        }
    }
}

impl Following {
    /// What this node does of it.
    pub fn new(parts: FollowingParts) -> Self {
        let walker = Token::generate(&*parts.entropy).expose().to_owned();
        Self { parts, walker }
    }

    /// Works until everybody follows, over every failure of the store, and again whenever other schemas
    /// are served with.
    pub async fn run(self, mut changes: watch::Receiver<u64>) {
        loop {
            self.finish_patiently().await;
            if changes.changed().await.is_err() {
                return;
            }
            // A change that is taken back before anybody has walked was written by, too.
            self.begin().await;
            tokio::time::sleep(SETTLING).await;
            changes.mark_unchanged();
        }
    }

    async fn finish_patiently(&self) {
        while let Err(error) = self.finish().await {
            tracing::warn!(%error, "not everybody follows their schema yet");
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    /// Goes on where the last one stopped, on this node or another: what became of those who are met
    /// here.
    pub async fn finish(&self) -> Result<Followed, StoreError> {
        let mut followed = Followed::default();
        let schemas = &self.parts.schemas;
        let stamp = schemas.marks_stamp();
        let walk = &self.parts.walk;
        // Whoever tells of a change has it followed.
        while schemas.marks_stamp() == stamp && walk.position(&stamp).await? != DONE {
            if schemas.is_partial() {
                self.wait_for_all().await;
                continue;
            }
            let now = self.parts.clock.now();
            if !walk.take(&self.walker, now, now + LEASE).await? {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            let done = self.go(&stamp, &mut followed).await;
            walk.leave(&self.walker).await?;
            done?;
        }
        followed.tell();
        Ok(followed)
    }

    /// Waits until everything that was written is served with.
    async fn wait_for_all(&self) {
        tracing::warn!("nobody follows their schema while one of them cannot be read");
        while self.parts.schemas.is_partial() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Notes that everybody is to be met again.
    async fn begin(&self) {
        if let Err(error) = self.note_beginning().await {
            tracing::warn!(%error, "that schemas have changed could not be noted");
        }
    }

    async fn note_beginning(&self) -> Result<(), StoreError> {
        let stamp = self.parts.schemas.marks_stamp();
        match self.parts.walk.position(&stamp).await?.is_empty() {
            true => self.parts.walk.note(&stamp, "").await,
            false => Ok(()),
        }
    }

    /// Walks for as long as nobody else does and the schemas stay.
    async fn go(&self, stamp: &str, followed: &mut Followed) -> Result<(), StoreError> {
        let walk = &self.parts.walk;
        // Whoever walked before may have come further since this was asked.
        let mut position = walk.position(stamp).await?;
        let schemas = &self.parts.schemas;
        if position == DONE {
            return Ok(());
        }
        let Some(wanted) = self.wanted(stamp).await? else {
            return Ok(());
        };
        while position != DONE && schemas.marks_stamp() == stamp && !schemas.is_partial() {
            position = self.meet((&position, &wanted), followed).await?;
            walk.note(stamp, &position).await?;
            if !self.goes_on().await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether this node still walks alone, and does for a while.
    async fn goes_on(&self) -> Result<bool, StoreError> {
        let now = self.parts.clock.now();
        self.parts.walk.take(&self.walker, now, now + LEASE).await
    }

    /// The addresses that anybody would begin to sign in with; `None` where others walk, or the schemas
    /// have changed meanwhile.
    async fn wanted(&self, stamp: &str) -> Result<Option<Wanted>, StoreError> {
        let schemas = &self.parts.schemas;
        let (mut wanted, mut after) = (Wanted::default(), None);
        loop {
            let page = self.parts.identities.list(after, BATCH).await?;
            let Some(last) = page.last() else {
                return Ok(Some(wanted));
            };
            after = Some(last.id);
            for one in &page {
                if let Some(schema) = schemas.find(&one.schema_id) {
                    wanted.note(&schema, one);
                }
            }
            if schemas.marks_stamp() != stamp || !self.goes_on().await? {
                return Ok(None);
            }
        }
    }

    /// Meets some more: where to go on.
    async fn meet(
        &self,
        (position, wanted): (&str, &Wanted),
        followed: &mut Followed,
    ) -> Result<String, StoreError> {
        let after = position.parse().ok();
        let page = self.parts.identities.list(after, BATCH).await?;
        for one in &page {
            match self.follow(one, wanted).await? {
                Outcome::Alike => {}
                Outcome::Changed => followed.changed += 1,
                Outcome::Kept(why) => {
                    followed.kept += 1;
                    if followed.kept <= MOST_TOLD {
                        self.tell(one, why).await?;
                    }
                }
            }
        }
        Ok(match page.last() {
            Some(last) if page.len() == BATCH as usize => last.id.to_string(),
            _ => DONE.to_owned(),
        })
    }

    /// Tells of somebody who keeps something of what they had.
    async fn tell(&self, one: &Identity, why: Why) -> Result<(), StoreError> {
        let (code, reason) = match why {
            Why::Taken(_) => (Code::IdentityConflict, "somebody else signs in with it"),
            Why::Proof => (Code::SchemaUnfit, "they have proved what would be gone"),
            Why::Administrators(_) => (
                Code::IdentityConflict,
                "an administrator's address is nobody else's",
            ),
            Why::Refused => (Code::StoreUnavailable, "the store does not take it"),
        };
        let holder = match why {
            Why::Taken(holder) => Some(holder),
            Why::Administrators(holder) => holder,
            Why::Proof | Why::Refused => None,
        };
        tracing::warn!(
            identity = %one.id,
            holder = holder.map(tracing::field::display),
            schema = one.schema_id,
            reason,
            "somebody keeps something of what they sign in with, so that not all is as their schema says now"
        );
        let entry = AuditEntry {
            id: AuditId::generate(&*self.parts.entropy),
            at: self.parts.clock.now(),
            actor: "gateway".to_owned(),
            actor_label: "Portcullis".to_owned(),
            verb: "identity.follow_schema".to_owned(),
            object_kind: Some("identity".to_owned()),
            object_id: Some(one.id.to_string()),
            client: None,
            request_id: None,
            outcome: code.as_str().to_owned(),
            before: None,
            after: Some(json!({"schema_id": one.schema_id, "holder": holder})),
        };
        self.parts.audit.append(&entry).await
    }
}
