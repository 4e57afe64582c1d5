//! The ways to those who are searched for in another order than that of arrival.

/// A way to those who are searched for in another order than that of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Along the order, past so many others.
    Walk(u64),
    /// By their marks, and then sorted.
    Gather,
    /// Along the index of the order, to those who have the marks.
    AmongTheMarked,
}
