//! The threads that hash, and the line before them.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

/// What a thread of the pool does when it is its turn.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// The bounded line before the threads; they end when it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    jobs: SyncSender<Job>,
}

/// A job found no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TurnedAway {
    /// Too many wait already.
    Full,
    /// No thread is left.
    Ended,
}

impl Line {
    /// A line with places for `places` jobs, served by as many threads as could be started.
    pub(super) fn new(threads: usize, places: usize) -> Self {
        let (jobs, taken) = sync_channel(places);
        let taken = Arc::new(Mutex::new(taken));
        for _ in 0..threads {
            let taken = Arc::clone(&taken);
            let started = thread::Builder::new()
                .name("hashing".to_owned())
                .spawn(move || work(&taken));
            if let Err(error) = started {
                tracing::error!(%error, "a thread for passwords could not be started");
            }
        }
        Self { jobs }
    }

    /// Joins the line, or says at once why not.
    pub(super) fn join(&self, job: Job) -> Result<(), TurnedAway> {
        self.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => TurnedAway::Full,
            TrySendError::Disconnected(_) => TurnedAway::Ended,
        })
    }
}

fn work(taken: &Mutex<Receiver<Job>>) {
    give_way();
    loop {
        // Whoever waits for a job holds the lock, and nothing else does.
        let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a password could not be checked: its job broke off");
        }
    }
}

/// Lets every other thread of the process go first, so that a request that is proxied never waits for
/// a hash (setpriority(2): on Linux a thread has a priority of its own).
#[cfg(target_os = "linux")]
fn give_way() {
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "the threads for passwords keep their priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
