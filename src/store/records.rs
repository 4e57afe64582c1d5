//! What a principal is made of, and reading it: from Redis where it may be trusted, else from SQL.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    identity::{IdentityState, IdentityStore},
    secret::TokenHash,
    session::SessionStore,
    sessions::SessionLifetimes,
    store::StoreError,
};

use super::{
    identities::SqlIdentities,
    record::Record,
    redis::{Lookup, SharedSessions},
    sessions::SqlSessions,
};

/// How long Redis keeps a record at most. It bounds what a node can miss that ended a session and
/// then died before it could tell Redis.
const SHARED_AGE: Duration = Duration::from_secs(300);

/// Reads records.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) sessions: SqlSessions,
    pub(super) identities: SqlIdentities,
    pub(super) shared: Option<Arc<SharedSessions>>,
    pub(super) lifetimes: SessionLifetimes,
}

impl Records {
    /// The record of a live session whose identity may sign in.
    ///
    /// A record in Redis that is no longer live is no answer: uses are written down in SQL only.
    pub(super) async fn find(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        let Some(shared) = &self.shared else {
            return self.find_in_sql(token, now).await;
        };
        match shared.find(token).await {
            Lookup::Found(record) if self.opens(&record, now) => Ok(Some(*record)),
            Lookup::Found(_) | Lookup::Unusable => self.find_in_sql(token, now).await,
            Lookup::Vacant(vacancy) => {
                let found = self.find_in_sql(token, now).await?;
                if let Some(record) = &found {
                    let left = record.session.expires_at.duration_since(now).unsigned_abs();
                    let keep = left.min(self.lifetimes.idle_timeout).min(SHARED_AGE);
                    shared.fill(vacancy, record, keep).await;
                }
                Ok(found)
            }
        }
    }

    async fn find_in_sql(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Record>, StoreError> {
        let Some(session) = self.sessions.find(token).await? else {
            return Ok(None);
        };
        let Some(identity) = self.identities.find(session.identity_id).await? else {
            return Ok(None);
        };
        let record = Record { session, identity };
        Ok(self.opens(&record, now).then_some(record))
    }

    fn opens(&self, record: &Record, now: Timestamp) -> bool {
        record.identity.state == IdentityState::Active
            && self.lifetimes.is_live(&record.session, now)
    }
}
