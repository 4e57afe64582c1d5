//! The ways to those who are searched for in another order than that of arrival.

/// A way to those who are searched for in another order than that of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Along the order, past so many others.
    Walk(u64),
    /// By their marks, and then sorted.
    Gather,
    /// So far along the index of the order, to those who have the marks.
    AmongTheMarked(u64),
}

impl Way {
    /// How many are passed on it.
    pub(super) fn far(self) -> u64 {
        match self {
            Self::Walk(far) | Self::AmongTheMarked(far) => far,
            Self::Gather => 0,
        }
    }
}
