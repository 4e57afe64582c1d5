//! The provider's own session: whether it can be ended from here, and how the browser gets there
//! and back (OpenID Connect RP-Initiated Logout 1.0).

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use portcullis_core::{
    catalogue::Code,
    id::{ProviderId, SessionId},
    provider::{ConfiguredProvider, EndSession, SignOutScope, Upstream},
    secret::{Token, TokenHash},
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{csrf::Csrf, desk::Desk};

/// The state that comes back is sealed for this purpose.
const PURPOSE: &str = "signed-out";
/// How long the way there and back may take.
pub(super) const LIFESPAN: Duration = Duration::from_secs(10 * 60);
/// How long a provider may take to say where it signs out. People wait for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a session came from, and the provider as it is configured now.
#[derive(Debug)]
pub(super) struct Elsewhere {
    provider: Arc<ConfiguredProvider>,
    upstream: Upstream,
}

/// What comes back with the browser.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Returning {
    pub(super) provider: ProviderId,
    pub(super) return_to: Option<String>,
    /// The browser it was given to.
    pub(super) csrf: Option<TokenHash>,
    /// Makes it count once.
    pub(super) nonce: String,
    pub(super) issued_at: Timestamp,
}

impl Elsewhere {
    /// Where this session came from; `None` for those that began here, and for those whose
    /// provider is gone.
    pub(super) async fn of(desk: &Desk, session: SessionId) -> Option<Self> {
        // Signing out here never fails because of what is kept for there.
        let found = desk.services.upstream_sessions.find(session).await;
        let upstream = found.ok().flatten()?;
        let provider = desk.services.broker.find(&upstream.link.provider).ok()?;
        Some(Self { provider, upstream })
    }

    /// What the policy says of it.
    pub(super) fn scope(&self) -> SignOutScope {
        self.provider.policy.logout
    }

    /// The provider's name.
    pub(super) fn id(&self) -> &ProviderId {
        &self.provider.id
    }

    /// What people call the provider.
    pub(super) fn label(&self) -> &str {
        &self.provider.label
    }

    /// Whether the provider has a way to sign out at all, as far as is known without asking it.
    pub(super) fn is_able(&self) -> bool {
        self.provider.provider.sign_out().is_some()
    }

    /// Where to send the browser to end the provider's session; `None` when there is no such
    /// address, or the provider does not say in time.
    pub(super) async fn end_session(
        &self,
        desk: &Desk,
        csrf: Option<&Csrf>,
        return_to: Option<&str>,
    ) -> Result<Option<Url>, Failure> {
        let Some(sign_out) = self.provider.provider.sign_out() else {
            return Ok(None);
        };
        let id = &self.provider.id;
        let here = desk.services.addresses.sign_out(id);
        let here = Url::parse(&here.post_logout_redirect_uri).map_err(|_| Code::Internal)?;
        let state = close(desk, id, csrf, return_to)?;
        let request = EndSession {
            id_token: &self.upstream.id_token,
            return_to: &here,
            state: &state,
        };
        let answered = tokio::time::timeout(PATIENCE, sign_out.end_session(&request)).await;
        match answered {
            Ok(Ok(url)) => Ok(url),
            Ok(Err(error)) => {
                tracing::warn!(provider = %id, %error, "the provider's session is not ended");
                Ok(None)
            }
            Err(_) => {
                tracing::warn!(provider = %id, "the provider does not say where it signs out");
                Ok(None)
            }
        }
    }
}

fn close(
    desk: &Desk,
    provider: &ProviderId,
    csrf: Option<&Csrf>,
    return_to: Option<&str>,
) -> Result<String, Failure> {
    let services = &desk.services;
    let returning = Returning {
        provider: provider.clone(),
        return_to: return_to.map(str::to_owned),
        csrf: csrf.map(Csrf::hash),
        nonce: Token::generate(&*services.entropy).expose().to_owned(),
        issued_at: desk.now(),
    };
    let text = serde_json::to_vec(&returning).map_err(|_| Code::Internal)?;
    let sealed = services.seal.close(PURPOSE, &text, &*services.entropy);
    sealed.ok_or_else(|| Code::Internal.into())
}

/// What a state that came back was made of, if it is ours.
pub(super) fn open(desk: &Desk, state: &str) -> Option<Returning> {
    let text = desk.services.seal.open(PURPOSE, state)?;
    serde_json::from_slice(&text).ok()
}
