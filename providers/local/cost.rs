//! What one hash costs, and hashing itself (argon2id, RFC 9106).

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier,
    Version,
};
use serde::Deserialize;

use crate::policy::Normalised;

/// The cost of one argon2id hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cost {
    /// Memory in KiB; default 19456.
    pub memory: u32,
    /// Passes over the memory; default 2.
    pub iterations: u32,
    /// Lanes; default 1.
    pub parallelism: u32,
}

/// These costs are outside what RFC 9106 allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cost of a password hash is not usable: {reason}")]
pub struct InvalidCost {
    /// What is wrong with them.
    pub reason: String,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

/// Hashes and verifies; costly, so never called outside the pool.
#[derive(Debug, Clone)]
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
}

/// What a verification came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The password is another one.
    Wrong,
    /// It is this password, hashed at the present cost.
    Right,
    /// It is this password, hashed in another way than is configured now.
    RightButOutdated,
}

impl Hasher {
    pub(crate) fn new(cost: Cost) -> Result<Self, InvalidCost> {
        let params = Params::new(cost.memory, cost.iterations, cost.parallelism, None);
        let params = params.map_err(|error| InvalidCost {
            reason: error.to_string(),
        })?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { argon2 })
    }

    /// The hash as a PHC string; `None` when there is no memory for it.
    pub(crate) fn hash(&self, password: &Normalised, salt: [u8; 16]) -> Option<String> {
        let hash = self
            .argon2
            .hash_password_with_salt(password.as_bytes(), &salt);
        hash.ok().map(|hash| hash.to_string())
    }

    /// Whether `password` has this hash, whatever cost it was made at. A hash that cannot be read
    /// belongs to no password.
    pub(crate) fn verify(&self, password: &Normalised, hash: &str) -> Outcome {
        let Ok(hash) = PasswordHash::new(hash) else {
            return Outcome::Wrong;
        };
        if self
            .argon2
            .verify_password(password.as_bytes(), &hash)
            .is_err()
        {
            return Outcome::Wrong;
        }
        match self.is_current(&hash) {
            true => Outcome::Right,
            false => Outcome::RightButOutdated,
        }
    }

    fn is_current(&self, hash: &PasswordHash) -> bool {
        let current = self.argon2.params();
        let same_cost = Params::try_from(hash).is_ok_and(|used| {
            (used.m_cost(), used.t_cost(), used.p_cost())
                == (current.m_cost(), current.t_cost(), current.p_cost())
        });
        same_cost && hash.algorithm == ARGON2ID_IDENT && hash.version == Some(Version::V0x13.into())
    }
}
