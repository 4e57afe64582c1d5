//! Stamps: which cached principals were read before the last change they must obey.
//!
//! A cached entry carries the stamp its token had before it was read. A change gives the token a
//! new stamp after the change is in the record, so an entry that was read before can never be
//! mistaken for a fresh one, however long its reading took. Looking costs one atomic load.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use portcullis_core::secret::TokenHash;

/// Tokens that share a stamp are read again together; this many make that rare.
const SHARDS: usize = 1024;

/// The present stamps of all tokens.
pub(super) struct Stamps {
    shards: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Stamps {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
        }
    }

    /// The token's present stamp.
    pub(super) fn of(&self, token: &TokenHash) -> u64 {
        self.shard(token).load(Ordering::SeqCst)
    }

    /// Makes everything stale that was read of this token before.
    pub(super) fn renew(&self, token: &TokenHash) {
        self.shard(token).fetch_add(1, Ordering::SeqCst);
    }

    /// Makes everything stale.
    pub(super) fn renew_all(&self) {
        for shard in &self.shards {
            shard.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn shard(&self, token: &TokenHash) -> &AtomicU64 {
        let index = self.hasher.hash_one(token) % self.shards.len() as u64;
        &self.shards[index as usize]
    }
}

impl fmt::Debug for Stamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stamps").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewed_token_has_another_stamp() {
        let stamps = Stamps::new();
        let token = TokenHash::of("a");
        let before = stamps.of(&token);
        stamps.renew(&token);
        assert_ne!(stamps.of(&token), before);
    }

    #[test]
    fn renewing_all_renews_each() {
        let stamps = Stamps::new();
        let tokens: Vec<_> = (0..100).map(|n| TokenHash::of(&n.to_string())).collect();
        let before: Vec<_> = tokens.iter().map(|token| stamps.of(token)).collect();
        stamps.renew_all();
        assert!(
            tokens
                .iter()
                .zip(before)
                .all(|(token, old)| stamps.of(token) != old)
        );
    }
}
