//! Credentials, passwords, ways back in and sessions.

use http::Method;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::CredentialId,
    identity::{Identity, IdentityStore},
    link::LinkKey,
    testing::CannedOutreach,
};
use serde_json::json;

use super::{leads_to, page, path, stored};
use crate::{
    Role,
    tests::{console::hidden, house::House},
};

async fn credentials(house: &House, identity: &Identity) -> Vec<Credential> {
    let list = CredentialStore::list(&*house.store, identity.id).await;
    let mut list = list.unwrap();
    portcullis_core::credentials::sort(&mut list);
    list
}

/// KC-076, KC-077.
#[tokio::test]
async fn a_password_is_set_temporary_and_a_short_one_is_refused_beside_its_field() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let password = path(&ada, "/password");
    house.session(&ada).await;
    let shown = page(&browser.get(&password).await, 200);
    assert!(shown.contains("Sessions that end: 1"), "{shown}");
    assert!(!shown.contains("The password they have now"), "{shown}");
    assert!(
        shown.contains("name=\"temporary\" value=\"on\" checked"),
        "{shown}"
    );
    let short = browser.form(&password, &[("password", "short")]).await;
    let short = page(&short, 400);
    assert!(short.contains("id=\"password-trouble\""), "{short}");
    assert!(
        !short.contains("value=\"short\""),
        "passwords are never shown"
    );
    assert_eq!(browser.form(&password, &[]).await.status, 400);
    let fields = [("password", "long enough"), ("temporary", "on")];
    leads_to(&browser.form(&password, &fields).await, &ada, "/sign-in");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.required_actions, ["UPDATE_PASSWORD"]);
    let again = page(&browser.get(&password).await, 200);
    assert!(again.contains("Sessions that end: 0"), "{again}");
    assert!(again.contains("The password they have now is not good any more."));
    let fields = [("password", "long enough")];
    leads_to(&browser.form(&password, &fields).await, &ada, "/sign-in");
    let now = stored(&house, &ada).await.unwrap();
    assert!(now.required_actions.is_empty());
    assert_eq!(credentials(&house, &ada).await.len(), 1);
}

#[tokio::test]
async fn a_way_back_in_is_shown_once() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let recovery = path(&ada, "/recovery");
    let code = browser
        .form(&recovery, &[("by", "code"), ("lifespan", "1h")])
        .await;
    assert!(code.header("cache-control").contains("no-store"));
    assert!(page(&code, 200).contains(CannedOutreach::CODE));
    let link = page(&browser.form(&recovery, &[("by", "link")]).await, 200);
    assert!(link.contains("https://gate.test/recovery"), "{link}");
    assert!(!link.contains(CannedOutreach::CODE), "{link}");
    let later = page(&browser.get(&path(&ada, "/sign-in")).await, 200);
    assert!(!later.contains("https://gate.test/recovery"), "{later}");
    let mark = hidden(&later, "form");
    let marked = [("by", "code"), ("lifespan", "1h"), ("form", &*mark)];
    let first = page(&browser.form(&recovery, &marked).await, 200);
    assert!(first.contains(CannedOutreach::CODE));
    let again = browser.form(&recovery, &marked).await;
    leads_to(&again, &ada, "/sign-in");
    let told = page(&browser.get(again.location()).await, 200);
    assert!(!told.contains(CannedOutreach::CODE), "{told}");
}

