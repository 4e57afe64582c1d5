//! The bounded pool on which passwords are hashed: a storm of sign-ins waits in line or is turned
//! away, and leaves processors and memory to the requests that are proxied.

use std::{sync::Arc, thread::available_parallelism};

use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many may wait for each hash that runs. At some 30 ms a hash, the last waits about 2 s.
const WAITING_PER_SLOT: usize = 64;

/// When to come back after being turned away, in seconds.
const RETRY_AFTER: u64 = 2;

/// Runs at most half as many hashes at a time as there are processors.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    slots: Arc<Semaphore>,
    places: Arc<Semaphore>,
    #[cfg(test)]
    pub(crate) started: Arc<std::sync::atomic::AtomicUsize>,
}

/// A job was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolError {
    /// Too many are waiting already.
    #[error("too many passwords are being checked")]
    Full {
        /// When to come back, in seconds.
        retry_after: u64,
    },
    /// The job broke off, or the process is ending.
    #[error("the password could not be checked")]
    Broken,
}

impl Pool {
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::of_size((processors / 2).max(1), WAITING_PER_SLOT)
    }

    fn of_size(slots: usize, waiting_per_slot: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(slots)),
            places: Arc::new(Semaphore::new(slots * (1 + waiting_per_slot))),
            #[cfg(test)]
            started: Arc::default(),
        }
    }

    /// Runs `job` on a thread of its own, once it is its turn.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let full = |_| PoolError::Full {
            retry_after: RETRY_AFTER,
        };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(full)?;
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| PoolError::Broken)?;
        #[cfg(test)]
        self.started
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let done = spawn_blocking(move || {
            // Both are given back when the work ends, even if nobody waits for it any more.
            let _held = (place, slot);
            job()
        });
        done.await.map_err(|_| PoolError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn whoever_finds_the_line_full_is_turned_away() {
        let pool = Pool::of_size(1, 1);
        let (release, wait) = channel::<()>();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || wait.recv()).await }
        });
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| 1).await }
        });
        while pool.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            pool.run(|| 2).await,
            Err(PoolError::Full {
                retry_after: RETRY_AFTER
            })
        );
        release.send(()).unwrap();
        assert!(running.await.unwrap().is_ok());
        assert_eq!(waiting.await.unwrap(), Ok(1));
        assert_eq!(pool.run(|| 3).await, Ok(3));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_still_counts() {
        let pool = Pool::of_size(1, 1);
        let (release, wait) = channel::<()>();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || wait.recv()).await }
        });
        while pool.slots.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        running.abort();
        assert!(running.await.is_err());
        assert_eq!(pool.slots.available_permits(), 0);
        release.send(()).unwrap();
        assert_eq!(pool.run(|| 4).await, Ok(4));
    }
}
