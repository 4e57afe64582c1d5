//! The provider port: an outside party that says who somebody is.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    entropy::Entropy,
    id::{FlowId, ProviderId},
    mapping::Mapping,
    secret::Token,
};

/// An outside party that says who somebody is.
#[async_trait]
pub trait Provider: Debug + Send + Sync {
    /// Where to send the browser for `attempt`, with the answer to come to `redirect_uri`.
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError>;

    /// Turns the provider's answer to `attempt` into claims that can be trusted.
    async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Claims, ProviderError>;

    /// How the provider is, from what was last seen of it; asks nobody.
    fn status(&self) -> ProviderStatus;
}

/// A provider as configured: what the broker and the pages need to know of it.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its name.
    pub id: ProviderId,
    /// What people read on its button.
    pub label: String,
    /// Where its button stands; lower comes first.
    pub order: i32,
    /// Whether the sign-in page leaves it out; it still answers to its name.
    pub hidden: bool,
    /// Whether first sign-ins create identities.
    pub create: Creation,
    /// How claims become traits.
    pub mapping: Mapping,
    /// The provider itself.
    pub provider: Arc<dyn Provider>,
}

/// Whether a first sign-in creates an identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Creation {
    /// It does; a form asks for what is missing.
    #[default]
    Auto,
    /// It does not; the identity must exist already.
    Never,
}

/// One attempt to sign in through a provider. Travels in the sealed sign-in cookie.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// The provider it is for.
    pub provider: ProviderId,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// Binds the answer to the browser (RFC 6749, section 10.12).
    pub state: String,
    /// Binds the ID token to the attempt (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: String,
    /// Binds the code to the attempt (RFC 7636): the PKCE verifier.
    pub verifier: String,
    /// When it began.
    pub issued_at: Timestamp,
}

impl Attempt {
    /// A new attempt with fresh state, nonce and verifier.
    pub fn new(
        provider: ProviderId,
        flow: FlowId,
        entropy: &dyn Entropy,
        issued_at: Timestamp,
    ) -> Self {
        let fresh = || Token::generate(entropy).expose().to_owned();
        Self {
            provider,
            flow,
            state: fresh(),
            nonce: fresh(),
            verifier: fresh(),
            issued_at,
        }
    }
}

impl Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt")
            .field("provider", &self.provider)
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

/// What came back to the redirect URI (RFC 6749, section 4.1.2; RFC 9207 for `iss`). Repeated
/// parameters have been refused before one of these is made.
#[derive(Clone, Default)]
pub struct Answer {
    /// The authorization code.
    pub code: Option<String>,
    /// The issuer that claims to answer.
    pub iss: Option<String>,
    /// The provider's error code.
    pub error: Option<String>,
}

impl Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// What a provider says of somebody, verified.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer that says so.
    pub issuer: String,
    /// The account's name at the issuer.
    pub subject: String,
    /// The address the provider itself has verified, from the same document as its
    /// `email_verified`; `None` when there is none or it is not to be trusted.
    pub trusted_email: Option<String>,
    /// All claims as one object: the ID token's, completed by userinfo's.
    pub document: Value,
}

impl Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// A provider did not vouch for anybody.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider, or the person at it, said no: `access_denied` and the like.
    #[error("the provider refused the sign-in ({error})")]
    Refused {
        /// The OAuth error code (RFC 6749, section 4.1.2.1), reduced to its safe characters.
        error: String,
    },
    /// The provider vouched for somebody its configuration does not admit, such as another domain.
    #[error("the provider's account is not admitted: {reason}")]
    NotAdmitted {
        /// Why, without naming the person.
        reason: &'static str,
    },
    /// What the provider sent does not hold.
    #[error("the provider's answer is not valid: {reason}")]
    Invalid {
        /// What does not hold, without quoting it.
        reason: String,
    },
    /// The provider cannot be reached or is out of order.
    #[error("the provider cannot be reached: {reason}")]
    Unavailable {
        /// What was tried.
        reason: String,
    },
}

/// How a provider is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProviderStatus {
    /// Whether its discovery document has been read: `ok`, `failed` or `pending`.
    pub discovery: &'static str,
    /// Whether its keys have been read, in the same words.
    pub jwks: &'static str,
    /// What last went wrong; `None` when all is well.
    pub last_error: Option<String>,
}
