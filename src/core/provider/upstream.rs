//! What a provider is asked after a sign-in: fresh tokens, and the end of its own session.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ProviderError;
use crate::{link::LinkKey, secret::Secret};

/// The tokens of one sign-in or refresh (RFC 6749, section 5.1). Serialised in the clear, so only
/// ever kept sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TokenSet {
    /// Opens the provider's interfaces; empty when none was given.
    #[serde(with = "crate::secret::exposed")]
    pub access: Secret,
    /// When it stops doing so, if that is known.
    pub expires_at: Option<Timestamp>,
    /// Gets the next set; empty when none was given.
    #[serde(with = "crate::secret::exposed")]
    pub refresh: Secret,
    /// The ID token as it was sent; empty when there was none.
    #[serde(with = "crate::secret::exposed")]
    pub id: Secret,
}

/// The life of a provider's tokens.
#[async_trait]
pub trait TokenEndpoint: Send + Sync {
    /// The next set for a refresh token (RFC 6749, section 6). Where the provider does not rotate
    /// refresh tokens the old one is in it.
    async fn refresh(&self, refresh_token: &Secret) -> Result<TokenSet, RefreshError>;

    /// The next set for this one. A new ID token must be about the same account as the one at hand
    /// (OpenID Connect Core 1.0, section 12.2), which stays when no new one comes.
    async fn renew(&self, tokens: &TokenSet) -> Result<TokenSet, RefreshError> {
        let mut next = self.refresh(&tokens.refresh).await?;
        if next.id.is_empty() {
            next.id = tokens.id.clone();
        }
        Ok(next)
    }

    /// Tells the provider that its tokens are not needed any more (RFC 7009).
    async fn revoke(&self, tokens: &TokenSet) -> Result<(), ProviderError>;
}

/// A refresh brought no tokens.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The refresh token is worth nothing any more (`invalid_grant`): only signing in again helps.
    #[error("the provider does not accept the refresh token any more")]
    Ended,
    /// It could not be tried; the tokens stay as they are.
    #[error(transparent)]
    Failed(#[from] ProviderError),
}

/// Signing out at a provider.
#[async_trait]
pub trait UpstreamSignOut: Send + Sync {
    /// Where to send the browser to end the provider's session (OpenID Connect RP-Initiated Logout
    /// 1.0); `None` when the provider has no such address.
    async fn end_session(&self, request: &EndSession<'_>) -> Result<Option<Url>, ProviderError>;

    /// Whose session a logout token ends (OpenID Connect Back-Channel Logout 1.0, section 2.6),
    /// once it is verified.
    async fn read_logout_token(&self, token: &str) -> Result<LogoutNotice, ProviderError>;
}

/// A request to end a provider's session.
#[derive(Debug)]
pub struct EndSession<'a> {
    /// The ID token of the session that ends; empty when it was not kept.
    pub id_token: &'a Secret,
    /// Where the provider sends the browser afterwards.
    pub return_to: &'a Url,
    /// Comes back with the browser.
    pub state: &'a str,
}

/// A provider says that a session has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutNotice {
    /// The issuer, in the spelling of link keys.
    pub issuer: String,
    /// Whose sessions, when it says so.
    pub subject: Option<String>,
    /// Which session, when it says so. One of the two is always there.
    pub session_id: Option<String>,
    /// The notice's own name (`jti`), which counts only once.
    pub id: String,
    /// Until when its name has to be remembered.
    pub expires_at: Timestamp,
}

/// Where a session came from, for the day it ends there.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The account.
    pub link: LinkKey,
    /// The provider's name for its session.
    pub session_id: Option<String>,
    /// The ID token, where the provider wants it back at sign-out; empty otherwise.
    pub id_token: Secret,
}