/// KC-070 to KC-075.
#[tokio::test]
async fn credentials_are_named_moved_and_removed() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let hash = "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$c2VjcmV0";
    let links = json!([{"provider": "acme", "subject": "ada at acme"}]);
    let body = json!({"credentials": {
        "password": {"config": {"hashed_password": hash}}, "oidc": {"config": {"providers": links}},
    }, "schema_id": "default", "state": "active", "traits": ada.traits});
    let one = format!("/admin/identities/{}", ada.id);
    assert_eq!(admin.send(Method::PUT, &one, &body).await.status, 200);
    let browser = house.console(&[Role::UserManager]).await;
    let shown = page(&browser.get(&path(&ada, "/sign-in")).await, 200);
    for told in ["argon2id", "65536", "acme: ada at acme", "Linked account"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("c2VjcmV0"), "{shown}");
    let [first, second] = &credentials(&house, &ada).await[..] else {
        panic!("two credentials");
    };
    let of = |id, end: &str| path(&ada, &format!("/credentials/{id}{end}"));
    let moved = browser
        .form(&of(second.id, "/move"), &[("behind", "")])
        .await;
    leads_to(&moved, &ada, "/sign-in");
    assert_eq!(credentials(&house, &ada).await[0].id, second.id);
    let label = of(first.id, "/label");
    leads_to(
        &browser.form(&label, &[("label", "Mine")]).await,
        &ada,
        "/sign-in",
    );
    let long = browser.form(&label, &[("label", &*"x".repeat(101))]).await;
    assert!(page(&long, 400).contains("id=\"label-trouble\""));
    let link = [first, second].into_iter();
    let link = link
        .clone()
        .find(|one| one.kind == CredentialKind::Oidc)
        .unwrap();
    let asked = page(&browser.get(&of(link.id, "")).await, 200);
    assert!(asked.contains("Unlink") && asked.contains("sessions that began with it end"));
    leads_to(&browser.form(&of(link.id, ""), &[]).await, &ada, "/sign-in");
    let left = credentials(&house, &ada).await;
    assert_eq!(left.len(), 1);
    let last = page(&browser.get(&of(left[0].id, "")).await, 200);
    assert!(
        last.contains("It is the last thing they sign in with"),
        "{last}"
    );
    assert_eq!(browser.get(&of(link.id, "")).await.status, 404);
}

/// A link whose provider is gone or switched off is seen to lead nowhere, and unlinking is told as such.
#[tokio::test]
async fn a_link_that_leads_nowhere_is_told_from_others() {
    let house = House::new();
    let admin = house.admin().await;
    let ada = house.resident("ada@example.org").await;
    let corp = json!({"id": "corp", "kind": "oidc", "client_id": "gate", "client_secret": "hush"});
    let made = admin.post("/admin/x/providers", &corp).await;
    assert_eq!(made.status, 201, "{made:?}");
    for (provider, subject) in [("acme", "1"), ("corp", "2")] {
        linked(&house, &ada, (provider, subject)).await;
    }
    let browser = house.console(&[Role::Admin]).await;
    let sign_in = path(&ada, "/sign-in");
    let nowhere = "It leads nowhere at present";
    let told = page(&browser.get(&sign_in).await, 200);
    assert!(!told.contains(nowhere), "{told}");
    let place = "/admin/x/providers/corp";
    let off = admin
        .send(Method::PATCH, place, &json!({"enabled": false}))
        .await;
    assert_eq!(off.status, 200, "{off:?}");
    let told = page(&browser.get(&sign_in).await, 200);
    assert_eq!(told.matches(nowhere).count(), 1, "{told}");
    assert!(told.contains("the provider is switched off."), "{told}");
    assert_eq!(admin.delete(place).await.status, 200);
    let told = page(&browser.get(&sign_in).await, 200);
    assert!(
        told.contains("there is no such provider any more."),
        "{told}"
    );
}

/// An account that was unlinked stands in the history of its person as other acts do.
#[tokio::test]
async fn an_account_that_was_unlinked_is_told_in_words() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    linked(&house, &ada, ("acme", "1")).await;
    let browser = house.console(&[Role::Admin]).await;
    let fields = [("password", "long enough")];
    let set = browser.form(&path(&ada, "/password"), &fields).await;
    leads_to(&set, &ada, "/sign-in");
    let all = credentials(&house, &ada).await;
    let acme = |one: &&Credential| one.config["providers"][0]["provider"] == "acme";
    let id = all.iter().find(acme).unwrap().id;
    let unlinked = browser
        .form(&path(&ada, &format!("/credentials/{id}")), &[])
        .await;
    leads_to(&unlinked, &ada, "/sign-in");
    let told = page(&browser.get(&path(&ada, "/history")).await, 200);
    for words in [
        "Unlinked an account",
        ">Linked account<",
        ">Account there<",
        ">Added<",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    for raw in [
        "type",
        "priority",
        "created_at",
        "updated_at",
        "last_used_at",
        "subject",
    ] {
        assert!(!told.contains(&format!(">{raw}<")), "{raw}: {told}");
    }
}

/// Has somebody linked to an account.
async fn linked(house: &House, whom: &Identity, (provider, subject): (&str, &str)) {
    let key = LinkKey {
        provider: provider.parse().unwrap(),
        issuer: "https://idp.test".to_owned(),
        subject: subject.to_owned(),
    };
    let id = CredentialId::generate(&*house.services.entropy);
    let link = key.credential(whom.id, id, house.services.clock.now());
    CredentialStore::put(&*house.store, &link).await.unwrap();
}

