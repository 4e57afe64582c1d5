//! What somebody signs in with.

use http::Method;
use portcullis_core::{
    action::Action,
    credential::{Credential, CredentialKind, CredentialStore},
    id::CredentialId,
    identity::Identity,
    link::LinkKey,
};
use serde_json::{Value, json};

use super::{last_act, mistaken::place, own, reason, whole_log};
use crate::{
    Config, Role,
    tests::house::{House, Program, Reply, config},
};

/// Gives an identity a credential.
async fn give(house: &House, identity: &Identity, kind: CredentialKind, config: Value) -> String {
    let services = &house.services;
    let now = services.clock.now();
    let credential = Credential {
        id: CredentialId::generate(&*services.entropy),
        identity_id: identity.id,
        kind,
        identifier: None,
        config,
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: now,
        updated_at: now,
    };
    CredentialStore::put(&*house.store, &credential)
        .await
        .unwrap();
    credential.id.to_string()
}

/// KC-070, KC-072, KC-073.
#[tokio::test]
async fn credentials_are_listed_with_what_is_no_secret_of_them() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let hash = "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$c2VjcmV0";
    let password = give(
        &house,
        &ada,
        CredentialKind::Password,
        json!({"hashed_password": hash}),
    )
    .await;
    let totp = json!({"totp_url": "otpauth://totp/x?secret=SECRET", "algorithm": "SHA1"});
    let totp = give(&house, &ada, CredentialKind::Totp, totp).await;
    let path = format!("/admin/identities/{}/credentials", ada.id);
    let plain = admin.get(&path).await;
    let list = plain.json();
    assert_eq!(list.as_array().unwrap().len(), 2, "{plain:?}");
    assert!(list[0].get("data").is_none());
    let told = admin.get(&format!("{path}?data=true")).await;
    let text = String::from_utf8_lossy(&told.body).into_owned();
    assert!(
        text.contains("argon2id") && text.contains("65536"),
        "{text}"
    );
    assert!(
        !text.contains("c2VjcmV0") && !text.contains("SECRET"),
        "{text}"
    );
    let one = format!("{path}/{totp}");
    shown_alone(&admin, (&one, &totp), [&plain, &told]).await;
    let named = admin
        .send(Method::PATCH, &one, &json!({"label": "Work phone"}))
        .await;
    assert_eq!(
        (named.status, &named.json()["label"]),
        (200, &json!("Work phone"))
    );
    let act = last_act(&house).await;
    let label = |said: Option<Value>| said.unwrap()["label"].clone();
    assert_eq!(
        (label(act.before), label(act.after)),
        (Value::Null, json!("Work phone"))
    );
    let long = admin
        .send(Method::PATCH, &one, &json!({"label": "x".repeat(101)}))
        .await;
    assert_eq!((long.status, &*place(&long)), (400, "label"));
    let nothing = admin
        .send(
            Method::PATCH,
            &format!("{path}/{}", ada.id),
            &json!({"label": "x"}),
        )
        .await;
    assert_eq!(
        (nothing.status, nothing.error().as_str()),
        (404, "record_not_found")
    );
    assert_ne!(password, totp);
}

/// One by itself is told as the list tells it, plain and with its data.
async fn shown_alone(admin: &Program<'_>, (one, id): (&str, &str), [plain, told]: [&Reply; 2]) {
    for (query, whole) in [("", plain), ("?data=true", told), ("?data=false", plain)] {
        let shown = admin.get(&format!("{one}{query}")).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        let list = whole.json();
        let mut list = list.as_array().unwrap().iter();
        let listed = list.find(|listed| listed["id"] == *id);
        assert_eq!(Some(&shown.json()), listed, "{query}");
    }
}

