//! Names that somebody wants after a provider's answer: those that are only kept tell nothing.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    expression::{Expression, Scope},
    mapping::{MappingEntry, Sync},
    provider::Creation,
};
use serde_json::json;

use super::{
    house::{
        House, Reply, action, csrf, node,
        provider_visit::{arrive, refused},
    },
    newcomer::{KNOWN, NEW, register},
    registration_alike::busy_with_names,
};

/// Longer than a day and a letter.
const TERM: Duration = Duration::from_secs(26 * 60 * 60);

/// A house that asks everybody for a name, in which a stranger has registered `one` with an address
/// that is known, and `two` with one that is new.
async fn besieged() -> House {
    let mut busy = busy_with_names(vec![Action::VerifyEmail]);
    if let Some(schema) = &mut busy.schema {
        schema["required"] = json!(["username"]);
    }
    let house = busy.house();
    let mut ada = house.browser();
    ada.client = [192, 0, 2, 9].into();
    for (email, name) in [(KNOWN, "ada"), (KNOWN, "one"), (NEW, "two")] {
        let traits = json!({"email": email, "username": name});
        let reply = register(&mut ada, traits).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
    }
    house
}

/// Wants a name on the form after the answer of a provider.
async fn wanted(house: &House, subject: &str, name: &str) -> Reply {
    let mut browser = house.browser();
    let id = arrive(&mut browser, "google", subject).await.query("flow");
    let fetch = format!("/self-service/registration/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let body = json!({
        "provider": "google", "method": "oidc", "csrf_token": csrf(&flow),
        "traits": {"username": name, "email": format!("{subject}@example.com")},
    });
    browser.post(action(&flow), &body).await
}

#[tokio::test]
async fn a_name_that_is_only_kept_is_had_no_sooner_after_a_providers_answer() {
    let house = besieged().await;
    for name in ["ada", "one", "two"] {
        let reply = wanted(&house, "mallory", name).await;
        assert_eq!(reply.status, 400, "{name}: {}", reply.text());
        let told = reply.json();
        let marked = &node(&told, "traits.username")["messages"][0]["id"];
        assert_eq!(*marked, 4_990_013, "{name}");
    }
    house.clock.advance(TERM);
    for (subject, name) in [("mallory", "one"), ("trudy", "two")] {
        let reply = wanted(&house, subject, name).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
    }
}

/// Has providers say the name.
fn named_by_providers(house: &House, sync: Sync) {
    let broker = &house.services.broker;
    let providers = broker.registry.current();
    let changed = providers.all().iter().map(|one| {
        let mut one = (**one).clone();
        let said = [("username", "claims.sub"), ("email", "claims.email")];
        one.mapping.entries = said
            .into_iter()
            .map(|(path, value)| {
                let value = Expression::compile(value, Scope::Claims).unwrap();
                MappingEntry::of_trait(path, value, sync)
            })
            .collect();
        one.policy.create = Creation::Auto;
        one
    });
    let changed = portcullis_core::registry::Providers::new(changed);
    broker.registry.replace(changed);
}

/// Whoever chooses what their provider says chooses the name, too.
#[tokio::test]
async fn a_name_that_is_only_kept_is_had_no_sooner_by_what_a_provider_says() {
    let house = besieged().await;
    named_by_providers(&house, Sync::Force);
    for name in ["one", "two"] {
        let reply = arrive(&mut house.browser(), "google", name).await;
        refused(&reply, 409, "identity_conflict");
    }
}

/// A stranger who has registered with their name keeps nobody out.
#[tokio::test]
async fn who_comes_with_a_name_that_somebody_has_or_keeps_chooses_another_one() {
    let house = besieged().await;
    named_by_providers(&house, Sync::Import);
    for name in ["one", "two"] {
        let mut browser = house.browser();
        let id = arrive(&mut browser, "google", name).await.query("flow");
        let fetch = format!("/self-service/registration/flows?id={id}");
        let flow = browser.ask(&fetch).await.json();
        let told = &node(&flow, "traits.username")["messages"];
        assert_eq!(told[0]["id"], 4_990_013, "{name}: {flow}");
        let mut body = json!({
            "provider": "google", "method": "oidc", "csrf_token": csrf(&flow),
            "traits": {"username": name, "email": format!("{name}@example.com")},
        });
        let same = browser.post(action(&flow), &body).await;
        assert_eq!(same.status, 400, "{name}: {}", same.text());
        body["traits"]["username"] = json!(format!("{name}-too"));
        let reply = browser.post(action(&flow), &body).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
    }
}
