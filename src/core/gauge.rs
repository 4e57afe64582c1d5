//! Gauges: what has no events, and so is read again and again for anybody to know how it was.

use std::fmt::Debug;

use async_trait::async_trait;

/// Reads how something is, and keeps it.
///
/// A gateway reads each at its start and every few minutes from then on, for itself alone. A reading
/// that does not come off is left out, and never made up.
#[async_trait]
pub trait Gauge: Debug + Send + Sync {
    /// Reads it now.
    async fn read(&self);
}
