//! Principals by session token: the in-process cache that signed-in requests are answered from.
//!
//! A hit costs a look-up, a few comparisons and no store command. A miss reads Redis, where there
//! is one, and then SQL, once however many requests wait for it.

mod entry;
mod outage;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use moka::future::Cache;
use portcullis_core::{
    action::Actions, clock::Clock, principal::Principal, secret::TokenHash,
    sessions::SessionLifetimes, store::StoreError,
};
use tokio::sync::mpsc;

use self::{entry::Entry, outage::Outage};
use super::{record::Record, records::Records, stamp::Stamps, touches::Touch};
use crate::observe::metrics::SessionCacheMetrics;

/// How old an entry may grow while every change is heard of.
const TRACKED_AGE: Duration = Duration::from_secs(300);
/// How old an entry may grow without Redis: a command's change is seen within this time.
const ALONE_AGE: Duration = Duration::from_secs(5);
/// How old an entry may grow while Redis is configured but changes cannot be heard of.
const DEAF_AGE: Duration = Duration::from_secs(1);

const CAPACITY: u64 = 100_000;

/// Finds the principal behind a session token.
pub struct Principals {
    cache: Cache<TokenHash, Arc<Entry>>,
    outage: Outage,
    stamps: Stamps,
    max_age: AtomicU64,
    clock: Arc<dyn Clock>,
    lifetimes: SessionLifetimes,
    records: Records,
    actions: Arc<Actions>,
    touches: mpsc::Sender<Touch>,
    counters: SessionCacheMetrics,
}

/// Why there is no entry.
enum Nothing {
    Absent,
    Failed(StoreError),
}

impl Principals {
    pub(super) fn new(
        (records, actions): (Records, Arc<Actions>),
        clock: Arc<dyn Clock>,
        touches: mpsc::Sender<Touch>,
        counters: SessionCacheMetrics,
    ) -> Self {
        let principals = Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TRACKED_AGE)
                .build(),
            outage: Outage::new(CAPACITY),
            stamps: Stamps::new(),
            max_age: AtomicU64::new(0),
            clock,
            lifetimes: records.lifetimes,
            touches,
            counters,
            records,
            actions,
        };
        let alone = principals.records.shared.is_none();
        principals.set_max_age(if alone { ALONE_AGE } else { DEAF_AGE });
        principals
    }

    /// The principal that this token opens a live session of; `None` when there is none.
    ///
    /// While the record cannot be read, principals in use serve on for five minutes.
    pub async fn find(&self, token: &TokenHash) -> Result<Option<Arc<Principal>>, StoreError> {
        let now = self.clock.now();
        if let Some(entry) = self.cache.get(token).await {
            if self.is_fresh(&entry, token, now) {
                self.counters.hits.inc();
                return Ok(Some(self.admit(token, &entry, now)));
            }
            self.cache.invalidate(token).await;
        }
        self.counters.misses.inc();
        if !self.outage.may_ask(now)
            && let Some(entry) = self.last_known(token, now).await
        {
            return Ok(Some(self.admit(token, &entry, now)));
        }
        let found = self.find_recorded(token, now).await;
        if !matches!(found, Err(StoreError::Unavailable(_))) {
            self.outage.is_over();
            return found;
        }
        self.outage.goes_on(now, self.clock.now());
        match self.last_known(token, now).await {
            Some(entry) => Ok(Some(self.admit(token, &entry, now))),
            None => found,
        }
    }

    /// What was read before an outage and is not known to have changed since.
    async fn last_known(&self, token: &TokenHash, now: Timestamp) -> Option<Arc<Entry>> {
        let entry = self.outage.last_known(token, self.max_age(), now).await?;
        let unchanged = entry.stamp == self.stamps.of(token);
        (unchanged && entry.is_live(&self.lifetimes, now)).then_some(entry)
    }

    /// Every change is heard of from now on; what was read before may have missed one.
    pub(super) fn begin_hearing(&self) {
        self.stamps.renew_all();
        self.set_max_age(TRACKED_AGE);
    }

    /// Changes may be missed from now on, and may have been.
    pub(super) fn stop_hearing(&self) {
        self.set_max_age(DEAF_AGE);
        self.stamps.renew_all();
    }

    /// Forgets what was read of this token before; to be called after the record has changed.
    pub(super) fn forget(&self, token: &TokenHash) {
        self.counters.invalidations.inc();
        self.stamps.renew(token);
    }

    /// Forgets everything that was read before.
    pub(crate) fn forget_all(&self) {
        self.stamps.renew_all();
    }

    fn set_max_age(&self, age: Duration) {
        let micros = u64::try_from(age.as_micros()).unwrap_or(u64::MAX);
        self.max_age.store(micros, Ordering::SeqCst);
    }

    fn max_age(&self) -> Duration {
        Duration::from_micros(self.max_age.load(Ordering::Relaxed))
    }

    fn is_fresh(&self, entry: &Entry, token: &TokenHash, now: Timestamp) -> bool {
        entry.stamp == self.stamps.of(token)
            && now.duration_since(entry.read_at).unsigned_abs() < self.max_age()
            && entry.is_live(&self.lifetimes, now)
    }

    /// Lets the entry's principal through and has its use written down when that is due.
    fn admit(&self, token: &TokenHash, entry: &Entry, now: Timestamp) -> Arc<Principal> {
        if let Some(before) = entry.note_use(&self.lifetimes, now)
            && self.touches.try_send((*token, now)).is_err()
        {
            // The queue is full: the next request tries again.
            entry.forget_use(before);
        }
        Arc::clone(&entry.principal)
    }

    async fn find_recorded(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Arc<Principal>>, StoreError> {
        let reading = self.cache.try_get_with_by_ref(token, self.read(token, now));
        let entry = match reading.await {
            Ok(entry) if entry.stamp == self.stamps.of(token) => Ok(entry),
            // Another request began to read this before a change that this one must obey.
            Ok(_) => {
                self.cache.invalidate(token).await;
                self.read(token, now).await.map_err(Arc::new)
            }
            Err(nothing) => Err(nothing),
        };
        match entry {
            Ok(entry) => Ok(Some(self.admit(token, &entry, now))),
            Err(nothing) => nothing.answer(),
        }
    }

    async fn read(&self, token: &TokenHash, now: Timestamp) -> Result<Arc<Entry>, Nothing> {
        let stamp = self.stamps.of(token);
        let record = self.records.find(token, now).await;
        let Some(record) = record.map_err(Nothing::Failed)? else {
            self.outage.forget(token).await;
            return Err(Nothing::Absent);
        };
        let Record { session, identity } = record;
        let pending = self.actions.pending_at(&session, &identity);
        let is_too_weak = self.actions.is_too_weak(&identity, &session);
        let principal = Principal::new(Arc::new(identity), session, pending).too_weak(is_too_weak);
        let entry = Arc::new(Entry::new(principal, stamp, now));
        self.outage.remember(token, &entry).await;
        Ok(entry)
    }
}

impl Nothing {
    /// The answer for each of the requests that waited for the same reading.
    fn answer<T>(&self) -> Result<Option<T>, StoreError> {
        match self {
            Self::Absent => Ok(None),
            Self::Failed(StoreError::Corrupt { what }) => Err(StoreError::Corrupt { what }),
            Self::Failed(error) => {
                let source = std::error::Error::source(error);
                let cause = source.map_or_else(|| error.to_string(), ToString::to_string);
                Err(StoreError::unavailable(cause))
            }
        }
    }
}

impl fmt::Debug for Principals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principals")
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}
