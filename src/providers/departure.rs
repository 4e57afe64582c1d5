//! What a provider leaves behind when it is removed or disabled: links and sessions.

use std::sync::Arc;

use portcullis_core::{
    administration::{Departed, Leave, LinkFate, SessionFate},
    clock::Clock,
    credential::{Credential, CredentialStore},
    entropy::Entropy,
    event::{Event, UnlinkReason},
    id::{IdentityId, ProviderId},
    identity::IdentityStore,
    link::Link,
    plugin::Announcer,
    schema::Schemas,
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
                // First, for nothing leads here again once the link is gone.
                self.release(link.identity_id, provider).await?;
                if self.credentials.delete(link.id).await? {
                    count += 1;
                    self.announcer.announce(&Event::Unlinked {
                        identity: link.identity_id,
                        provider,
                        reason: UnlinkReason::ProviderRemoved,
                    });
                }
            }
        }
    }

    /// Takes back what only the provider could set of an identity.
    async fn release(&self, id: IdentityId, provider: &ProviderId) -> Result<(), StoreError> {
        let Some(identity) = self.identities.find(id).await? else {
            return Ok(());
        };
        let (clock, entropy) = (&*self.clock, &*self.entropy);
        let released = self.schemas.released(&identity, provider, clock, entropy);
        match released {
            Some(released) => self.identities.update(&released).await,
            None => Ok(()),
        }
    }
}

/// Whether this is a link to the provider, whatever its identifier looks like.
fn is_of(credential: &Credential, provider: &ProviderId) -> bool {
    Link::of(credential).is_some_and(|link| link.key.provider == *provider)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use portcullis_core::{
        credential::CredentialKind,
        id::{CredentialId, SessionId},
        link::LinkKey,
        mapping::Sync,
        provenance::Origin,
        provider::Upstream,
        schema::Schema,
        secret::{Secret, Token},
        session::{Device, Session},
        stage::Observer,
        testing::{FrozenClock, MemoryStore, SeededEntropy},
    };

    use super::*;

    #[derive(Debug, Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Observer for Heard {
        fn observe(&self, event: &Event<'_>) {
            if let Event::Unlinked { provider, .. } = event {
                self.0.lock().unwrap().push(provider.to_string());
            }
        }
    }

    struct House {
        store: Arc<MemoryStore>,
        clock: FrozenClock,
        entropy: SeededEntropy,
        heard: Arc<Heard>,
        departures: Departures,
    }

    fn schemas() -> Schemas {
        let document = serde_json::json!({"properties": {"name": {"type": "string"}}});
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        Schemas::new(vec![schema], "default").unwrap()
    }

    fn house() -> House {
        let now = "2026-07-01T12:00:00Z".parse().unwrap();
        let store = Arc::new(MemoryStore::new(Arc::new(FrozenClock::new(now))));
        let heard = Arc::new(Heard::default());
        House {
            departures: Departures {
                credentials: store.clone(),
                vault: store.clone(),
                origins: store.clone(),
                sessions: store.clone(),
                identities: store.clone(),
                schemas: Arc::new(schemas()),
                clock: Arc::new(FrozenClock::new(now)),
                entropy: Arc::new(SeededEntropy::new(6)),
                announcer: Announcer::new(vec![heard.clone()]),
            },
            clock: FrozenClock::new(now),
            entropy: SeededEntropy::new(5),
            store,
            heard,
        }
    }

    impl House {
        /// Somebody with an account at the provider, and a session that began there.
        async fn guest(&self, provider: &str) -> IdentityId {
            let now = self.clock.now();
            let (schemas, traits) = (&self.departures.schemas, serde_json::json!({}));
            let schema = schemas.default_schema();
            let made = schemas.identity(schema, traits, &self.clock, &self.entropy);
            let mut made = made.unwrap();
            made.roles = vec!["admin".to_owned()];
            let origin = Origin {
                source: provider.parse().unwrap(),
                synced_at: now,
                sync: Sync::Force,
            };
            made.provenance.insert("roles:".to_owned(), origin);
            self.departures.identities.insert(&made, &[]).await.unwrap();
            let identity = made.id;
            let link = LinkKey {
                provider: provider.parse().unwrap(),
                issuer: "https://id.example".to_owned(),
                subject: identity.to_string(),
            };
            let credential = Credential {
                id: CredentialId::generate(&self.entropy),
                identity_id: identity,
                kind: CredentialKind::Oidc,
                identifier: Some(link.identifier()),
                config: link.config(),
                created_at: now,
                updated_at: now,
            };
            self.departures.credentials.put(&credential).await.unwrap();
            let session = Session {
                id: SessionId::generate(&self.entropy),
                token_hash: Token::generate(&self.entropy).hash(),
                identity_id: identity,
                issued_at: now,
                authenticated_at: now,
                expires_at: now,
                last_seen_at: now,
                methods: Vec::new(),
                device: Device::default(),
            };
            self.departures.sessions.insert(&session).await.unwrap();
            let upstream = Upstream {
                link,
                session_id: None,
                id_token: Secret::default(),
            };
            let origins = &self.departures.origins;
            origins.put(session.id, &upstream).await.unwrap();
            identity
        }

        async fn left_of(&self, identity: IdentityId) -> (usize, usize) {
            let links = CredentialStore::list(&*self.store, identity).await.unwrap();
            let sessions = SessionStore::list(&*self.store, identity).await.unwrap();
            (links.len(), sessions.len())
        }

        async fn roles_of(&self, identity: IdentityId) -> Vec<String> {
            let found = self.departures.identities.find(identity).await;
            found.unwrap().unwrap().roles
        }
    }

    /// XP-15.
    #[tokio::test]
    async fn only_what_belongs_to_the_provider_goes_with_it() {
        let house = house();
        let (ada, eve) = (house.guest("acme").await, house.guest("acme").await);
        let other = house.guest("other").await;
        let acme = "acme".parse().unwrap();
        assert_eq!(house.departures.links(&acme).await.unwrap(), 2);
        let kept = house.departures.settle(&acme, Fates::default()).await;
        assert_eq!(kept.unwrap(), Departed::default());
        assert_eq!(house.left_of(ada).await, (1, 1));

        let fates = Fates {
            links: LinkFate::Unlink,
            sessions: SessionFate::Revoke,
        };
        let gone = house.departures.settle(&acme, fates).await.unwrap();
        assert_eq!((gone.links_removed, gone.sessions_ended), (2, 2));
        for identity in [ada, eve] {
            assert_eq!(house.left_of(identity).await, (0, 0));
            assert_eq!(house.roles_of(identity).await, [""; 0]);
        }
        assert_eq!(house.left_of(other).await, (1, 1));
        assert_eq!(house.roles_of(other).await, ["admin"]);
        assert_eq!(*house.heard.0.lock().unwrap(), ["acme", "acme"]);
        assert_eq!(house.departures.links(&acme).await.unwrap(), 0);
    }

    #[test]
    fn what_is_not_asked_for_is_as_the_table_says() {
        let mut table = config::Provider::default();
        table.on_disable.links = LinkFate::Refuse;
        table.on_disable.sessions = SessionFate::Revoke;
        let leave = Leave {
            links: Some(LinkFate::Keep),
            sessions: None,
        };
        let fates = Fates::of(leave, &table);
        assert_eq!(fates.links, LinkFate::Keep);
        assert_eq!(fates.sessions, SessionFate::Revoke);
    }
}
