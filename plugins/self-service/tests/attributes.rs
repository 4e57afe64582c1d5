//! KC-024 to KC-027: attributes that no schema describes, under each policy.

use portcullis_core::identity::{Identity, IdentityStore};
use serde_json::{Value, json};

use super::house::{Browser, House, PASSWORD, action, busy::Busy, csrf, messages, node};

const ADA: &str = "ada@example.com";
const POLICIES: [&str; 4] = ["DISABLED", "ADMIN_VIEW", "ADMIN_EDIT", "ENABLED"];

fn house(policy: &str) -> House {
    let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
    schema["properties"]["traits"]["x-profile"] = json!({ "unmanaged": policy });
    let busy = Busy {
        schema: Some(schema),
        ..Busy::default()
    };
    busy.house()
}

/// Somebody with an attribute that an import or an administrator has given them.
async fn resident(house: &House) -> Identity {
    let mut ada = house.resident(ADA).await;
    ada.unmanaged
        .insert("team".to_owned(), vec!["red".to_owned()]);
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    ada
}

async fn settings(browser: &mut Browser<'_>) -> Value {
    browser.sign_in(ADA).await;
    browser.ask("/self-service/settings/browser").await.json()
}

/// The fields that a person's own form has for the profile, with these rows.
fn form<'a>(flow: &'a Value, rows: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("csrf_token", csrf(flow)),
        ("method", "profile"),
        ("traits.email", ADA),
        ("traits.name.first", "Ada"),
    ];
    [&own, rows].concat()
}

fn is_there(flow: &Value) -> bool {
    flow.to_string().contains("attributes.0.")
}

#[tokio::test]
async fn people_see_and_change_attributes_under_enabled_alone() {
    for policy in POLICIES {
        let house = house(policy);
        let ada = resident(&house).await;
        let mut browser = house.browser();
        let flow = settings(&mut browser).await;
        let is_open = policy == "ENABLED";
        assert_eq!(is_there(&flow), is_open, "{policy}");
        let page = browser.go("/profile").await.text();
        assert_eq!(page.contains(">red<"), is_open, "{policy}: {page}");
        let rows = [
            ("attributes.0.name", "team"),
            ("attributes.0.value", "blue"),
            ("attributes.1.name", "hat"),
            ("attributes.1.value", "top"),
        ];
        let reply = browser.submit(action(&flow), &form(&flow, &rows)).await;
        assert!(reply.location().contains("/settings?flow="), "{policy}");
        let expected = match is_open {
            true => json!({"hat": ["top"], "team": ["blue"]}),
            false => json!({"team": ["red"]}),
        };
        assert_eq!(
            json!(house.stored(&ada).await.unmanaged),
            expected,
            "{policy}"
        );
        // Nothing of what is sent beside them is stored when they are refused.
        let body = json!({
            "csrf_token": csrf(&flow), "method": "profile",
            "traits": {"email": ADA, "name": {"first": "Augusta"}}, "unmanaged": {"hat": "bowler"},
        });
        let reply = browser.post(action(&flow), &body).await;
        assert_eq!(reply.status, if is_open { 200 } else { 400 }, "{policy}");
        let stored = house.stored(&ada).await;
        let first = if is_open { "Augusta" } else { "Ada" };
        assert_eq!(stored.traits["name"]["first"], first, "{policy}");
    }
}

#[tokio::test]
async fn a_form_that_says_nothing_of_attributes_leaves_them() {
    for policy in POLICIES {
        let house = house(policy);
        let ada = resident(&house).await;
        let mut browser = house.browser();
        let flow = settings(&mut browser).await;
        let reply = browser.submit(action(&flow), &form(&flow, &[])).await;
        let page = browser.go(reply.location()).await.text();
        assert!(
            page.contains("Your changes have been saved"),
            "{policy}: {page}"
        );
        let expected = json!({"team": ["red"]});
        assert_eq!(
            json!(house.stored(&ada).await.unmanaged),
            expected,
            "{policy}"
        );
    }
}

