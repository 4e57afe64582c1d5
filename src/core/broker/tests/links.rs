//! Links from the settings, their end, and the tokens that come with them.

use async_trait::async_trait;

use crate::{
    broker::tests::{setting::*, *},
    id::{CredentialId, SessionId},
    link::Link,
    provider::TokenSet,
    secret::Secret,
    testing::SeededEntropy,
    vault::{SealedTokens, VaultError},
};

/// A vault that does nothing it is asked.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl TokenVault for Broken {
    async fn keep(&self, _: CredentialId, _: &ProviderId, _: &TokenSet) -> Result<(), VaultError> {
        Err(VaultError::Provider("gone".to_owned()))
    }

    async fn access_token(
        &self,
        _: IdentityId,
        _: SessionId,
        _: &ProviderId,
    ) -> Result<Option<Secret>, VaultError> {
        Err(VaultError::Ended)
    }

    async fn kept(&self, _: CredentialId) -> Result<Option<SealedTokens>, VaultError> {
        Err(VaultError::Provider("gone".to_owned()))
    }

    async fn give_back(&self, _: SealedTokens) -> Result<(), VaultError> {
        Err(VaultError::Provider("gone".to_owned()))
    }

    async fn forget_all(&self, _: IdentityId) -> Result<(), VaultError> {
        Err(VaultError::Provider("gone".to_owned()))
    }
}

fn id() -> ProviderId {
    "idp".parse().unwrap()
}

#[tokio::test]
async fn accounts_are_linked_and_listed_two_of_the_same_provider_too() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    for subject in ["1", "2", "2"] {
        setting.says(claims(subject, "elsewhere@example.org", true));
        let vouched = setting.vouched().await;
        let arrived = setting.broker.link(&ada, &id(), vouched).await.unwrap();
        assert_eq!(arrived.upstream.link.subject, subject);
    }
    let links = setting.broker.links(ada.id).await.unwrap();
    let mut subjects: Vec<_> = links.iter().map(|link| &*link.key.subject).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["1", "2"]);
    assert_eq!(setting.known().await.id, ada.id);
}

#[tokio::test]
async fn an_account_of_somebody_else_is_not_linked() {
    let setting = setting(Creation::Auto);
    setting.created().await;
    let mut bob = setting.verified("bob@example.org").await;
    let vouched = setting.vouched().await;
    let taken = setting.broker.link(&bob, &id(), vouched).await;
    assert!(matches!(taken, Err(BrokerError::LinkedElsewhere)));

    setting.says(claims("2", "x@example.org", true));
    let vouched = setting.vouched().await;
    let unknown = "nobody".parse().unwrap();
    let nowhere = setting.broker.link(&bob, &unknown, vouched.clone()).await;
    assert!(matches!(nowhere, Err(BrokerError::Unknown)));
    bob.state = IdentityState::Inactive;
    setting.broker.identities.update(&bob).await.unwrap();
    let disabled = setting.broker.link(&bob, &id(), vouched).await;
    assert!(matches!(disabled, Err(BrokerError::Disabled)));
    assert!(setting.credentials(&bob).await.is_empty());
}

