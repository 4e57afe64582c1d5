//! Unlinking when the store fails, and while somebody else unlinks, too.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use crate::{
    broker::tests::{setting::*, withdrawal::house, *},
    id::{CredentialId, SessionId},
    identity::{Identity, IdentityStore},
    mapping::Sync,
    provider::{Linking, TokenSet, UnverifiedLocal},
    secret::Secret,
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore, SeededEntropy},
};

/// What becomes of the next removal of a link.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The store is away.
    Lost,
    /// It comes about, and the answer is lost.
    Unheard,
    /// Somebody else changes the identity each time, three times.
    Contested,
    /// The other ways in go at the same moment.
    Outrun,
    /// Another link goes at the same moment.
    Joined,
    /// The store takes no identity any more.
    Closed,
}

/// Somebody by whom one removal of a link goes wrong.
#[derive(Debug)]
struct Trouble {
    fate: Fate,
    removals: AtomicUsize,
}

#[async_trait]
impl Meddler for Trouble {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let (identity, removed, others) = match (what, self.fate) {
            (Meddling::UpdateWithout(identity, removed, others), _) => (identity, removed, others),
            (Meddling::Update(_), Fate::Closed) => return Err(StoreError::unavailable("away")),
            _ => return Ok(()),
        };
        match (self.removals.fetch_add(1, Ordering::SeqCst), self.fate) {
            (0, Fate::Unheard) => {
                let removal = store.update_without(identity, removed, others);
                assert!(removal.await?);
                return Err(StoreError::unavailable("away"));
            }
            (0..3, Fate::Contested) => {
                let stored = IdentityStore::find(store, identity.id).await?.unwrap();
                store.update(&stored).await?;
            }
            (0, Fate::Lost) => return Err(StoreError::unavailable("away")),
            (0, Fate::Outrun) => {
                for other in others {
                    CredentialStore::delete(store, *other).await?;
                }
            }
            (0, Fate::Joined) => {
                let own = CredentialStore::list(store, identity.id).await?;
                let link = own
                    .iter()
                    .find(|one| one.identifier.is_some() && one.id != removed);
                let stored = IdentityStore::find(store, identity.id).await?.unwrap();
                let rest: Vec<_> = own.iter().map(|one| one.id).collect();
                let link = link.unwrap().id;
                let gone = store.update_without(&stored, link, &rest).await?;
                assert!(gone);
            }
            _ => {}
        }
        Ok(())
    }
}

fn troubled(setting: &Setting, fate: Fate) -> Arc<dyn IdentityStore> {
    let removals = AtomicUsize::new(0);
    let trouble = Trouble { fate, removals };
    Arc::new(Meddled(setting.store.clone(), trouble))
}

/// Ada, an administrator by her provider's word, who has a password and kept tokens, too.
async fn about_to_unlink(fate: Fate) -> (Setting, Identity, CredentialId) {
    let mut setting = house(Sync::Import);
    let ada = setting.created().await;
    setting.password(&ada).await;
    setting.policy(|policy| policy.store_tokens = true);
    let mut vouched = setting.vouched().await;
    vouched.tokens = TokenSet {
        access: Secret::new("token"),
        ..TokenSet::default()
    };
    let id = "idp".parse().unwrap();
    setting.broker.link(&ada, &id, vouched).await.unwrap();
    setting.broker.identities = troubled(&setting, fate);
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    (setting, ada, link)
}

async fn token(setting: &Setting, ada: &Identity) -> Option<String> {
    let session = SessionId::generate(&SeededEntropy::new(7));
    let id = "idp".parse().unwrap();
    let token = setting.broker.vault.access_token(ada.id, session, &id);
    token.await.unwrap().map(|token| token.expose().to_owned())
}

#[tokio::test]
async fn an_unlink_that_fails_changes_nothing_and_a_second_one_completes_it() {
    let (setting, ada, link) = about_to_unlink(Fate::Lost).await;
    let failed = setting.broker.unlink(&ada, link).await;
    assert!(matches!(failed, Err(BrokerError::Store(_))), "{failed:?}");
    assert_eq!(setting.broker.links(ada.id).await.unwrap().len(), 1);
    assert_eq!(setting.stored(&ada).await.roles, ["editor"]);
    assert_eq!(token(&setting, &ada).await.as_deref(), Some("token"));

    setting.broker.unlink(&ada, link).await.unwrap();
    let left = setting.stored(&ada).await;
    assert_eq!((left.roles.len(), left.metadata_admin), (0, None));
    assert_eq!(token(&setting, &ada).await, None);
}

#[tokio::test]
async fn an_unlink_that_came_about_is_never_called_refused() {
    for fate in [Fate::Unheard, Fate::Contested] {
        let (setting, ada, link) = about_to_unlink(fate).await;
        setting.broker.unlink(&ada, link).await.unwrap();
        assert_eq!(setting.broker.links(ada.id).await.unwrap(), []);
        assert!(setting.stored(&ada).await.roles.is_empty());
        assert_eq!(token(&setting, &ada).await, None);
    }
}

