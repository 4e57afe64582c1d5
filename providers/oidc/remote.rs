//! Something the provider publishes, kept for a while: read when first needed, by one at a time,
//! less and less often while it fails, and served old rather than not at all.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use portcullis_core::clock::Clock;
use tokio::sync::Mutex;

use crate::trouble::Trouble;

/// After this long, what is known is read again.
const FRESH: Duration = Duration::from_hours(1);

/// Between two readings that something unknown asked for. Whoever can make tokens of unknown keys
/// arrive must not make the gateway flood the provider.
const RENEWAL: Duration = Duration::from_secs(30);

/// The longest rest after failures.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// A published thing.
#[derive(Debug)]
pub(crate) struct Remote<T> {
    clock: Arc<dyn Clock>,
    current: ArcSwapOption<Read<T>>,
    failure: ArcSwapOption<Failure>,
    /// Held while reading, so that one reads for all; knows when somebody last asked for renewal.
    turn: Mutex<Option<Timestamp>>,
}

#[derive(Debug)]
struct Read<T> {
    value: Arc<T>,
    at: Timestamp,
}

/// The last reading failed, and so many before it without success between them.
#[derive(Debug)]
struct Failure {
    trouble: Trouble,
    at: Timestamp,
    count: u32,
}

impl<T> Remote<T> {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            current: ArcSwapOption::empty(),
            failure: ArcSwapOption::empty(),
            turn: Mutex::new(None),
        }
    }

    /// The value; `read` is polled only when there is none or it is old.
    pub(crate) async fn get(
        &self,
        read: impl Future<Output = Result<T, Trouble>> + Send,
    ) -> Result<Arc<T>, Trouble> {
        if let Some(known) = self.current.load_full() {
            if self.since(known.at) < FRESH || self.rest().is_some() {
                return Ok(Arc::clone(&known.value));
            }
            // One use renews it; the others are not kept waiting.
            let Ok(_turn) = self.turn.try_lock() else {
                return Ok(Arc::clone(&known.value));
            };
            return Ok(self
                .attempt(read)
                .await
                .unwrap_or_else(|_| Arc::clone(&known.value)));
        }
        let _turn = self.turn.lock().await;
        // Somebody else may have read it, or failed to, while this use waited.
        if let Some(known) = self.current.load_full() {
            return Ok(Arc::clone(&known.value));
        }
        match self.rest() {
            Some(failure) => Err(failure.trouble.clone()),
            None => self.attempt(read).await,
        }
    }

    /// The value, read again unless that was asked for a moment ago.
    pub(crate) async fn renew(
        &self,
        read: impl Future<Output = Result<T, Trouble>> + Send,
    ) -> Result<Arc<T>, Trouble> {
        let mut asked_at = self.turn.lock().await;
        let is_recent = asked_at.is_some_and(|at| self.since(at) < RENEWAL);
        if let Some(known) = self.current.load_full().filter(|_| is_recent) {
            return Ok(Arc::clone(&known.value));
        }
        *asked_at = Some(self.clock.now());
        self.attempt(read).await
    }

    /// In one word how it is, and what last went wrong.
    pub(crate) fn status(&self) -> (&'static str, Option<String>) {
        let failure = self.failure.load();
        match failure.as_ref() {
            Some(failure) => ("failed", Some(failure.trouble.reason().to_owned())),
            None if self.current.load().is_some() => ("ok", None),
            None => ("pending", None),
        }
    }

    async fn attempt(
        &self,
        read: impl Future<Output = Result<T, Trouble>> + Send,
    ) -> Result<Arc<T>, Trouble> {
        let outcome = read.await;
        let at = self.clock.now();
        match outcome {
            Ok(value) => {
                let value = Arc::new(value);
                let read = Read {
                    value: Arc::clone(&value),
                    at,
                };
                self.current.store(Some(Arc::new(read)));
                self.failure.store(None);
                Ok(value)
            }
            Err(trouble) => {
                let count = self.failure.load().as_ref().map_or(0, |last| last.count) + 1;
                let failure = Failure {
                    trouble: trouble.clone(),
                    at,
                    count,
                };
                self.failure.store(Some(Arc::new(failure)));
                Err(trouble)
            }
        }
    }

    /// The failure after which nobody is to be asked yet: 1 s after the first, doubling up to 60 s.
    fn rest(&self) -> Option<Arc<Failure>> {
        self.failure.load_full().filter(|failure| {
            let rest = Duration::from_secs(1 << (failure.count - 1).min(6)).min(LONGEST_REST);
            self.since(failure.at) < rest
        })
    }

    /// How long ago; a clock that was set back counts as well, so that nothing rests for ever.
    fn since(&self, then: Timestamp) -> Duration {
        self.clock.now().duration_since(then).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::testing::FrozenClock;

    use super::*;

    async fn down() -> Result<u32, Trouble> {
        Err(Trouble::Unreachable("down".to_owned()))
    }

    async fn never() -> Result<u32, Trouble> {
        panic!("nobody is to be asked now")
    }

    async fn holds(value: u32) -> Result<u32, Trouble> {
        Ok(value)
    }

    fn remote() -> (Remote<u32>, Arc<FrozenClock>) {
        let clock = Arc::new(FrozenClock::new(Timestamp::UNIX_EPOCH));
        (Remote::new(Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    #[tokio::test]
    async fn failures_are_repeated_less_and_less_often() {
        let (remote, clock) = remote();
        assert_eq!(remote.status(), ("pending", None));
        for rest in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(remote.get(down()).await.is_err());
            assert!(remote.get(never()).await.is_err());
            assert_eq!(remote.status(), ("failed", Some("down".to_owned())));
            clock.advance(Duration::from_secs(rest));
        }
        assert_eq!(*remote.get(holds(7)).await.unwrap(), 7);
        assert_eq!(remote.status(), ("ok", None));
    }

    #[tokio::test]
    async fn what_is_old_is_renewed_and_served_while_that_fails() {
        let (remote, clock) = remote();
        assert_eq!(*remote.get(holds(1)).await.unwrap(), 1);
        assert_eq!(*remote.get(never()).await.unwrap(), 1);
        clock.advance(FRESH);
        assert_eq!(*remote.get(down()).await.unwrap(), 1);
        assert_eq!(*remote.get(never()).await.unwrap(), 1);
        assert_eq!(remote.status().0, "failed");
        clock.advance(Duration::from_secs(1));
        assert_eq!(*remote.get(holds(2)).await.unwrap(), 2);
        assert_eq!(remote.status().0, "ok");
    }

    #[tokio::test]
    async fn a_renewal_is_not_repeated_within_half_a_minute() {
        let (remote, clock) = remote();
        assert_eq!(*remote.get(holds(1)).await.unwrap(), 1);
        assert_eq!(*remote.renew(holds(2)).await.unwrap(), 2);
        assert_eq!(*remote.renew(never()).await.unwrap(), 2);
        clock.advance(RENEWAL);
        assert_eq!(*remote.renew(holds(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn one_reads_for_all() {
        let (remote, _clock) = remote();
        let slow = async {
            tokio::task::yield_now().await;
            Ok(1)
        };
        let (first, second) = tokio::join!(remote.get(slow), remote.get(never()));
        assert_eq!((*first.unwrap(), *second.unwrap()), (1, 1));
    }
}
