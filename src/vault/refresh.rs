//! One refresh of one link: by whoever holds the lease, while everybody else waits and reads again.
//!
//! The lease keeps two nodes from spending the same refresh token, which many providers take for
//! theft. New tokens replace only what they were made of: a sign-in meanwhile is never undone.

use std::{pin::pin, sync::Arc, time::Duration};

use portcullis_core::{
    event::Event,
    id::{CredentialId, IdentityId},
    provider::{ConfiguredProvider, ProviderError, RefreshError, TokenEndpoint, TokenSet},
    secret::Token,
    store::StoreError,
    vault::SealedTokens,
};
use tokio::time::{Instant, sleep, timeout};

use super::{
    chosen::Asking,
    held::Held,
    keeper::{Keeper, Standing, revoke},
};

/// How long a lease lasts that is not renewed: whoever holds it may have died.
const LEASE: Duration = Duration::from_secs(15);
/// How often it is renewed while the provider is slow.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long the provider may take.
const PROVIDER_TIME: Duration = Duration::from_secs(60);
/// How long others wait: longer than a lease, so that one of them takes over from the dead.
const PATIENCE: Duration = Duration::from_secs(25);
/// Pauses between two looks of those who wait.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Pauses between attempts to save new tokens; the provider will not give them again.
const SAVING_PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1600),
    Duration::from_secs(4),
];

/// One refresh.
struct Refresh {
    keeper: Keeper,
    identity: IdentityId,
    link: CredentialId,
    configured: Arc<ConfiguredProvider>,
    /// Who this is, among all nodes and attempts.
    holder: String,
}

impl Keeper {
    /// The tokens of this link, fresh.
    pub(super) async fn read(
        &self,
        link: CredentialId,
        asking: &Asking,
    ) -> Result<Held, StoreError> {
        let nothing = || Held::nothing(self.parts.clock.now());
        let Some(configured) = self.serving(&asking.provider) else {
            return Ok(nothing());
        };
        let Some(kept) = self.parts.tokens.find(link).await? else {
            return Ok(nothing());
        };
        if let Standing::Settled(held) = self.standing(&kept, &configured)? {
            return Ok(held);
        }
        let refresh = Refresh::new(self.clone(), asking.identity, link, configured);
        // A refresh outlives the request that began it: were it dropped half-way, a rotated refresh
        // token could be lost, and the link with it.
        let done = tokio::spawn(refresh.run()).await;
        done.unwrap_or_else(|lost| Err(StoreError::unavailable(lost)))
    }
}

impl Refresh {
    fn new(
        keeper: Keeper,
        identity: IdentityId,
        link: CredentialId,
        configured: Arc<ConfiguredProvider>,
    ) -> Self {
        let holder = Token::generate(&*keeper.parts.entropy).expose().to_owned();
        Self {
            keeper,
            identity,
            link,
            configured,
            holder,
        }
    }

