//! Which hashes can be checked without harm: those of a known kind that take neither too long nor too
//! much memory.

use argon2::{ARGON2I_IDENT, ARGON2ID_IDENT, Params, password_hash::phc::Ident};

/// The kinds of argon2 that passwords are hashed with.
pub(crate) const ARGON2: [Ident; 2] = [ARGON2ID_IDENT, ARGON2I_IDENT];

/// The most memory that checking one imported hash may take, in bytes.
pub(crate) const MOST_MEMORY: u64 = 256 << 20;

/// The most that all passes over the memory may come to, in bytes.
const MOST_PASSES: u64 = 1 << 30;

/// Whether a hash of these costs can be checked without harm.
pub(crate) fn is_bearable(params: &Params) -> bool {
    let memory = u64::from(params.m_cost()) << 10;
    let passes = memory.saturating_mul(u64::from(params.t_cost()));
    memory <= MOST_MEMORY && passes <= MOST_PASSES
}
