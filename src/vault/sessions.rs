//! Where sessions came from, with their ID tokens sealed: they name a person.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    entropy::Entropy,
    id::{ProviderId, SessionId},
    provider::Upstream,
    secret::Secret,
    store::StoreError,
    vault::UpstreamSessionStore,
};

use super::Keyring;

/// Seals ID tokens before another store keeps them.
#[derive(Debug)]
pub struct SealedUpstreamSessions {
    store: Arc<dyn UpstreamSessionStore>,
    keys: Keyring,
    entropy: Arc<dyn Entropy>,
}

impl SealedUpstreamSessions {
    /// Seals what `store` keeps.
    pub fn new(
        store: Arc<dyn UpstreamSessionStore>,
        keys: Keyring,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            store,
            keys,
            entropy,
        }
    }

    /// An ID token is only a help at sign-out: one that cannot be kept is left out.
    fn sealed(&self, session: SessionId, token: &Secret) -> Secret {
        if token.is_empty() {
            return Secret::default();
        }
        let text = token.expose().as_bytes();
        let sealed = self.keys.close(&purpose(session), text, &*self.entropy);
        sealed.map(Secret::new).unwrap_or_default()
    }

    /// One whose key is gone is no longer known.
    fn opened(&self, session: SessionId, sealed: &Secret) -> Secret {
        let opened = self.keys.open(&purpose(session), sealed.expose());
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(Secret::new).unwrap_or_default()
    }
}

fn purpose(session: SessionId) -> String {
    format!("id token of session {session}")
}

#[async_trait]
impl UpstreamSessionStore for SealedUpstreamSessions {
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError> {
        let sealed = Upstream {
            id_token: self.sealed(session, &upstream.id_token),
            ..upstream.clone()
        };
        self.store.put(session, &sealed).await
    }

    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError> {
        let found = self.store.list(session).await?.into_iter();
        let opened = found.map(|upstream| Upstream {
            id_token: self.opened(session, &upstream.id_token),
            ..upstream
        });
        Ok(opened.collect())
    }

    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.store
            .sessions(provider, issuer, subject, session_id)
            .await
    }

    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.store.sessions_of_provider(provider).await
    }
}
