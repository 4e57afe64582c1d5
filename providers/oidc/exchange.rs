//! The two ends of the code flow (RFC 6749, section 4.1, with PKCE of RFC 7636): the address the
//! browser is sent to, and the code's exchange for tokens.

use oauth2::{
    Client, EndpointNotSet, EndpointSet, StandardRevocableToken,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, ExtraTokenFields,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, StandardTokenResponse,
};
use portcullis_core::{provider::Attempt, secret::Secret};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    authentication::ClientAuthentication,
    config::Config,
    discovery::Document,
    fetch::{Fetch, FetchError},
    trouble::{Trouble, safe_code},
};

/// The ID token stays text until its signature is checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct IdTokenText {
    id_token: Option<Secret>,
}

impl ExtraTokenFields for IdTokenText {}

type TokenAnswer = StandardTokenResponse<IdTokenText, BasicTokenType>;

type CodeClient = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What a code was exchanged for.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access: AccessToken,
    pub(crate) id: Secret,
}

/// The code flow with one provider.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) config: &'a Config,
    pub(crate) document: &'a Document,
    pub(crate) attempt: &'a Attempt,
    pub(crate) redirect_uri: &'a Url,
}

impl Exchange<'_> {
    /// Where to send the browser.
    pub(crate) fn authorization_url(&self) -> Url {
        let client = self.client();
        let verifier = PkceCodeVerifier::new(self.attempt.verifier.clone());
        let scopes = self.config.scopes.iter().filter(|scope| *scope != "openid");
        let mut request = client
            .authorize_url(|| CsrfToken::new(self.attempt.state.clone()))
            .add_scope(Scope::new("openid".to_owned()))
            .add_scopes(scopes.cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", self.attempt.nonce.as_str());
        for (name, value) in &self.config.authorization_parameters {
            request = request.add_extra_param(name.as_str(), value.as_str());
        }
        request.url().0
    }

    /// What the provider gives for `code`.
    pub(crate) async fn redeem(&self, code: &str, fetch: &Fetch) -> Result<Tokens, Trouble> {
        let answer = self
            .client()
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(self.attempt.verifier.clone()))
            .request_async(fetch)
            .await
            .map_err(token_trouble)?;
        let Some(id) = answer.extra_fields().id_token.clone() else {
            return Err(Trouble::wrong("the token endpoint sent no ID token"));
        };
        let access = answer.access_token().clone();
        Ok(Tokens { access, id })
    }

    fn client(&self) -> CodeClient {
        let auth = match self.document.wants_secret_in_body() {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        };
        let client = Client::new(ClientId::new(self.config.client_id.clone()))
            .set_auth_uri(self.document.authorization_endpoint.clone())
            .set_token_uri(self.document.token_endpoint.clone())
            .set_redirect_uri(RedirectUrl::from_url(self.redirect_uri.clone()))
            .set_auth_type(auth);
        match &self.config.authentication {
            ClientAuthentication::Secret(secret) => {
                client.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            _ => client,
        }
    }
}

/// The library's own errors hold bodies, so only their kind and the OAuth code are kept.
fn token_trouble(error: RequestTokenError<FetchError, BasicErrorResponse>) -> Trouble {
    match error {
        RequestTokenError::Request(error) => error.about("the token endpoint"),
        RequestTokenError::ServerResponse(answer) => {
            let code = safe_code(answer.error().as_ref());
            Trouble::Wrong(format!(
                "the token endpoint did not accept the code ({code})"
            ))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Trouble::wrong("the token endpoint's answer cannot be read")
        }
    }
}
