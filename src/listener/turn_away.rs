//! What the way in asks of what stands behind it.

use async_trait::async_trait;
use pingora::protocols::Stream;
use portcullis_core::catalogue::Code;

use super::limits::Limits;

/// Answers, in the gateway's own words, requests that are refused before the framework sees them.
#[async_trait]
pub trait TurnAway: Send + Sync + 'static {
    /// What requests may measure.
    fn limits(&self) -> &Limits;

    /// Answers what begins with `bytes` with `code`, and closes the connection: nobody knows where
    /// another request would begin.
    async fn turn_away(&self, stream: Stream, bytes: &[u8], code: Code);
}