#[tokio::test]
async fn a_link_that_becomes_the_only_way_in_stays_with_all_that_came_with_it() {
    let (setting, ada, link) = about_to_unlink(Fate::Outrun).await;
    let refused = setting.broker.unlink(&ada, link).await;
    assert!(
        matches!(refused, Err(BrokerError::LastFactor)),
        "{refused:?}"
    );
    let left = setting.stored(&ada).await;
    assert_eq!(left.roles, ["editor"]);
    assert!(left.metadata_admin.is_some() && !left.provenance.is_empty());
    assert_eq!(token(&setting, &ada).await.as_deref(), Some("token"));
}

/// Each of two accounts of a provider is not its last one as long as the other one is there.
#[tokio::test]
async fn of_two_accounts_that_are_unlinked_at_once_the_later_takes_the_privileges_along() {
    let (setting, ada, link) = about_to_unlink(Fate::Joined).await;
    let mut other = claims("2", "ada@example.org", true);
    other.document["groups"] = json!(["editor"]);
    setting.says(other);
    let id = "idp".parse().unwrap();
    let vouched = setting.vouched().await;
    setting.broker.link(&ada, &id, vouched).await.unwrap();
    setting.broker.unlink(&ada, link).await.unwrap();
    assert_eq!(setting.broker.links(ada.id).await.unwrap(), []);
    let left = setting.stored(&ada).await;
    assert_eq!((left.roles.len(), left.provenance.len()), (0, 0));
}

#[tokio::test]
async fn an_identity_whose_reclaim_breaks_off_is_said_to_have_lost_its_links() {
    let mut setting = setting(Creation::Auto);
    setting.policy(|policy| {
        policy.link = Linking::Auto;
        policy.unverified_local = UnverifiedLocal::Reclaim;
    });
    let ada = setting.local("ada@example.org").await;
    let key = LinkKey {
        provider: "other".parse().unwrap(),
        issuer: "https://other.test".to_owned(),
        subject: "squatter".to_owned(),
    };
    let (kind, config) = (CredentialKind::Oidc, key.config());
    setting
        .credential(&ada, kind, Some(key.identifier()), config)
        .await;
    setting.broker.identities = troubled(&setting, Fate::Closed);
    let error = setting.refused().await;
    assert_eq!(error.code(), Code::StoreUnavailable);
    assert_eq!(error.identity(), Some(ada.id));
    match error {
        BrokerError::BrokenOff { unlinked, .. } => assert_eq!(unlinked, [key.provider]),
        other => panic!("{other:?}"),
    }
}

/// Ada, an administrator by her provider's word, who has a password, too; and her link.
async fn administrator() -> (Setting, Identity, CredentialId) {
    let setting = house(Sync::Import);
    let mut said = claims("1", "ada@example.org", true);
    said.document["groups"] = json!(["admin"]);
    setting.says(said);
    let ada = setting.created().await;
    assert_eq!(ada.roles, ["admin"]);
    setting.password(&ada).await;
    let link = setting.broker.links(ada.id).await.unwrap()[0].id;
    (setting, ada, link)
}

async fn with_role(setting: &Setting, address: &str) -> Identity {
    let mut other = setting.local(address).await;
    other.roles = vec!["admin".to_owned()];
    setting.store.update(&other).await.unwrap();
    setting.stored(&other).await
}

/// CU-10.
#[tokio::test]
async fn the_last_administrator_keeps_the_account_that_made_them_one() {
    let (setting, ada, link) = administrator().await;
    // The role would hold in no session any more, nor with the password.
    let refused = setting.broker.unlink(&ada, link).await.unwrap_err();
    assert_eq!(refused.code(), Code::LastAdministrator);
    assert_eq!(setting.stored(&ada).await, ada);
    assert_eq!(setting.broker.links(ada.id).await.unwrap().len(), 1);

    let (setting, ada, link) = administrator().await;
    with_role(&setting, "root@example.org").await;
    setting.broker.unlink(&ada, link).await.unwrap();
    assert!(setting.stored(&ada).await.roles.is_empty());
}

/// Takes the role from another administrator at the moment at which a link goes.
#[derive(Debug)]
struct Abdication(Identity);

#[async_trait]
impl Meddler for Abdication {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::UpdateWithout(..) = what else {
            return Ok(());
        };
        let other = IdentityStore::find(store, self.0.id).await?;
        let Some(mut other) = other.filter(|other| !other.roles.is_empty()) else {
            return Ok(());
        };
        other.roles.clear();
        store.update(&other).await
    }
}

#[tokio::test]
async fn of_two_administrators_who_go_at_once_one_stays() {
    let (mut setting, ada, link) = administrator().await;
    let root = with_role(&setting, "root@example.org").await;
    let meddled = Meddled(setting.store.clone(), Abdication(root.clone()));
    setting.broker.identities = Arc::new(meddled);
    setting.broker.unlink(&ada, link).await.unwrap();
    assert!(setting.stored(&root).await.roles.is_empty());
    assert_eq!(setting.stored(&ada).await.roles, ["admin"]);
}
