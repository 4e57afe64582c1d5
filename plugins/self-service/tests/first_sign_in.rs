//! First sign-ins through providers: forms, refusals, and addresses that are reclaimed.

use portcullis_core::{
    credential::CredentialStore,
    expression::{Expression, Scope},
    id::CredentialId,
    identity::Identity,
    link::LinkKey,
    mapping::{MappingEntry, Sync},
    provider::{Creation, UnverifiedLocal},
    testing::SeededEntropy,
};
use serde_json::json;

use super::house::{
    House, PUBLIC, action,
    busy::Busy,
    csrf,
    mailed::{ask, mailed, type_in},
    messages, node,
    provider_visit::{arrive, come_back, leave, refused},
};
use crate::{Config, Limits};

#[tokio::test]
async fn what_a_provider_does_not_say_is_asked_on_a_form() {
    let house = House::with(Config::default(), Limits::default());
    house.resident("taken@example.com").await;
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let reply = come_back(
        &mut browser,
        "google",
        &format!("state={state}&code=nameless"),
    )
    .await;
    let id = reply.query("flow");
    assert!(reply.location().contains("/registration?flow="));
    let page = browser.go(reply.location()).await.text();
    assert!(page.contains("Almost there"), "{page}");
    assert!(page.contains("Sign in another way"), "{page}");

    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(messages(&flow), [1_990_014]);
    let complaints = &node(&flow, "traits.email")["messages"];
    assert_eq!(complaints, &json!([]), "nobody has left anything out yet");
    assert_eq!(node(&flow, "traits.email")["group"], "oidc");
    assert_eq!(node(&flow, "provider")["meta"]["label"]["id"], 1_040_003);
    let stored = format!("{:?}", house.store);
    assert!(!stored.contains("nameless\""), "claims are sealed");

    let submit = |email: &str| {
        json!({
            "provider": "google", "method": "oidc", "csrf_token": csrf(&flow),
            "traits": {"email": email},
        })
    };
    let reply = browser.post(action(&flow), &submit("nonsense")).await;
    assert_eq!(
        node(&reply.json(), "traits.email")["messages"][0]["id"],
        4_000_040
    );
    let reply = browser
        .post(action(&flow), &submit("taken@example.com"))
        .await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        node(&reply.json(), "traits.email")["messages"][0]["id"],
        4_990_003
    );
    let told = "link refused: address_taken".to_owned();
    assert!(house.heard.all().contains(&told));
    let reply = browser
        .post(action(&flow), &submit("ada@example.com"))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        reply.json()["identity"]["traits"]["email"],
        "ada@example.com"
    );
    assert!(browser.session().is_some());
}

/// With several addresses to fill in, the one that is somebody's is complained of.
#[tokio::test]
async fn the_address_that_is_taken_is_marked_among_several() {
    let address = json!({"type": "string", "format": "email", "ory.sh/kratos": {
        "credentials": {"password": {"identifier": true}}, "verification": {"via": "email"},
    }});
    let name = json!({"properties": {"first": {"type": "string"}}});
    let house = Busy {
        schema: Some(json!({"properties": {
            "email": address, "work": address, "name": name,
        }, "required": ["email"]})),
        ..Busy::default()
    }
    .house();
    house.resident("taken@example.com").await;
    let mut browser = house.browser();
    let id = arrive(&mut browser, "google", "nameless")
        .await
        .query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    for (email, work, marked) in [
        ("ada@example.com", "Taken@example.com", "traits.work"),
        ("taken@example.com", "ada@example.com", "traits.email"),
    ] {
        let body = json!({
            "provider": "google", "method": "oidc", "csrf_token": csrf(&flow),
            "traits": {"email": email, "work": work},
        });
        let told = browser.post(action(&flow), &body).await.json();
        for field in ["traits.email", "traits.work"] {
            let said = node(&told, field)["messages"][0]["id"].as_u64();
            assert_eq!(said, (field == marked).then_some(4_990_003), "{field}");
        }
    }
}

#[tokio::test]
async fn an_address_a_provider_vouches_for_is_shown_but_not_changed() {
    let house = House::with(Config::default(), Limits::default());
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let query = format!("state={state}&code=wordy");
    let id = come_back(&mut browser, "google", &query)
        .await
        .query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let shown = &node(&flow, "traits.email")["attributes"];
    assert_eq!(
        (&shown["value"], &shown["disabled"]),
        (&json!("wordy@example.com"), &json!(true))
    );
    assert_eq!(
        node(&flow, "traits.name.first")["attributes"]["disabled"],
        false
    );
    let body = |first: &str| {
        json!({
            "provider": "google", "csrf_token": csrf(&flow),
            "traits": {"email": "ceo@example.com", "name": {"first": first}},
        })
    };
    let again = browser.post(action(&flow), &body(&"w".repeat(22))).await;
    let kept = again.json();
    assert_eq!(
        node(&kept, "traits.email")["attributes"]["value"],
        "wordy@example.com"
    );
    let reply = browser.post(action(&flow), &body("Will")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        reply.json()["identity"]["traits"],
        json!({"email": "wordy@example.com", "name": {"first": "Will"}})
    );
}

