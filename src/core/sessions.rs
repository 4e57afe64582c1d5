//! Beginning and judging sessions: the lifetimes live here and nowhere else.

use std::{fmt::Debug, sync::Arc, time::Duration};

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

/// What became of looking sessions up in this process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheReads {
    /// Those that were found.
    pub hits: u64,
    /// Those that had to be asked for.
    pub misses: u64,
}

impl CacheReads {
    /// How many look-ups there were.
    pub fn all(self) -> u64 {
        self.hits.saturating_add(self.misses)
    }
}

/// Counts how sessions are looked up in this process.
pub trait CacheCounters: Debug + Send + Sync {
    /// What has been counted since the process began.
    fn reads(&self) -> CacheReads;
}

/// Begins sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    cache: Option<Arc<dyn CacheCounters>>,
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
            cache: None,
        }
    }

    /// The same, with who counts how they are looked up.
    #[must_use]
    pub fn with_cache(mut self, cache: Arc<dyn CacheCounters>) -> Self {
        self.cache = Some(cache);
        self
    }

    /// What became of looking them up in this process; `None` where nobody counts.
    pub fn cache_reads(&self) -> Option<CacheReads> {
        self.cache.as_ref().map(|cache| cache.reads())
    }

    /// Begins a session with a new token, which is returned once and stored only as a hash, after
    /// these proofs.
    pub async fn begin(
        &self,
        identity: &Identity,
        methods: Vec<AuthenticationMethod>,
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
            methods,
            device,
            acting: None,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        schema::{Schema, Schemas},
        session::Aal,
        testing::{FrozenClock, MemoryStore, SeededEntropy},
    };

    const HOUR: Duration = Duration::from_secs(3600);

    const LIFETIMES: SessionLifetimes = SessionLifetimes {
        idle_timeout: HOUR,
        lifespan: HOUR.saturating_mul(14),
    };

    struct Setting {
        clock: Arc<FrozenClock>,
        sessions: Sessions,
        identity: Identity,
        entropy: Arc<SeededEntropy>,
    }

    fn setting() -> Setting {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(FrozenClock::new(now));
        let entropy = Arc::new(SeededEntropy::new(2));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let sessions = Sessions::new(store, clock.clone(), entropy.clone(), LIFETIMES);
        let document = json!({"properties": {"email": {"type": "string"}}});
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        let schemas = Schemas::new(vec![schema.clone()], "default").unwrap();
        let identity = schemas.identity(&schema, json!({}), &*clock, &*entropy);
        Setting {
            clock,
            sessions,
            identity: identity.unwrap(),
            entropy,
        }
    }

    async fn begin(setting: &Setting) -> (Session, Token) {
        let token = Token::generate(&*setting.entropy);
        let method = AuthenticationMethod {
            method: "password".to_owned(),
            aal: Aal::Aal1,
            completed_at: setting.clock.now(),
            provider: None,
            account: None,
            proved_at: None,
            upstream_acr: None,
            upstream_amr: Vec::new(),
        };
        let session = setting
            .sessions
            .begin(
                &setting.identity,
                vec![method],
                Device::default(),
                token.clone(),
            )
            .await
            .unwrap();
        (session, token)
    }

    #[tokio::test]
    async fn a_session_is_found_by_the_hash_of_its_token_only() {
        let setting = setting();
        let (session, token) = begin(&setting).await;
        let store = setting.sessions.store();
        assert_eq!(
            store.find(&token.hash()).await.unwrap(),
            Some(session.clone())
        );
        assert_eq!(session.identity_id, setting.identity.id);
        assert_eq!(session.aal(), Aal::Aal1);
        assert_eq!(session.expires_at, setting.clock.now() + LIFETIMES.lifespan);
        let kept = serde_json::to_string(&session).unwrap();
        assert!(
            !kept.contains(token.expose()),
            "the token itself is kept nowhere"
        );
    }

    #[tokio::test]
    async fn each_sign_in_begins_a_session_of_its_own() {
        let setting = setting();
        let ((first, _), (second, _)) = (begin(&setting).await, begin(&setting).await);
        assert_ne!(first.id, second.id);
        assert_ne!(first.token_hash, second.token_hash);
    }

    #[tokio::test]
    async fn a_session_ends_without_use_and_in_the_end_whatever_happens() {
        let setting = setting();
        let (mut session, _) = begin(&setting).await;
        let start = setting.clock.now();
        let is_live =
            |session: &Session, after: Duration| LIFETIMES.is_live(session, start + after);
        let second = Duration::from_secs(1);
        assert!(is_live(&session, Duration::ZERO));
        assert!(is_live(&session, HOUR - second));
        assert!(!is_live(&session, HOUR), "it was not used for an hour");

        session.last_seen_at = start + HOUR * 13 + HOUR / 2;
        assert!(is_live(&session, HOUR * 14 - second));
        assert!(
            !is_live(&session, HOUR * 14),
            "its time is over, used or not"
        );
    }

    #[tokio::test]
    async fn a_session_seen_in_the_far_future_is_not_trusted() {
        let setting = setting();
        let (mut session, _) = begin(&setting).await;
        session.last_seen_at = setting.clock.now() + HOUR;
        assert!(!LIFETIMES.is_live(&session, setting.clock.now()));
    }

    #[tokio::test]
    async fn a_use_is_worth_noting_after_a_tenth_of_the_idle_timeout() {
        let setting = setting();
        let (session, _) = begin(&setting).await;
        let start = setting.clock.now();
        assert!(!LIFETIMES.is_touch_due(&session, start + HOUR / 10 - Duration::from_secs(1)));
        assert!(LIFETIMES.is_touch_due(&session, start + HOUR / 10));
    }
}
