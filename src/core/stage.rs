//! The stages of the pipeline that plugins can add to. Each answers with a named outcome; a stage
//! that fails refuses the request.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue};

use crate::{catalogue::Code, event::Event, head::RequestHead, principal::Principal};

/// Finds out who a request comes from.
#[async_trait]
pub trait Authenticator: Debug + Send + Sync {
    /// The principal; `Ok(None)` when the request carries nothing this authenticator knows.
    ///
    /// Fails when it cannot be known now: the request is then refused, never treated as anonymous
    /// and never let through.
    async fn authenticate(
        &self,
        head: &RequestHead<'_>,
    ) -> Result<Option<Arc<Principal>>, Unavailable>;
}

/// What is needed to know the caller cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("the caller cannot be known at the moment")]
pub struct Unavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Judges whether a request may pass, beside the route's own rules. All must allow.
pub trait Authorizer: Debug + Send + Sync {
    /// The decision for a request on the route of this name; `principal` is `None` on public routes
    /// without a session.
    fn authorize(
        &self,
        route: &str,
        principal: Option<&Principal>,
        head: &RequestHead<'_>,
    ) -> Decision;
}

/// Whether a request may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allow,
    /// It may not, for this reason.
    Deny(Code),
}

/// Adds headers to what the upstream receives.
pub trait Enricher: Debug + Send + Sync {
    /// Headers for a request of `principal`, beside the route's preset.
    fn headers(&self, route: &str, principal: &Principal) -> Vec<(HeaderName, HeaderValue)>;

    /// Every header name it may ever set, so that clients cannot send them.
    fn reserved(&self) -> Vec<HeaderName>;
}

/// Hears what happened. It must not block.
pub trait Observer: Debug + Send + Sync {
    /// Takes note of `event`.
    fn observe(&self, event: &Event<'_>);
}
