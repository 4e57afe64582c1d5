//! What one hash costs, and hashing itself (argon2id, RFC 9106).

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier,
    Version,
};
use serde::Deserialize;

use crate::{bearable::ARGON2, imported::Imported, policy::Normalised};

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

    /// Whether `password` has this hash, however it was made. A hash that cannot be read belongs to
    /// no password.
    pub(crate) fn verify(&self, password: &Normalised, hash: &str) -> Outcome {
        match PasswordHash::new(hash) {
            // Whatever cost was configured or let in once has to be borne.
            Ok(hash) if ARGON2.contains(&hash.algorithm) => self.verify_argon2(password, &hash),
            _ => self.verify_imported(password, hash),
        }
    }

    fn verify_argon2(&self, password: &Normalised, hash: &PasswordHash) -> Outcome {
        let is_right = |bytes: &[u8]| self.argon2.verify_password(bytes, hash).is_ok();
        if is_right(password.as_bytes()) {
            return match self.is_current(hash) {
                true => Outcome::Right,
                false => Outcome::RightButOutdated,
            };
        }
        match password.as_typed().is_some_and(is_right) {
            true => Outcome::RightButOutdated,
            false => Outcome::Wrong,
        }
    }

    fn verify_imported(&self, password: &Normalised, hash: &str) -> Outcome {
        let imported: Option<Imported> = hash.parse().ok();
        // Other systems hash what was typed, byte by byte.
        let typed = password.as_typed();
        let forms = typed.into_iter().chain([password.as_bytes()]);
        let is_right = |hash: Imported| forms.into_iter().any(|form| hash.verify(form));
        if imported.is_some_and(is_right) {
            return Outcome::RightButOutdated;
        }
        // Quick hashes must not tell by the time whose they are.
        self.hash(password, [0; 16]);
        Outcome::Wrong
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
