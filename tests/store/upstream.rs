//! A provider whose tokens expire, and vaults of several nodes over one record.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use portcullis::vault::{Keyring, Vault, VaultParts};
use portcullis_core::{
    clock::Clock,
    event::Event,
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    identity::Identity,
    link::LinkKey,
    mapping::Mapping,
    plugin::Announcer,
    provider::{
        Answer, Attempt, ConfiguredProvider, Policy, Provider, ProviderError, ProviderStatus,
        RefreshError, TokenEndpoint, TokenSet, Vouched,
    },
    registry::{Providers, Registry},
    secret::Secret,
    stage::Observer,
    testing::FrozenClock,
    trust::TrustRules,
    vault::{TokenStore, TokenVault, VaultError},
};
use tokio::sync::Semaphore;
use url::Url;

use super::node::{Node, Record, clock, entropy, identity};

/// How its token endpoint answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Says `invalid_grant` to everybody.
    Stern,
    Down,
}

/// A provider that gives each refresh token once, as strict ones do.
#[derive(Debug)]
pub(crate) struct Idp {
    clock: Arc<FrozenClock>,
    calls: AtomicUsize,
    mood: Mutex<Mood>,
    good: Mutex<String>,
    revoked: Mutex<Vec<String>>,
    /// Answers wait here.
    pub(crate) gate: Semaphore,
}

impl Idp {
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The access tokens it was told to revoke.
    pub(crate) fn revoked(&self) -> Vec<String> {
        self.revoked.lock().unwrap().clone()
    }

    /// Answers nobody until the gate has permits again.
    pub(crate) fn close_gate(&self) {
        self.gate.forget_permits(usize::MAX);
    }
}

#[async_trait]
impl Provider for Idp {
    async fn begin(&self, _: &Attempt, _: &Url) -> Result<Url, ProviderError> {
        Err(away())
    }

    async fn finish(&self, _: &Attempt, _: &Answer, _: &Url) -> Result<Vouched, ProviderError> {
        Err(away())
    }

    fn status(&self) -> ProviderStatus {
        ProviderStatus::default()
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn token_endpoint(&self) -> Option<&dyn TokenEndpoint> {
        Some(self)
    }
}

#[async_trait]
impl TokenEndpoint for Idp {
    async fn refresh(&self, refresh_token: &Secret) -> Result<TokenSet, RefreshError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        drop(self.gate.acquire().await.unwrap());
        match *self.mood.lock().unwrap() {
            Mood::Well => {}
            Mood::Stern => return Err(RefreshError::Ended),
            Mood::Down => return Err(away().into()),
        }
        let mut good = self.good.lock().unwrap();
        if refresh_token.expose() != *good {
            return Err(RefreshError::Ended);
        }
        *good = format!("refresh-{call}");
        Ok(TokenSet {
            access: Secret::new(format!("access-{call}")),
            expires_at: Some(self.clock.now() + Duration::from_secs(3600)),
            refresh: Secret::new(good.clone()),
            id: Secret::default(),
        })
    }

    async fn revoke(&self, tokens: &TokenSet) -> Result<(), ProviderError> {
        let access = tokens.access.expose().to_owned();
        self.revoked.lock().unwrap().push(access);
        match *self.mood.lock().unwrap() {
            Mood::Down => Err(away()),
            _ => Ok(()),
        }
    }
}

fn away() -> ProviderError {
    ProviderError::Unavailable {
        reason: "it is away".to_owned(),
    }
}

/// Counts the tokens that have ended.
#[derive(Debug, Default)]
pub(crate) struct Ear(pub(crate) AtomicUsize);

impl Observer for Ear {
    fn observe(&self, event: &Event<'_>) {
        if let Event::TokensEnded { .. } = event {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Ada, linked to her account at the provider.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) clock: Arc<FrozenClock>,
    pub(crate) idp: Arc<Idp>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) ear: Arc<Ear>,
    pub(crate) ada: Identity,
    pub(crate) link: CredentialId,
}

