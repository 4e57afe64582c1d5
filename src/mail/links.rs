//! Tells people that an account was linked to their identity, or a link removed: whoever did it was
//! perhaps not them.

use std::sync::{Arc, OnceLock};

use portcullis_core::{
    broker::LinkReason,
    event::Event,
    id::{IdentityId, ProviderId},
    identity::{Identity, IdentityStore},
    mail::{Mail, Mailer},
    plugin::Addresses,
    provider::ConfiguredProvider,
    registry::Registry,
    stage::Observer,
    store::StoreError,
};
use tokio::sync::mpsc;

use super::wording::{Facts, Kind, Wording};

/// How many changes may wait to be written about.
const QUEUE: usize = 1024;

/// Hears of links.
#[derive(Debug)]
pub(super) struct LinkEvents {
    changes: mpsc::Sender<Change>,
    registry: OnceLock<Arc<Registry>>,
}

/// Writes about them.
#[derive(Debug)]
pub(super) struct LinkNotices {
    changes: mpsc::Receiver<Change>,
    addresses: Addresses,
    wording: Arc<Wording>,
}

#[derive(Debug)]
struct Change {
    identity: IdentityId,
    provider: ProviderId,
    /// The provider as it was then, where that is known.
    configured: Option<Arc<ConfiguredProvider>>,
    linked: bool,
}

impl LinkEvents {
    /// Who hears, and who writes.
    pub(super) fn new(addresses: Addresses, wording: Arc<Wording>) -> (Self, LinkNotices) {
        let (sender, changes) = mpsc::channel(QUEUE);
        let events = Self {
            changes: sender,
            registry: OnceLock::new(),
        };
        let notices = LinkNotices {
            changes,
            addresses,
            wording,
        };
        (events, notices)
    }

    /// Looks providers up here from now on.
    pub(super) fn follow(&self, registry: Arc<Registry>) {
        let _ = self.registry.set(registry);
    }
}

impl Observer for LinkEvents {
    fn observe(&self, event: &Event<'_>) {
        let (identity, provider, linked) = match event {
            // Who has just come for the first time knows.
            Event::Linked {
                reason: LinkReason::Created,
                ..
            } => return,
            Event::Linked {
                identity, provider, ..
            } => (*identity, *provider, true),
            Event::Unlinked {
                identity, provider, ..
            } => (*identity, *provider, false),
            _ => return,
        };
        let change = Change {
            identity,
            provider: provider.clone(),
            configured: self
                .registry
                .get()
                .and_then(|registry| registry.current().find(provider).cloned()),
            linked,
        };
        if self.changes.try_send(change).is_err() {
            tracing::warn!("a change of links is not written about: too many wait");
        }
    }
}

async fn post(mailer: &dyn Mailer, mail: Mail) {
    if let Err(error) = mailer.send(mail).await {
        tracing::debug!(%error, "a change of links is not written about");
    }
}

impl LinkNotices {
    /// Runs until nobody can hear of links any more.
    pub(super) async fn run(mut self, mailer: &dyn Mailer, identities: &dyn IdentityStore) {
        while let Some(change) = self.changes.recv().await {
            match self.mail(&change, identities).await {
                Ok(Some(mail)) => post(mailer, mail).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a change of links is not written about"),
            }
        }
    }

    /// What to write about a change; nothing where its provider is configured to stay silent.
    async fn mail(
        &self,
        change: &Change,
        identities: &dyn IdentityStore,
    ) -> Result<Option<Mail>, StoreError> {
        let provider = change.configured.as_deref();
        if provider.is_some_and(|provider| !provider.policy.notify) {
            return Ok(None);
        }
        let label = provider.map_or(change.provider.as_str(), |provider| provider.label.as_str());
        let identity = identities.find(change.identity).await?;
        Ok(identity.and_then(|identity| self.notice(label, &identity, change.linked)))
    }

    /// In the language that the identity says is its own, for whoever made the change may be somebody
    /// else.
    fn notice(&self, label: &str, identity: &Identity, linked: bool) -> Option<Mail> {
        let kind = match linked {
            true => Kind::Linked,
            false => Kind::Unlinked,
        };
        let facts = Facts::Link {
            provider: label,
            gate: self.addresses.public_url().host_str().unwrap_or("the gate"),
            settings_url: &self.addresses.own("/settings"),
        };
        let locale = identity.traits["locale"].as_str().unwrap_or_default();
        let mail = self
            .wording
            .mail((own_address(identity)?, locale), kind, &facts)?;
        Some(Mail {
            owner: Some(identity.id),
            ..mail
        })
    }
}

/// Where the identity's person reads mail: at a verified address, else at one that signs them in.
fn own_address(identity: &Identity) -> Option<String> {
    let mails = || {
        identity
            .addresses
            .iter()
            .filter(|address| address.via == "email")
    };
    let verified = mails().find(|address| address.verified_at.is_some());
    let signs_in = || mails().find(|address| identity.identifiers.contains(&address.value));
    let address = verified.or_else(signs_in).map(|found| found.value.clone());
    address.or_else(|| {
        let mut identifiers = identity.identifiers.iter();
        identifiers.find(|value| value.contains('@')).cloned()
    })
}
