//! The profile routes and payloads of v0.1, as its document describes them.

use std::sync::Arc;

use portcullis_core::{
    identity::{Identity, IdentityStore},
    schema::{Schema, Schemas},
};
use serde_json::{Value, json};

use super::house::{Browser, House, PASSWORD, PUBLIC, stand_ins};
use crate::Limits;

const FOO: &str = "foobar@ory.sh";
const BEGIN: &str = "/self-service/browser/flows/profile";

/// A house whose schema is the one of the document.
fn house() -> House {
    let document = json!({
        "$id": "https://example.org/identity.traits.schema.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Person",
        "type": "object",
        "properties": {
            "email": {
                "type": "string", "format": "email", "title": "E-Mail", "minLength": 3,
                "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}},
            },
            "name": {
                "type": "object",
                "properties": {
                    "first": {"type": "string", "minLength": 5},
                    "last": {"type": "string"},
                },
            },
        },
        "required": ["email"],
        "additionalProperties": false,
    });
    House::altered(Limits::default(), |services, _| {
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
        services.schemas = schemas.clone();
        services.broker.schemas = schemas;
    })
}

async fn resident(house: &House) -> Identity {
    let services = &house.services;
    let schema = services.schemas.default_schema();
    let traits = json!({"email": FOO, "name": {"first": "Foobar", "last": "Barbaz"}});
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let identity = services.schemas.identity(&schema, traits, clock, entropy);
    let identity = identity.unwrap();
    let credential = stand_ins::credential(&identity, PASSWORD, clock);
    let stored = IdentityStore::insert(&*house.store, &identity, &[credential]).await;
    stored.unwrap();
    identity
}

async fn traits(house: &House, identity: &Identity) -> Value {
    let found = IdentityStore::find(&*house.store, identity.id).await;
    found.unwrap().unwrap().traits
}

/// Begins as a browser, and fetches what the page would.
async fn begin(browser: &mut Browser<'_>) -> Value {
    let begun = browser.go(BEGIN).await;
    assert!(
        begun.location().contains("/settings?request="),
        "{}",
        begun.location()
    );
    let fetch = format!(
        "/self-service/browser/flows/requests/profile?request={}",
        begun.query("request")
    );
    let fetched = browser.ask(&fetch).await;
    assert_eq!(fetched.status, 200, "{}", fetched.text());
    fetched.json()
}

async fn again(browser: &mut Browser<'_>, request: &Value) -> Value {
    let fetch = format!(
        "/self-service/browser/flows/requests/profile?request={}",
        request["id"].as_str().unwrap()
    );
    browser.ask(&fetch).await.json()
}

async fn submit(browser: &mut Browser<'_>, request: &Value, fields: &[(&str, &str)]) -> String {
    let token = request["form"]["fields"]["csrf_token"]["value"]
        .as_str()
        .unwrap();
    let fields = [fields, &[("csrf_token", token)]].concat();
    let action = request["form"]["action"].as_str().unwrap();
    let reply = browser.submit(action, &fields).await;
    reply.location().to_owned()
}

/// KP-06, KP-07, KP-08, KP-09, KP-10, KP-11, KP-12, KP-13, KP-14, KP-15, KP-16, KP-17, KP-18.
#[tokio::test]
async fn kp_06_to_kp_18_the_payload_is_that_of_the_document() {
    let house = house();
    let foo = resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let mut request = begin(&mut browser).await;
    let id = request["id"].as_str().unwrap().to_owned();
    let token = request["form"]["fields"]["csrf_token"]["value"].take();
    assert!(token.as_str().unwrap().len() > 40);
    let page = format!("{PUBLIC}/.portcullis");
    assert_eq!(
        request,
        json!({
            "id": id,
            "expires_at": "2026-11-21T13:00:00Z",
            "issued_at": "2026-11-21T12:00:00Z",
            "request_url": format!("{page}{BEGIN}"),
            "form": {
                "action": format!("{page}{BEGIN}/update?request={id}"),
                "method": "POST",
                "fields": {
                    "csrf_token": {
                        "name": "csrf_token", "type": "hidden", "required": true, "value": null,
                    },
                    // KP-15.
                    "traits.email": {
                        "name": "traits.email", "type": "text", "required": true, "value": FOO,
                    },
                    "traits.name.first": {
                        "name": "traits.name.first", "type": "text", "value": "Foobar",
                    },
                    "traits.name.last": {
                        "name": "traits.name.last", "type": "text", "value": "Barbaz",
                    },
                },
            },
            "identity": {
                "id": foo.id,
                "traits_schema_id": "default",
                "traits_schema_url": format!("{page}/schemas/ZGVmYXVsdA"),
                "traits": foo.traits,
            },
        })
    );
    // KP-22: what client-side applications call by AJAX is the same.
    let script = browser.ask(BEGIN).await.json();
    assert_eq!(script["identity"], request["identity"]);
}

