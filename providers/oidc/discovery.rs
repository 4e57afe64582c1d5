//! The discovery document (OpenID Connect Discovery 1.0, section 3), as far as it is needed.

use openidconnect::{AuthUrl, TokenUrl, core::CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{fetch::Fetch, guard::Guard, rules::Rules, trouble::Trouble};

/// What ID tokens may be signed with; never a shared secret, never nothing.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// What the provider says of itself. Read leniently where a mistake harms nobody.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: AuthUrl,
    pub(crate) token_endpoint: TokenUrl,
    pub(crate) jwks_uri: Url,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    revocation_endpoint: Option<String>,
    #[serde(default)]
    end_session_endpoint: Option<String>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default, rename = "token_endpoint_auth_signing_alg_values_supported")]
    pub(crate) assertion_algorithms: Vec<String>,
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(crate) sends_iss: bool,
}

impl Document {
    /// Reads the document of `issuer`, which must be an issuer that `rules` let it name.
    pub(crate) async fn read(
        fetch: &Fetch,
        issuer: &str,
        rules: &dyn Rules,
    ) -> Result<Self, Trouble> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let address = Url::parse(&address).map_err(|_| Trouble::wrong("the issuer is no URL"))?;
        let document = fetch.json(&address, None).await;
        let document = document.map_err(|error| error.about("the discovery document"))?;
        let document = Self::parse(document, issuer, rules)?;
        document.check_addresses(issuer, fetch.guard())?;
        Ok(document)
    }

    fn parse(document: Value, issuer: &str, rules: &dyn Rules) -> Result<Self, Trouble> {
        let document: Self = serde_json::from_value(document).map_err(|_| {
            Trouble::wrong("the discovery document lacks an endpoint or names one that is no URL")
        })?;
        if !rules.accepts_document(issuer, &document.issuer) {
            let same = document.issuer.trim_end_matches('/') == issuer.trim_end_matches('/');
            let hint = if same { ", by a slash at its end" } else { "" };
            let reason =
                format!("the discovery document names another issuer than issuer_url{hint}");
            return Err(Trouble::Wrong(reason));
        }
        Ok(document)
    }

    fn check_addresses(&self, issuer: &str, guard: &Guard) -> Result<(), Trouble> {
        if !is_for_browsers(self.authorization_endpoint.url(), issuer) {
            return Err(Trouble::wrong(
                "the discovery document's authorization_endpoint is not https",
            ));
        }
        let userinfo = self.userinfo_endpoint();
        let asked = [
            ("token_endpoint", Some(self.token_endpoint.url())),
            ("jwks_uri", Some(&self.jwks_uri)),
            ("userinfo_endpoint", userinfo.as_ref()),
        ];
        for (name, url) in asked {
            if let Some(Err(forbidden)) = url.map(|url| guard.check(url)) {
                let reason =
                    format!("the discovery document's {name} may not be asked: {forbidden}");
                return Err(Trouble::Wrong(reason));
            }
        }
        Ok(())
    }

    /// Where more claims are; `None` when the provider has no such place.
    pub(crate) fn userinfo_endpoint(&self) -> Option<Url> {
        Url::parse(self.userinfo_endpoint.as_deref()?).ok()
    }

    /// Where tokens are given back; `None` when the provider has no such place.
    pub(crate) fn revocation_endpoint(&self) -> Option<Url> {
        Url::parse(self.revocation_endpoint.as_deref()?).ok()
    }

    /// Where browsers end the provider's session; `None` when it has no such place.
    pub(crate) fn end_session_endpoint(&self, issuer: &str) -> Option<Url> {
        let endpoint = Url::parse(self.end_session_endpoint.as_deref()?).ok()?;
        is_for_browsers(&endpoint, issuer).then_some(endpoint)
    }

    /// The signature algorithms that count: the advertised ones that are safe, RS256 when none is
    /// advertised.
    pub(crate) fn algorithms(&self) -> Vec<CoreJwsSigningAlgorithm> {
        let advertised = &self.id_token_signing_alg_values_supported;
        let counts = |name: &str| match advertised.is_empty() {
            true => name == "RS256",
            false => advertised.iter().any(|known| known == name),
        };
        let names = ALGORITHMS.into_iter().filter(|name| counts(name));
        names
            .filter_map(|name| serde_json::from_value(name.into()).ok())
            .collect()
    }

    /// Whether the client's secret goes into the body: only where the header is not offered.
    pub(crate) fn wants_secret_in_body(&self) -> bool {
        let offers = |method| {
            let methods = &self.token_endpoint_auth_methods_supported;
            methods.iter().any(|known| known == method)
        };
        offers("client_secret_post") && !offers("client_secret_basic")
    }
}

/// Whether browsers may be sent to `url`: over TLS, unless the issuer itself does without.
fn is_for_browsers(url: &Url, issuer: &str) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && issuer.starts_with("http:"))
}
