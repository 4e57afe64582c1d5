//! Opening and keeping sealed token sets, and telling providers that they are not needed any more.

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    id::{CredentialId, ProviderId},
    provider::{ConfiguredProvider, TokenSet},
    store::StoreError,
    vault::{SealedTokens, VaultError},
};

use super::{
    VaultParts,
    held::{Held, is_fresh},
};

/// How often tokens are laid over others that change meanwhile, before they simply win.
const TRIES: usize = 4;

/// How long a provider may take to be told that its tokens are not needed any more.
const REVOCATION_TIME: Duration = Duration::from_secs(5);

/// What is kept.
const WHAT: &str = "upstream token";

/// Keeps sealed token sets.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    pub(super) parts: Arc<VaultParts>,
}

/// How a link's tokens stand.
pub(super) enum Standing {
    /// Nothing is to be done about them.
    Settled(Held),
    /// They are about to expire and can be refreshed.
    Due(TokenSet),
}

impl Keeper {
    pub(super) fn new(parts: VaultParts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// How these tokens stand at the moment.
    pub(super) fn standing(
        &self,
        kept: &SealedTokens,
        configured: &ConfiguredProvider,
    ) -> Result<Standing, StoreError> {
        let now = self.parts.clock.now();
        if kept.ended {
            return Ok(Standing::Settled(Held::ended(now)));
        }
        let tokens = self.open(kept)?;
        if is_fresh(tokens.expires_at, now) {
            let held = Held::token(tokens.access, tokens.expires_at, now);
            return Ok(Standing::Settled(held));
        }
        if tokens.refresh.is_empty() || configured.provider.token_endpoint().is_none() {
            return Ok(Standing::Settled(match tokens.expires_at {
                Some(end) if now < end => Held::last_resort(tokens.access, end, now),
                _ => Held::ended(now),
            }));
        }
        Ok(Standing::Due(tokens))
    }

    /// Keeps the tokens of a sign-in, unless the provider's are not to be kept.
    pub(super) async fn keep(
        &self,
        link: CredentialId,
        provider: &ProviderId,
        tokens: &TokenSet,
    ) -> Result<(), VaultError> {
        let store = &self.parts.tokens;
        if !self.keeps(provider) {
            store.remove(link).await?;
            return Ok(());
        }
        if tokens.access.is_empty() {
            return Ok(());
        }
        for _ in 0..TRIES {
            let Some(before) = store.find(link).await? else {
                break;
            };
            let tokens = self.merged(&before, tokens);
            let sealed = self.sealed(link, provider, &tokens)?;
            if store.replace(&before.sealed, &sealed).await? {
                return Ok(());
            }
        }
        let sealed = self.sealed(link, provider, tokens)?;
        Ok(store.put(&sealed).await?)
    }

    /// Tells the provider, as well as that can be done, that these tokens are not needed any more.
    pub(super) async fn revoke(&self, kept: &SealedTokens) {
        let providers = self.parts.registry.current();
        let configured = providers.find(&kept.provider);
        if let (Some(configured), Ok(tokens)) = (configured, self.open(kept)) {
            revoke(configured, &tokens).await;
        }
    }

    /// Whether the provider's tokens are kept, though it may be switched off.
    fn keeps(&self, provider: &ProviderId) -> bool {
        let providers = self.parts.registry.current();
        let found = providers.find(provider);
        found.is_some_and(|found| found.policy.store_tokens)
    }

    /// The provider, if its tokens are kept and it is switched on.
    pub(super) fn serving(&self, provider: &ProviderId) -> Option<Arc<ConfiguredProvider>> {
        let providers = self.parts.registry.current();
        let found = providers.find(provider)?;
        (found.policy.enabled && found.policy.store_tokens).then(|| Arc::clone(found))
    }

    /// A set as it is kept.
    pub(super) fn sealed(
        &self,
        link: CredentialId,
        provider: &ProviderId,
        tokens: &TokenSet,
    ) -> Result<SealedTokens, StoreError> {
        let plain = serde_json::to_vec(tokens).map_err(StoreError::unavailable)?;
        let parts = &self.parts;
        let sealed = parts.keys.close(&purpose(link), &plain, &*parts.entropy);
        Ok(SealedTokens {
            link,
            provider: provider.clone(),
            sealed: sealed.ok_or(StoreError::Corrupt { what: WHAT })?,
            expires_at: tokens.expires_at,
            ended: false,
        })
    }

    fn open(&self, kept: &SealedTokens) -> Result<TokenSet, StoreError> {
        let opened = self.parts.keys.open(&purpose(kept.link), &kept.sealed);
        let tokens = opened.and_then(|plain| serde_json::from_slice(&plain).ok());
        tokens.ok_or(StoreError::Corrupt { what: WHAT })
    }

    /// The tokens of a sign-in over what was kept before: many providers hand out a refresh token
    /// only when the person agrees for the first time.
    fn merged(&self, before: &SealedTokens, tokens: &TokenSet) -> TokenSet {
        let mut merged = tokens.clone();
        if merged.refresh.is_empty()
            && !before.ended
            && let Ok(before) = self.open(before)
        {
            merged.refresh = before.refresh;
        }
        merged
    }
}

/// Tells a provider, as well as that can be done, that these tokens are not needed any more.
pub(super) async fn revoke(configured: &ConfiguredProvider, tokens: &TokenSet) {
    let Some(endpoint) = configured.provider.token_endpoint() else {
        return;
    };
    let told = tokio::time::timeout(REVOCATION_TIME, endpoint.revoke(tokens)).await;
    let why: &dyn std::fmt::Display = match &told {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(late) => late,
    };
    tracing::warn!(provider.id = %configured.id, "upstream tokens were not revoked: {why}");
}

fn purpose(link: CredentialId) -> String {
    format!("tokens of link {link}")
}
