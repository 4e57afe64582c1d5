//! Links at an administrator's word.

use crate::{
    broker::tests::{setting::*, *},
    link::{LinkKey, PreparedLink},
};

fn account(subject: &str) -> LinkKey {
    LinkKey {
        provider: "idp".parse().unwrap(),
        issuer: "https://idp.test".to_owned(),
        subject: subject.to_owned(),
    }
}

/// D.8.
#[tokio::test]
async fn an_account_that_is_named_leads_to_the_identity_from_its_first_sign_in_on() {
    let setting = setting(Creation::Never);
    let bob = setting.local("bob@example.org").await;
    let made = setting.broker.assign(bob.id, &account("1")).await.unwrap();
    assert!(made.is_new);
    assert_eq!(made.link.key, account("1"));
    assert_eq!(setting.known().await.id, bob.id, "whatever its address is");

    let again = setting.broker.assign(bob.id, &account("1")).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(again.link.id, made.link.id);
    assert_eq!(setting.broker.links(bob.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_of_somebody_else_is_not_named_anothers() {
    let setting = setting(Creation::Auto);
    let ada = setting.created().await;
    let bob = setting.local("bob@example.org").await;
    let refused = setting.broker.assign(bob.id, &account("1")).await;
    assert!(matches!(refused, Err(BrokerError::LinkedElsewhere)));
    assert_eq!(setting.known().await.id, ada.id);

    let mut unknown = account("2");
    unknown.provider = "nobody".parse().unwrap();
    let refused = setting.broker.assign(bob.id, &unknown).await;
    assert!(matches!(refused, Err(BrokerError::Unknown)));

    setting.policy(|policy| policy.enabled = false);
    let switched_off = setting.broker.assign(bob.id, &account("2")).await;
    assert!(matches!(switched_off, Err(BrokerError::SwitchedOff)));
    assert_eq!(setting.broker.links(bob.id).await.unwrap(), []);
}

#[tokio::test]
async fn a_link_is_prepared_once_and_only_where_a_provider_is_on() {
    let setting = setting(Creation::Never);
    let bob = setting.local("bob@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), "Bob@example.org");
    setting.policy(|policy| policy.enabled = false);
    let switched_off = setting.broker.prepare(bob.id, &prepared).await;
    assert!(matches!(switched_off, Err(BrokerError::SwitchedOff)));
    assert_eq!(setting.credentials(&bob).await, []);

    setting.policy(|policy| policy.enabled = true);
    let made = setting.broker.prepare(bob.id, &prepared).await.unwrap();
    assert_eq!(setting.credentials(&bob).await, [made.unwrap().stub]);
    let again = setting.broker.prepare(bob.id, &prepared).await.unwrap();
    assert_eq!(again, None);
}

/// Whoever reads somebody's mail can make such an account, and set up two factors for it.
#[tokio::test]
async fn a_prepared_link_of_somebody_with_a_second_factor_waits_for_a_proof() {
    let setting = setting(Creation::Auto);
    let ada = setting.local("ada@example.org").await;
    let prepared = PreparedLink::new("idp".parse().unwrap(), "ada@example.org");
    let identifier = Some(prepared.identifier());
    let config = json!({"providers": [
        {"provider": "idp", "subject": "ada@example.org", "use_auto_link": true},
    ]});
    let stub = setting
        .credential(&ada, CredentialKind::Oidc, identifier, config)
        .await;
    setting
        .credential(&ada, CredentialKind::Totp, None, json!({}))
        .await;
    let pending = setting.confirm().await;
    assert_eq!(pending.identity, ada.id);
    let kept = setting.credentials(&ada).await;
    assert_eq!(PreparedLink::of(&kept[0]).as_ref(), Some(&prepared));
    let confirmed = setting.broker.confirm(pending, &ada).await.unwrap();
    assert_eq!(confirmed.identity.id, ada.id);
    let kept = setting.credentials(&ada).await;
    assert_eq!((kept.len(), kept[0].id), (2, stub), "in its place");
    assert_eq!(PreparedLink::of(&kept[0]), None);
}
