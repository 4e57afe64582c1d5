//! Tells people that an account was linked to their identity, or a link removed: whoever did it was
//! perhaps not them.

use portcullis_core::{
    broker::LinkReason,
    event::Event,
    id::{IdentityId, ProviderId},
    identity::{Identity, IdentityStore},
    mail::{Mail, Mailer},
    plugin::Addresses,
    registry::Registry,
    stage::Observer,
    store::StoreError,
};
use tokio::sync::mpsc;

/// How many changes may wait to be written about.
const QUEUE: usize = 1024;

/// Hears of links.
#[derive(Debug)]
pub(super) struct LinkEvents(mpsc::Sender<Change>);

/// Writes about them.
#[derive(Debug)]
pub(super) struct LinkNotices {
    changes: mpsc::Receiver<Change>,
    addresses: Addresses,
}

#[derive(Debug)]
struct Change {
    identity: IdentityId,
    provider: ProviderId,
    linked: bool,
}

impl LinkEvents {
    /// Who hears, and who writes.
    pub(super) fn new(addresses: Addresses) -> (Self, LinkNotices) {
        let (sender, changes) = mpsc::channel(QUEUE);
        (Self(sender), LinkNotices { changes, addresses })
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
            linked,
        };
        if self.0.try_send(change).is_err() {
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
    pub(super) async fn run(
        mut self,
        mailer: &dyn Mailer,
        identities: &dyn IdentityStore,
        registry: &Registry,
    ) {
        while let Some(change) = self.changes.recv().await {
            match self.mail(&change, identities, registry).await {
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
        registry: &Registry,
    ) -> Result<Option<Mail>, StoreError> {
        let providers = registry.current();
        let provider = providers.find(&change.provider);
        if provider.is_some_and(|provider| !provider.policy.notify) {
            return Ok(None);
        }
        let label = provider.map_or(change.provider.as_str(), |provider| provider.label.as_str());
        let identity = identities.find(change.identity).await?;
        Ok(identity.and_then(|identity| self.notice(label, &identity, change.linked)))
    }

    fn notice(&self, label: &str, identity: &Identity, linked: bool) -> Option<Mail> {
        let gate = self.addresses.public_url().host_str().unwrap_or("the gate");
        let settings = self.addresses.own("/settings");
        let (subject, text) = match linked {
            true => (
                format!("An account at {label} was linked"),
                format!(
                    "An account at {label} was linked to your account at {gate} and can sign in \
                     with it now.\n\nIf this was not you, remove the link and change your \
                     password: {settings}\n"
                ),
            ),
            false => (
                format!("An account at {label} was unlinked"),
                format!(
                    "An account at {label} was unlinked from your account at {gate} and cannot \
                     sign in with it any more.\n\nIf this was not you, change your password: \
                     {settings}\n"
                ),
            ),
        };
        Some(Mail {
            to: own_address(identity)?,
            subject: subject.replace(char::is_control, " "),
            text,
            html: None,
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
