//! The guarded client for providers that speak another protocol: the same limits and the same
//! guard as for OpenID providers.

use std::sync::Arc;

use http::{Request, Response};
use portcullis_core::{clock::Clock, outbound::Way, provider::ProviderError};

use crate::{
    fetch::{Fetch, Limits},
    guard::Guard,
};

/// Speaks to one provider: no redirects, no proxy but the configured one, bounded in time and
/// size, and to private addresses only where they were named.
#[derive(Debug)]
pub struct Outbound(Fetch);

impl Outbound {
    /// A client that goes this way and may ask `private` hosts although their addresses are private;
    /// `None` when there is no TLS to ask anybody with.
    pub fn new(
        private: impl IntoIterator<Item = String>,
        way: &Arc<Way>,
        clock: Arc<dyn Clock>,
    ) -> Option<Self> {
        Fetch::new(Guard::new(private), way, Limits::default(), clock)
            .ok()
            .map(Self)
    }

    /// By how many seconds the provider's clock was ahead of ours when it last answered.
    pub fn skew(&self) -> Option<i64> {
        self.0.skew()
    }

    /// The whole answer to `request`; `what` says in errors what was asked. A provider that is out
    /// of order or overloaded counts as not answering.
    pub async fn send(
        &self,
        what: &str,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, ProviderError> {
        let answer = self.0.send(request).await;
        answer.map_err(|error| error.about(what).into())
    }
}
