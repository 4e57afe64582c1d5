//! The provider: begins an attempt, and turns the answer to it into claims that can be trusted.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    provider::{
        Answer, Attempt, Claims, Heeds, Provider, ProviderError, ProviderStatus, TokenEndpoint,
        TokenSet, UpstreamSignOut, Vouched,
    },
    secret::Secret,
};
use serde_json::{Map, Value};
use url::Url;

use crate::{
    client::InvalidConfig,
    config::Config,
    discovery::Document,
    email,
    exchange::Exchange,
    fetch::{Fetch, Limits},
    guard::Guard,
    id_token::{Account, Expected, name, texts, time},
    keys::Keys,
    proof::Prover,
    remote::Remote,
    rules::Rules,
    signed::{Signed, Verified},
    trouble::{NotVerified, Trouble, safe_code},
    userinfo,
};

/// The types an ID token can say it is of (RFC 7519, section 5.1).
pub(crate) const ID_TOKEN: [&str; 1] = ["jwt"];

/// An OpenID provider. Making one asks nobody; what it publishes is read when first needed.
#[derive(Debug)]
pub struct Oidc {
    id: ProviderId,
    pub(crate) config: Config,
    rules: Arc<dyn Rules>,
    clock: Arc<dyn Clock>,
    pub(crate) prover: Prover,
    pub(crate) fetch: Fetch,
    document: Remote<Document>,
    keys: Remote<Keys>,
}

impl Oidc {
    /// The provider called `id`, judged by `rules`.
    pub fn new(
        id: ProviderId,
        config: Config,
        rules: Arc<dyn Rules>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidConfig> {
        Self::with_limits(id, config, rules, clock, Limits::default())
    }

    pub(crate) fn with_limits(
        id: ProviderId,
        config: Config,
        rules: Arc<dyn Rules>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Result<Self, InvalidConfig> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(problem);
        }
        let invalid = |reason: String| InvalidConfig {
            key: "issuer_url",
            reason,
        };
        let issuer = config
            .issuer()
            .map_err(|reason| invalid(reason.to_owned()))?;
        let issuer = issuer.host_str().map(str::to_owned);
        let private = issuer.filter(|_| config.client.allow_private_network);
        let guard = Guard::new(
            private
                .into_iter()
                .chain(config.client.allowed_hosts.clone()),
        );
        let fetch = Fetch::new(guard, &config.client.way, limits, Arc::clone(&clock));
        let fetch = fetch.map_err(|error| invalid(error.to_string()))?;
        Ok(Self {
            id,
            prover: Prover::new(&config.client, &config.issuer_url, Arc::clone(&clock))?,
            config,
            rules,
            document: Remote::new(Arc::clone(&clock)),
            keys: Remote::new(Arc::clone(&clock)),
            clock,
            fetch,
        })
    }

    pub(crate) async fn document(&self) -> Result<Arc<Document>, Trouble> {
        let read = async {
            let document = Document::read(&self.fetch, &self.config.issuer_url, &*self.rules).await;
            self.note("discovery document", document)
        };
        self.document.get(read).await
    }

    async fn read_keys(&self, document: &Document) -> Result<Keys, Trouble> {
        let keys = match self.fetch.json(&document.jwks_uri, None).await {
            Ok(keys) => {
                Keys::read(keys).map_err(|_| Trouble::wrong("the keys (jwks_uri) are no key set"))
            }
            Err(error) => Err(error.about("the keys (jwks_uri)")),
        };
        self.note("keys", keys)
    }

    fn note<T>(&self, what: &str, read: Result<T, Trouble>) -> Result<T, Trouble> {
        if let Err(trouble) = &read {
            let reason = trouble.reason();
            tracing::warn!(provider.id = %self.id, reason, "the provider's {what} cannot be used");
        }
        read
    }

