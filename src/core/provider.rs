//! The provider port: an outside party that says who somebody is.

mod assurance;
mod policy;
mod upstream;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use self::{
    assurance::SecondFactor,
    policy::{Admission, ClaimFilter, Creation, Linking, Policy, SignOutScope, UnverifiedLocal},
    upstream::{
        EndSession, LogoutNotice, RefreshError, TokenEndpoint, TokenSet, Upstream, UpstreamSignOut,
    },
};
pub use crate::claims::Claims;
use crate::{
    entropy::Entropy,
    id::{FlowId, ProviderId},
    mapping::Mapping,
    secret::Token,
    trust::TrustRules,
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
    ) -> Result<Vouched, ProviderError>;

    /// What a sign-in would make of a document that is verified already; asks nobody.
    ///
    /// `iss` and `sub` are taken as they stand, and claims named in `_claim_names` (OpenID Connect
    /// Core 1.0, section 5.6.2) count as kept back, unless the provider knows better.
    fn examine(&self, document: &Value) -> Result<Claims, ProviderError> {
        Ok(Claims::told(document.clone()))
    }

    /// How far it heeds what a request asks of its page; one that says nothing may let anybody
    /// through unasked whom it remembers.
    fn heeds(&self) -> Heeds {
        Heeds::Nothing
    }

    /// How the provider is, from what was last seen of it; asks nobody.
    fn status(&self) -> ProviderStatus;

    /// Reads what the provider publishes, as a check that it can be reached.
    async fn reach(&self) -> Result<(), ProviderError>;

    /// Its tokens' life after the sign-in; `None` when they have none.
    fn token_endpoint(&self) -> Option<&dyn TokenEndpoint> {
        None
    }

    /// Signing out at the provider; `None` when it knows nothing of the kind.
    fn sign_out(&self) -> Option<&dyn UpstreamSignOut> {
        None
    }
}

/// How far a provider heeds what a request asks of its page (OpenID Connect Core 1.0, section
/// 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heeds {
    /// Not at all.
    Nothing,
    /// It lets people choose an account where `prompt` asks for that, and does not tell whether it
    /// asked who they are.
    Prompt,
    /// It follows `max_age`, too, and its ID tokens tell when the person last proved who they are.
    MaxAge,
}

/// A provider as configured: what the broker and the pages need to know of it.
#[derive(Debug, Clone)]
pub struct ConfiguredProvider {
    /// Its name.
    pub id: ProviderId,
    /// What people read on its button.
    pub label: String,
    /// URL or path of a picture for its button.
    pub icon: Option<String>,
    /// Where its button stands; lower comes first.
    pub order: i32,
    /// Whether the sign-in page leaves it out; it still answers to its name.
    pub hidden: bool,
    /// Whom it lets in, and how.
    pub policy: Policy,
    /// Which of its addresses count as verified.
    pub trust: TrustRules,
    /// How claims become traits.
    pub mapping: Mapping,
    /// The provider itself.
    pub provider: Arc<dyn Provider>,
}

impl ConfiguredProvider {
    /// How far it heeds what a request asks of its page, as far as its configuration counts on it.
    pub fn heeds(&self) -> Heeds {
        match self.policy.asks_again {
            true => self.provider.heeds(),
            false => self.provider.heeds().min(Heeds::Prompt),
        }
    }

    /// Whether its page is counted on to let people choose an account, unlike one that lets a
    /// browser through which it remembers.
    pub fn offers_choice(&self) -> bool {
        match self.provider.heeds() {
            Heeds::Nothing => false,
            Heeds::Prompt => true,
            Heeds::MaxAge => self.policy.asks_again,
        }
    }

    /// When the person of these claims last proved who they are, as far as the provider is counted
    /// on to tell.
    pub fn told_proof(&self, claims: &Claims) -> Option<Timestamp> {
        let told = claims.authenticated_at;
        told.filter(|_| self.heeds() == Heeds::MaxAge)
    }
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

/// What a provider vouches for: claims, and the tokens that came with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vouched {
    /// Who it is.
    pub claims: Claims,
    /// What the sign-in brought beside; serialised in the clear, so only ever kept sealed.
    pub tokens: TokenSet,
}

impl From<Claims> for Vouched {
    fn from(claims: Claims) -> Self {
        Self {
            claims,
            tokens: TokenSet::default(),
        }
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
    /// It is at a private address, or names one, that configuration does not let the gateway ask.
    #[error("the provider's address is private: {reason}")]
    ForbiddenAddress {
        /// What was asked for.
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
    /// Whether its discovery document has been read: `ok`, `failed` or `pending`; `none` when it
    /// publishes none.
    pub discovery: &'static str,
    /// Whether its keys have been read, in the same words.
    pub jwks: &'static str,
    /// What last went wrong; `None` when all is well.
    pub last_error: Option<String>,
    /// By how many seconds its clock was ahead of ours when it last answered; `None` until then.
    pub clock_skew: Option<i64>,
}
