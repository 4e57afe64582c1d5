//! Hearing of changes: a connection that Redis tells of every barred token (RESP3 client tracking
//! in broadcast mode).
//!
//! It is watched with pings, because a frozen server keeps its connections open. When it is lost,
//! everything cached is forgotten, and entries may grow one second old until it is back.

use std::{convert::Infallible, sync::Arc, time::Duration};

use portcullis_core::secret::TokenHash;
use redis::{PushInfo, PushKind, RedisResult, Value, aio::MultiplexedConnection};
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{CHANGES, EPOCH, SharedSessions};
use crate::store::principals::Principals;

const PING_EVERY: Duration = Duration::from_millis(400);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// Keeps the caches of this process equal to what other nodes do.
#[derive(Debug)]
pub struct Tracking {
    shared: Arc<SharedSessions>,
    principals: Arc<Principals>,
}

/// Both connections to Redis; they live and die together.
struct Link {
    ears: MultiplexedConnection,
    commands: MultiplexedConnection,
    broken: Arc<Notify>,
}

impl Tracking {
    pub(in crate::store) fn new(shared: Arc<SharedSessions>, principals: Arc<Principals>) -> Self {
        Self { shared, principals }
    }

    /// Runs for as long as the process does, whatever becomes of Redis.
    pub async fn run(self) {
        let mut pause = FIRST_PAUSE;
        let mut was_linked = false;
        loop {
            if let Ok(link) = self.link(was_linked).await {
                (pause, was_linked) = (FIRST_PAUSE, true);
                self.follow(link).await;
            }
            self.unlink();
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    async fn link(&self, again: bool) -> RedisResult<Link> {
        let broken = Arc::new(Notify::new());
        let (principals, breaking) = (Arc::clone(&self.principals), Arc::clone(&broken));
        let config = self.shared.config().set_push_sender(move |push: PushInfo| {
            hear(&principals, &breaking, &push);
            Ok::<_, Infallible>(())
        });
        let mut ears = self.shared.connect(config).await?;
        redis::cmd("CLIENT")
            .arg(&["TRACKING", "ON", "BCAST", "PREFIX", CHANGES])
            .exec_async(&mut ears)
            .await?;
        let mut commands = self.shared.connect(self.shared.config()).await?;
        self.principals.begin_hearing();
        if again {
            self.shared.renew_epoch(&mut commands).await?;
        } else {
            self.shared.join_epoch(&mut commands).await?;
        }
        let shared = Arc::new(commands.clone());
        self.shared.connection.store(Some(shared));
        tracing::info!("redis is connected");
        Ok(Link {
            ears,
            commands,
            broken,
        })
    }

    async fn follow(&self, mut link: Link) {
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let well = tokio::select! {
                () = link.broken.notified() => return,
                () = self.shared.trouble.notified() => {
                    self.shared.join_epoch(&mut link.commands).await
                }
                _ = pings.tick() => redis::cmd("PING").exec_async(&mut link.ears).await,
            };
            if well.is_err() {
                return;
            }
        }
    }

    fn unlink(&self) {
        self.shared.mistrust();
        if self.shared.connection.swap(None).is_some() {
            tracing::warn!("the connection to redis is lost, sessions are read from the database");
        }
        self.principals.stop_hearing();
    }
}

fn hear(principals: &Principals, broken: &Notify, push: &PushInfo) {
    match push.kind {
        PushKind::Invalidate => match push.data.first() {
            Some(Value::Array(keys)) => keys.iter().for_each(|key| forget(principals, key)),
            // Redis was emptied.
            _ => principals.forget_all(),
        },
        PushKind::Disconnection => broken.notify_one(),
        _ => {}
    }
}

fn forget(principals: &Principals, key: &Value) {
    let token = match key {
        Value::BulkString(key) => std::str::from_utf8(key).ok(),
        _ => None,
    };
    let token = token
        .filter(|key| *key != EPOCH)
        .and_then(|key| key.strip_prefix(CHANGES))
        .and_then(TokenHash::from_hex);
    match token {
        Some(token) => principals.forget(&token),
        None => principals.forget_all(),
    }
}