#[tokio::test]
async fn rows_work_without_scripts_and_say_what_is_wrong_in_them() {
    let house = house("ENABLED");
    let ada = resident(&house).await;
    let mut browser = house.browser();
    let flow = settings(&mut browser).await;
    let kinds = [
        "attributes.0.name",
        "attributes.0.value",
        "attributes.1.name",
    ];
    let kinds = kinds.map(|name| node(&flow, name)["attributes"]["type"].clone());
    assert_eq!(json!(kinds), json!(["hidden", "text", "text"]));
    assert_eq!(
        node(&flow, "attributes.0.value")["meta"]["label"]["text"],
        "team"
    );
    let begun = browser.go("/self-service/settings/browser").await;
    let page = browser.go(begun.location()).await.text();
    for part in [
        "Further attributes",
        "Name of a further attribute",
        "name=\"attributes.0.value\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let long = "x".repeat(2049);
    let rows = [
        ("attributes.0.name", "team"),
        ("attributes.0.value", long.as_str()),
        ("attributes.1.name", "hat"),
        ("attributes.1.value", "top"),
    ];
    browser.submit(action(&flow), &form(&flow, &rows)).await;
    let fetch = format!(
        "/self-service/settings/flows?id={}",
        flow["id"].as_str().unwrap()
    );
    let now = browser.ask(&fetch).await.json();
    assert_eq!(
        node(&now, "attributes.0.value")["messages"][0]["id"],
        4_000_017
    );
    assert_eq!(
        node(&now, "attributes.1.name")["attributes"]["value"],
        "hat"
    );
    assert_eq!(
        json!(house.stored(&ada).await.unmanaged),
        json!({"team": ["red"]})
    );
    let rows = [("attributes.0.name", "team"), ("attributes.0.value", "")];
    browser.submit(action(&flow), &form(&flow, &rows)).await;
    assert!(
        house.stored(&ada).await.unmanaged.is_empty(),
        "what is emptied goes"
    );
}

#[tokio::test]
async fn mistakes_in_traits_and_attributes_are_told_at_once() {
    let house = house("ENABLED");
    let body = |flow: &Value, address: &str| {
        json!({
            "csrf_token": csrf(flow), "password": PASSWORD, "traits": {"email": address},
            "attributes": {"0": {"name": "team", "value": "x".repeat(2049)}},
        })
    };
    let told = |flow: &Value| {
        ["traits.email", "attributes.0.value"]
            .map(|name| node(flow, name)["messages"][0]["id"].clone())
    };
    let expected = [json!(4_000_040), json!(4_000_017)];
    let mut browser = house.browser();
    let flow = browser.begin("registration").await;
    let mut sent = body(&flow, "no address");
    sent["method"] = "password".into();
    let reply = browser.post(action(&flow), &sent).await;
    assert_eq!(told(&reply.json()), expected);
    resident(&house).await;
    let flow = settings(&mut browser).await;
    let mut sent = body(&flow, "no address");
    sent["method"] = "profile".into();
    let reply = browser.post(action(&flow), &sent).await;
    assert_eq!(told(&reply.json()), expected);
}

#[tokio::test]
async fn a_name_of_a_trait_is_no_attribute() {
    let house = house("ENABLED");
    resident(&house).await;
    let mut browser = house.browser();
    let flow = settings(&mut browser).await;
    let body = json!({
        "csrf_token": csrf(&flow), "method": "profile", "traits": {"email": ADA},
        "unmanaged": {"name.first": "x"},
    });
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_000_001])
    );
}

#[tokio::test]
async fn whoever_registers_may_say_more_of_themselves_under_enabled_alone() {
    for policy in POLICIES {
        let house = house(policy);
        let mut browser = house.browser();
        let flow = browser.begin("registration").await;
        let is_open = policy == "ENABLED";
        assert_eq!(is_there(&flow), is_open, "{policy}");
        let body = json!({
            "method": "password", "password": PASSWORD, "csrf_token": csrf(&flow),
            "traits": {"email": ADA}, "attributes": {"0": {"name": "team", "value": "red"}},
        });
        let reply = browser.post(action(&flow), &body).await;
        assert_eq!(
            reply.status,
            if is_open { 200 } else { 400 },
            "{policy}: {}",
            reply.text()
        );
        let identities: &dyn IdentityStore = &*house.store;
        let made = identities.find_by_identifier(ADA).await.unwrap();
        let made = made.map(|identity| json!(identity.unmanaged));
        assert_eq!(made, is_open.then(|| json!({"team": ["red"]})), "{policy}");
    }
}

/// What was said of the fields of a row.
async fn told(browser: &mut Browser<'_>, flow: &Value, row: [&str; 2]) -> [Vec<String>; 2] {
    let rows = [
        ("attributes.1.name", row[0]),
        ("attributes.1.value", row[1]),
    ];
    let kept = [("attributes.0.name", "team"), ("attributes.0.value", "red")];
    let form = form(flow, &[kept, rows].concat());
    browser.submit(action(flow), &form).await;
    let id = flow["id"].as_str().unwrap();
    let fetch = format!("/self-service/settings/flows?id={id}");
    let now = browser.ask(&fetch).await.json();
    ["name", "value"].map(|part| {
        let node = node(&now, &format!("attributes.1.{part}"));
        let messages = node["messages"].as_array().unwrap().iter();
        let texts = messages.map(|message| message["text"].as_str().unwrap().to_owned());
        texts.collect()
    })
}

#[tokio::test]
async fn a_new_row_that_says_half_is_refused_at_the_half_it_lacks() {
    let house = house("ENABLED");
    let ada = resident(&house).await;
    let mut browser = house.browser();
    let flow = settings(&mut browser).await;
    let [name, value] = told(&mut browser, &flow, ["hat", " "]).await;
    assert!(name.is_empty(), "{name:?}");
    assert_eq!(value, ["Please fill in Value of that attribute."]);
    let [name, value] = told(&mut browser, &flow, ["", "top"]).await;
    assert_eq!(name, ["A name has 1 to 255 characters."]);
    assert!(value.is_empty(), "{value:?}");
    let [name, _] = told(&mut browser, &flow, ["name.first", "top"]).await;
    assert_eq!(name, ["This has a field of its own in the form."]);
    let stored = house.stored(&ada).await.unmanaged;
    assert_eq!(json!(stored), json!({"team": ["red"]}));
}