/// KC-070: one is shown to its owner's administrators alone, by its own id.
#[tokio::test]
async fn a_credential_is_shown_by_its_id_below_its_own_identity_only() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let bob = house.resident("bob@example.org").await;
    let totp = give(&house, &ada, CredentialKind::Totp, json!({})).await;
    let shown = async |identity: &str, credential: &str| {
        let path = format!("/admin/identities/{identity}/credentials/{credential}");
        let shown = admin.get(&path).await;
        (shown.status, shown.error())
    };
    let (ada, bob) = (ada.id.to_string(), bob.id.to_string());
    assert_eq!(shown(&ada, &totp).await.0, 200);
    let unknown = (404, "record_not_found".to_owned());
    for (identity, credential) in [(&bob, &*totp), (&ada, &*bob), (&ada, "totp"), (&ada, "x")] {
        assert_eq!(shown(identity, credential).await, unknown, "{credential}");
    }
    let nobody = shown(&totp, &totp).await;
    assert_eq!(nobody, (404, "identity_not_found".to_owned()));
    let path = format!("/admin/identities/{ada}/credentials/{totp}");
    let odd = admin.get(&format!("{path}?data=much")).await;
    assert_eq!(odd.status, 400, "{odd:?}");
}

/// KC-071.
#[tokio::test]
async fn the_order_in_which_they_are_offered_is_changed() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    for kind in [
        CredentialKind::Totp,
        CredentialKind::Webauthn,
        CredentialKind::LookupSecret,
    ] {
        give(&house, &ada, kind, json!({})).await;
    }
    let path = format!("/admin/identities/{}/credentials", ada.id);
    let listed = admin.get(&path).await.json();
    let all = listed.as_array().unwrap().iter();
    let all: Vec<&str> = all.map(|one| one["id"].as_str().unwrap()).collect();
    let first = admin
        .send(
            Method::POST,
            &format!("{path}/{}/moveToFirst", all[2]),
            &json!({}),
        )
        .await;
    assert_eq!(first.json()[0]["id"], all[2], "{first:?}");
    let act = last_act(&house).await;
    let (before, after) = (act.before.unwrap(), act.after.unwrap());
    assert_eq!(after["order"][0], all[2]);
    assert_eq!(before["order"].as_array().unwrap().len(), 3);
    assert_ne!(before["order"], after["order"]);
    let behind = format!("{path}/{}/moveAfter/{}", all[2], all[0]);
    let moved = admin.send(Method::POST, &behind, &json!({})).await.json();
    let at = |id: &str| {
        moved
            .as_array()
            .unwrap()
            .iter()
            .position(|one| one["id"] == id)
            .unwrap()
    };
    assert_eq!(at(all[2]), at(all[0]) + 1);
    assert!(moved[0]["priority"].as_i64() <= moved[1]["priority"].as_i64());
}

/// CU-23, CU-24, KC-074, KC-075.
#[tokio::test]
async fn credentials_are_deleted_one_by_one_or_by_type() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}/credentials", ada.id);
    for kind in ["totp", "lookup_secret", "webauthn", "passkey"] {
        give(&house, &ada, kind.parse().unwrap(), json!({})).await;
        let one = format!("{path}/{kind}");
        assert_eq!(admin.delete(&one).await.status, 204, "{kind}");
        let gone = admin.delete(&one).await;
        assert_eq!(
            (gone.status, gone.error().as_str()),
            (404, "record_not_found")
        );
        assert_eq!(last_act(&house).await.verb, "identity.credential.delete");
    }
    let first = give(&house, &ada, CredentialKind::Webauthn, json!({})).await;
    give(&house, &ada, CredentialKind::Webauthn, json!({})).await;
    assert_eq!(admin.delete(&format!("{path}/{first}")).await.status, 204);
    assert_eq!(own(&house, &ada, CredentialKind::Webauthn).await.len(), 1);
    assert_eq!(admin.delete(&format!("{path}/nonsense")).await.status, 404);
}

/// KC-075: whoever has found what is deleted may be signed in by it; the operator may want it otherwise.
#[tokio::test]
async fn sessions_end_with_a_credential() {
    for end_sessions in [true, false] {
        let house = House::with(Config {
            end_sessions,
            ..config()
        });
        let admin = house.admin().await;
        let ada = house.resident("ada@example.org").await;
        for by_id in [true, false] {
            let totp = give(&house, &ada, CredentialKind::Totp, json!({})).await;
            house.session(&ada).await;
            let path = format!("/admin/identities/{}", ada.id);
            let which = if by_id { &*totp } else { "totp" };
            let gone = admin.delete(&format!("{path}/credentials/{which}")).await;
            assert_eq!(gone.status, 204);
            let left = admin.get(&format!("{path}/sessions")).await.json();
            assert_eq!(left.as_array().unwrap().is_empty(), end_sessions);
        }
    }
}