impl Linked {
    pub(crate) async fn on(record: &Record) -> (Self, Node) {
        let clock = clock();
        let node = Node::start(record, None, &clock).await;
        let ada = identity(clock.now());
        let id = CredentialId::generate(&entropy());
        let link = key("ada").credential(ada.id, id, clock.now());
        let insertion = node
            .stores
            .identities
            .insert(&ada, std::slice::from_ref(&link));
        insertion.await.unwrap();
        let idp = Arc::new(Idp {
            clock: Arc::clone(&clock),
            calls: AtomicUsize::new(0),
            mood: Mutex::new(Mood::Well),
            good: Mutex::new("refresh-0".to_owned()),
            revoked: Mutex::default(),
            gate: Semaphore::new(1000),
        });
        let linked = Self {
            registry: Arc::new(Registry::new(Providers::default())),
            ear: Arc::default(),
            link: link.id,
            clock,
            idp,
            ada,
        };
        linked.configure(Policy {
            store_tokens: true,
            ..Policy::default()
        });
        (linked, node)
    }

    /// Configures the provider anew.
    pub(crate) fn configure(&self, policy: Policy) {
        self.registry.replace(Providers::new([ConfiguredProvider {
            id: id(),
            label: "IdP".to_owned(),
            icon: None,
            order: 0,
            hidden: false,
            policy,
            trust: TrustRules::default(),
            mapping: Mapping::default(),
            provider: Arc::clone(&self.idp) as Arc<dyn Provider>,
        }]));
    }

    /// A vault over these tokens, as another node has it.
    pub(crate) fn vault(&self, node: &Node) -> Arc<Vault> {
        self.vault_with(node, Keyring::new(b"key", []))
    }

    pub(crate) fn vault_with(&self, node: &Node, keys: Keyring) -> Arc<Vault> {
        self.vault_over(node, Arc::clone(&node.stores.tokens), keys)
    }

    /// A vault of this node whose tokens are elsewhere.
    pub(crate) fn vault_over(
        &self,
        node: &Node,
        tokens: Arc<dyn TokenStore>,
        keys: Keyring,
    ) -> Arc<Vault> {
        Arc::new(Vault::new(self.parts(node, tokens, keys)))
    }

    /// A vault of this node that reads through another one where sessions came from, and links.
    pub(crate) fn vault_choosing(&self, node: &Node, other: &Node) -> Arc<Vault> {
        let keys = Keyring::new(b"key", []);
        let tokens = Arc::clone(&node.stores.tokens);
        Arc::new(Vault::new(self.parts(other, tokens, keys)))
    }

    fn parts(&self, node: &Node, tokens: Arc<dyn TokenStore>, keys: Keyring) -> VaultParts {
        VaultParts {
            tokens,
            credentials: Arc::clone(&node.stores.credentials),
            origins: Arc::clone(&node.stores.upstream_sessions),
            registry: Arc::clone(&self.registry),
            keys,
            announcer: Announcer::new(vec![self.ear.clone()]),
            clock: self.clock.clone(),
            entropy: Arc::new(entropy()),
        }
    }

    /// What a sign-in brings: tokens that expire after this many seconds.
    pub(crate) fn tokens(&self, seconds: u64) -> TokenSet {
        TokenSet {
            access: Secret::new("access-0"),
            expires_at: Some(self.clock.now() + Duration::from_secs(seconds)),
            refresh: Secret::new("refresh-0"),
            id: Secret::default(),
        }
    }

    /// Keeps the tokens of a sign-in that expire after this many seconds.
    pub(crate) async fn sign_in(&self, vault: &Vault, seconds: u64) {
        let tokens = self.tokens(seconds);
        vault.keep(self.link, &id(), &tokens).await.unwrap();
    }

    /// Ada's access token.
    pub(crate) async fn token(&self, vault: &Vault) -> Result<Option<String>, VaultError> {
        token(vault, self.ada.id).await
    }
}

/// An identity's access token, for a session that no provider knows of.
pub(crate) async fn token(
    vault: &Vault,
    identity: IdentityId,
) -> Result<Option<String>, VaultError> {
    let session = identity.to_string().parse().unwrap();
    token_for(vault, identity, session).await
}

/// An identity's access token in this session.
pub(crate) async fn token_for(
    vault: &Vault,
    identity: IdentityId,
    session: SessionId,
) -> Result<Option<String>, VaultError> {
    let token = vault.access_token(identity, session, &id()).await?;
    Ok(token.map(|token| token.expose().to_owned()))
}

/// An account at the provider.
pub(crate) fn key(subject: &str) -> LinkKey {
    LinkKey {
        provider: id(),
        issuer: "https://idp.test".to_owned(),
        subject: subject.to_owned(),
    }
}

/// The provider's name.
pub(crate) fn id() -> ProviderId {
    "idp".parse().unwrap()
}
