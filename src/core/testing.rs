//! Stand-ins for tests: time that stands still, randomness that repeats, stores in memory.

mod administration;
pub mod contract;
mod meddled;
mod memory;
mod outreach;
pub mod promise;
mod schemas;

pub use self::{
    administration::{CannedAdministration, ONLY_WAY_IN},
    meddled::{Meddled, Meddler, Meddling, Shut},
    memory::{Call, MemoryStore},
    outreach::CannedOutreach,
    schemas::schema_desk,
};

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    clock::Clock,
    entropy::Entropy,
    mail::{Letter, Mail, MailError, Mailer},
};

/// Keeps the mail it takes.
#[derive(Debug, Default)]
pub struct Letterbox {
    mails: Mutex<Vec<Mail>>,
    posted: AtomicU64,
    is_closed: AtomicBool,
}

impl Letterbox {
    /// From here on no mail is sent, as where no mail server is configured.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// The mail so far, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let mails = self.mails.lock();
        mails
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// How many letters it was handed, those for nobody included.
    pub fn posted(&self) -> u64 {
        self.posted.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Mailer for Letterbox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        if !self.is_configured() {
            return Err(MailError::NotConfigured);
        }
        let mails = self.mails.lock();
        mails
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(mail);
        Ok(())
    }

    /// Words it in the fewest words: its subject is the occasion, its text the proof.
    async fn post(&self, letter: Letter) -> Result<(), MailError> {
        self.posted.fetch_add(1, Ordering::Relaxed);
        if letter.is_for_nobody {
            return Ok(());
        }
        self.send(Mail {
            to: letter.to,
            owner: letter.owner,
            subject: letter.occasion.as_str().to_owned(),
            text: letter.proof.expose().to_owned(),
            html: None,
        })
        .await
    }

    fn is_configured(&self) -> bool {
        !self.is_closed.load(Ordering::Relaxed)
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct FrozenClock(Mutex<Timestamp>);

impl FrozenClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: std::time::Duration) {
        let mut now = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Randomness that repeats for the same seed (SplitMix64). Never for secrets.
#[derive(Debug)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut word = self
                .0
                .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
                .wrapping_add(0x9E37_79B9_7F4A_7C15);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
