//! Identities that a stranger registered, once a provider or an administrator vouches for somebody.

use crate::{
    broker::tests::{setting::*, *},
    credential::{Credential, Kinds},
    id::CredentialId,
    link::{LinkKey, PreparedLink},
};

const VICTIM: &str = "ada@example.org";

fn account(provider: &str, subject: &str) -> LinkKey {
    LinkKey {
        provider: provider.parse().unwrap(),
        issuer: format!("https://{provider}.test"),
        subject: subject.to_owned(),
    }
}

/// Somebody who registered with this address and a password, and has proved nothing.
async fn registered(setting: &Setting, email: &str) -> Identity {
    let mut identity = setting.local(email).await;
    identity.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
    setting.broker.identities.update(&identity).await.unwrap();
    setting.password(&identity).await;
    setting.stored(&identity).await
}

async fn link(setting: &Setting, identity: &Identity, key: &LinkKey) -> Credential {
    let id = CredentialId::generate(&*setting.broker.entropy);
    let link = key.credential(identity.id, id, setting.clock.now());
    setting.broker.credentials.put(&link).await.unwrap();
    link
}

async fn sessions(setting: &Setting, identity: &Identity) -> usize {
    let own = setting.broker.sessions.list(identity.id).await;
    own.unwrap().len()
}

/// What lets anybody in, by its name or its kind.
async fn ways(setting: &Setting, identity: &Identity) -> Vec<String> {
    let own = setting.credentials(identity).await.into_iter();
    let named = own.map(|one| {
        one.identifier
            .unwrap_or_else(|| one.kind.as_str().to_owned())
    });
    let mut ways: Vec<String> = named.collect();
    ways.sort();
    ways
}

/// KC-093.
#[tokio::test]
async fn kc_093_an_account_that_an_administrator_names_is_all_that_is_left_of_a_registration() {
    let setting = setting(Creation::Auto);
    let squatter = registered(&setting, VICTIM).await;
    link(&setting, &squatter, &account("other", "squatter")).await;
    setting.session(&squatter).await;
    let key = account("idp", "1");
    let made = setting.broker.assign(squatter.id, &key).await.unwrap();
    assert_eq!(made.unlinked, [account("other", "").provider]);
    assert_eq!(ways(&setting, &squatter).await, [key.identifier()]);
    assert_eq!(sessions(&setting, &squatter).await, 0);
    let now = setting.stored(&squatter).await;
    assert_eq!(now.required_actions, [""; 0]);

    // What comes after it stays.
    setting.password(&now).await;
    let again = setting.broker.assign(squatter.id, &key).await.unwrap();
    assert_eq!((again.is_new, again.unlinked), (false, Vec::new()));
    let known = setting.known().await;
    assert!(known.addresses[0].verified_at.is_some());
    assert_eq!(ways(&setting, &squatter).await.len(), 2);
}

