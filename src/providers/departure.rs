//! What a provider leaves behind when it is removed or disabled: links and sessions.

use std::sync::Arc;

use portcullis_core::{
    administration::{Departed, Leave, LinkFate, SessionFate},
    credential::{Credential, CredentialStore},
    event::Event,
    id::ProviderId,
    link::Link,
    plugin::Announcer,
    session::SessionStore,
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
    /// Who hears of removed links.
    pub(crate) announcer: Announcer,
}

impl Departures {
    /// How many links to a provider there are.
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

    /// Does to links and sessions what is to become of them. The provider must be known still, so
    /// that its tokens can be given back, but let nobody in any more.
    pub(super) async fn settle(
        &self,
        provider: &ProviderId,
        fates: Fates,
    ) -> Result<Departed, StoreError> {
        let mut departed = Departed::default();
        if fates.links == LinkFate::Unlink {
            departed.links_removed = self.unlink(provider).await?;
        }
        if fates.sessions == SessionFate::Revoke {
            for session in self.origins.sessions_of_provider(provider).await? {
                departed.sessions_ended += u64::from(self.sessions.revoke(session).await?);
            }
        }
        Ok(departed)
    }

    async fn unlink(&self, provider: &ProviderId) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = self.credentials.list_by_provider(provider, after, PAGE);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.id);
            for link in page.into_iter().filter(|link| is_of(link, provider)) {
                if let Err(error) = self.vault.forget(link.id).await {
                    tracing::warn!(%error, provider.id = %provider, "tokens of a removed link stay");
                }
                if self.credentials.delete(link.id).await? {
                    count += 1;
                    let identity = link.identity_id;
                    self.announcer
                        .announce(&Event::Unlinked { identity, provider });
                }
            }
        }
    }
}

/// Whether this is a link to the provider, whatever its identifier looks like.
fn is_of(credential: &Credential, provider: &ProviderId) -> bool {
    Link::of(credential).is_some_and(|link| link.key.provider == *provider)
}