    /// Refreshes, or waits until somebody else has.
    async fn run(self) -> Result<Held, StoreError> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            if self.lease().await? {
                let refreshed = self.refresh().await;
                let released = self.keeper.parts.tokens.release(self.link, &self.holder);
                // It ends by itself.
                let _ = released.await;
                return refreshed;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let Some(kept) = self.keeper.parts.tokens.find(self.link).await? else {
                return Ok(Held::nothing(self.now()));
            };
            match self.keeper.standing(&kept, &self.configured)? {
                Standing::Settled(held) => return Ok(held),
                Standing::Due(tokens) if began.elapsed() > PATIENCE => {
                    return Ok(self.old(tokens, &"somebody else is about to refresh them"));
                }
                Standing::Due(_) => {}
            }
        }
    }

    /// What whoever holds the lease does.
    async fn refresh(&self) -> Result<Held, StoreError> {
        let kept = self.keeper.parts.tokens.find(self.link).await?;
        let (Some(kept), Some(endpoint)) = (kept, self.configured.provider.token_endpoint()) else {
            return Ok(Held::nothing(self.now()));
        };
        // The one who held the lease before may have done it.
        let old = match self.keeper.standing(&kept, &self.configured)? {
            Standing::Settled(held) => return Ok(held),
            Standing::Due(tokens) => tokens,
        };
        match self.ask(endpoint, &old).await {
            Ok(fresh) => self.save(&kept, completed(fresh, old)).await,
            Err(RefreshError::Ended) => self.end(kept).await,
            Err(RefreshError::Failed(error)) => {
                tracing::warn!(
                    provider.id = %self.configured.id,
                    "upstream tokens are not refreshed: {error}"
                );
                Ok(self.old(old, &error))
            }
        }
    }

    /// Asks the provider, and keeps the lease meanwhile.
    async fn ask(
        &self,
        endpoint: &dyn TokenEndpoint,
        old: &TokenSet,
    ) -> Result<TokenSet, RefreshError> {
        let mut asking = pin!(timeout(PROVIDER_TIME, endpoint.renew(old)));
        let fresh = loop {
            tokio::select! {
                answer = &mut asking => break answer,
                // Should that fail, what is saved still replaces only what was read.
                () = sleep(RENEWAL) => drop(self.lease().await),
            }
        };
        let late = |_| ProviderError::Unavailable {
            reason: "its token endpoint takes too long".to_owned(),
        };
        let fresh = fresh.map_err(late)??;
        match fresh.access.is_empty() {
            true => Err(ProviderError::Invalid {
                reason: "its token endpoint gave no access token".to_owned(),
            }
            .into()),
            false => Ok(fresh),
        }
    }

    /// Saves new tokens; only then they are given out.
    async fn save(&self, kept: &SealedTokens, fresh: TokenSet) -> Result<Held, StoreError> {
        let sealed = self.keeper.sealed(self.link, &self.configured.id, &fresh)?;
        if self.replace(&kept.sealed, &sealed).await? {
            return Ok(Held::token(fresh.access, fresh.expires_at, self.now()));
        }
        match self.keeper.parts.tokens.find(self.link).await? {
            // Somebody signed in meanwhile, and the tokens of that stay.
            Some(newer) => match self.keeper.standing(&newer, &self.configured)? {
                Standing::Settled(held) => Ok(held),
                Standing::Due(_) => Ok(Held::token(fresh.access, fresh.expires_at, self.now())),
            },
            None => {
                revoke(&self.configured, &fresh).await;
                Ok(Held::nothing(self.now()))
            }
        }
    }

    /// Notes that the provider has ended what was kept.
    async fn end(&self, kept: SealedTokens) -> Result<Held, StoreError> {
        let before = kept.sealed.clone();
        let ended = SealedTokens {
            ended: true,
            ..kept
        };
        if !self.replace(&before, &ended).await? {
            let newer = self.keeper.parts.tokens.find(self.link).await?;
            let standing = newer.map(|newer| self.keeper.standing(&newer, &self.configured));
            return match standing.transpose()? {
                Some(Standing::Settled(held)) => Ok(held),
                Some(Standing::Due(tokens)) => Ok(self.old(tokens, &"they have just changed")),
                None => Ok(Held::nothing(self.now())),
            };
        }
        tracing::info!(
            identity.id = %self.identity,
            provider.id = %self.configured.id,
            "the provider has ended upstream tokens: the person has to sign in there again"
        );
        self.keeper.parts.announcer.announce(&Event::TokensEnded {
            identity: self.identity,
            provider: &self.configured.id,
        });
        Ok(Held::ended(self.now()))
    }

    async fn replace(&self, before: &str, tokens: &SealedTokens) -> Result<bool, StoreError> {
        for pause in SAVING_PAUSES {
            match self.keeper.parts.tokens.replace(before, tokens).await {
                Err(StoreError::Unavailable(_)) => sleep(pause).await,
                done => return done,
            }
        }
        self.keeper.parts.tokens.replace(before, tokens).await
    }

    async fn lease(&self) -> Result<bool, StoreError> {
        let until = self.now() + LEASE;
        let tokens = &self.keeper.parts.tokens;
        tokens.lease(self.link, &self.holder, until).await
    }

    /// The old token, as long as it is good for anything.
    fn old(&self, tokens: TokenSet, why: &dyn std::fmt::Display) -> Held {
        let now = self.now();
        match tokens.expires_at {
            Some(end) if now < end => Held::last_resort(tokens.access, end, now),
            _ => Held::unavailable(why, now),
        }
    }

    fn now(&self) -> jiff::Timestamp {
        self.keeper.parts.clock.now()
    }
}

/// What a provider leaves out stays as it was (RFC 6749, section 6).
fn completed(mut fresh: TokenSet, old: TokenSet) -> TokenSet {
    if fresh.refresh.is_empty() {
        fresh.refresh = old.refresh;
    }
    if fresh.id.is_empty() {
        fresh.id = old.id;
    }
    fresh
}