#[tokio::test]
async fn a_link_takes_over_no_address_of_somebody_else() {
    let setting = setting(Creation::Auto);
    let ada = setting.verified("ada@example.org").await;
    let bob = setting.verified("bob@example.org").await;
    let vouched = setting.vouched().await;
    let arrived = setting.broker.link(&bob, &id(), vouched).await.unwrap();
    assert_eq!(arrived.identity.identifiers, ["bob@example.org"]);
    assert_eq!(setting.stored(&ada).await, ada);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let broker = &setting.broker;
    let link = broker.links(ada.id).await.unwrap()[0].id;
    let alone = broker.unlink(&ada, link).await;
    assert!(matches!(alone, Err(BrokerError::LastFactor)));

    let key = LinkKey {
        provider: "gone".parse().unwrap(),
        issuer: "https://gone.test".to_owned(),
        subject: "1".to_owned(),
    };
    let gone = setting
        .credential(
            &ada,
            CredentialKind::Oidc,
            Some(key.identifier()),
            key.config(),
        )
        .await;
    let alone = broker.unlink(&ada, link).await;
    assert!(
        matches!(alone, Err(BrokerError::LastFactor)),
        "a provider that is not there lets nobody in"
    );
    broker.unlink(&ada, gone).await.unwrap();

    setting.password(&ada).await;
    let mut without = broker.clone();
    without.local.clear();
    let alone = without.unlink(&ada, link).await;
    assert!(
        matches!(alone, Err(BrokerError::LastFactor)),
        "where nobody signs in with a password, it lets nobody in"
    );
    let bob = setting.verified("bob@example.org").await;
    let foreign = broker.unlink(&bob, link).await;
    assert!(matches!(foreign, Err(BrokerError::NoSuchLink)));
    broker.unlink(&ada, link).await.unwrap();
    assert!(broker.links(ada.id).await.unwrap().is_empty());
    assert!(
        !broker
            .links(bob.id)
            .await
            .unwrap()
            .iter()
            .any(|l| l.id == link)
    );
}

#[tokio::test]
async fn a_password_is_no_link_to_remove() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let password = setting.password(&ada).await;
    let refused = setting.broker.unlink(&ada, password).await;
    assert!(matches!(refused, Err(BrokerError::NoSuchLink)));
    assert_eq!(setting.credentials(&ada).await.len(), 2);
}

/// KC-151: what a provider forced is the person's own once its last link is gone.
#[tokio::test]
async fn with_its_last_link_a_provider_loses_its_hold_of_traits() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    assert!(ada.is_forced("email") && ada.is_forced("name.first"));
    assert!(!ada.is_forced("name.last"));
    setting.password(&ada).await;
    setting.says(claims("2", "ada@example.org", true));
    let vouched = setting.vouched().await;
    setting.broker.link(&ada, &id(), vouched).await.unwrap();
    for (is_left, link) in [true, false]
        .into_iter()
        .zip(setting.broker.links(ada.id).await.unwrap())
    {
        setting.broker.unlink(&ada, link.id).await.unwrap();
        assert_eq!(setting.stored(&ada).await.is_forced("email"), is_left);
    }
    assert!(setting.stored(&ada).await.provenance.is_empty());
}

#[tokio::test]
async fn tokens_are_kept_only_where_that_is_asked_for_and_go_with_the_link() {
    let setting = setting(Creation::Auto);
    let vault = setting.broker.vault.clone();
    let ada = setting.created().await;
    let session = SessionId::generate(&SeededEntropy::new(7));
    let kept = async || {
        let token = vault.access_token(ada.id, session, &id()).await.unwrap();
        token.map(|token| token.expose().to_owned())
    };
    let said = async |access: &str| {
        let mut vouched = setting.vouched().await;
        vouched.tokens = TokenSet {
            access: Secret::new(access),
            ..TokenSet::default()
        };
        setting.broker.link(&ada, &id(), vouched).await.unwrap();
    };
    said("first").await;
    assert_eq!(kept().await, None);
    setting.policy(|policy| policy.store_tokens = true);
    said("second").await;
    assert_eq!(kept().await.as_deref(), Some("second"));
    said("").await;
    assert_eq!(kept().await.as_deref(), Some("second"));
    setting.password(&ada).await;
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    setting.broker.unlink(&ada, link).await.unwrap();
    assert_eq!(kept().await, None);
}

#[tokio::test]
async fn a_vault_that_fails_keeps_nobody_out() {
    let mut setting = setting(Creation::Auto);
    setting.broker.vault = Arc::new(Broken);
    setting.policy(|policy| policy.store_tokens = true);
    let ada = setting.created().await;
    setting.password(&ada).await;
    let mut vouched = setting.vouched().await;
    vouched.tokens.access = Secret::new("token");
    let arrived = setting.broker.link(&ada, &id(), vouched).await.unwrap();
    assert_eq!(arrived.identity.id, ada.id);
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    setting.broker.unlink(&ada, link).await.unwrap();
}

