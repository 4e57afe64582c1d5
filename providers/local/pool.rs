//! The bounded pool on which passwords are hashed: a storm of sign-ins waits in line or is turned
//! away, and leaves processors and memory to the requests that are proxied.

mod threads;

use std::{sync::Arc, thread::available_parallelism};

use tokio::sync::oneshot;

use self::threads::{Line, TurnedAway};

/// How many may wait for each hash that runs. At some 30 ms a hash, the last waits about 2 s.
const WAITING_PER_THREAD: usize = 64;

/// When to come back after being turned away, in seconds.
const RETRY_AFTER: u64 = 2;

/// Runs at most half as many hashes at a time as there are processors, on threads of its own that give
/// way to all others.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    line: Arc<Line>,
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
        Self::of_size((processors / 2).max(1), WAITING_PER_THREAD)
    }

    fn of_size(threads: usize, waiting_per_thread: usize) -> Self {
        Self {
            line: Arc::new(Line::new(threads, threads * waiting_per_thread)),
            #[cfg(test)]
            started: Arc::default(),
        }
    }

    /// Runs `job` once it is its turn. A job that nobody waits for any more is not begun.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (tell, told) = oneshot::channel();
        #[cfg(test)]
        let started = Arc::clone(&self.started);
        self.line
            .join(Box::new(move || {
                if tell.is_closed() {
                    return;
                }
                #[cfg(test)]
                started.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                // Whoever waited may have gone meanwhile.
                let _ = tell.send(job());
            }))
            .map_err(|turned_away| match turned_away {
                TurnedAway::Full => PoolError::Full {
                    retry_after: RETRY_AFTER,
                },
                TurnedAway::Ended => PoolError::Broken,
            })?;
        told.await.map_err(|_| PoolError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// A pool of one thread, which is busy until something is sent.
    async fn busy(waiting: usize) -> (Pool, Sender<()>) {
        let pool = Pool::of_size(1, waiting);
        let (release, wait) = channel::<()>();
        let (tell, begun) = oneshot::channel();
        let running = pool.clone();
        tokio::spawn(async move {
            let job = move || {
                tell.send(()).unwrap();
                wait.recv()
            };
            running.run(job).await
        });
        begun.await.unwrap();
        (pool, release)
    }

    #[tokio::test]
    async fn whoever_finds_the_line_full_is_turned_away() {
        let (pool, release) = busy(1).await;
        let waiting = pool.run(|| 1);
        tokio::pin!(waiting);
        assert!(futures_now(waiting.as_mut()).await.is_none());
        assert_eq!(
            pool.run(|| 2).await,
            Err(PoolError::Full {
                retry_after: RETRY_AFTER
            })
        );
        release.send(()).unwrap();
        assert_eq!(waiting.await, Ok(1));
        assert_eq!(pool.run(|| 3).await, Ok(3));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_is_not_begun() {
        let (pool, release) = busy(1).await;
        {
            let waiting = pool.run(|| 1);
            tokio::pin!(waiting);
            assert!(futures_now(waiting.as_mut()).await.is_none());
        }
        release.send(()).unwrap();
        while pool.run(|| 4).await != Ok(4) {}
        let begun = pool.started.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(begun, 2, "the busy one and the last");
    }

    #[tokio::test]
    async fn a_job_that_breaks_off_takes_no_thread_with_it() {
        let pool = Pool::of_size(1, 1);
        let broken = pool.run(|| -> u8 { panic!("on purpose") }).await;
        assert_eq!(broken, Err(PoolError::Broken));
        assert_eq!(pool.run(|| 5).await, Ok(5));
    }

    /// What `future` comes to when it is asked once, if anything.
    async fn futures_now<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match future.as_mut().poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