#[tokio::test]
async fn sessions_end_one_by_one_and_all_at_once_and_only_theirs() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let eve = house
        .principal(&house.resident("eve@example.org").await)
        .await;
    let hers = house.principal(&ada).await;
    house.session(&ada).await;
    house.session(&ada).await;
    let browser = house.console(&[Role::UserManager]).await;
    let sessions = path(&ada, "/sessions");
    let shown = page(&browser.get(&sessions).await, 200);
    assert_eq!(shown.matches("<th scope=\"row\"").count(), 3, "{shown}");
    let methods = shown.matches("<span class=\"detail\">Password</span>");
    assert_eq!(methods.count(), 3, "in words: {shown}");
    let end = |id| path(&ada, &format!("/sessions/{id}/end"));
    let store = house.services.sessions.store();
    let is_there = async |id| store.find_by_id(id).await.unwrap().is_some();
    let asked = page(&browser.get(&end(hers.session.id)).await, 200);
    assert!(asked.contains("They are signed out there"), "{asked}");
    assert!(is_there(hers.session.id).await, "it is asked only");
    let another = browser.get(&end(eve.session.id)).await;
    leads_to(&another, &ada, "/sessions");
    leads_to(
        &browser.form(&end(eve.session.id), &[]).await,
        &ada,
        "/sessions",
    );
    assert!(is_there(eve.session.id).await, "the session is another's");
    leads_to(
        &browser.form(&end(hers.session.id), &[]).await,
        &ada,
        "/sessions",
    );
    assert!(!is_there(hers.session.id).await);
    let all = path(&ada, "/sessions/end");
    let asked = page(&browser.get(&all).await, 200);
    assert!(asked.contains("Sessions that end: 2"), "{asked}");
    leads_to(&browser.form(&all, &[]).await, &ada, "/sessions");
    let shown = page(&browser.get(&sessions).await, 200);
    assert!(shown.contains("They are signed in nowhere."), "{shown}");
}

/// CU-29, CU-10: what the form says is judged as at the API, and who gives no roles is offered no
/// provider that does.
#[tokio::test]
async fn accounts_are_offered_and_judged_as_at_the_api() {
    let house = House::new();
    let admin = house.admin().await;
    let greedy = json!({"id": "greedy", "kind": "oidc", "client_id": "gate",
        "client_secret": "hush", "allow_privileged": true});
    let added = admin.post("/admin/x/providers", &greedy).await;
    assert_eq!(added.status, 201, "{added:?}");
    let ada = house.resident("ada@example.org").await;
    let sign_in = path(&ada, "/sign-in");
    let offered = "<option value=\"greedy\"";
    let manager = house.console(&[Role::UserManager]).await;
    let shown = page(&manager.get(&sign_in).await, 200);
    assert!(shown.contains("<option value=\"acme\""), "{shown}");
    assert!(!shown.contains(offered), "{shown}");
    let root = house.console(&[Role::Admin]).await;
    assert!(page(&root.get(&sign_in).await, 200).contains(offered));
    let viewer = house.console(&[Role::Viewer]).await;
    let looked_at = page(&viewer.get(&sign_in).await, 200);
    assert!(!looked_at.contains("Link an account"), "{looked_at}");
    let links = path(&ada, "/links");
    let by = |provider, known_by, account, issuer| {
        [
            ("provider", provider),
            ("known_by", known_by),
            ("account", account),
            ("issuer", issuer),
        ]
    };
    for fields in [
        by("acme", "subject", "", ""),
        by("acme", "address", "ada", ""),
        by("acme", "address", "a@b.test", "https://idp.test"),
        by("nobody", "subject", "1", ""),
    ] {
        let wrong = page(&manager.form(&links, &fields).await, 400);
        assert!(wrong.contains("id=\"link-trouble\""), "{fields:?}: {wrong}");
    }
    let raised = manager
        .form(&links, &by("greedy", "subject", "1", ""))
        .await;
    assert_eq!(raised.status, 403, "{}", raised.page());
    assert!(credentials(&house, &ada).await.is_empty());
    let mut unproved = stored(&house, &ada).await.unwrap();
    unproved.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
    IdentityStore::update(&*house.store, &unproved)
        .await
        .unwrap();
    let fields = by("acme", "subject", "4711", "");
    let asked = page(&manager.form(&links, &fields).await, 200);
    assert!(
        asked.contains("Then they come in by this account."),
        "{asked}"
    );
    assert!(asked.contains("value=\"4711\""), "{asked}");
    assert!(
        credentials(&house, &ada).await.is_empty(),
        "it is asked first"
    );
}
