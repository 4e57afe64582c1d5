//! A broker over memory with a provider that says what a test wants.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    broker::*,
    credential::{Credential, CredentialKind},
    expression::{Expression, Scope},
    id::{CredentialId, IdentityId, SessionId},
    link::LinkKey,
    mapping::{Mapping, MappingEntry, Sync},
    provider::{Claims, Creation, Heeds, Policy, Provider, ProviderError, ProviderStatus},
    registry::Providers,
    schema::Schema,
    secret::Token,
    session::{Device, Session},
    store::StoreError,
    testing::{FrozenClock, Meddler, Meddling, MemoryStore, SeededEntropy},
    trust::TrustRules,
};

/// A provider that says what a test wants.
#[derive(Debug)]
pub(super) struct Fake(Mutex<Claims>);

#[async_trait]
impl Provider for Fake {
    async fn begin(&self, attempt: &Attempt, redirect_uri: &Url) -> Result<Url, ProviderError> {
        let mut url = redirect_uri.clone();
        url.set_query(Some(&attempt.state));
        Ok(url)
    }

    async fn finish(
        &self,
        _attempt: &Attempt,
        answer: &Answer,
        _redirect_uri: &Url,
    ) -> Result<Vouched, ProviderError> {
        match &answer.error {
            Some(error) => Err(ProviderError::Refused {
                error: error.clone(),
            }),
            None => Ok(self.0.lock().unwrap().clone().into()),
        }
    }

    fn examine(&self, document: &Value) -> Result<Claims, ProviderError> {
        let reason = "it belongs to another hosted domain";
        match document["hd"] == "elsewhere.test" {
            true => Err(ProviderError::NotAdmitted { reason }),
            false => Ok(Claims::told(document.clone())),
        }
    }

    fn heeds(&self) -> Heeds {
        Heeds::MaxAge
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    fn status(&self) -> ProviderStatus {
        ProviderStatus::default()
    }
}

pub(super) struct Setting {
    pub(super) broker: Broker,
    pub(super) clock: Arc<FrozenClock>,
    pub(super) store: Arc<MemoryStore>,
    provider: Arc<Fake>,
}

fn schema() -> Schema {
    let document = json!({"properties": {"traits": {
        "type": "object",
        "properties": {
            "email": {"type": "string", "format": "email", "ory.sh/kratos": {
                "credentials": {"password": {"identifier": true}},
                "verification": {"via": "email"}, "recovery": {"via": "email"},
            }},
            "name": {"type": "object", "properties": {
                "first": {"type": "string", "maxLength": 255}, "last": {"type": "string"},
            }},
            "team": {"type": "string"},
            "second": {"type": "string", "ory.sh/kratos": {"recovery": {"via": "email"}}},
            "grade": {"type": "string", "x-profile": {"edit": ["admin"]}},
        },
        "required": ["email"], "additionalProperties": false,
    }}});
    Schema::parse("default", document).unwrap()
}

fn mapping() -> Mapping {
    let entry = |path: &str, value: &str, sync| {
        let value = Expression::compile(value, Scope::Claims).unwrap();
        MappingEntry::of_trait(path, value, sync)
    };
    Mapping {
        allow_privileged: false,
        entries: Arc::new([
            entry("email", "claims.email", Sync::Force),
            entry("name.first", "claims.given_name", Sync::Force),
            entry("name.last", "claims.family_name", Sync::Import),
        ]),
    }
}

pub(super) fn claims(subject: &str, email: &str, is_trusted: bool) -> Claims {
    let document = json!({
        "sub": subject, "email": email, "email_verified": is_trusted, "given_name": "Ada",
    });
    Claims::new("https://idp.test", subject, document)
}

pub(super) fn setting(create: Creation) -> Setting {
    let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let clock = Arc::new(FrozenClock::new(now));
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let provider = Arc::new(Fake(Mutex::new(claims("1", "ada@example.org", true))));
    let configured = ConfiguredProvider {
        id: "idp".parse().unwrap(),
        label: "Example".to_owned(),
        icon: None,
        order: 0,
        hidden: false,
        policy: Policy {
            create,
            ..Policy::default()
        },
        trust: TrustRules::verified(),
        mapping: mapping(),
        provider: provider.clone(),
    };
    let broker = Broker {
        registry: Arc::new(Registry::new(Providers::new([configured]))),
        schemas: Arc::new(Schemas::new(vec![Arc::new(schema())], "default").unwrap()),
        identities: store.clone(),
        credentials: store.clone(),
        sessions: store.clone(),
        local: vec![CredentialKind::Password],
        vault: store.clone(),
        clock: clock.clone(),
        entropy: Arc::new(SeededEntropy::new(5)),
        scopes: Vec::new(),
        names: None,
    };
    Setting {
        broker,
        clock,
        store,
        provider,
    }
}

pub(super) fn redirect_uri() -> Url {
    Url::parse("https://gate.test/callback").unwrap()
}

impl Setting {
    pub(super) fn says(&self, claims: Claims) {
        *self.provider.0.lock().unwrap() = claims;
    }

    pub(super) async fn sign_in(&self) -> Result<Arrival, BrokerError> {
        let id = "idp".parse().unwrap();
        let flow = FlowId::generate(&*self.broker.entropy);
        let (_, attempt) = self.broker.begin(&id, flow, &redirect_uri()).await?;
        self.broker
            .finish(&attempt, &Answer::default(), &redirect_uri())
            .await
    }

