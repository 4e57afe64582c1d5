//! Which part of a list is meant, in the list's own order; how the list is kept is for its store to say.

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<P> {
    /// From the beginning on.
    First,
    /// What stands right behind this place.
    Behind(P),
    /// What stands right before this place.
    Before(P),
}

impl<P> From<Option<P>> for Part<P> {
    fn from(after: Option<P>) -> Self {
        after.map_or(Self::First, Self::Behind)
    }
}