/// KP-09, KP-11.
#[tokio::test]
async fn kp_09_and_kp_11_a_valid_profile_is_stored() {
    let house = house();
    let foo = resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let request = begin(&mut browser).await;
    let fields = [
        ("traits.email", FOO),
        ("traits.name.first", "Augusta"),
        ("traits.name.last", "King"),
    ];
    let page = submit(&mut browser, &request, &fields).await;
    assert!(page.contains("/settings?request="), "{page}");
    let stored = traits(&house, &foo).await;
    assert_eq!(stored["name"], json!({"first": "Augusta", "last": "King"}));
    let now = again(&mut browser, &request).await;
    assert_eq!(now["identity"]["traits"], stored);
    assert!(
        browser
            .go(&page)
            .await
            .text()
            .contains("Your changes have been saved")
    );
}

/// KP-10, KP-19, KP-20.
#[tokio::test]
async fn kp_10_kp_19_and_kp_20_every_mistake_stands_at_its_field_with_what_was_entered() {
    let house = house();
    let foo = resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let request = begin(&mut browser).await;
    let fields = [
        ("traits.email", "other@ory.sh"),
        ("traits.name.first", "abc"),
        ("traits.name.last", "King"),
    ];
    submit(&mut browser, &request, &fields).await;
    let now = again(&mut browser, &request).await;
    let fields = &now["form"]["fields"];
    assert_eq!(
        fields["traits.name.first"],
        json!({
            "name": "traits.name.first", "type": "text", "value": "abc",
            "errors": [{"message": "traits.name.first: Must be at least 5 characters long"}],
        })
    );
    // KP-21: protected fields are not accepted here.
    assert_eq!(
        fields["traits.email"]["errors"],
        json!([{"message": "traits.email: Cannot be changed here"}])
    );
    assert_eq!(fields["traits.name.last"]["value"], "King");
    assert_eq!(
        traits(&house, &foo).await,
        foo.traits,
        "KP-03: nothing is stored"
    );
}

/// KP-21.
#[tokio::test]
async fn kp_21_a_protected_field_alone_is_refused_too_and_may_be_left_out() {
    let house = house();
    let foo = resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let request = begin(&mut browser).await;
    let token = request["form"]["fields"]["csrf_token"]["value"].clone();
    let action = request["form"]["action"].as_str().unwrap();
    let body = json!({"csrf_token": token, "traits": {"email": "other@ory.sh"}});
    let refused = browser.post(action, &body).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert_eq!(traits(&house, &foo).await, foo.traits);
    let body = json!({"csrf_token": token, "traits": {"name": {"first": "Augusta"}}});
    let stored = browser.post(action, &body).await;
    assert_eq!(stored.status, 200, "{}", stored.text());
    let now = traits(&house, &foo).await;
    assert_eq!(now, json!({"email": FOO, "name": {"first": "Augusta"}}));
    assert_eq!(stored.json()["identity"]["traits"], now);
}

/// KP-23.
#[tokio::test]
async fn kp_23_only_the_browser_that_began_it_and_its_person_read_and_submit_it() {
    let house = house();
    resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let request = begin(&mut browser).await;
    let mut elsewhere = house.browser();
    elsewhere.sign_in(FOO).await;
    let expected = (403, "security_csrf_violation".to_owned());
    let fetch = format!(
        "/self-service/browser/flows/requests/profile?request={}",
        request["id"].as_str().unwrap()
    );
    assert_eq!(elsewhere.ask(&fetch).await.error(), expected);
    let action = request["form"]["action"].as_str().unwrap();
    let token = &request["form"]["fields"]["csrf_token"]["value"];
    let body = json!({"csrf_token": token, "traits": {"name": {"first": "Augusta"}}});
    assert_eq!(elsewhere.post(action, &body).await.error(), expected);
    let body = json!({"traits": {"name": {"first": "Augusta"}}});
    assert_eq!(browser.post(action, &body).await.error(), expected);
    browser.jar.remove("__Host-portcullis");
    assert_eq!(browser.ask(&fetch).await.status, 401);
    let begun = browser.go(BEGIN).await;
    assert_eq!(
        begun.query("return_to"),
        format!("{PUBLIC}/.portcullis{BEGIN}")
    );
}

/// KP-02.
#[tokio::test]
async fn kp_02_a_password_is_not_changed_there() {
    let house = house();
    resident(&house).await;
    let mut browser = house.browser();
    browser.sign_in(FOO).await;
    let request = begin(&mut browser).await;
    assert!(request["form"]["fields"].get("password").is_none());
    let fields = [
        ("traits.name.first", "Augusta"),
        ("method", "password"),
        ("password", "battery staple"),
    ];
    submit(&mut browser, &request, &fields).await;
    assert!(!house.heard.all().contains(&"password changed".to_owned()));
}
