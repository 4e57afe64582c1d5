//! Administrators' roles that accounts at a provider give: the sessions in which they hold.

use crate::{
    administrators::{held, vouch_for_roles},
    broker::tests::{setting::*, withdrawal::house, *},
    mapping,
    session::{Aal, AuthenticationMethod, Device, Session},
    testing::SeededEntropy,
};

fn says(setting: &Setting, subject: &str, groups: &[&str]) {
    let mut said = claims(subject, "ada@example.org", true);
    said.document["groups"] = json!(groups);
    setting.says(said);
}

/// The roles that hold in a session of somebody who came with this account, or with a password.
fn roles(identity: &Identity, account: Option<&str>) -> Vec<String> {
    let key = |subject: &str| LinkKey {
        provider: "idp".parse().unwrap(),
        issuer: "https://idp.test".to_owned(),
        subject: subject.to_owned(),
    };
    let (entropy, now) = (SeededEntropy::new(8), identity.created_at);
    let session = Session {
        id: crate::id::SessionId::generate(&entropy),
        token_hash: crate::secret::TokenHash::of("token"),
        identity_id: identity.id,
        issued_at: now,
        authenticated_at: now,
        expires_at: now,
        last_seen_at: now,
        methods: vec![AuthenticationMethod {
            account: account.map(|subject| key(subject).mark()),
            ..AuthenticationMethod::local("any", Aal::Aal1, now)
        }],
        device: Device::default(),
        acting: None,
    };
    held(identity, &session).map(str::to_owned).collect()
}

/// Somebody who has the roles `editor` and `admin` by their account `1`, and is linked to account `2`, which
/// gives none, by whoever knows their password.
async fn double(sync: mapping::Sync) -> (Setting, Identity) {
    let setting = house(sync);
    says(&setting, "1", &["editor", "admin"]);
    let ada = setting.created().await;
    setting.password(&ada).await;
    says(&setting, "2", &[]);
    let vouched = setting.vouched().await;
    let idp = "idp".parse().unwrap();
    setting.broker.link(&ada, &idp, vouched).await.unwrap();
    let ada = setting.stored(&ada).await;
    (setting, ada)
}

async fn beside_another(setting: &Setting) {
    let mut boss = setting.verified("boss@example.org").await;
    boss.roles.push("admin".to_owned());
    setting.broker.identities.update(&boss).await.unwrap();
}

#[tokio::test]
async fn an_administrators_role_holds_where_the_account_that_gave_it_was_signed_in_with() {
    for sync in [mapping::Sync::Force, mapping::Sync::Import] {
        let setting = house(sync);
        beside_another(&setting).await;
        says(&setting, "1", &["editor", "admin"]);
        let ada = setting.created().await;
        assert_eq!(roles(&ada, Some("1")), ["editor", "admin"]);
        assert_eq!(roles(&ada, Some("2")), ["editor"], "another account there");
        assert_eq!(
            roles(&ada, None),
            ["editor"],
            "a password, a passkey, a code"
        );
        says(&setting, "1", &["editor", "admin"]);
        assert_eq!(roles(&setting.known().await, None), ["editor"]);
    }
}

#[tokio::test]
async fn another_account_of_the_provider_does_not_come_to_what_the_first_one_gives() {
    let (setting, ada) = double(mapping::Sync::Import).await;
    assert_eq!(ada.roles, ["editor", "admin"], "taken over once");
    assert_eq!(roles(&ada, Some("2")), ["editor"]);
    assert_eq!(roles(&ada, Some("1")), ["editor", "admin"]);
    assert_eq!(roles(&setting.known().await, Some("2")), ["editor"]);

    let setting = house(mapping::Sync::Force);
    beside_another(&setting).await;
    says(&setting, "1", &[]);
    let ada = setting.created().await;
    says(&setting, "2", &[]);
    let vouched = setting.vouched().await;
    let idp = "idp".parse().unwrap();
    setting.broker.link(&ada, &idp, vouched).await.unwrap();
    // A session that account 2 began is there while account 1 comes to the role.
    says(&setting, "1", &["admin"]);
    let ada = setting.known().await;
    assert_eq!(roles(&ada, Some("1")), ["admin"]);
    assert!(roles(&ada, Some("2")).is_empty());
}

/// Whoever takes the giver's link away, or comes with an account of their own, must not be left with the
/// role that the last administrator keeps.
#[tokio::test]
async fn what_the_last_administrator_keeps_holds_where_it_did() {
    let (setting, ada) = double(mapping::Sync::Force).await;
    assert_eq!(
        ada.roles,
        ["admin"],
        "account 2 gives none, and this is the last one"
    );
    assert_eq!(roles(&ada, Some("1")), ["admin"]);
    assert!(roles(&ada, Some("2")).is_empty());
    for (subject, refused) in [("1", Some(Code::LastAdministrator)), ("2", None)] {
        let links = setting.broker.links(ada.id).await.unwrap();
        let link = links.iter().find(|link| link.key.subject == subject);
        let done = setting.broker.unlink(&ada, link.unwrap().id).await;
        assert_eq!(done.err().map(|error| error.code()), refused);
        let left = setting.stored(&ada).await;
        assert_eq!(left.roles, ["admin"]);
        assert!(roles(&left, None).is_empty(), "{left:?}");
    }
    let mut left = setting.stored(&ada).await;
    vouch_for_roles(&mut left);
    assert_eq!(
        roles(&left, None),
        ["admin"],
        "somebody here vouches for it"
    );
}
