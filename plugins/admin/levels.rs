//! The levels: how many sessions there were at a time and how often they were found in memory, by the
//! hour, as this node has read it since it began. Nothing of it is stored; of an hour in which nothing
//! was read nothing is said.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    gauge::Gauge,
    plugin::Services,
    session::Liveness,
    sessions::{CacheReads, Sessions},
    store::StoreError,
};

use crate::tally::{DAY, DAYS, HOUR, begin};

/// Reads how sessions are, and remembers it.
pub(crate) struct Levels {
    clock: Arc<dyn Clock>,
    sessions: Sessions,
    since: Timestamp,
    kept: Mutex<Kept>,
}

/// An hour, or several together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Level {
    /// The most sessions that were counted at a time; `None` where nobody has counted.
    pub(crate) sessions: Option<u64>,
    /// What became of looking sessions up; `None` where nobody has listened.
    pub(crate) reads: Option<CacheReads>,
}

#[derive(Debug, Default)]
struct Kept {
    /// By the second at which the hour begins.
    hours: BTreeMap<i64, Level>,
    /// What the cache said when it was read last.
    last: CacheReads,
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Levels").finish_non_exhaustive()
    }
}

impl Level {
    /// Both together.
    fn and(self, other: Self) -> Self {
        let reads = [self.reads, other.reads].into_iter().flatten();
        Self {
            sessions: self.sessions.max(other.sessions),
            reads: reads.reduce(|one, other| CacheReads {
                hits: one.hits + other.hits,
                misses: one.misses + other.misses,
            }),
        }
    }
}

impl Levels {
    /// Levels that are read from now on.
    pub(crate) fn new(services: &Services) -> Self {
        Self {
            clock: Arc::clone(&services.clock),
            sessions: services.sessions.clone(),
            since: services.clock.now(),
            kept: Mutex::default(),
        }
    }

    /// Since when they are read.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Counts the sessions there are now, on every node.
    pub(crate) async fn count_sessions(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let liveness = Liveness {
            is_live: true,
            now,
            idle_since: now - self.sessions.lifetimes().idle_timeout,
        };
        let count = self.sessions.store().count(&liveness).await?;
        let hour = Level {
            sessions: Some(count),
            reads: None,
        };
        self.kept().note(now.as_second(), hour);
        Ok(count)
    }

    /// What became of looking sessions up on this node since it began; `None` where nobody counts.
    pub(crate) fn read_cache(&self) -> Option<CacheReads> {
        let now = self.clock.now().as_second();
        // Held meanwhile, for no look-up is to be told twice.
        let mut kept = self.kept();
        let all = self.sessions.cache_reads()?;
        let last = std::mem::replace(&mut kept.last, all);
        let hour = Level {
            sessions: None,
            reads: Some(CacheReads {
                hits: all.hits.saturating_sub(last.hits),
                misses: all.misses.saturating_sub(last.misses),
            }),
        };
        kept.note(now, hour);
        Some(all)
    }

    /// The hours that begin within this time, all together.
    pub(crate) fn between(&self, first: i64, end: i64) -> Level {
        let kept = self.kept();
        let hours = kept.hours.range(first..end).map(|(_, hour)| *hour);
        hours.fold(Level::default(), Level::and)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn note(&mut self, now: i64, read: Level) {
        let hour = self.hours.entry(begin(now, HOUR)).or_default();
        *hour = hour.and(read);
        let oldest = begin(now, DAY) - (DAYS - 1) * DAY;
        self.hours = self.hours.split_off(&oldest);
    }
}

#[async_trait]
impl Gauge for Levels {
    async fn read(&self) {
        self.read_cache();
        if let Err(error) = self.count_sessions().await {
            tracing::warn!(%error, "the sessions were not counted, so that their chart has a gap");
        }
    }
}
