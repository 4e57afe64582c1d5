//! Access tokens that were seen of late, so that a program that calls often costs no statement a call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use portcullis_core::{api_credential::Bearer, clock::Clock, secret::TokenHash};

/// How long a token is believed to be as it was: what another node or a command changes is seen here
/// after that.
const BELIEVED: Duration = Duration::from_secs(5);
/// How many are remembered; more are never good at once where anybody counts them.
const MOST: usize = 10_000;

/// Access tokens that were seen of late.
#[derive(Debug)]
pub(super) struct Seen {
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// How often all was forgotten.
    era: u64,
    bearers: HashMap<TokenHash, (Bearer, Timestamp)>,
}

impl Seen {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            memory: Mutex::default(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token with its credential as it was a moment ago.
    pub(super) fn find(&self, token: &TokenHash) -> Option<Bearer> {
        let now = self.clock.now();
        let memory = self.memory();
        let (bearer, seen_at) = memory.bearers.get(token)?;
        let age = now.duration_since(*seen_at).unsigned_abs();
        (age < BELIEVED).then(|| bearer.clone())
    }

    /// What a reading that is remembered later has to begin with.
    pub(super) fn era(&self) -> u64 {
        self.memory().era
    }

    /// Remembers what was read in this era, unless something has changed since.
    pub(super) fn remember(&self, bearer: &Bearer, era: u64) {
        let now = self.clock.now();
        let mut memory = self.memory();
        if memory.era != era {
            return;
        }
        if memory.bearers.len() >= MOST {
            memory.bearers.clear();
        }
        let entry = (bearer.clone(), now);
        memory.bearers.insert(bearer.token.hash, entry);
    }

    /// Has every token read again.
    pub(super) fn forget_all(&self) {
        let mut memory = self.memory();
        memory.era += 1;
        memory.bearers.clear();
    }
}
