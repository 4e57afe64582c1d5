//! Throttles: counters of what may happen only so often, and the pauses that follow when it happens
//! too often.
//!
//! A pause says what is held up, whom it is about and from where, so that an administrator sees it and
//! can lift it, with the counters that led to it.

mod network;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::network::Network;
use crate::{identity::Identity, secret::TokenHash, store::StoreError};

/// Counts what may happen only so often, for all nodes together.
#[async_trait]
pub trait Counters: Debug + Send + Sync {
    /// Adds one to a counter that starts anew after `window_ends`, and says its new value.
    async fn count(&self, key: &TokenHash, window_ends: Timestamp) -> Result<u64, StoreError>;

    /// Lets a counter start anew.
    async fn reset(&self, key: &TokenHash) -> Result<(), StoreError>;
}

/// Keeps pauses until they end.
#[async_trait]
pub trait PauseStore: Debug + Send + Sync {
    /// Begins a pause, in place of the one of the same name.
    async fn begin(&self, pause: &Pause) -> Result<(), StoreError>;

    /// The pause of this name, if it has not been forgotten; it may have ended.
    async fn find(&self, name: &str) -> Result<Option<Pause>, StoreError>;

    /// Every pause that has not been forgotten, the one that ends first before the others.
    async fn list(&self) -> Result<Vec<Pause>, StoreError>;

    /// Forgets a pause; `false` when there is none of this name.
    async fn end(&self, name: &str) -> Result<bool, StoreError>;
}

/// A time during which something is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Tells it from every other.
    pub name: String,
    /// What is held up, such as `sign-in`.
    pub kind: String,
    /// Whom it is about: an identity's id, or what was typed where nobody is known by it; `None` when
    /// it is about everybody in the network.
    pub subject: Option<String>,
    /// Where it holds; `None` for everywhere.
    pub network: Option<Network>,
    /// When it began.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The counters that led to it.
    pub counters: Vec<TokenHash>,
}

impl Pause {
    /// What administrators call it.
    pub fn id(&self) -> String {
        let mut hex = TokenHash::of(&self.name).to_hex();
        hex.truncate(16);
        hex
    }
}

/// What pauses of an identity are about: whatever it is called by those who try to be it.
pub fn subjects(identity: &Identity) -> impl Iterator<Item = String> + '_ {
    let addresses = identity.addresses.iter().map(|one| one.value.clone());
    let identifiers = identity.identifiers.iter().cloned();
    [identity.id.to_string()]
        .into_iter()
        .chain(identifiers)
        .chain(addresses)
}

/// Counters and pauses.
#[derive(Debug, Clone)]
pub struct Throttles {
    counters: Arc<dyn Counters>,
    pauses: Arc<dyn PauseStore>,
}

impl Throttles {
    /// Throttles over these stores.
    pub fn new(counters: Arc<dyn Counters>, pauses: Arc<dyn PauseStore>) -> Self {
        Self { counters, pauses }
    }

    /// The counters.
    pub fn counters(&self) -> &dyn Counters {
        &*self.counters
    }

    /// The pauses.
    pub fn pauses(&self) -> &dyn PauseStore {
        &*self.pauses
    }

    /// Adds one to a counter that starts anew after `window_ends`, and says its new value.
    pub async fn count(&self, key: &TokenHash, ends: Timestamp) -> Result<u64, StoreError> {
        self.counters.count(key, ends).await
    }

    /// Begins a pause.
    pub async fn begin(&self, pause: &Pause) -> Result<(), StoreError> {
        self.pauses.begin(pause).await
    }

    /// Until when the pause of this name lasts, if it does at `now`.
    pub async fn until(&self, name: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let pause = self.pauses.find(name).await?;
        Ok(pause.map(|one| one.until).filter(|until| now < *until))
    }

    /// The pauses that last at `now`.
    pub async fn running(&self, now: Timestamp) -> Result<Vec<Pause>, StoreError> {
        let mut pauses = self.pauses.list().await?;
        pauses.retain(|one| now < one.until);
        Ok(pauses)
    }

    /// Ends a pause now, as if what led to it had never been; `false` when it has ended already.
    pub async fn lift(&self, pause: &Pause) -> Result<bool, StoreError> {
        for counter in &pause.counters {
            self.counters.reset(counter).await?;
        }
        self.pauses.end(&pause.name).await
    }
}
