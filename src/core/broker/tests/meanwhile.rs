//! Sign-ins while somebody else changes the identity.

use async_trait::async_trait;

use crate::{
    broker::tests::{setting::*, withdrawal::house, *},
    identity::{Identity, IdentityState, IdentityStore},
    mapping::Sync,
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore, Shut},
};

/// An administrator who changes whatever is about to be updated.
#[derive(Debug)]
struct Administrator(fn(&mut Identity));

#[async_trait]
impl Meddler for Administrator {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::Update(identity) = what else {
            return Ok(());
        };
        let stored = IdentityStore::find(store, identity.id).await?.unwrap();
        let mut changed = stored.clone();
        (self.0)(&mut changed);
        if changed != stored {
            store.update(&changed).await?;
        }
        // Without a provider's word there are no links, either.
        if changed.provenance.is_empty() {
            for link in CredentialStore::list(store, stored.id).await? {
                CredentialStore::delete(store, link.id).await?;
            }
        }
        Ok(())
    }
}

/// Removes the link of whoever is about to be updated, and does not change the identity by that.
#[derive(Debug)]
struct Unlinker;

#[async_trait]
impl Meddler for Unlinker {
    async fn before(&self, store: &MemoryStore, what: Meddling<'_>) -> Result<(), StoreError> {
        let Meddling::Update(identity) = what else {
            return Ok(());
        };
        for link in CredentialStore::list(store, identity.id).await? {
            if link.identifier.is_some() {
                CredentialStore::delete(store, link.id).await?;
            }
        }
        Ok(())
    }
}

/// Ada, who has another name at her next sign-in.
async fn about_to_change(change: fn(&mut Identity)) -> (Setting, Identity) {
    let mut setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let mut said = claims("1", "ada@example.org", true);
    said.document["given_name"] = json!("Augusta");
    setting.says(said);
    setting.broker.identities = Arc::new(Meddled(setting.store.clone(), Administrator(change)));
    (setting, ada)
}

#[tokio::test]
async fn a_sign_in_does_not_undo_that_somebody_was_switched_off() {
    let switch_off = |identity: &mut Identity| identity.state = IdentityState::Inactive;
    let (setting, ada) = about_to_change(switch_off).await;
    let outcome = setting.sign_in().await;
    assert!(matches!(outcome, Err(BrokerError::Disabled)), "{outcome:?}");
    assert_eq!(setting.stored(&ada).await.state, IdentityState::Inactive);
}

#[tokio::test]
async fn a_sign_in_is_repeated_over_what_somebody_else_has_changed() {
    let promote = |identity: &mut Identity| identity.roles = vec!["admin".to_owned()];
    let (setting, ada) = about_to_change(promote).await;
    let known = setting.known().await;
    assert_eq!(known.roles, ["admin"]);
    assert_eq!(known.traits["name"]["first"], "Augusta");
    assert_eq!(setting.stored(&ada).await, known);
}

#[tokio::test]
async fn an_account_that_is_unlinked_while_it_signs_in_changes_nothing_and_stays_out() {
    let unlink = |identity: &mut Identity| identity.provenance.clear();
    let (setting, ada) = about_to_change(unlink).await;
    let outcome = setting.sign_in().await;
    assert!(
        matches!(outcome, Err(BrokerError::NoSuchLink)),
        "{outcome:?}"
    );
    assert_eq!(setting.stored(&ada).await.traits, ada.traits);
}

/// KC-151: no link is left that would ever take them back.
#[tokio::test]
async fn an_account_that_is_unlinked_while_it_signs_in_leaves_no_privileges() {
    let mut setting = house(Sync::Force);
    let mut ada = setting.created().await;
    setting.password(&ada).await;
    ada.roles.clear();
    ada.provenance.clear();
    setting.broker.identities.update(&ada).await.unwrap();
    setting.broker.identities = Arc::new(Meddled(setting.store.clone(), Unlinker));
    let outcome = setting.refused().await;
    assert!(matches!(outcome, BrokerError::NoSuchLink), "{outcome:?}");
    let left = setting.stored(&ada).await;
    assert_eq!((left.roles.len(), left.provenance.len()), (0, 0));
    assert_eq!(left.metadata_admin, None);
}

/// What has gone has gone: whose session it was hears of it, whatever becomes of the account.
#[tokio::test]
async fn a_move_that_ends_half_way_says_what_it_has_taken_away() {
    let mut setting = house(Sync::Force);
    let ada = setting.created().await;
    setting.password(&ada).await;
    let bob = setting.verified("bob@example.org").await;
    let (id, vouched) = ("idp".parse().unwrap(), setting.vouched().await);
    let pending = setting.broker.offer_move(&bob, &id, vouched).await.unwrap();
    setting.broker.identities = Arc::new(Meddled(setting.store.clone(), Unlinker));
    let moved = setting.broker.move_link(pending, &bob).await.unwrap();
    assert!(matches!(moved.arrived, Err(BrokerError::NoSuchLink)));
    assert_eq!((moved.from, moved.link.key.provider), (ada.id, id));
    assert!(setting.stored(&ada).await.roles.is_empty());
}

/// KC-093: nobody would look then whether it may stay.
#[tokio::test]
async fn an_account_by_which_nobody_comes_in_is_not_left_linked() {
    let mut setting = house(Sync::Import);
    // Her provider proves the address.
    let ada = setting.local("ada@example.org").await;
    setting.password(&ada).await;
    let open = setting.broker.identities.clone();
    setting.broker.identities = Arc::new(Meddled(setting.store.clone(), Shut));
    let (id, vouched) = ("idp".parse().unwrap(), setting.vouched().await);
    let failed = setting.broker.link(&ada, &id, vouched.clone()).await;
    assert!(matches!(failed, Err(BrokerError::Store(_))), "{failed:?}");
    assert_eq!(setting.broker.links(ada.id).await.unwrap(), []);
    setting.broker.identities = open;
    setting.broker.link(&ada, &id, vouched).await.unwrap();
    assert_eq!(setting.broker.links(ada.id).await.unwrap().len(), 1);
}
