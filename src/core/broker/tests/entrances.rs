//! By what those come in who may do everything, as ways are taken from them.

use super::{
    setting::{Setting, setting},
    withdrawal::house,
    *,
};
use crate::{
    entrances::Outlook,
    id::CredentialId,
    identity::{Identity, Removal},
    mapping::Sync,
};

/// Somebody who comes in by the provider alone and may do everything.
async fn administrator() -> (Setting, Identity, ProviderId) {
    let setting = setting(Creation::Auto);
    let mut ada = setting.created().await;
    ada.roles = vec!["admin".to_owned()];
    setting.store.update(&ada).await.unwrap();
    let ada = setting.stored(&ada).await;
    (setting, ada, "idp".parse().unwrap())
}

async fn without(setting: &Setting, provider: &ProviderId) -> Outlook {
    setting.broker.entrances().without(provider).await.unwrap()
}

async fn now(setting: &Setting) -> Outlook {
    setting.broker.entrances().now().await.unwrap()
}

/// CU-10.
#[tokio::test]
async fn a_provider_is_needed_while_nobody_who_may_do_everything_comes_in_without_it() {
    let (setting, ada, idp) = administrator().await;
    assert_eq!(without(&setting, &idp).await, Outlook::Shut);
    assert_eq!(
        without(&setting, &"other".parse().unwrap()).await,
        Outlook::Open
    );
    // It tells the same of one that is switched off already, as whoever was faster sees it.
    setting.policy(|policy| policy.enabled = false);
    assert_eq!(without(&setting, &idp).await, Outlook::Shut);
    assert_eq!(now(&setting).await, Outlook::Shut);
    setting.policy(|policy| policy.enabled = true);
    assert_eq!(now(&setting).await, Outlook::Open);
    // What is asked for beside it is no way in, nor is a password where nobody signs in with one.
    let config = json!({"secret": "x"});
    setting
        .credential(&ada, CredentialKind::Totp, None, config)
        .await;
    assert_eq!(without(&setting, &idp).await, Outlook::Shut);
    setting.password(&ada).await;
    assert_eq!(without(&setting, &idp).await, Outlook::Open);
    let mut entrances = setting.broker.entrances();
    entrances.local.clear();
    assert_eq!(entrances.without(&idp).await.unwrap(), Outlook::Shut);
}

#[tokio::test]
async fn somebody_else_who_may_do_everything_counts_as_long_as_they_come_in() {
    let (setting, _, idp) = administrator().await;
    let mut eve = setting.local("eve@example.org").await;
    eve.roles = vec!["admin".to_owned()];
    setting.store.update(&eve).await.unwrap();
    assert_eq!(without(&setting, &idp).await, Outlook::Shut, "by nothing");
    setting.password(&eve).await;
    assert_eq!(without(&setting, &idp).await, Outlook::Open);
    let mut eve = setting.stored(&eve).await;
    eve.state = IdentityState::Inactive;
    setting.store.update(&eve).await.unwrap();
    assert_eq!(
        without(&setting, &idp).await,
        Outlook::Shut,
        "they are switched off"
    );
}

/// CU-10: what opens the door and not the role is no way in of those who may do everything.
#[tokio::test]
async fn a_role_that_an_account_gave_comes_in_by_that_account_alone() {
    let setting = house(Sync::Import);
    let mut said = claims("1", "ada@example.org", true);
    said.document["groups"] = json!(["admin"]);
    setting.says(said);
    let ada = setting.created().await;
    setting.password(&ada).await;
    let idp = "idp".parse().unwrap();
    assert_eq!(without(&setting, &idp).await, Outlook::Shut);
    let mut eve = setting.local("eve@example.org").await;
    let hers = setting.password(&eve).await;
    eve.roles = vec!["admin".to_owned()];
    setting.store.update(&eve).await.unwrap();
    let eve = setting.stored(&eve).await;
    setting.policy(|policy| policy.enabled = false);
    let own = setting.credentials(&eve).await;
    let which = own.iter().find(|one| one.id == hers).unwrap();
    let entrances = setting.broker.entrances();
    assert_eq!(entrances.remove(&eve, which).await.unwrap(), Removal::Last);
    setting.policy(|policy| policy.enabled = true);
    assert_eq!(entrances.remove(&eve, which).await.unwrap(), Removal::Done);
}

#[tokio::test]
async fn nobody_is_shut_out_where_nobody_came_in() {
    let setting = setting(Creation::Auto);
    assert_eq!(
        without(&setting, &"idp".parse().unwrap()).await,
        Outlook::Open
    );
    assert_eq!(now(&setting).await, Outlook::Open);
    let mut ada = setting.local("ada@example.org").await;
    ada.roles = vec!["admin".to_owned()];
    setting.store.update(&ada).await.unwrap();
    assert_eq!(
        without(&setting, &"idp".parse().unwrap()).await,
        Outlook::Open
    );
    assert_eq!(
        now(&setting).await,
        Outlook::Open,
        "they have a code to begin with"
    );
}

/// CU-10: the only way in of the only one stays, whoever else has the role without one.
#[tokio::test]
async fn the_last_way_in_of_those_who_may_do_everything_stays() {
    let setting = setting(Creation::Auto);
    let [ada, eve] = ["ada@example.org", "eve@example.org"];
    let (ada, eve) = (setting.local(ada).await, setting.local(eve).await);
    let (one, hers) = (setting.password(&ada).await, setting.password(&eve).await);
    let mut owners = Vec::new();
    for mut owner in [ada, eve] {
        owner.roles = vec!["admin".to_owned()];
        setting.store.update(&owner).await.unwrap();
        owners.push(setting.stored(&owner).await);
    }
    let remove = async |owner: &Identity, id: CredentialId| {
        let own = setting.credentials(owner).await;
        let which = own.iter().find(|one| one.id == id).unwrap();
        setting
            .broker
            .entrances()
            .remove(owner, which)
            .await
            .unwrap()
    };
    assert_eq!(remove(&owners[0], one).await, Removal::Done);
    assert_eq!(remove(&owners[1], hers).await, Removal::Last);
    let config = json!({"secret": "x"});
    let totp = setting
        .credential(&owners[1], CredentialKind::Totp, None, config)
        .await;
    assert_eq!(
        remove(&owners[1], totp).await,
        Removal::Done,
        "it let nobody in"
    );
    let again = setting.password(&owners[0]).await;
    assert_eq!(remove(&owners[1], hers).await, Removal::Done);
    assert_eq!(remove(&owners[0], again).await, Removal::Last);
}
