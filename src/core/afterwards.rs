//! Work that goes on after its answer has been given.

use std::{fmt, future::Future, pin::Pin};

/// What is still to be done.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Sees to work that no request waits for.
pub trait Afterwards: fmt::Debug + Send + Sync {
    /// Begins it at once; a gateway that is told to stop waits until it is done.
    fn see_to(&self, work: Work);
}
