//! What a provider leaves behind when it is removed or disabled: links and sessions.

use std::sync::Arc;

use portcullis_core::{
    administration::{Attached, Departed, Leave, LinkFate, SessionFate},
    administrators::rewrite_staying,
    clock::Clock,
    credential::{Credential, CredentialStore},
    entropy::Entropy,
    event::{Event, UnlinkReason},
    id::{IdentityId, ProviderId},
    identity::{Identity, IdentityStore},
    link::{PreparedLink, provider_of},
    plugin::Announcer,
    schema::Schemas,
    session::{SessionStore, end_each},
    store::StoreError,
    vault::{TokenVault, UpstreamSessionStore},
};

use crate::config;

/// How many links are read at a time.
const PAGE: u32 = 500;

/// What becomes of what a provider leaves behind.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fates {
    /// Of its links.
    pub(super) links: LinkFate,
    /// Of its sessions.
    pub(super) sessions: SessionFate,
}

impl Fates {
    /// What is asked for, and what the provider's own table says of the rest.
    pub(super) fn of(leave: Leave, table: &config::Provider) -> Self {
        let own = Self::of_table(table);
        Self {
            links: leave.links.unwrap_or(own.links),
            sessions: leave.sessions.unwrap_or(own.sessions),
        }
    }

    /// What the provider's own table says.
    pub(super) fn of_table(table: &config::Provider) -> Self {
        Self {
            links: table.on_disable.links,
            sessions: table.on_disable.sessions,
        }
    }

    /// Whether anything is to be done.
    pub(super) fn is_idle(self) -> bool {
        self.links != LinkFate::Unlink && self.sessions != SessionFate::Revoke
    }
}

/// The stores that a departure reaches.
#[derive(Debug, Clone)]
pub(crate) struct Departures {
    /// Where links are.
    pub(crate) credentials: Arc<dyn CredentialStore>,
    /// Where the tokens of links are.
    pub(crate) vault: Arc<dyn TokenVault>,
    /// Which sessions began at which provider.
    pub(crate) origins: Arc<dyn UpstreamSessionStore>,
    /// Where sessions are.
    pub(crate) sessions: Arc<dyn SessionStore>,
    /// Where identities are.
    pub(crate) identities: Arc<dyn IdentityStore>,
    /// What their traits obey.
    pub(crate) schemas: Arc<Schemas>,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Randomness.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Who hears of removed links.
    pub(crate) announcer: Announcer,
}

impl Departures {
    /// How many links to a provider there are, made or prepared.
    pub(super) async fn links(&self, provider: &ProviderId) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.credentials.list_by_provider(provider, after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.id);
            count += page.iter().filter(|link| is_of(link, provider)).count() as u64;
        }
    }

    /// What hangs on a provider.
    pub(super) async fn attached(&self, provider: &ProviderId) -> Result<Attached, StoreError> {
        let came = self.origins.sessions_of_provider(provider).await?;
        Ok(Attached {
            links: self.links(provider).await?,
            sessions: came.len() as u64,
        })
    }

    /// Does to links and sessions what is to become of them. The provider must be known still, so
    /// that its tokens can be given back, but let nobody in any more. What goes wrong keeps nothing
    /// else from being done, and is done by another call.
    pub(super) async fn settle(
        &self,
        provider: &ProviderId,
        fates: Fates,
    ) -> Result<Departed, StoreError> {
        let (mut departed, mut failure) = (Departed::default(), None);
        // Sessions first: they are what is open now.
        if fates.sessions == SessionFate::Revoke {
            let ended = self.end_sessions(provider).await;
            (departed.sessions_ended, failure) = ended;
        }
        if fates.links == LinkFate::Unlink
            && let Err(error) = self.unlink(provider, &mut departed).await
        {
            failure = Some(error);
        }
        failure.map_or(Ok(departed), Err)
    }

    async fn end_sessions(&self, provider: &ProviderId) -> (u64, Option<StoreError>) {
        match self.origins.sessions_of_provider(provider).await {
            Ok(came) => end_each(&*self.sessions, came).await,
            Err(error) => (0, Some(error)),
        }
    }

    async fn unlink(
        &self,
        provider: &ProviderId,
        departed: &mut Departed,
    ) -> Result<(), StoreError> {
        let (mut after, mut failure) = (None, None);
        loop {
            let page = self.credentials.list_by_provider(provider, after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else {
                return failure.map_or(Ok(()), Err);
            };
            after = Some(last.id);
            for link in page.into_iter().filter(|link| is_of(link, provider)) {
                let unlinked = match PreparedLink::of(&link) {
                    Some(_) => self.unlink_prepared(&link, provider, departed).await,
                    None => self.unlink_one(&link, provider, departed).await,
                };
                failure = unlinked.err().or(failure);
            }
        }
    }

    /// Removes a prepared link: whoever later takes the provider's name lets nobody in by it.
    async fn unlink_prepared(
        &self,
        stub: &Credential,
        provider: &ProviderId,
        departed: &mut Departed,
    ) -> Result<(), StoreError> {
        if PreparedLink::remove(stub, &*self.credentials).await? {
            departed.links_removed += 1;
            self.announcer.announce(&Event::PreparedLinkRemoved {
                identity: stub.identity_id,
                provider,
            });
            return Ok(());
        }
        // Else an account has just taken its place, unless somebody has removed it.
        let left = self.credentials.list(stub.identity_id).await?;
        match left.iter().find(|left| left.id == stub.id) {
            Some(link) => self.unlink_one(link, provider, departed).await,
            None => Ok(()),
        }
    }

    async fn unlink_one(
        &self,
        link: &Credential,
        provider: &ProviderId,
        departed: &mut Departed,
    ) -> Result<(), StoreError> {
        let kept = self.vault.kept(link.id).await.unwrap_or_else(|error| {
            tracing::warn!(%error, provider.id = %provider, "tokens of a removed link stay");
            None
        });
        // First, for nothing leads here again once the link is gone.
        self.release(link.identity_id, provider).await?;
        if self.credentials.delete(link.id).await? {
            departed.links_removed += 1;
            self.announcer.announce(&Event::Unlinked {
                identity: link.identity_id,
                provider,
                reason: UnlinkReason::ProviderRemoved,
            });
            // Last, for those of a link that stays go on.
            if let Some(kept) = kept
                && let Err(error) = self.vault.give_back(kept).await
            {
                tracing::warn!(%error, provider.id = %provider, "tokens of a removed link stay");
            }
        }
        // Once more, for somebody may have been signing in by it.
        self.release(link.identity_id, provider).await
    }

    /// Takes back what only the provider could set of an identity, over what others change
    /// meanwhile. The last administrator stays one, on nobody's word.
    async fn release(&self, id: IdentityId, provider: &ProviderId) -> Result<(), StoreError> {
        let (clock, entropy) = (&*self.clock, &*self.entropy);
        let released =
            |identity: &Identity| self.schemas.released(identity, provider, clock, entropy);
        rewrite_staying(&*self.identities, id, released).await
    }
}

/// Whether this is a link to the provider, made or prepared, whatever its identifier looks like.
fn is_of(credential: &Credential, provider: &ProviderId) -> bool {
    provider_of(credential).is_some_and(|found| found == *provider)
}

#[cfg(test)]
pub(super) mod tests;
