//! A method and a provider that do as they are told.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    afterwards::{Afterwards, Work},
    clock::Clock,
    credential::{Credential, CredentialKind, CredentialStore},
    flow::FlowKind,
    id::CredentialId,
    identifier::normalise_identifier,
    identity::{Identity, IdentityStore},
    message::Message,
    method::{Method, MethodError, Verified},
    provider::{
        Answer, Attempt, Claims, EndSession, Heeds, LogoutNotice, Provider, ProviderError,
        ProviderStatus, TokenSet, UpstreamSignOut, Vouched,
    },
    secret::Secret,
    testing::{MemoryStore, SeededEntropy},
    ui::Node,
};
use serde_json::{Value, json};
use url::Url;

/// A password method without hashing.
#[derive(Debug)]
pub(crate) struct FakeMethod {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

pub(crate) fn credential(identity: &Identity, secret: &str, clock: &dyn Clock) -> Credential {
    Credential {
        id: CredentialId::generate(&SeededEntropy::new(identity.id.to_string().len() as u64)),
        identity_id: identity.id,
        kind: CredentialKind::Password,
        identifier: None,
        config: json!({"secret": secret}),
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: clock.now(),
        updated_at: clock.now(),
    }
}

#[async_trait]
impl Method for FakeMethod {
    fn name(&self) -> &'static str {
        "password"
    }

    fn nodes(&self, kind: FlowKind) -> Vec<Node> {
        let password = Node::input("password", "password", "password")
            .with_label(Message::password())
            .required();
        match kind {
            FlowKind::Login => vec![
                Node::input("default", "identifier", "text")
                    .with_label(Message::identifier())
                    .required(),
                password.with_autocomplete("current-password"),
                Node::submit(
                    "password",
                    "method",
                    "password",
                    Message::sign_in_with_password(),
                ),
            ],
            FlowKind::Settings => vec![
                password.with_autocomplete("new-password"),
                Node::submit("password", "method", "password", Message::save()),
            ],
            _ => vec![
                password.with_autocomplete("new-password"),
                Node::submit("password", "method", "password", Message::sign_up()),
            ],
        }
    }

    async fn verify(&self, submission: &Value) -> Result<Verified, MethodError> {
        let text = |name: &str| submission[name].as_str().unwrap_or_default();
        if text("identifier").is_empty() {
            let complaint = (
                Some("identifier".to_owned()),
                Message::required("identifier"),
            );
            return Err(MethodError::Invalid(vec![complaint]));
        }
        // Hashing takes its time, so that submissions overlap.
        tokio::task::yield_now().await;
        let wrong = || MethodError::Invalid(vec![(None, Message::credentials_invalid())]);
        let identities: &dyn IdentityStore = &*self.store;
        let identifier = normalise_identifier(text("identifier"));
        let found = identities.find_by_identifier(&identifier).await.unwrap();
        let identity = found.ok_or_else(wrong)?;
        let credentials: &dyn CredentialStore = &*self.store;
        let mut own = credentials.list(identity.id).await.unwrap().into_iter();
        let credential = own.find(|c| c.config["secret"] == text("password"));
        Ok(Verified {
            identity,
            credential: credential.ok_or_else(wrong)?,
        })
    }

    fn judge(&self, submission: &Value, _identity: &Identity) -> Result<(), MethodError> {
        let password = submission["password"].as_str().unwrap_or_default();
        let length = password.chars().count();
        if length < 8 {
            let message = Message::password_too_short(8, length);
            let complaint = (Some("password".to_owned()), message);
            return Err(MethodError::Invalid(vec![complaint]));
        }
        Ok(())
    }

    async fn enroll(
        &self,
        submission: &Value,
        identity: &Identity,
    ) -> Result<Credential, MethodError> {
        self.judge(submission, identity)?;
        // What hashing takes can be told by it.
        let credentials: &dyn CredentialStore = &*self.store;
        credentials.list(identity.id).await.unwrap();
        // Others have their turn meanwhile.
        tokio::task::yield_now().await;
        let password = submission["password"].as_str().unwrap_or_default();
        Ok(credential(identity, password, &*self.clock))
    }
}

/// The account whose holder has shown two factors at its provider.
pub(crate) const TWICE: &str = "twice";

/// A provider whose codes say what it does.
#[derive(Debug)]
pub(crate) struct FakeProvider(pub(crate) String);

