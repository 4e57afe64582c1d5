//! Claims: what a provider says of somebody.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::trust::TrustedAddress;

/// What a provider says of somebody, verified.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer that says so.
    pub issuer: String,
    /// The account's name at the issuer.
    pub subject: String,
    /// The provider's name for its own session (`sid` of OpenID Connect Front- and Back-Channel
    /// Logout 1.0), when it sends one.
    pub session_id: Option<String>,
    /// How the person proved themselves (`acr`), as a verified ID token says.
    #[serde(default)]
    pub acr: Option<String>,
    /// By what (`amr`), as a verified ID token says.
    #[serde(default)]
    pub amr: Vec<String>,
    /// When the person last proved themselves there (`auth_time`), as a verified ID token says.
    #[serde(default)]
    pub authenticated_at: Option<Timestamp>,
    /// All claims as one object: the ID token's, completed by userinfo's. An `email` and its
    /// `email_verified` always come from the same document.
    pub document: Value,
    /// The address that counts as verified, and why; judged by the broker from the configured
    /// rules, so providers leave it out.
    pub trusted: Option<TrustedAddress>,
    /// Claims the account has but the provider did not send, such as too many groups. A mapping
    /// that reads one of them must not take it for empty.
    pub withheld: Vec<String>,
}

impl Claims {
    /// Plain claims about `subject`.
    pub fn new(issuer: impl Into<String>, subject: impl Into<String>, document: Value) -> Self {
        Self {
            issuer: issuer.into(),
            subject: subject.into(),
            session_id: None,
            acr: None,
            amr: Vec::new(),
            authenticated_at: None,
            document,
            trusted: None,
            withheld: Vec::new(),
        }
    }

    /// What a document says of itself.
    pub(crate) fn told(document: Value) -> Self {
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let names = document["_claim_names"].as_object().into_iter().flatten();
        let names = names.map(|(name, _)| name.clone());
        let withheld = names.filter(|name| document.get(name).is_none()).collect();
        let (issuer, subject) = (text("iss"), text("sub"));
        Self {
            withheld,
            ..Self::new(issuer, subject, document)
        }
    }

    /// The address that counts as verified.
    pub fn trusted_email(&self) -> Option<&str> {
        self.trusted
            .as_ref()
            .map(|trusted| trusted.address.as_str())
    }
}

impl Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
