//! Beginning and judging sessions: the lifetimes live here and nowhere else.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use crate::{
    clock::Clock,
    entropy::Entropy,
    id::SessionId,
    identity::Identity,
    secret::Token,
    session::{AuthenticationMethod, Device, Session, SessionStore},
    store::StoreError,
};

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionLifetimes {
    /// Without use for this long, a session ends.
    pub idle_timeout: Duration,
    /// After this long, a session ends whatever happens.
    pub lifespan: Duration,
}

impl SessionLifetimes {
    /// Whether `session` still opens anything at `now`.
    pub fn is_live(&self, session: &Session, now: Timestamp) -> bool {
        self.is_live_if_seen(session, session.last_seen_at, now)
    }

    /// Whether `session`, known to have been in use at `seen_at`, still opens anything at `now`.
    pub fn is_live_if_seen(&self, session: &Session, seen_at: Timestamp, now: Timestamp) -> bool {
        let idle = now.duration_since(seen_at);
        now < session.expires_at && idle.unsigned_abs() < self.idle_timeout
    }

    /// Whether the use at `now` is worth writing down: a tenth of the idle timeout has passed.
    pub fn is_touch_due(&self, session: &Session, now: Timestamp) -> bool {
        self.is_touch_due_since(session.last_seen_at, now)
    }

    /// Whether the use at `now` is worth writing down when the last one written was at `seen_at`.
    pub fn is_touch_due_since(&self, seen_at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(seen_at).unsigned_abs() >= self.idle_timeout / 10
    }
}

/// Begins sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    store: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    lifetimes: SessionLifetimes,
}

impl Sessions {
    /// Sessions kept in `store` that last as `lifetimes` says.
    pub fn new(
        store: Arc<dyn SessionStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        lifetimes: SessionLifetimes,
    ) -> Self {
        Self {
            store,
            clock,
            entropy,
            lifetimes,
        }
    }

    /// Begins a session with a new token, which is returned once and stored only as a hash.
    pub async fn begin(
        &self,
        identity: &Identity,
        method: AuthenticationMethod,
        device: Device,
        token: Token,
    ) -> Result<Session, StoreError> {
        let now = self.clock.now();
        let session = Session {
            id: SessionId::generate(&*self.entropy),
            token_hash: token.hash(),
            identity_id: identity.id,
            issued_at: now,
            authenticated_at: now,
            expires_at: now + self.lifetimes.lifespan,
            last_seen_at: now,
            methods: vec![method],
            device,
        };
        self.store.insert(&session).await?;
        Ok(session)
    }

    /// How long sessions last.
    pub fn lifetimes(&self) -> SessionLifetimes {
        self.lifetimes
    }

    /// Where sessions are kept.
    pub fn store(&self) -> &Arc<dyn SessionStore> {
        &self.store
    }
}
