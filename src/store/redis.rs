//! Sessions in Redis: a cache that all nodes share, and the bus that tells them what changed.
//!
//! SQL is the record; Redis can be lost at any moment without anybody being signed out. What must
//! never happen is that Redis brings back what SQL has ended. Three rules see to that:
//!
//! - Whoever changes a record does so in SQL first and then *bars* its token in Redis for a minute.
//!   A reader that looked at SQL before the change cannot fill a barred place (`SET NX`), and one
//!   that comes later is sent to SQL. The bar also writes a key that every node is told of.
//! - Each value names the epoch it was read in, and is worth nothing in another. A node that could
//!   not bar a token, or that lost its connection, begins a new epoch before it trusts Redis again.
//! - Until that is done it goes to SQL.

mod counters;
mod tracking;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use portcullis_core::{
    entropy::Entropy, identity::Identity, secret::TokenHash, session::Session, store::StoreError,
};
use redis::{
    AsyncConnectionConfig, Client, IntoConnectionInfo, ProtocolVersion, RedisError, RedisResult,
    aio::MultiplexedConnection,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::record::Record;
pub(super) use counters::SharedCounters;
pub use tracking::Tracking;

/// A dead Redis must not hold requests.
const PATIENCE: Duration = Duration::from_millis(500);
/// Longer than any reader can be on its way from SQL to Redis.
const BAR_SECONDS: u64 = 60;
const VALUES: &str = "portcullis:session:";
/// Writes under this prefix are told to every node.
const CHANGES: &str = "portcullis:changed:";
const EPOCH: &str = "portcullis:changed:epoch";
/// What stands in a barred place.
const BAR: &str = "-";

/// Sessions in Redis.
pub struct SharedSessions {
    client: Client,
    entropy: Arc<dyn Entropy>,
    connection: ArcSwapOption<MultiplexedConnection>,
    /// Whether values may be believed.
    trusted: AtomicBool,
    /// How many changes Redis was not told of.
    untold: AtomicU64,
    /// For how many of them a new epoch has made up.
    covered: AtomicU64,
    /// Wakes the tracking when something is to be mended.
    trouble: Notify,
}

/// What Redis says about a token.
pub(super) enum Lookup {
    /// This record.
    Found(Box<Record>),
    /// Nothing; whoever reads the record may fill the place.
    Vacant(Vacancy),
    /// Nothing that may be believed or filled.
    Unusable,
}

/// A place that may be filled with what is read from now on.
pub(super) struct Vacancy {
    key: String,
    epoch: String,
}

#[derive(Deserialize)]
struct Stored {
    epoch: String,
    session: Session,
    identity: Identity,
}

#[derive(Serialize)]
struct Storing<'a> {
    epoch: &'a str,
    session: &'a Session,
    identity: &'a Identity,
}

impl SharedSessions {
    /// Sessions in the Redis at `url` (`redis://` or `rediss://`); connects when it is needed.
    pub fn new(url: &str, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let info = url
            .into_connection_info()
            .map_err(|error| unavailable(&error))?;
        let settings = info.redis_settings().clone();
        let info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
        Ok(Self {
            client: Client::open(info).map_err(|error| unavailable(&error))?,
            entropy,
            connection: ArcSwapOption::empty(),
            trusted: AtomicBool::new(false),
            untold: AtomicU64::new(0),
            covered: AtomicU64::new(0),
            trouble: Notify::new(),
        })
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let answer = async {
            let mut connection = self.connect(self.config()).await?;
            redis::cmd("PING").exec_async(&mut connection).await
        };
        answer.await.map_err(|error| unavailable(&error))
    }

    /// Looks a token up. Fails never: what cannot be known is unusable.
    pub(super) async fn find(&self, token: &TokenHash) -> Lookup {
        if !self.trusted.load(Ordering::SeqCst) {
            return Lookup::Unusable;
        }
        let Some(connection) = self.connection.load_full() else {
            return Lookup::Unusable;
        };
        let key = value_key(token);
        let answer: RedisResult<(Option<String>, Option<String>)> = redis::cmd("MGET")
            .arg(EPOCH)
            .arg(&key)
            .query_async(&mut (*connection).clone())
            .await;
        match answer {
            Ok((Some(epoch), None)) => Lookup::Vacant(Vacancy { key, epoch }),
            Ok((Some(epoch), Some(value))) => read(&value, &epoch),
            Ok((None, _)) => {
                // Somebody emptied Redis.
                self.mistrust();
                Lookup::Unusable
            }
            Err(error) => {
                self.report(&error);
                Lookup::Unusable
            }
        }
    }

