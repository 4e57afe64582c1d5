//! The two ends of the code flow (RFC 6749, section 4.1, with PKCE of RFC 7636): the address the
//! browser is sent to, and the code's exchange for tokens; later, a refresh token's for more.

use oauth2::{
    Client, EndpointNotSet, EndpointSet, StandardRevocableToken,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
        BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, ExtraTokenFields,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardTokenResponse,
};
use portcullis_core::{
    clock::Clock,
    provider::{Attempt, TokenSet},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    config::Config,
    discovery::Document,
    fetch::{Fetch, FetchError},
    proof::{Place, Proof, Prover},
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

/// The client, as the provider has registered it.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) config: &'a Config,
    pub(crate) document: &'a Document,
    pub(crate) prover: &'a Prover,
    pub(crate) clock: &'a dyn Clock,
}

impl Exchange<'_> {
    /// Where to send the browser for `attempt`.
    pub(crate) fn authorization_url(&self, attempt: &Attempt, redirect_uri: &Url) -> Url {
        let client = self.client(&Proof::None, Some(redirect_uri));
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let scopes = self
            .config
            .client
            .scopes
            .iter()
            .filter(|scope| *scope != "openid");
        let mut request = client
            .authorize_url(|| CsrfToken::new(attempt.state.clone()))
            .add_scope(Scope::new("openid".to_owned()))
            .add_scopes(scopes.cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", attempt.nonce.as_str());
        if let Some(mode) = &self.config.response_mode {
            request = request.add_extra_param("response_mode", mode.as_str());
        }
        for (name, value) in &self.config.client.authorization_parameters {
            request = request.add_extra_param(name.as_str(), value.as_str());
        }
        request.url().0
    }

    /// What the provider gives for the code that `attempt` brought; there is an ID token in it.
    pub(crate) async fn redeem(
        &self,
        code: &str,
        attempt: &Attempt,
        redirect_uri: &Url,
        fetch: &Fetch,
    ) -> Result<TokenSet, Trouble> {
        let proof = self.proof(code)?;
        let client = self.client(&proof, Some(redirect_uri));
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        for (name, value) in proof.assertion().into_iter().flatten() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(fetch).await;
        let answer = answer.map_err(|error| refusal(error).about("the code"))?;
        let tokens = self.tokens(&answer);
        match tokens.id.is_empty() {
            true => Err(Trouble::wrong("the token endpoint sent no ID token")),
            false => Ok(tokens),
        }
    }

    /// What the provider gives for a refresh token, which is in it again unless a new one came.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &Secret,
        fetch: &Fetch,
    ) -> Result<TokenSet, Refusal> {
        let text = refresh_token.expose();
        let proof = self.proof(text).map_err(Refusal::Other)?;
        let token = RefreshToken::new(text.to_owned());
        let client = self.client(&proof, None);
        let mut request = client.exchange_refresh_token(&token);
        for (name, value) in proof.assertion().into_iter().flatten() {
            request = request.add_extra_param(name, value);
        }
        let answer = request.request_async(fetch).await.map_err(refusal)?;
        let mut tokens = self.tokens(&answer);
        if tokens.refresh.is_empty() {
            tokens.refresh = refresh_token.clone();
        }
        Ok(tokens)
    }

    fn tokens(&self, answer: &TokenAnswer) -> TokenSet {
        let lasts = answer.expires_in();
        let refresh = answer.refresh_token().map(|token| token.secret().as_str());
        TokenSet {
            access: Secret::new(answer.access_token().secret().as_str()),
            expires_at: lasts.and_then(|lasts| self.clock.now().checked_add(lasts).ok()),
            refresh: Secret::new(refresh.unwrap_or_default()),
            id: answer.extra_fields().id_token.clone().unwrap_or_default(),
        }
    }

    fn proof(&self, occasion: &str) -> Result<Proof, Trouble> {
        let audience = self.document.token_endpoint.as_str();
        self.prover.proof(self.document, audience, occasion)
    }

    fn client(&self, proof: &Proof, redirect_uri: Option<&Url>) -> CodeClient {
        let mut client = Client::new(ClientId::new(self.config.client.id.clone()))
            .set_auth_uri(self.document.authorization_endpoint.clone())
            .set_token_uri(self.document.token_endpoint.clone());
        if let Some(redirect_uri) = redirect_uri {
            client = client.set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
        }
        let Proof::Secret(secret, place) = proof else {
            return client;
        };
        let auth_type = match place {
            Place::Header => AuthType::BasicAuth,
            Place::Body => AuthType::RequestBody,
        };
        client
            .set_auth_type(auth_type)
            .set_client_secret(ClientSecret::new(secret.expose().to_owned()))
    }
}

/// The token endpoint gave nothing.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What was offered is worth nothing any more (`invalid_grant`).
    Grant,
    /// It refused for another reason, with this code.
    Code(String),
    /// There was no answer that could be read.
    Other(Trouble),
}

impl Refusal {
    /// The trouble this is, when `what` was offered.
    pub(crate) fn about(self, what: &str) -> Trouble {
        let code = match self {
            Self::Grant => "invalid_grant".to_owned(),
            Self::Code(code) => code,
            Self::Other(trouble) => return trouble,
        };
        Trouble::Wrong(format!("the token endpoint did not accept {what} ({code})"))
    }
}

/// The library's own errors hold bodies, so only their kind and the OAuth code are kept.
fn refusal(error: RequestTokenError<FetchError, BasicErrorResponse>) -> Refusal {
    match error {
        RequestTokenError::Request(error) => Refusal::Other(error.about("the token endpoint")),
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            BasicErrorResponseType::InvalidGrant => Refusal::Grant,
            other => Refusal::Code(safe_code(other.as_ref())),
        },
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            let reason = "the token endpoint's answer cannot be read";
            Refusal::Other(Trouble::wrong(reason))
        }
    }
}
