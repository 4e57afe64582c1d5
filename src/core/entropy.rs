//! Where randomness comes from, so that a test can repeat it.

use std::fmt::Debug;

/// A source of unpredictable bytes.
pub trait Entropy: Debug + Send + Sync {
    /// Fills `bytes` completely; an implementation that cannot must end the process, because
    /// every caller makes secrets from what it gets.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// An array of `N` unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
