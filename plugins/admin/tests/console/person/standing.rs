//! State, roles, addresses and required actions.

use http::Method;
use portcullis_core::{
    credential::CredentialStore,
    identity::{Identity, IdentityState, IdentityStore},
};
use serde_json::json;

use super::{leads_to, page, path, stored};
use crate::{
    Role,
    tests::house::{House, Program},
};

#[tokio::test]
async fn somebody_is_switched_off_after_a_question_and_on_again() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let state = path(&ada, "/state");
    let asked = page(&browser.get(&state).await, 200);
    assert!(asked.contains("All their sessions end now."), "{asked}");
    let off = browser.form(&state, &[("state", "inactive")]).await;
    leads_to(&off, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.state, IdentityState::Inactive);
    let shown = page(&browser.get(&path(&ada, "")).await, 200);
    assert!(shown.contains("They cannot sign in."), "{shown}");
    browser.form(&state, &[("state", "active")]).await;
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.state, IdentityState::Active);
    assert_eq!(browser.form(&state, &[]).await.status, 400);
}

#[tokio::test]
async fn roles_are_given_by_administrators_and_never_to_themselves() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let roles = path(&ada, "/roles");
    let fields = [("role-viewer", "on"), ("others", "delete-account  crew")];
    leads_to(&browser.form(&roles, &fields).await, &ada, "");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.roles, ["viewer", "delete-account", "crew"]);
    let shown = page(&browser.get(&path(&ada, "")).await, 200);
    assert!(
        shown.contains("name=\"role-viewer\" value=\"on\" checked"),
        "{shown}"
    );
    assert!(shown.contains("value=\"delete-account crew\""), "{shown}");
    is_asked_first(&browser, (&house, &ada), &roles).await;
    let odd = browser.form(&roles, &[("others", &*"x".repeat(65))]).await;
    let odd = page(&odd, 400);
    assert!(odd.contains("id=\"roles-trouble\""), "{odd}");
    assert!(
        odd.contains(&format!("value=\"{}\"", "x".repeat(65))),
        "{odd}"
    );
    let manager = house.console(&[Role::UserManager]).await;
    let shown = page(&manager.get(&path(&ada, "")).await, 200);
    assert!(!shown.contains("role-viewer"), "{shown}");
}

/// Roles go only once it was told which.
async fn is_asked_first(browser: &Program<'_>, (house, ada): (&House, &Identity), roles: &str) {
    let less = [("others", "crew")];
    let asked = page(&browser.form(roles, &less).await, 200);
    for told in [
        "They lose the role viewer: Sees everything, changes nothing.",
        "A role of applications goes: delete-account",
        "name=\"others\" value=\"crew\"",
    ] {
        assert!(asked.contains(told), "{told}: {asked}");
    }
    let half = [("others", "crew"), ("taken", "viewer")];
    let asked = page(&browser.form(roles, &half).await, 200);
    assert!(
        asked.contains("delete-account"),
        "the other one was not told"
    );
    let now = stored(house, ada).await.unwrap();
    assert_eq!(now.roles.len(), 3, "nothing is taken yet");
    let sure = [("others", "crew"), ("taken", "viewer delete-account")];
    leads_to(&browser.form(roles, &sure).await, ada, "");
    assert_eq!(stored(house, ada).await.unwrap().roles, ["crew"]);
}

#[tokio::test]
async fn an_address_is_marked_as_verified_and_not() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let addresses = path(&ada, "/addresses");
    for (verified, expected) in [("true", true), ("false", false)] {
        let fields = [("address", "ada@example.org"), ("verified", verified)];
        leads_to(&browser.form(&addresses, &fields).await, &ada, "");
        let now = stored(&house, &ada).await.unwrap();
        assert_eq!(now.addresses[0].verified_at.is_some(), expected);
    }
    let other = [("address", "eve@example.org"), ("verified", "true")];
    let other = browser.form(&addresses, &other).await;
    assert!(page(&other, 400).contains("role=\"alert\""));
}

