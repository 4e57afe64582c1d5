//! Randomness from the operating system.

use portcullis_core::entropy::Entropy;

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Every secret is made from these bytes: without them nothing may go on.
            std::process::abort();
        }
    }
}
