//! The vault: upstream tokens after the sign-in, sealed, and refreshed once for all nodes.
//!
//! A token that is at hand costs no store command and no lock. Else the record is read; what is
//! about to expire is refreshed by whoever gets the link's lease, and saved before anybody uses it.

mod chosen;
mod held;
mod keeper;
mod keyring;
mod refresh;
mod sessions;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use futures_util::future::join_all;
use portcullis_core::{
    clock::Clock,
    credential::CredentialStore,
    entropy::Entropy,
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    plugin::Announcer,
    provider::TokenSet,
    registry::Registry,
    secret::Secret,
    store::StoreError,
    vault::{SealedTokens, TokenStore, TokenVault, UpstreamSessionStore, VaultError},
};

use self::{
    chosen::{Asking, Chosen},
    held::Held,
    keeper::Keeper,
};
pub use self::{keyring::Keyring, sessions::SealedUpstreamSessions};
use crate::store::Recent;

/// Upstream tokens, sealed and fresh.
#[derive(Debug)]
pub struct Vault {
    keeper: Keeper,
    recent: Recent<CredentialId, Held>,
    chosen: Recent<Asking, Chosen>,
    /// Moves whenever this process changes what is kept: what was read meanwhile is not reused.
    changes: AtomicU64,
}

/// What a vault is made of.
#[derive(Debug, Clone)]
pub struct VaultParts {
    /// Where sealed tokens are.
    pub tokens: Arc<dyn TokenStore>,
    /// Where links are.
    pub credentials: Arc<dyn CredentialStore>,
    /// Where sessions came from.
    pub origins: Arc<dyn UpstreamSessionStore>,
    /// The providers that are asked for fresh ones.
    pub registry: Arc<Registry>,
    /// What they are sealed with.
    pub keys: Keyring,
    /// Who hears of tokens that have ended.
    pub announcer: Announcer,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Vault {
    /// A vault of these parts.
    pub fn new(parts: VaultParts) -> Self {
        Self {
            keeper: Keeper::new(parts),
            recent: Recent::new(),
            chosen: Recent::new(),
            changes: AtomicU64::new(0),
        }
    }

    /// Reads what is kept, and has it refreshed where that is due.
    async fn read(&self, link: CredentialId, asking: &Asking) -> Result<Arc<Held>, StoreError> {
        let before = self.changes.load(Ordering::SeqCst);
        let mut held = self.keeper.read(link, asking).await?;
        if self.changes.load(Ordering::SeqCst) != before {
            held.serve_once();
        }
        Ok(Arc::new(held))
    }

    /// The link whose tokens are asked for.
    async fn choose(&self, asking: &Asking) -> Result<Option<CredentialId>, Arc<StoreError>> {
        let changes = self.changes.load(Ordering::SeqCst);
        if let Some(chosen) = self.chosen.find(asking).await {
            if chosen.serves_at(self.keeper.parts.clock.now(), changes) {
                return Ok(chosen.link);
            }
            self.chosen.forget(asking).await;
        }
        let choosing = async { self.keeper.choose(asking, changes).await.map(Arc::new) };
        let chosen = self.chosen.find_or_make(asking, choosing).await?;
        Ok(chosen.link)
    }

    /// What is kept for a link has changed.
    async fn changed(&self, link: CredentialId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.recent.forget(&link).await;
    }
}

#[async_trait]
impl TokenVault for Vault {
    async fn keep(
        &self,
        link: CredentialId,
        provider: &ProviderId,
        tokens: &TokenSet,
    ) -> Result<(), VaultError> {
        self.keeper.keep(link, provider, tokens).await?;
        self.changed(link).await;
        Ok(())
    }

    async fn access_token(
        &self,
        identity: IdentityId,
        session: SessionId,
        provider: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        let asking = Asking {
            identity,
            session,
            provider: provider.clone(),
        };
        let lost = |error: Arc<StoreError>| VaultError::Store(shared(&error));
        let Some(link) = self.choose(&asking).await.map_err(lost)? else {
            return Ok(None);
        };
        if let Some(held) = self.recent.find(&link).await {
            if held.serves_at(self.keeper.parts.clock.now()) {
                return held.answer();
            }
            self.recent.forget(&link).await;
        }
        let read = self.recent.find_or_make(&link, self.read(link, &asking));
        let read = read.await.map_err(lost)?;
        if read.is_nothing() {
            // The link may be gone, and another one be there in its place.
            self.chosen.forget(&asking).await;
        }
        read.answer()
    }

    async fn kept(&self, link: CredentialId) -> Result<Option<SealedTokens>, VaultError> {
        Ok(self.keeper.parts.tokens.find(link).await?)
    }

    async fn give_back(&self, kept: SealedTokens) -> Result<(), VaultError> {
        self.keeper.revoke(&kept).await;
        let removed = self.keeper.parts.tokens.remove(kept.link).await;
        self.changed(kept.link).await;
        removed?;
        Ok(())
    }

    async fn forget_all(&self, identity: IdentityId) -> Result<(), VaultError> {
        let kept = self.keeper.parts.tokens.of_identity(identity).await?;
        let forgetting = kept.into_iter().map(|kept| self.give_back(kept));
        join_all(forgetting).await.into_iter().collect()
    }
}

/// The error for each of those who waited for the same reading.
fn shared(error: &StoreError) -> StoreError {
    match error {
        StoreError::Corrupt { what } => StoreError::Corrupt { what },
        StoreError::Conflict { what } => StoreError::Conflict { what },
        StoreError::Unavailable(source) => StoreError::unavailable(source.to_string()),
    }
}