/// KC-093: nobody is surprised by what goes with a mark.
#[tokio::test]
async fn whose_a_registration_is_is_asked_before_an_address_is_marked() {
    for (choice, is_kept) in [("sure", false), ("keep", true)] {
        let house = House::new();
        let ada = house.resident("ada@example.org").await;
        let password = format!("/admin/identities/{}/password", ada.id);
        let chosen = json!({"password": "what somebody registered with"});
        let admin = house.admin().await;
        let given = admin.send(Method::PUT, &password, &chosen).await;
        assert!(given.status < 300, "{given:?}");
        let mut now = stored(&house, &ada).await.unwrap();
        now.required_actions = vec!["FIRST_PROOF".to_owned()];
        IdentityStore::update(&*house.store, &now).await.unwrap();
        let browser = house.console(&[Role::UserManager]).await;
        let shown = page(&browser.get(&path(&ada, "/sign-in")).await, 200);
        assert!(shown.contains("whoever registered may be somebody else"));
        let addresses = path(&ada, "/addresses");
        let fields = [("address", "ada@example.org"), ("verified", "true")];
        let asked = page(&browser.form(&addresses, &fields).await, 200);
        assert!(asked.contains("Mark as verified and keep it"), "{asked}");
        assert!(asked.contains("value=\"ada@example.org\""), "{asked}");
        let credentials: &dyn CredentialStore = &*house.store;
        assert_eq!(credentials.list(ada.id).await.unwrap().len(), 1);
        let fields = [fields[0], fields[1], (choice, "true")];
        leads_to(&browser.form(&addresses, &fields).await, &ada, "");
        let now = stored(&house, &ada).await.unwrap();
        assert!(now.addresses[0].verified_at.is_some() && now.required_actions.is_empty());
        let left = credentials.list(ada.id).await.unwrap();
        assert_eq!(left.len(), usize::from(is_kept), "{choice}");
        let shown = page(&browser.get(&path(&ada, "")).await, 200);
        assert!(!shown.contains("may be somebody else"), "{shown}");
    }
}

#[tokio::test]
async fn actions_are_required_and_withdrawn_and_what_is_not_shown_stays() {
    let house = House::new();
    let mut ada = house.resident("ada@example.org").await;
    ada.required_actions = vec!["FIRST_PROOF".to_owned()];
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let browser = house.console(&[Role::UserManager]).await;
    let actions = path(&ada, "/actions");
    let shown = page(&browser.get(&actions).await, 200);
    assert!(shown.contains("name=\"do-UPDATE_PASSWORD\""), "{shown}");
    assert!(!shown.contains("CONFIGURE_TOTP"), "it is switched off");
    let new = page(&browser.get("/ui/identities/new").await, 200);
    for label in ["Choose a new password", "Confirm the address"] {
        assert!(shown.contains(label) && new.contains(label), "{label}");
    }
    let ticked = browser
        .form(&actions, &[("do-UPDATE_PASSWORD", "on")])
        .await;
    leads_to(&ticked, &ada, "/actions");
    let mut now = stored(&house, &ada).await.unwrap().required_actions;
    now.sort();
    assert_eq!(now, ["FIRST_PROOF", "UPDATE_PASSWORD"]);
    leads_to(&browser.form(&actions, &[]).await, &ada, "/actions");
    let now = stored(&house, &ada).await.unwrap();
    assert_eq!(now.required_actions, ["FIRST_PROOF"]);
}

/// KC-078.
#[tokio::test]
async fn mail_asks_for_what_is_ticked() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let letter = path(&ada, "/actions-email");
    let none = page(&browser.form(&letter, &[]).await, 400);
    assert!(none.contains("Please tick at least one of them."), "{none}");
    let fields = [("do-UPDATE_PASSWORD", "on"), ("lifespan", "1d")];
    leads_to(&browser.form(&letter, &fields).await, &ada, "/actions");
}