    /// Fills a vacant place, unless it is filled or barred by now.
    pub(super) async fn fill(&self, vacancy: Vacancy, record: &Record, keep: Duration) {
        let storing = Storing {
            epoch: &vacancy.epoch,
            session: &record.session,
            identity: &record.identity,
        };
        let Ok(value) = serde_json::to_string(&storing) else {
            return;
        };
        let Some(connection) = self.connection.load_full() else {
            return;
        };
        let done = redis::cmd("SET")
            .arg(&vacancy.key)
            .arg(value)
            .arg("NX")
            .arg("PX")
            .arg(u64::try_from(keep.as_millis()).unwrap_or(u64::MAX).max(1))
            .exec_async(&mut (*connection).clone())
            .await;
        if let Err(error) = done {
            self.report(&error);
        }
    }

    /// Tells every node that the records of these tokens have changed.
    pub(super) async fn bar(&self, tokens: &[TokenHash]) {
        if tokens.is_empty() {
            return;
        }
        if let Err(error) = self.try_bar(tokens).await {
            self.report(&error);
            self.miss();
        }
    }

    /// Has every node forget everything, as soon as Redis can be reached.
    pub(super) fn miss(&self) {
        self.untold.fetch_add(1, Ordering::SeqCst);
        self.mistrust();
    }

    async fn try_bar(&self, tokens: &[TokenHash]) -> RedisResult<()> {
        let mut connection = match self.connection.load_full() {
            Some(connection) => (*connection).clone(),
            // A command has no tracking that would keep a connection.
            None => self.connect(self.config()).await?,
        };
        for tokens in tokens.chunks(500) {
            let mut bars = redis::pipe();
            for token in tokens {
                bars.cmd("SET")
                    .arg(value_key(token))
                    .arg(BAR)
                    .arg("EX")
                    .arg(BAR_SECONDS)
                    .ignore();
                bars.cmd("SET")
                    .arg(change_key(token))
                    .arg(1)
                    .arg("EX")
                    .arg(1)
                    .ignore();
            }
            bars.exec_async(&mut connection).await?;
        }
        Ok(())
    }

    fn mistrust(&self) {
        self.trusted.store(false, Ordering::SeqCst);
        self.trouble.notify_one();
    }

    fn report(&self, error: &RedisError) {
        if self.trusted.load(Ordering::SeqCst) {
            tracing::warn!(%error, "redis does not answer");
        }
        self.mistrust();
    }

    /// Begins a new epoch, in which nothing that was stored before is believed, and trusts Redis.
    async fn renew_epoch(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        loop {
            let untold = self.untold.load(Ordering::SeqCst);
            let mut set = redis::cmd("SET");
            set.arg(EPOCH).arg(self.new_epoch());
            set.exec_async(connection).await?;
            if self.trust(untold) {
                return Ok(());
            }
        }
    }

    /// Trusts Redis in its present epoch, or begins one where there is none or where Redis was not
    /// told of everything.
    async fn join_epoch(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let untold = self.untold.load(Ordering::SeqCst);
        if untold != self.covered.load(Ordering::SeqCst) {
            return self.renew_epoch(connection).await;
        }
        let mut set = redis::cmd("SET");
        set.arg(EPOCH).arg(self.new_epoch()).arg("NX");
        set.exec_async(connection).await?;
        if self.trust(untold) {
            return Ok(());
        }
        self.renew_epoch(connection).await
    }

    /// Trusts Redis, unless it was not told of a change since `untold` was read. Whoever could not
    /// tell it counts first and mistrusts then, so one of the two always sees the other.
    fn trust(&self, untold: u64) -> bool {
        self.trusted.store(true, Ordering::SeqCst);
        if self.untold.load(Ordering::SeqCst) == untold {
            self.covered.store(untold, Ordering::SeqCst);
            return true;
        }
        self.trusted.store(false, Ordering::SeqCst);
        false
    }

    fn new_epoch(&self) -> String {
        u128::from_le_bytes(self.entropy.bytes()).to_string()
    }

    fn config(&self) -> AsyncConnectionConfig {
        AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
    }

    async fn connect(&self, config: AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }
}

impl fmt::Debug for SharedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSessions")
            .field("trusted", &self.trusted)
            .finish_non_exhaustive()
    }
}

fn read(value: &str, epoch: &str) -> Lookup {
    match serde_json::from_str::<Stored>(value) {
        Ok(stored) if stored.epoch == epoch => Lookup::Found(Box::new(Record {
            session: stored.session,
            identity: stored.identity,
        })),
        _ => Lookup::Unusable,
    }
}

fn value_key(token: &TokenHash) -> String {
    format!("{VALUES}{}", token.to_hex())
}

fn change_key(token: &TokenHash) -> String {
    format!("{CHANGES}{}", token.to_hex())
}

/// Only the message is kept: what stands behind it may quote the address with its password.
fn unavailable(error: &RedisError) -> StoreError {
    StoreError::unavailable(error.to_string())
}