    /// What can be said of an answer before the provider is asked anything.
    fn code<'a>(&self, attempt: &Attempt, answer: &'a Answer) -> Result<&'a str, ProviderError> {
        // Mixing up two providers would send the code of one to the other.
        if attempt.provider != self.id {
            return Err(Trouble::wrong("the attempt is for another provider").into());
        }
        // RFC 9207, section 2.4; it holds for error answers as well.
        if let Some(issuer) = &answer.iss
            && !self.rules.accepts_issuer(&self.config.issuer_url, issuer)
        {
            return Err(Trouble::wrong("the answer is of another issuer").into());
        }
        if let Some(error) = &answer.error {
            return Err(ProviderError::Refused {
                error: safe_code(error),
            });
        }
        match answer.code.as_deref() {
            Some(code) if !code.is_empty() => Ok(code),
            _ => Err(Trouble::wrong("the answer has no code").into()),
        }
    }

    /// A token, once its signature holds. Keys that are not known are looked for once more: the
    /// provider may have changed them a moment ago.
    pub(crate) async fn verify(
        &self,
        document: &Document,
        text: &Secret,
        types: &[&str],
    ) -> Result<Verified, NotVerified> {
        let token = Signed::parse(text.expose(), &document.algorithms(), types)?;
        let keys = self.keys(document).await?;
        if let Some(verified) = token.verify(&keys)? {
            return self.for_its_issuer(verified);
        }
        let keys = self.keys.renew(self.read_keys(document)).await?;
        let verified = token.verify(&keys)?;
        let verified = verified.ok_or(NotVerified::Because(
            "none of the provider's keys has signed it",
        ))?;
        self.for_its_issuer(verified)
    }

    /// A key that is published for one issuer vouches for no other's tokens.
    fn for_its_issuer(&self, token: Verified) -> Result<Verified, NotVerified> {
        let mut issuers = token.key_issuers.iter();
        let accepts = |issuer: &String| self.rules.accepts_key(issuer, &token.claims);
        match token.key_issuers.is_empty() || issuers.any(accepts) {
            true => Ok(token),
            false => Err(NotVerified::Because(
                "its key is for another issuer's tokens",
            )),
        }
    }

    pub(crate) async fn keys(&self, document: &Document) -> Result<Arc<Keys>, Trouble> {
        self.keys.get(self.read_keys(document)).await
    }

    /// What tokens are held against now.
    pub(crate) fn expected<'a>(&'a self, document: &'a Document) -> Expected<'a> {
        Expected {
            rules: &*self.rules,
            issuer: &document.issuer,
            client_id: &self.config.client.id,
            now: self.clock.now(),
        }
    }

    pub(crate) fn exchange<'a>(&'a self, document: &'a Document) -> Exchange<'a> {
        Exchange {
            config: &self.config,
            document,
            prover: &self.prover,
            clock: &*self.clock,
        }
    }

    /// Whom the tokens of a sign-in are about, and the ID token's claims.
    async fn id_token(
        &self,
        document: &Document,
        attempt: &Attempt,
        tokens: &TokenSet,
    ) -> Result<(Account, Map<String, Value>), Trouble> {
        let held = async {
            let token = self.verify(document, &tokens.id, &ID_TOKEN).await?;
            let expected = self.expected(document);
            let account = expected.signed_in(&token, &attempt.nonce, &tokens.access)?;
            Ok((account, token.claims))
        };
        held.await
            .map_err(|error: NotVerified| error.about("ID token"))
    }

    /// All claims about `subject`: the ID token's, completed by userinfo's when that is asked.
    async fn complete(
        &self,
        document: &Document,
        tokens: &TokenSet,
        subject: &str,
        claims: Map<String, Value>,
    ) -> Result<Map<String, Value>, Trouble> {
        match document
            .userinfo_endpoint()
            .filter(|_| self.config.userinfo)
        {
            Some(endpoint) => {
                let token = tokens.access.expose();
                let more = userinfo::read(&self.fetch, &endpoint, token, subject).await?;
                Ok(email::complete(claims, more))
            }
            None => Ok(claims),
        }
    }
}

#[async_trait]
impl Provider for Oidc {
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError> {
        if attempt.provider != self.id {
            return Err(Trouble::wrong("the attempt is for another provider").into());
        }
        let document = self.document().await?;
        let exchange = self.exchange(&document);
        Ok(exchange.authorization_url(attempt, redirect_uri))
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Vouched, ProviderError> {
        let code = self.code(attempt, answer)?;
        let document = self.document().await?;
        if document.sends_iss && answer.iss.is_none() {
            return Err(Trouble::wrong("the answer does not name its issuer").into());
        }
        let exchange = self.exchange(&document);
        let tokens = exchange.redeem(code, attempt, redirect_uri, &self.fetch);
        let tokens = tokens.await?;
        let (account, id_token) = self.id_token(&document, attempt, &tokens).await?;
        self.rules
            .admits(&id_token)
            .map_err(|reason| ProviderError::NotAdmitted { reason })?;
        let session_id = name(&id_token, "sid");
        // Before userinfo completes them: how somebody signed in is the signed token's to say.
        let (acr, amr) = (name(&id_token, "acr"), texts(&id_token, "amr"));
        let authenticated_at = time(&id_token, "auth_time");
        let document = self.complete(&document, &tokens, &account.sub, id_token);
        let document = document.await?;
        let claims = Claims {
            session_id,
            acr,
            amr,
            authenticated_at,
            withheld: self.rules.withheld(&document),
            ..Claims::new(account.issuer, account.subject, Value::Object(document))
        };
        Ok(Vouched { claims, tokens })
    }

    fn examine(&self, document: &Value) -> Result<Claims, ProviderError> {
        let Some(claims) = document.as_object() else {
            return Err(Trouble::wrong("the claims are no JSON object").into());
        };
        let refused = |reason| ProviderError::NotAdmitted { reason };
        self.rules.admits(claims).map_err(refused)?;
        let issuer = self.rules.issuer(&self.config.issuer_url, claims);
        let issuer = issuer.or_else(|| name(claims, "iss")).unwrap_or_default();
        let subject = self.rules.subject(claims).unwrap_or_default();
        Ok(Claims {
            withheld: self.rules.withheld(claims),
            ..Claims::new(issuer, subject, document.clone())
        })
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let document = self.document().await?;
        self.keys(&document).await?;
        Ok(())
    }

    fn heeds(&self) -> Heeds {
        self.rules.heeds()
    }

    fn status(&self) -> ProviderStatus {
        let (discovery, discovery_error) = self.document.status();
        let (jwks, jwks_error) = self.keys.status();
        ProviderStatus {
            discovery,
            jwks,
            last_error: discovery_error.or(jwks_error),
            clock_skew: self.fetch.skew(),
        }
    }

    fn token_endpoint(&self) -> Option<&dyn TokenEndpoint> {
        Some(self)
    }

    fn sign_out(&self) -> Option<&dyn UpstreamSignOut> {
        Some(self)
    }
}
