//! The code flow of RFC 6749, section 4.1, with PKCE of RFC 7636, and refreshing (section 6).

use std::pin::Pin;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicTokenResponse},
};
use portcullis_core::{
    provider::{Attempt, ProviderError, RefreshError, TokenSet},
    secret::Secret,
};
use portcullis_oidc::{Outbound, safe_code};
use serde_json::Value;
use url::Url;

use crate::{document::invalid, plain_config::PlainConfig};

type CodeClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

type TokenError = RequestTokenError<ProviderError, BasicErrorResponse>;

/// What says that a refresh token is worth nothing any more: RFC 6749, section 5.2, and GitHub.
const ENDED: [&str; 2] = ["invalid_grant", "bad_refresh_token"];

/// Where to send the browser.
pub(crate) fn authorization_url(
    config: &PlainConfig,
    attempt: &Attempt,
    redirect_uri: &Url,
) -> Result<Url, ProviderError> {
    let client = client(config)?.set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
    let mut request = client
        .authorize_url(|| CsrfToken::new(attempt.state.clone()))
        .add_scopes(config.client.scopes.iter().cloned().map(Scope::new));
    if config.endpoints.pkce {
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        request =
            request.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    }
    for (name, value) in &config.client.authorization_parameters {
        request = request.add_extra_param(name.as_str(), value.as_str());
    }
    Ok(request.url().0)
}

/// What the provider gives for `code`.
pub(crate) async fn redeem(
    config: &PlainConfig,
    outbound: &Outbound,
    attempt: &Attempt,
    (code, redirect_uri): (&str, &Url),
    now: Timestamp,
) -> Result<TokenSet, ProviderError> {
    let client = client(config)?.set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
    let mut request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
    if config.endpoints.pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
    }
    match request.request_async(&Asking(outbound)).await {
        Ok(answer) => Ok(token_set(&answer, now)),
        Err(error) => Err(trouble(error, "the code")),
    }
}

/// What the provider gives for a refresh token; the old one stays where it gives no other.
pub(crate) async fn refresh(
    config: &PlainConfig,
    outbound: &Outbound,
    token: &Secret,
    now: Timestamp,
) -> Result<TokenSet, RefreshError> {
    let client = client(config)?;
    let answer = client
        .exchange_refresh_token(&RefreshToken::new(token.expose().to_owned()))
        .request_async(&Asking(outbound))
        .await;
    match answer {
        Ok(answer) => {
            let mut set = token_set(&answer, now);
            if set.refresh.is_empty() {
                set.refresh = token.clone();
            }
            Ok(set)
        }
        Err(RequestTokenError::ServerResponse(answer))
            if ENDED.contains(&answer.error().as_ref()) =>
        {
            Err(RefreshError::Ended)
        }
        Err(error) => Err(trouble(error, "the refresh token").into()),
    }
}

fn client(config: &PlainConfig) -> Result<CodeClient, ProviderError> {
    let endpoints = &config.endpoints;
    let no_address = |_| invalid("an address of the provider is no URL");
    let secret = config.secret();
    let auth = match endpoints.secret_in_body {
        true => AuthType::RequestBody,
        false => AuthType::BasicAuth,
    };
    Ok(BasicClient::new(ClientId::new(config.client.id.clone()))
        .set_client_secret(ClientSecret::new(secret.expose().to_owned()))
        .set_auth_uri(AuthUrl::new(endpoints.authorize.clone()).map_err(no_address)?)
        .set_token_uri(TokenUrl::new(endpoints.token.clone()).map_err(no_address)?)
        .set_auth_type(auth))
}

/// Asks the token endpoint. GitHub says with status 200 that it says no.
struct Asking<'o>(&'o Outbound);

impl Asking<'_> {
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let mut answer = self.0.send("the token endpoint", request).await?;
        let body: Option<Value> = serde_json::from_slice(answer.body()).ok();
        let says_no = body.is_some_and(|body| body.get("error").is_some());
        if answer.status().is_success() && says_no {
            *answer.status_mut() = StatusCode::BAD_REQUEST;
        }
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Asking<'_> {
    type Error = ProviderError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

fn token_set(answer: &BasicTokenResponse, now: Timestamp) -> TokenSet {
    let lasts = answer
        .expires_in()
        .and_then(|lasts| SignedDuration::try_from(lasts).ok());
    let refresh = answer.refresh_token().map(|token| token.secret().as_str());
    TokenSet {
        access: Secret::new(answer.access_token().secret().as_str()),
        expires_at: lasts.and_then(|lasts| now.checked_add(lasts).ok()),
        refresh: Secret::new(refresh.unwrap_or_default()),
        id: Secret::default(),
    }
}

/// The library's own errors hold bodies, so only their kind and the OAuth code are kept.
fn trouble(error: TokenError, what: &str) -> ProviderError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => {
            let code = safe_code(answer.error().as_ref());
            invalid(&format!(
                "the token endpoint did not accept {what} ({code})"
            ))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            invalid("the token endpoint's answer cannot be read")
        }
    }
}
