//! While the record cannot be read, principals that were in use serve on for a bounded time: nobody
//! can end a session in a record that is away, and a change this node hears of still counts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use moka::future::Cache;
use portcullis_core::secret::TokenHash;

use super::entry::Entry;

/// How long principals serve on while the record is away.
const LONGEST: Duration = Duration::from_secs(300);
/// How often the record is asked again meanwhile, by one request for all.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// What was read longer ago than any outage can reach back to is forgotten.
const MEMORY: Duration = Duration::from_secs(900);
/// No outage is known.
const NONE: i64 = 0;

/// What is known of the record's absence, and what was read before it.
pub(super) struct Outage {
    last_known: Cache<TokenHash, Arc<Entry>>,
    /// When the record was first found away, in microseconds.
    began_at: AtomicI64,
    /// When it may be asked again, in microseconds.
    ask_at: AtomicI64,
}

impl Outage {
    pub(super) fn new(capacity: u64) -> Self {
        Self {
            last_known: Cache::builder()
                .max_capacity(capacity)
                .time_to_live(MEMORY)
                .build(),
            began_at: AtomicI64::new(NONE),
            ask_at: AtomicI64::new(NONE),
        }
    }

    /// Remembers what was read, for the time the record is away.
    pub(super) async fn remember(&self, token: &TokenHash, entry: &Arc<Entry>) {
        self.last_known.insert(*token, Arc::clone(entry)).await;
    }

    /// Nothing is read under this token any more.
    pub(super) async fn forget(&self, token: &TokenHash) {
        self.last_known.invalidate(token).await;
    }

    /// What served when the outage began, or had just grown too old to, until it lasts too long.
    /// `max_age` is how old an entry may grow otherwise: what a command wrote down before that is
    /// not passed over.
    pub(super) async fn last_known(
        &self,
        token: &TokenHash,
        max_age: Duration,
        now: Timestamp,
    ) -> Option<Arc<Entry>> {
        let began_at = match self.began_at.load(Ordering::Relaxed) {
            NONE => return None,
            micros => Timestamp::from_microsecond(micros).ok()?,
        };
        let entry = self.last_known.get(token).await?;
        let age = began_at.duration_since(entry.read_at);
        let served = age.is_negative() || age.unsigned_abs() < 2 * max_age;
        let lasted = now.duration_since(began_at).unsigned_abs();
        (served && lasted < LONGEST).then_some(entry)
    }

    /// Whether the record should be asked: always, but during an outage by one request at a time.
    pub(super) fn may_ask(&self, now: Timestamp) -> bool {
        let ask_at = self.ask_at.load(Ordering::Relaxed);
        let turn = || {
            let next = later(now);
            let won =
                self.ask_at
                    .compare_exchange(ask_at, next, Ordering::Relaxed, Ordering::Relaxed);
            won.is_ok()
        };
        ask_at == NONE || (now.as_microsecond() >= ask_at && turn())
    }

    /// The record did not answer the question put at `asked_at`, which is found out at `now`.
    pub(super) fn goes_on(&self, asked_at: Timestamp, now: Timestamp) {
        let began_at = asked_at.as_microsecond();
        // Another request may have found out before.
        let _ =
            self.began_at
                .compare_exchange(NONE, began_at, Ordering::Relaxed, Ordering::Relaxed);
        self.ask_at.store(later(now), Ordering::Relaxed);
    }

    /// The record answers.
    pub(super) fn is_over(&self) {
        if self.began_at.load(Ordering::Relaxed) != NONE {
            self.began_at.store(NONE, Ordering::Relaxed);
            self.ask_at.store(NONE, Ordering::Relaxed);
        }
    }
}

fn later(now: Timestamp) -> i64 {
    (now + ASK_EVERY).as_microsecond()
}