#[async_trait]
impl Provider for FakeProvider {
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError> {
        let mut url = Url::parse("https://idp.test/authorize").unwrap();
        url.query_pairs_mut()
            .append_pair("scope", "openid email")
            .append_pair("state", &attempt.state)
            .append_pair("redirect_uri", redirect_uri.as_str());
        Ok(url)
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        _: &Url,
    ) -> Result<Vouched, ProviderError> {
        if let Some(error) = &answer.error {
            let error = error.clone();
            return Err(ProviderError::Refused { error });
        }
        let document = match answer.code.as_deref().unwrap_or_default() {
            "down" => {
                let reason = "connection refused".to_owned();
                return Err(ProviderError::Unavailable { reason });
            }
            "forged" => {
                let reason = "the signature does not hold".to_owned();
                return Err(ProviderError::Invalid { reason });
            }
            "stranger" => {
                let reason = "another domain";
                return Err(ProviderError::NotAdmitted { reason });
            }
            // One account, through whose browser somebody may come unasked.
            "stale" | "silent" => json!({"sub": "ada", "email": "ada@example.com"}),
            // Another account with her address, whose holder has proved themselves twice.
            TWICE => json!({"sub": TWICE, "email": "ada@example.com"}),
            "nameless" => json!({"sub": "nameless"}),
            "wordy" => json!({
                "sub": "wordy", "email": "wordy@example.com", "given_name": "w".repeat(21),
            }),
            code => json!({"sub": code, "email": format!("{code}@example.com")}),
        };
        let told = match answer.code.as_deref().unwrap_or_default() {
            "stale" => Some(attempt.issued_at - Duration::from_secs(3600)),
            "silent" => None,
            _ => Some(attempt.issued_at),
        };
        let mut document = document;
        document["iss"] = "trusted".into();
        let subject = document["sub"].as_str().unwrap().to_owned();
        let tokens = TokenSet {
            id: Secret::new(format!("id-token-of-{subject}")),
            ..TokenSet::default()
        };
        let issuer = format!("https://{}.test", self.0);
        let mut claims = Claims::new(issuer, &subject, document);
        claims.authenticated_at = told;
        if claims.subject == TWICE {
            claims.amr = vec!["mfa".to_owned()];
        }
        claims.session_id = Some(format!("sid-of-{subject}"));
        Ok(Vouched { claims, tokens })
    }

    fn heeds(&self) -> Heeds {
        match &*self.0 {
            "google" => Heeds::Prompt,
            "spare" => Heeds::Nothing,
            _ => Heeds::MaxAge,
        }
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn status(&self) -> ProviderStatus {
        ProviderStatus::default()
    }

    /// Everybody has this but Google.
    fn sign_out(&self) -> Option<&dyn UpstreamSignOut> {
        (self.0 != "google").then_some(self)
    }
}

#[async_trait]
impl UpstreamSignOut for FakeProvider {
    async fn end_session(&self, request: &EndSession<'_>) -> Result<Option<Url>, ProviderError> {
        let hint = request.id_token.expose();
        if hint == "id-token-of-mute" {
            let reason = "connection refused".to_owned();
            return Err(ProviderError::Unavailable { reason });
        }
        let mut url = Url::parse("https://idp.test/logout").unwrap();
        url.query_pairs_mut()
            .append_pair("id_token_hint", hint)
            .append_pair("post_logout_redirect_uri", request.return_to.as_str())
            .append_pair("state", request.state);
        Ok(Some(url))
    }

    /// The token is its own content.
    async fn read_logout_token(&self, token: &str) -> Result<LogoutNotice, ProviderError> {
        let Ok(content) = serde_json::from_str::<Value>(token) else {
            let reason = "the signature does not hold".to_owned();
            return Err(ProviderError::Invalid { reason });
        };
        let text = |name: &str| content[name].as_str().map(str::to_owned);
        Ok(LogoutNotice {
            issuer: format!("https://{}.test", self.0),
            subject: text("sub"),
            session_id: text("sid"),
            id: text("jti").unwrap(),
            expires_at: "2026-11-22T12:00:00Z".parse().unwrap(),
        })
    }
}

/// Begins what is left to do at once.
#[derive(Debug)]
pub(crate) struct AtOnce;

impl Afterwards for AtOnce {
    fn see_to(&self, work: Work) {
        tokio::spawn(work);
    }
}
