//! One cached principal with what decides whether it may still be used.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use portcullis_core::{principal::Principal, sessions::SessionLifetimes};

/// A principal as it was read, and its session's last use as it was noted since.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) principal: Arc<Principal>,
    /// The token's stamp before the reading began.
    pub(super) stamp: u64,
    /// When the reading began.
    pub(super) read_at: Timestamp,
    seen_at: AtomicI64,
}

impl Entry {
    pub(super) fn new(principal: Principal, stamp: u64, read_at: Timestamp) -> Self {
        Self {
            stamp,
            read_at,
            seen_at: AtomicI64::new(principal.session.last_seen_at.as_microsecond()),
            principal: Arc::new(principal),
        }
    }

    /// Whether the session still opens anything.
    pub(super) fn is_live(&self, lifetimes: &SessionLifetimes, now: Timestamp) -> bool {
        lifetimes.is_live_if_seen(&self.principal.session, self.seen_at(), now)
    }

    /// Notes the use at `now` when that is due. Of the requests that come at the same time one is
    /// told the use noted before, and has to write the new one down.
    pub(super) fn note_use(
        &self,
        lifetimes: &SessionLifetimes,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let before = self.seen_at();
        if !lifetimes.is_touch_due_since(before, now) {
            return None;
        }
        let noted = self.seen_at.compare_exchange(
            before.as_microsecond(),
            now.as_microsecond(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        noted.is_ok().then_some(before)
    }

    /// Takes a use back that could not be written down, so that the next one is due.
    pub(super) fn forget_use(&self, before: Timestamp) {
        self.seen_at
            .store(before.as_microsecond(), Ordering::Relaxed);
    }

    fn seen_at(&self) -> Timestamp {
        let micros = self.seen_at.load(Ordering::Relaxed);
        Timestamp::from_microsecond(micros).unwrap_or(self.principal.session.last_seen_at)
    }
}