/// KC-093.
#[tokio::test]
async fn kc_093_a_link_that_is_prepared_is_all_that_is_left_of_a_registration() {
    let setting = setting(Creation::Never);
    let squatter = registered(&setting, "eve@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), VICTIM);
    let made = setting.broker.prepare(squatter.id, &prepared).await;
    assert_eq!(made.unwrap().unwrap().unlinked, []);
    assert_eq!(ways(&setting, &squatter).await, [prepared.identifier()]);
    let now = setting.stored(&squatter).await;
    assert!(!now.awaits_first_proof());
    let (linked, reason) = setting.linked().await;
    assert_eq!((linked.id, reason), (squatter.id, LinkReason::Prepared));
    let key = account("idp", "1").identifier();
    assert_eq!(ways(&setting, &squatter).await, [key]);
}

/// Whoever prepares it once more finishes what broke off, once.
#[tokio::test]
async fn a_preparation_that_broke_off_is_finished_by_the_next_one() {
    let setting = setting(Creation::Never);
    let squatter = registered(&setting, "eve@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), VICTIM);
    let id = CredentialId::generate(&*setting.broker.entropy);
    let stub = prepared.credential(squatter.id, id, setting.clock.now());
    setting.broker.credentials.put(&stub).await.unwrap();
    let other = registered(&setting, "bob@example.org").await;
    let taken = setting.broker.prepare(other.id, &prepared).await;
    assert_eq!(taken.unwrap(), None, "it is somebody else's");
    for is_left in [true, false] {
        let made = setting.broker.prepare(squatter.id, &prepared).await;
        assert_eq!(
            made.unwrap().map(|one| one.stub),
            is_left.then(|| stub.clone())
        );
        assert_eq!(ways(&setting, &squatter).await, [prepared.identifier()]);
        assert!(!setting.stored(&squatter).await.awaits_first_proof());
    }
}

#[tokio::test]
async fn a_link_that_is_refused_takes_nothing_away() {
    let setting = setting(Creation::Auto);
    setting.created().await;
    let bob = registered(&setting, "bob@example.org").await;
    let before = (setting.stored(&bob).await, setting.credentials(&bob).await);
    let refused = setting.broker.assign(bob.id, &account("idp", "1")).await;
    assert!(matches!(refused, Err(BrokerError::LinkedElsewhere)));
    let refused = setting.broker.assign(bob.id, &account("none", "1")).await;
    assert!(matches!(refused, Err(BrokerError::Unknown)));
    let now = (setting.stored(&bob).await, setting.credentials(&bob).await);
    assert_eq!(now, before);
}

/// One that an administrator has made is not a registration, and neither is one that is proved.
#[tokio::test]
async fn whoever_waits_for_no_proof_keeps_what_lets_them_in() {
    let setting = setting(Creation::Auto);
    let mut proved = registered(&setting, VICTIM).await;
    proved.addresses[0].verified_at = Some(setting.clock.now());
    setting.broker.identities.update(&proved).await.unwrap();
    let made = setting.local("bob@example.org").await;
    setting.password(&made).await;
    for (number, one) in [proved, made].iter().enumerate() {
        let key = account("idp", &number.to_string());
        setting.broker.assign(one.id, &key).await.unwrap();
        let mut unlinked = Vec::new();
        setting
            .broker
            .take_back(one.id, &mut unlinked)
            .await
            .unwrap();
        assert_eq!(ways(&setting, one).await.len(), 2);
    }
}

/// KC-093: links may stand there from before.
#[tokio::test]
async fn kc_093_a_provider_that_proves_the_address_leaves_nothing_of_a_registration() {
    let setting = setting(Creation::Never);
    let squatter = registered(&setting, VICTIM).await;
    let prepared = PreparedLink::new("other".parse().unwrap(), VICTIM);
    let id = CredentialId::generate(&*setting.broker.entropy);
    let stub = prepared.credential(squatter.id, id, setting.clock.now());
    setting.broker.credentials.put(&stub).await.unwrap();
    let own = link(&setting, &squatter, &account("idp", "1")).await;
    link(&setting, &squatter, &account("other", "squatter")).await;
    let (kind, config) = (CredentialKind::Totp, json!({}));
    setting.credential(&squatter, kind, None, config).await;
    setting.session(&squatter).await;
    let arrived = match setting.sign_in().await {
        Ok(Arrival::Known(arrived)) => arrived,
        other => panic!("{other:?}"),
    };
    assert_eq!(arrived.unlinked, [account("other", "").provider]);
    assert_eq!(arrived.identity.second_factors, Kinds::default());
    assert_eq!(arrived.identity, setting.stored(&squatter).await);
    assert!(!arrived.identity.awaits_first_proof());
    let left = [own.identifier.unwrap(), prepared.identifier()];
    assert_eq!(
        ways(&setting, &squatter).await,
        left,
        "what an administrator prepared stays"
    );
    assert_eq!(sessions(&setting, &squatter).await, 0);
}

/// A stub that stands there from before is taken by the first account, too.
#[tokio::test]
async fn an_account_that_takes_a_prepared_link_leaves_nothing_of_a_registration() {
    let setting = setting(Creation::Never);
    let squatter = registered(&setting, VICTIM).await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), VICTIM);
    let id = CredentialId::generate(&*setting.broker.entropy);
    let stub = prepared.credential(squatter.id, id, setting.clock.now());
    setting.broker.credentials.put(&stub).await.unwrap();
    let (linked, _) = setting.linked().await;
    assert!(!linked.awaits_first_proof());
    assert_eq!(
        ways(&setting, &squatter).await,
        [account("idp", "1").identifier()]
    );
}

#[tokio::test]
async fn a_provider_that_proves_nothing_wakes_no_password() {
    let setting = setting(Creation::Never);
    let squatter = registered(&setting, VICTIM).await;
    link(&setting, &squatter, &account("idp", "1")).await;
    setting.says(claims("1", VICTIM, false));
    assert!(setting.known().await.awaits_first_proof());
    assert_eq!(ways(&setting, &squatter).await.len(), 2);
}

/// They know the password, and hold the address.
#[tokio::test]
async fn whoever_proves_to_have_registered_keeps_their_password() {
    let setting = setting(Creation::Auto);
    let ada = registered(&setting, VICTIM).await;
    let pending = setting.confirm().await;
    let arrived = setting.broker.confirm(pending, &ada).await.unwrap();
    assert!(!arrived.identity.awaits_first_proof());
    assert!(arrived.identity.addresses[0].verified_at.is_some());
    assert_eq!(setting.stored(&ada).await.version, arrived.identity.version);
    assert_eq!(ways(&setting, &ada).await.len(), 2);
}

/// An address that several have typed in is whose who proves it.
#[tokio::test]
async fn whoever_a_provider_proves_to_hold_a_contested_address_signs_in_with_it() {
    let setting = setting(Creation::Never);
    for _ in 0..2 {
        let mut one = setting.local(VICTIM).await;
        one.identifiers.clear();
        setting.broker.identities.update(&one).await.unwrap();
    }
    let both = setting.broker.identities.find_by_address(VICTIM).await;
    let (ada, eve) = match both.unwrap().as_slice() {
        [ada, eve] => (ada.clone(), eve.clone()),
        other => panic!("{other:?}"),
    };
    link(&setting, &ada, &account("idp", "1")).await;
    assert_eq!(setting.known().await.identifiers, [VICTIM]);
    assert_eq!(setting.stored(&ada).await.identifiers, [VICTIM]);
    // Somebody has it now.
    link(&setting, &eve, &account("idp", "2")).await;
    setting.says(claims("2", VICTIM, true));
    assert_eq!(setting.known().await.identifiers, [""; 0]);
}