/// D.8.
#[tokio::test]
async fn an_account_is_moved_unless_it_is_the_only_way_in() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let bob = setting.verified("bob@example.org").await;
    let broker = &setting.broker;
    let offer = async || {
        broker
            .offer_move(&bob, &id(), setting.vouched().await)
            .await
    };
    assert!(matches!(offer().await, Err(BrokerError::LastFactor)));
    let password = setting.password(&ada).await;
    let pending = offer().await.unwrap();
    assert_eq!((pending.from, pending.to), (ada.id, bob.id));

    let stranger = broker.move_link(pending.clone(), &ada).await;
    assert!(matches!(stranger, Err(BrokerError::IdentityMismatch)));
    broker.credentials.delete(password).await.unwrap();
    let alone = broker.move_link(pending.clone(), &bob).await;
    assert!(matches!(alone, Err(BrokerError::LastFactor)));
    assert_eq!(broker.links(ada.id).await.unwrap().len(), 1);

    setting.password(&ada).await;
    let moved = broker.move_link(pending.clone(), &bob).await.unwrap();
    assert_eq!(
        (moved.from, moved.arrived.unwrap().identity.id),
        (ada.id, bob.id)
    );
    assert!(broker.links(ada.id).await.unwrap().is_empty());
    assert!(setting.stored(&ada).await.provenance.is_empty());
    assert_eq!(setting.known().await.id, bob.id);
    let again = broker.move_link(pending.clone(), &bob).await;
    assert!(matches!(again, Err(BrokerError::NoSuchLink)));
    setting.clock.advance(PendingLink::LIFESPAN);
    let late = broker.move_link(pending, &bob).await;
    assert!(matches!(late, Err(BrokerError::ProofExpired)));
}

/// The account is one factor of the identity that it would leave.
#[tokio::test]
async fn an_account_is_not_moved_from_somebody_with_a_second_factor() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    setting.password(&ada).await;
    let bob = setting.verified("bob@example.org").await;
    let broker = &setting.broker;
    let vouched = setting.vouched().await;
    let offer = async |vouched| broker.offer_move(&bob, &id(), vouched).await;
    let pending = offer(vouched.clone()).await.unwrap();
    setting
        .credential(&ada, CredentialKind::Totp, None, json!({}))
        .await;
    let refused = offer(vouched).await;
    assert!(matches!(refused, Err(BrokerError::LinkedElsewhere)));
    let late = broker.move_link(pending, &bob).await;
    assert!(matches!(late, Err(BrokerError::LinkedElsewhere)));
    assert_eq!(broker.links(ada.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_keeps_the_label_its_provider_told_last() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let broker = &setting.broker;
    let link = async || broker.links(ada.id).await.unwrap().remove(0);
    let first = link().await;
    let told = claims("1", "ada@new.example", true);
    setting.says(told.clone());
    setting.known().await;
    let now = link().await;
    assert_eq!(now.shown(), "ada@new.example");
    assert_eq!((&first.id, &first.key), (&now.id, &now.key));

    setting.says(Claims::new(told.issuer, told.subject, json!({})));
    setting.known().await;
    assert_eq!(link().await, now, "what is not told stays");
}

#[tokio::test]
async fn a_link_that_was_made_without_a_label_gets_one_and_a_removed_one_stays_away() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let mut old = setting.credentials(&ada).await.remove(0);
    let key = Link::of(&old).unwrap().key;
    old.config = key.config();
    setting.store.put(&old).await.unwrap();
    let broker = &setting.broker;
    assert_eq!(broker.links(ada.id).await.unwrap()[0].shown(), key.subject);
    let told = claims("1", "ada@new.example", true);
    setting.says(told.clone());
    setting.known().await;
    let kept = broker.links(ada.id).await.unwrap().remove(0);
    assert_eq!(kept.label.as_deref(), Some("ada@new.example"));

    CredentialStore::delete(&*setting.store, old.id)
        .await
        .unwrap();
    broker.keep_label(&old, &told).await;
    assert!(broker.links(ada.id).await.unwrap().is_empty());
}