/// KC-021: the broker review.
#[tokio::test]
async fn a_review_shows_what_is_taken_over_and_lets_nobody_change_what_is_the_providers() {
    let house = House::with(Config::default(), Limits::default());
    house.configure("google", |provider| {
        provider.policy.create = Creation::Review;
        let value = Expression::compile("claims.sub", Scope::Claims).unwrap();
        let forced = MappingEntry::of_trait("name.last", value, Sync::Force);
        let email = Expression::compile("claims.email", Scope::Claims).unwrap();
        let email = MappingEntry::of_trait("email", email, Sync::Import);
        provider.mapping.entries = vec![email, forced].into();
    });
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    let page = browser.go(reply.location()).await.text();
    assert!(
        page.contains("Please check what Google says of you"),
        "{page}"
    );
    let id = reply.query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    assert_eq!(messages(&flow), [1_990_010]);
    for (name, fixed) in [("email", true), ("name.first", false), ("name.last", true)] {
        let input = &node(&flow, &format!("traits.{name}"))["attributes"];
        assert_eq!(input["disabled"], fixed, "{name}");
    }
    let body = json!({
        "provider": "google", "csrf_token": csrf(&flow),
        "traits": {"email": "eve@example.com", "name": {"first": "Ada", "last": "Eve"}},
    });
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(
        reply.json()["identity"]["traits"],
        json!({"email": "ada@example.com", "name": {"first": "Ada", "last": "ada"}}),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn whoever_may_not_enter_is_told_why_and_where_else_to_go() {
    let house = House::new();
    house.configure("google", |provider| provider.policy.link_only = true);
    house.configure("acme", |provider| provider.policy.create = Creation::Never);
    house.configure("spare", |provider| {
        provider.policy.admission.allow_domains = vec!["example.org".to_owned()];
    });
    for (provider, code) in [
        ("google", "provider_link_only"),
        ("acme", "creation_refused"),
        ("spare", "provider_not_admitted"),
    ] {
        let mut browser = house.browser();
        let reply = arrive(&mut browser, provider, "ada").await;
        refused(&reply, 403, code);
        assert!(reply.text().contains("another way"), "{}", reply.text());
        assert_eq!(browser.session(), None);
        let told = format!("refused: {code}");
        assert!(house.heard.all().contains(&told), "{:?}", house.heard.all());
    }
}

#[tokio::test]
async fn an_address_that_is_reclaimed_ends_what_a_stranger_had_opened() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    link_to_acme(&house, &ada).await;
    house.configure("google", |provider| {
        provider.policy.unverified_local = UnverifiedLocal::Reclaim;
    });
    let mut stranger = house.browser();
    stranger.sign_in("ada@example.com").await;
    let begun = stranger.begin("verification").await;
    ask(&mut stranger, &begun, "ada@example.com").await;
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    let code = mailed(&house);
    assert_eq!(type_in(&mut stranger, &begun, &code).await.status, 404);
    assert_eq!(stranger.ask("/sessions/whoami").await.status, 401);
    assert_eq!(browser.ask("/sessions/whoami").await.status, 200);
    let heard = house.heard.all();
    let told = heard.iter().filter(|event| event.contains("reclaimed"));
    let told: Vec<_> = told.collect();
    assert_eq!(told, ["unlinked: reclaimed", "linked: reclaimed"]);
}

async fn link_to_acme(house: &House, identity: &Identity) {
    let key = LinkKey {
        provider: "acme".parse().unwrap(),
        issuer: "https://acme.example".to_owned(),
        subject: "squatter".to_owned(),
    };
    let id = CredentialId::generate(&SeededEntropy::new(77));
    let link = key.credential(identity.id, id, identity.created_at);
    CredentialStore::put(&*house.store, &link).await.unwrap();
}

/// What a provider says holds for ten minutes, also where a form asks for more.
#[tokio::test]
async fn what_a_provider_said_ten_minutes_ago_makes_nobody() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "nameless").await;
    let fetch = format!(
        "/self-service/registration/flows?id={}",
        reply.query("flow")
    );
    let flow = browser.ask(&fetch).await.json();
    house.clock.advance(std::time::Duration::from_secs(601));
    let body = json!({
        "provider": "google", "csrf_token": csrf(&flow),
        "traits": {"email": "n@example.com", "name": {"first": "N"}},
    });
    let late = browser.post(action(&flow), &body).await;
    assert_eq!(late.error().0, 410, "{}", late.text());
    assert_eq!(browser.session(), None);
}

/// A submission that was read before and is rejected afterwards brings the form back to life.
#[tokio::test]
async fn a_draft_that_comes_back_to_life_makes_nobody() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "nameless").await;
    let id = reply.query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let kept = house.services.flows.find(id.parse().unwrap()).await;
    let body = |email: &str| {
        json!({
            "provider": "google", "csrf_token": csrf(&flow),
            "traits": {"email": email, "name": {"first": "N"}},
        })
    };
    let mut same = browser.clone();
    let made = browser.post(action(&flow), &body("n@example.com")).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let identities = &house.services.identities;
    let found = async |email: &str| identities.find_by_identifier(email).await.unwrap();
    let first = found("n@example.com").await.unwrap();
    identities.delete(first.id).await.unwrap();
    house
        .services
        .flows
        .put(&kept.unwrap().unwrap())
        .await
        .unwrap();
    let again = same.post(action(&flow), &body("m@example.com")).await;
    assert_eq!(again.error().1, "flow_not_found");
    assert_eq!(found("m@example.com").await, None);
}
