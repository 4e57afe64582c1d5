//! The provider: begins an attempt, and turns the answer to it into claims that can be trusted.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use http::Request;
use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    provider::{
        Answer, Attempt, Claims, Provider, ProviderError, ProviderStatus, RefreshError,
        TokenEndpoint, TokenSet, Vouched,
    },
    secret::Secret,
};
use portcullis_oidc::{InvalidConfig, Outbound, safe_code};
use serde_json::Value;
use url::Url;

use crate::{
    document::{self, invalid},
    exchange,
    plain_config::PlainConfig,
    revocation,
};

/// An OAuth 2.0 provider without OpenID Connect. Making one asks nobody.
#[derive(Debug)]
pub struct PlainOAuth {
    id: ProviderId,
    config: PlainConfig,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    last_error: ArcSwapOption<String>,
}

/// GitHub.
pub type GitHub = PlainOAuth;

impl PlainOAuth {
    /// The provider called `id`.
    pub fn new(
        id: ProviderId,
        config: PlainConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidConfig> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(problem);
        }
        let outbound = Outbound::new(
            config.private_hosts(),
            &config.client.way,
            Arc::clone(&clock),
        );
        let outbound = outbound.ok_or_else(|| InvalidConfig {
            key: "issuer_url",
            reason: "there is no TLS to ask it with".to_owned(),
        })?;
        Ok(Self {
            id,
            config,
            outbound,
            clock,
            last_error: ArcSwapOption::empty(),
        })
    }

    /// What can be said of an answer before the provider is asked anything.
    fn code<'a>(&self, attempt: &Attempt, answer: &'a Answer) -> Result<&'a str, ProviderError> {
        // Mixing up two providers would send the code of one to the other.
        if attempt.provider != self.id {
            return Err(invalid("the attempt is for another provider"));
        }
        // RFC 9207, section 2.4. Nothing was discovered, so only the origin can be compared.
        if let Some(issuer) = &answer.iss
            && !is_same_origin(issuer, &self.config.issuer)
        {
            return Err(invalid("the answer is of another issuer"));
        }
        if let Some(error) = &answer.error {
            return Err(ProviderError::Refused {
                error: safe_code(error),
            });
        }
        match answer.code.as_deref() {
            Some(code) if !code.is_empty() => Ok(code),
            _ => Err(invalid("the answer has no code")),
        }
    }

    /// Remembers how the last asking went.
    fn note<T>(&self, outcome: Result<T, ProviderError>) -> Result<T, ProviderError> {
        let error = outcome.as_ref().err().map(|error| error.to_string());
        self.last_error.store(error.map(Arc::new));
        outcome
    }
}

fn is_same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

#[async_trait]
impl Provider for PlainOAuth {
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError> {
        if attempt.provider != self.id {
            return Err(invalid("the attempt is for another provider"));
        }
        exchange::authorization_url(&self.config, attempt, redirect_uri)
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Vouched, ProviderError> {
        let code = self.code(attempt, answer)?;
        let given = (code, redirect_uri);
        let now = self.clock.now();
        let tokens = exchange::redeem(&self.config, &self.outbound, attempt, given, now).await;
        let tokens = self.note(tokens)?;
        let token = tokens.access.expose();
        let read = document::read(&self.outbound, &self.config.endpoints, token).await;
        let (subject, document) = self.note(read)?;
        let claims = Claims::new(self.config.issuer.clone(), subject, document);
        Ok(Vouched { claims, tokens })
    }

    fn examine(&self, document: &Value) -> Result<Claims, ProviderError> {
        let (subject, document) = document::examined(&self.config.endpoints, document)?;
        let issuer = self.config.issuer.clone();
        Ok(Claims::new(issuer, subject, document))
    }

    fn status(&self) -> ProviderStatus {
        let last_error = self.last_error.load().as_deref().cloned();
        ProviderStatus {
            discovery: "none",
            jwks: "none",
            last_error,
            clock_skew: self.outbound.skew(),
        }
    }

    /// Without a token it says no, and that is an answer.
    async fn reach(&self) -> Result<(), ProviderError> {
        let request = Request::get(self.config.endpoints.profile.as_str())
            .header("accept", "application/json")
            .body(Vec::new())
            .map_err(|_| invalid("an address of the provider is no URL"))?;
        let answer = self.outbound.send("the provider", request).await;
        self.note(answer.map(|_| ()))
    }

    fn token_endpoint(&self) -> Option<&dyn TokenEndpoint> {
        Some(self)
    }
}

#[async_trait]
impl TokenEndpoint for PlainOAuth {
    async fn refresh(&self, refresh_token: &Secret) -> Result<TokenSet, RefreshError> {
        let now = self.clock.now();
        exchange::refresh(&self.config, &self.outbound, refresh_token, now).await
    }

    async fn revoke(&self, tokens: &TokenSet) -> Result<(), ProviderError> {
        revocation::revoke(&self.config, &self.outbound, tokens).await
    }
}