/// Links somebody to an account at `acme`.
async fn link(house: &House, identity: &Identity) {
    let key = LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://acme.test".to_owned(),
        subject: "4711".to_owned(),
    };
    let services = &house.services;
    let id = CredentialId::generate(&*services.entropy);
    let link = key.credential(identity.id, id, services.clock.now());
    CredentialStore::put(&*house.store, &link).await.unwrap();
}

/// CU-29, KC-120.
#[tokio::test]
async fn an_account_is_unlinked_unless_it_is_the_only_way_in() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    link(&house, &ada).await;
    let path = format!("/admin/identities/{}/credentials/oidc", ada.id);
    let named = format!("{path}?identifier=acme:4711");
    assert_eq!(admin.delete(&path).await.status, 400, "which one");
    assert_eq!(
        admin
            .delete(&format!("{path}?identifier=acme:1"))
            .await
            .status,
        404
    );
    assert_eq!(admin.delete(&named).await.error(), "last_first_factor");
    give(&house, &ada, CredentialKind::Password, json!({})).await;
    assert_eq!(admin.delete(&named).await.status, 204);
    assert!(own(&house, &ada, CredentialKind::Oidc).await.is_empty());
    let before = last_act(&house).await.before.unwrap();
    let which = [&before["provider"], &before["issuer"], &before["subject"]];
    assert_eq!(which, ["acme", "https://acme.test", "4711"]);
}

/// CU-20, KC-076, KC-077.
#[tokio::test]
async fn a_password_is_given_and_has_to_be_changed_where_it_is_temporary() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    let path = format!("/admin/identities/{}/password", ada.id);
    let body = json!({"password": "correct horse", "temporary": true});
    let given = admin.send(Method::PUT, &path, &body).await;
    let expected = json!({"identity_id": ada.id, "temporary": true, "sessions_ended": 1});
    assert_eq!((given.status, given.json()), (200, expected));
    let shown = admin
        .get(&format!("/admin/identities/{}", ada.id))
        .await
        .json();
    assert_eq!(
        shown["required_actions"],
        json!([Action::UpdatePassword.alias()])
    );
    let body = json!({"password": "battery staple"});
    assert_eq!(admin.send(Method::PUT, &path, &body).await.status, 200);
    let shown = admin
        .get(&format!("/admin/identities/{}", ada.id))
        .await
        .json();
    assert_eq!(shown["required_actions"], json!([]), "it is theirs to keep");
    assert_eq!(own(&house, &ada, CredentialKind::Password).await.len(), 1);
    let log = whole_log(&house).await;
    assert!(!log.contains("horse") && !log.contains("staple"), "{log}");
    for body in [
        json!({}),
        json!({"password": "short"}),
        json!({"password": 12345678}),
        json!({"password": "correct horse", "temporary": "yes"}),
    ] {
        let refused = admin.send(Method::PUT, &path, &body).await;
        assert_eq!(refused.status, 400, "{body}");
        assert!(!reason(&refused).contains("12345678"));
    }
}

/// CU-10: one who is there and cannot get in is none.
#[tokio::test]
async fn what_alone_lets_the_last_administrator_in_is_not_deleted() {
    let house = House::new();
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let own = house
        .stranger()
        .with("x-session-token", &house.session(&boss).await);
    let password = give(&house, &boss, CredentialKind::Password, json!({})).await;
    let path = format!("/admin/identities/{}/credentials", boss.id);
    for which in [password.as_str(), "password"] {
        let refused = own.delete(&format!("{path}/{which}")).await;
        assert_eq!(refused.error(), "last_administrator", "{which}");
    }
    let other = house
        .resident_with("other@example.org", &[Role::Admin])
        .await;
    let refused = own.delete(&format!("{path}/{password}")).await;
    assert_eq!(refused.error(), "last_administrator", "nor can the other");
    give(&house, &other, CredentialKind::Password, json!({})).await;
    let gone = own.delete(&format!("{path}/{password}")).await;
    assert_eq!(gone.status, 204, "{gone:?}");
}
