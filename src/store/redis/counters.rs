//! Counters in Redis, which all nodes share; in SQL while Redis is away.
//!
//! Nothing goes uncounted: what Redis does not count, SQL does, and where neither can, whoever asked is
//! told so. While Redis comes and goes a limit may be granted once by either, no more.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{clock::Clock, secret::TokenHash, store::StoreError, throttle::Counters};
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, aio::MultiplexedConnection};

use super::{PATIENCE, SharedSessions, unavailable};

const COUNTERS: &str = "portcullis:count:";
/// How long a Redis that did not answer is left alone, in seconds.
const ABSENCE: i64 = 5;

/// Counters in Redis, and in the record while it is away.
pub(in crate::store) struct SharedCounters {
    client: Client,
    connection: ArcSwapOption<MultiplexedConnection>,
    record: Arc<dyn Counters>,
    clock: Arc<dyn Clock>,
    /// Until when Redis is not asked, in seconds.
    away_until: AtomicI64,
}

impl SharedCounters {
    /// Counters in the Redis of these sessions, before the record.
    pub(in crate::store) fn beside(
        sessions: &SharedSessions,
        (record, clock): (Arc<dyn Counters>, Arc<dyn Clock>),
    ) -> Self {
        Self {
            client: sessions.client.clone(),
            connection: ArcSwapOption::empty(),
            record,
            clock,
            away_until: AtomicI64::new(i64::MIN),
        }
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        if let Some(connection) = self.connection.load_full() {
            return Ok((*connection).clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let client = &self.client;
        let made = client.get_multiplexed_async_connection_with_config(&config);
        let made = made.await?;
        self.connection.store(Some(Arc::new(made.clone())));
        Ok(made)
    }

    async fn count_there(&self, key: &TokenHash, ends: Timestamp) -> RedisResult<u64> {
        let left = ends.duration_since(self.clock.now()).as_millis().max(1);
        let key = name(key);
        let mut pipe = redis::pipe();
        // At once, so that no counter is left without an end.
        pipe.atomic();
        let begin = pipe.cmd("SET").arg(&key).arg(0).arg("NX").arg("PX");
        begin.arg(i64::try_from(left).unwrap_or(i64::MAX)).ignore();
        pipe.cmd("INCR").arg(&key);
        let (count,): (u64,) = pipe.query_async(&mut self.connection().await?).await?;
        Ok(count)
    }

    async fn reset_there(&self, key: &TokenHash) -> RedisResult<()> {
        let mut delete = redis::cmd("DEL");
        delete.arg(name(key));
        delete.exec_async(&mut self.connection().await?).await
    }

    fn is_away(&self) -> bool {
        self.clock.now().as_second() < self.away_until.load(Ordering::Relaxed)
    }

    fn leave_alone(&self, error: &RedisError) {
        tracing::warn!(%error, "redis does not count, so the database does");
        self.connection.store(None);
        let until = self.clock.now().as_second() + ABSENCE;
        self.away_until.store(until, Ordering::Relaxed);
    }
}

#[async_trait]
impl Counters for SharedCounters {
    async fn count(&self, key: &TokenHash, window_ends: Timestamp) -> Result<u64, StoreError> {
        if !self.is_away() {
            match self.count_there(key, window_ends).await {
                Ok(count) => return Ok(count),
                Err(error) => self.leave_alone(&error),
            }
        }
        self.record.count(key, window_ends).await
    }

    async fn reset(&self, key: &TokenHash) -> Result<(), StoreError> {
        self.record.reset(key).await?;
        let done = self.reset_there(key).await;
        done.map_err(|error| unavailable(&error))
    }
}

impl fmt::Debug for SharedCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCounters").finish_non_exhaustive()
    }
}

fn name(key: &TokenHash) -> String {
    format!("{COUNTERS}{}", key.to_hex())
}
