//! Two at the same time, and what has changed while somebody waited.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::{
    broker::tests::{setting::*, *},
    credential::Credential,
    id::{CredentialId, SessionId},
    link::PreparedLink,
    mapping::Sync,
    provenance::Origin,
    provider::{Linking, TokenSet, UnverifiedLocal},
    secret::Secret,
    testing::MemoryStore,
    vault::{SealedTokens, VaultError},
};

/// Adds a way in for a squatter, and their provider's word, at the moment at which the ways in are
/// removed.
#[derive(Debug)]
struct Squatter {
    store: Arc<MemoryStore>,
    extra: Credential,
    is_in: AtomicBool,
}

#[async_trait]
impl TokenVault for Squatter {
    async fn keep(&self, _: CredentialId, _: &ProviderId, _: &TokenSet) -> Result<(), VaultError> {
        Ok(())
    }

    async fn access_token(
        &self,
        _: IdentityId,
        _: SessionId,
        _: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        Ok(None)
    }

    async fn kept(&self, _: CredentialId) -> Result<Option<SealedTokens>, VaultError> {
        if !self.is_in.swap(true, Ordering::SeqCst) {
            CredentialStore::put(&*self.store, &self.extra).await?;
            let found = IdentityStore::find(&*self.store, self.extra.identity_id).await?;
            let mut own = found.unwrap();
            assert_eq!(
                (&own.metadata_admin, own.traits.get("grade")),
                (&None, None)
            );
            own.metadata_admin = Some(json!({"groups": ["meanwhile"]}));
            own.provenance
                .insert("metadata_admin:groups".to_owned(), by("other"));
            self.store.update(&own).await?;
        }
        Ok(None)
    }

    async fn give_back(&self, _: SealedTokens) -> Result<(), VaultError> {
        Ok(())
    }

    async fn forget_all(&self, _: IdentityId) -> Result<(), VaultError> {
        Ok(())
    }
}

fn link_of(setting: &Setting, identity: &Identity, subject: &str) -> Credential {
    let key = LinkKey {
        provider: "other".parse().unwrap(),
        issuer: "https://other.test".to_owned(),
        subject: subject.to_owned(),
    };
    let id = CredentialId::generate(&*setting.broker.entropy);
    key.credential(identity.id, id, setting.broker.clock.now())
}

fn by(provider: &str) -> Origin {
    Origin {
        source: provider.parse().unwrap(),
        synced_at: "2026-06-01T12:00:00Z".parse().unwrap(),
        sync: Sync::Import,
        account: None,
    }
}

#[tokio::test]
async fn a_reclaimed_identity_begins_without_sessions_and_without_what_came_meanwhile() {
    let mut setting = setting(Creation::Auto);
    setting.policy(|policy| {
        policy.link = Linking::Auto;
        policy.unverified_local = UnverifiedLocal::Reclaim;
    });
    let mut ada = setting.local("ada@example.org").await;
    // By the word of the squatter's provider.
    ada.metadata_admin = Some(json!({"groups": ["staff"]}));
    let key = "metadata_admin:groups".to_owned();
    ada.provenance.insert(key, by("other"));
    ada.traits["grade"] = json!("A");
    ada.provenance.insert("grade".to_owned(), by("other"));
    setting.broker.identities.update(&ada).await.unwrap();
    let own = link_of(&setting, &ada, "squatter");
    setting.broker.credentials.put(&own).await.unwrap();
    setting.session(&ada).await;
    setting.broker.vault = Arc::new(Squatter {
        store: setting.store.clone(),
        extra: link_of(&setting, &ada, "meanwhile"),
        is_in: AtomicBool::new(false),
    });
    let (reclaimed, reason) = setting.linked().await;
    assert_eq!(reason, LinkReason::Reclaimed);
    assert_eq!(reclaimed.metadata_admin, None);
    assert_eq!(reclaimed.traits.get("grade"), None);
    assert_eq!(setting.stored(&ada).await, reclaimed);
    let left = setting.broker.links(ada.id).await.unwrap();
    let left: Vec<_> = left.iter().map(|link| &*link.key.subject).collect();
    assert_eq!(left, ["1"]);
    let sessions = setting.broker.sessions.list(ada.id).await.unwrap();
    assert_eq!(sessions, []);
}

#[tokio::test]
async fn of_two_accounts_at_once_only_one_gets_a_prepared_link() {
    let setting = setting(Creation::Never);
    setting.policy(|policy| policy.link = Linking::Deny);
    let ada = setting.verified("ada@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), "ada@example.org");
    let identifier = Some(prepared.identifier());
    setting
        .credential(&ada, CredentialKind::Oidc, identifier, prepared.config())
        .await;
    let (broker, mut arriving) = (&setting.broker, Vec::new());
    let configured = broker.find(&"idp".parse().unwrap()).unwrap();
    for subject in ["1", "2"] {
        setting.says(claims(subject, "ada@example.org", true));
        let vouched = setting.vouched().await;
        let plan = broker.plan(&configured, &vouched.claims).await.unwrap();
        arriving.push((vouched, plan.course(None).unwrap()));
    }
    let mut arrivals = Vec::new();
    for (vouched, course) in arriving {
        arrivals.push(broker.follow(&configured, vouched, course).await);
    }
    let reason = LinkReason::Prepared;
    assert!(matches!(&arrivals[0], Ok(Arrival::Linked(_, why)) if *why == reason));
    assert!(matches!(&arrivals[1], Err(BrokerError::LinkDenied { .. })));
    let links = broker.links(ada.id).await.unwrap();
    assert_eq!((links.len(), &*links[0].key.subject), (1, "1"));
}

#[tokio::test]
async fn what_waits_is_judged_by_the_rules_of_the_day_it_goes_on() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    let pending = setting.confirm().await;
    setting.policy(|policy| policy.create = Creation::Review);
    setting.says(claims("2", "eve@example.org", true));
    let (draft, _) = setting.incomplete().await;
    setting.configure("idp", |configured| configured.trust = TrustRules::default());
    let broker = &setting.broker;
    let refused = broker.confirm(pending, &ada).await;
    assert!(matches!(refused, Err(BrokerError::IdentityMismatch)));
    assert_eq!(broker.links(ada.id).await.unwrap(), []);
    let arrival = broker.complete(draft, json!({})).await.unwrap();
    let Arrival::Created(arrived) = arrival else {
        panic!("{arrival:?}")
    };
    assert_eq!(arrived.identity.addresses[0].verified_at, None);
}