    pub(super) async fn created(&self) -> Identity {
        match self.sign_in().await {
            Ok(Arrival::Created(arrived)) => arrived.identity,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn known(&self) -> Identity {
        match self.sign_in().await {
            Ok(Arrival::Known(arrived)) => arrived.identity,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn incomplete(&self) -> (Draft, Vec<TraitError>) {
        match self.sign_in().await {
            Ok(Arrival::Incomplete(draft, errors)) => (*draft, errors),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn confirm(&self) -> PendingLink {
        match self.sign_in().await {
            Ok(Arrival::Confirm(pending)) => *pending,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn refused(&self) -> BrokerError {
        match self.sign_in().await {
            Err(error) => error,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn linked(&self) -> (Identity, LinkReason) {
        match self.sign_in().await {
            Ok(Arrival::Linked(arrived, reason)) => (arrived.identity, reason),
            other => panic!("{other:?}"),
        }
    }

    /// Configures a provider anew; one that is not there yet begins as the first.
    pub(super) fn configure(&self, id: &str, change: impl FnOnce(&mut ConfiguredProvider)) {
        let id: ProviderId = id.parse().unwrap();
        let current = self.broker.registry.current();
        let like = current.find(&id).unwrap_or(&current.all()[0]);
        let mut configured = (**like).clone();
        configured.id = id.clone();
        change(&mut configured);
        let others = current.all().iter().filter(|other| other.id != id);
        let others = others.map(|other| (**other).clone());
        let providers = Providers::new(others.chain([configured]));
        self.broker.registry.replace(providers);
    }

    pub(super) fn policy(&self, change: impl FnOnce(&mut Policy)) {
        self.configure("idp", |configured| change(&mut configured.policy));
    }

    /// What the first provider says now, judged by its rules.
    pub(super) async fn vouched(&self) -> Vouched {
        let flow = FlowId::generate(&*self.broker.entropy);
        let id = "idp".parse().unwrap();
        let (_, attempt) = self.broker.begin(&id, flow, &redirect_uri()).await.unwrap();
        let answer = Answer::default();
        let uri = redirect_uri();
        let vouched = self.broker.vouch(&attempt, &answer, &uri).await;
        vouched.unwrap()
    }

    /// An identity that signs in with a password and has proved its address.
    pub(super) async fn verified(&self, email: &str) -> Identity {
        let mut identity = self.local(email).await;
        identity.addresses[0].verified_at = Some(self.broker.clock.now());
        self.broker.identities.update(&identity).await.unwrap();
        identity.version += 1;
        identity
    }

    /// Gives an identity a password, or whatever else `config` is.
    pub(super) async fn credential(
        &self,
        identity: &Identity,
        kind: CredentialKind,
        identifier: Option<String>,
        config: serde_json::Value,
    ) -> CredentialId {
        let id = CredentialId::generate(&*self.broker.entropy);
        let now = self.broker.clock.now();
        let credential = Credential {
            id,
            identity_id: identity.id,
            kind,
            identifier,
            config,
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        };
        self.broker.credentials.put(&credential).await.unwrap();
        id
    }

    pub(super) async fn password(&self, identity: &Identity) -> CredentialId {
        let config = json!({"hashed_password": "x"});
        self.credential(identity, CredentialKind::Password, None, config)
            .await
    }

    /// Signs somebody in.
    pub(super) async fn session(&self, identity: &Identity) {
        let now = self.broker.clock.now();
        let session = Session {
            id: SessionId::generate(&*self.broker.entropy),
            token_hash: Token::generate(&*self.broker.entropy).hash(),
            identity_id: identity.id,
            issued_at: now,
            authenticated_at: now,
            expires_at: now,
            last_seen_at: now,
            methods: Vec::new(),
            device: Device::default(),
            acting: None,
        };
        self.broker.sessions.insert(&session).await.unwrap();
    }

    pub(super) async fn credentials(&self, identity: &Identity) -> Vec<Credential> {
        let list = self.broker.credentials.list(identity.id);
        list.await.unwrap()
    }

    pub(super) async fn stored(&self, identity: &Identity) -> Identity {
        let found = self.broker.identities.find(identity.id);
        found.await.unwrap().unwrap()
    }

    /// An identity with an address that it has not proved.
    pub(super) async fn local(&self, email: &str) -> Identity {
        let broker = &self.broker;
        let identity = broker
            .schemas
            .identity(
                &broker.schemas.default_schema(),
                json!({"email": email}),
                &*broker.clock,
                &*broker.entropy,
            )
            .unwrap();
        broker.identities.insert(&identity, &[]).await.unwrap();
        identity
    }
}

/// Somebody else with the same account, who is always faster.
#[derive(Debug)]
pub(super) struct Rival(pub(super) LinkKey);

#[async_trait]
impl Meddler for Rival {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::Insert(identity) = what else {
            return Ok(());
        };
        let entropy: &dyn Entropy = &SeededEntropy::new(99);
        let rival = Identity {
            id: IdentityId::generate(entropy),
            ..identity.clone()
        };
        let id = CredentialId::generate(entropy);
        let link = self.0.credential(rival.id, id, identity.created_at);
        IdentityStore::insert(store, &rival, &[link]).await?;
        Err(StoreError::Conflict { what: "credential" })
    }
}
