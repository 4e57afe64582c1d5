//! What a provider does not say and the schema wants is asked on a form.

use serde_json::{Value, json};

use crate::support::{
    Anonymous, Browser, Form, OidcProvider, Route, TestGateway,
    actor::location,
    person::{session_cookie, sign_in_through},
};

async fn gate(schema: &str) -> (TestGateway, OidcProvider) {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = settings.start().await;
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .table(schema)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

/// The schema `named`: a first name is required besides the address.
fn named() -> String {
    let schema = json!({ "type": "object", "properties": { "traits": { "type": "object", "properties": {
        "email": { "type": "string", "format": "email", "title": "Email address",
            "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
        "name": { "type": "object", "required": ["first"], "properties": {
            "first": { "type": "string", "title": "First name", "minLength": 1 },
            "last": { "type": "string", "title": "Last name" } } }
    }, "required": ["email", "name"] } } });
    format!(
        "[identity]\ndefault_schema = \"named\"\n[[identity.schemas]]\nid = \"named\"\ninline = '''{schema}'''"
    )
}

/// The form that asks for what is missing, after the provider's answer.
async fn asked(client: &Anonymous, login: &str) -> Form {
    let answer = sign_in_through(client, "one", login).await;
    assert_eq!(session_cookie(&answer), None, "nobody is signed in yet");
    let page = location(&answer).expect("a form asks for more");
    let (page, shown) = client.follow(&page).await;
    assert_eq!(shown.status(), 200);
    Form::at(client, &page).await
}

async fn traits(client: &Anonymous) -> Value {
    let whoami: Value = client
        .get_json("/.portcullis/sessions/whoami")
        .await
        .json()
        .await
        .unwrap();
    whoami["identity"]["traits"].clone()
}

#[tokio::test]
async fn an_address_the_provider_does_not_tell_is_asked_in_the_browser() {
    let (gateway, _provider) = gate("").await;
    let browser = Browser::open().await;
    browser.goto(&format!("{}/deep?x=1", gateway.url())).await;
    browser.press("Sign in with one").await;
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "nomail").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser.arrive_at(&gateway.url()).await;
    let known = "return document.getElementsByName('traits.name.first')[0]?.value";
    crate::support::wait_until("the form to show what is known", async || {
        (browser.run(known, vec![]).await == "Nora").then_some(())
    })
    .await;
    browser.fill("traits.email", "nora@example.org").await;
    browser.submit().await;
    browser.see("You are through the gate").await;
    assert!(browser.text().await.contains("nora@example.org"));
    assert_eq!(browser.url().await, format!("{}/deep?x=1", gateway.url()));
}

#[tokio::test]
async fn what_is_asked_is_asked_until_it_is_right_and_only_once() {
    let (gateway, _provider) = gate(&named()).await;
    let client = gateway.anonymous();
    let form = asked(&client, "noname").await;
    assert_eq!(
        form.value("traits.email").as_deref(),
        Some("noname@example.org")
    );
    assert!(
        !form.names().contains(&"password".to_owned()),
        "no password is asked: {:?}",
        form.names()
    );
    let empty = form
        .submit(&[
            ("method", "oidc"),
            ("provider", "one"),
            ("traits.email", "noname@example.org"),
        ])
        .await;
    let page = location(&empty).expect("the form is shown again");
    let (page, _) = client.follow(&page).await;
    let again = Form::at(&client, &page).await;
    assert!(
        again.messages().contains(&4_000_002),
        "{:?}",
        again.messages()
    );
    let fields = [
        ("method", "oidc"),
        ("provider", "one"),
        ("traits.email", "noname@example.org"),
        ("traits.name.first", "Noel"),
    ];
    let done = again.submit(&fields).await;
    assert!(
        session_cookie(&done).is_some(),
        "{}",
        done.text().await.unwrap()
    );
    assert_eq!(traits(&client).await["name"]["first"], "Noel");

    let later = gateway.anonymous();
    let answer = sign_in_through(&later, "one", "noname").await;
    assert!(
        session_cookie(&answer).is_some(),
        "the second time nothing is asked"
    );
    assert_eq!(traits(&later).await["name"]["first"], "Noel");
}

/// What is filled in must not become somebody else's identity.
#[tokio::test]
async fn an_address_filled_in_by_hand_does_not_take_an_identity_over() {
    let (gateway, _provider) = gate("").await;
    let owner = sign_in_through(&gateway.anonymous(), "one", "bob").await;
    assert!(session_cookie(&owner).is_some());
    let client = gateway.anonymous();
    let form = asked(&client, "nomail").await;
    let fields = [
        ("method", "oidc"),
        ("provider", "one"),
        ("traits.email", "bob@example.org"),
    ];
    let answer = form.submit(&fields).await;
    assert_eq!(session_cookie(&answer), None);
    assert!(answer.status().as_u16() < 500);
    assert_eq!(client.get_json("/").await.status(), 401);
}

/// The form of one browser is of no use to another.
#[tokio::test]
async fn what_waits_for_an_answer_belongs_to_one_browser() {
    let (gateway, _provider) = gate("").await;
    let form = asked(&gateway.anonymous(), "nomail").await;
    let stranger = gateway.anonymous();
    let fields = [
        ("method", "oidc"),
        ("provider", "one"),
        ("traits.email", "x@example.org"),
    ];
    let answer = stranger.submit(form.action(), &fields).await;
    assert_eq!(session_cookie(&answer), None);
    assert_eq!(stranger.get_json("/").await.status(), 401);
}

/// A gate whose new identities have an address and a first name and nothing else, while another
/// schema describes a team, and the provider's map is this.
async fn narrow(map: &str) -> (TestGateway, OidcProvider) {
    let schema = |more: Value| {
        let mut properties = json!({
            "email": { "type": "string", "format": "email",
                "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
            "first": { "type": "string" },
        });
        let members = properties.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        json!({ "type": "object", "properties": { "traits": { "type": "object",
            "properties": properties, "required": ["email", "first"],
            "additionalProperties": false } } })
    };
    let (own, other) = (
        schema(json!({})),
        schema(json!({ "team": { "type": "string" } })),
    );
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = settings.start().await;
    let gateway = builder
        .table(&format!(
            "[identity]\ndefault_schema = \"narrow\"\n\
             [[identity.schemas]]\nid = \"narrow\"\ninline = '''{own}'''\n\
             [[identity.schemas]]\nid = \"wide\"\ninline = '''{other}'''\n\
             [providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"one\"\n\
             client_secret = \"secret\"\nlabel = \"one\"\n\
             scopes = [\"openid\", \"email\", \"profile\"]\n[providers.one.map]\n{map}",
            provider.issuer(),
        ))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

/// KC-082: what new identities have no place for is left out as a whole, and the log says what.
#[tokio::test]
async fn a_mapped_trait_that_has_no_place_is_left_out_and_the_operator_reads_of_it() {
    let map =
        "email = \"claims.email\"\nfirst = \"claims.given_name\"\nteam = \"claims.family_name\"";
    let (gateway, _provider) = narrow(map).await;
    let client = gateway.anonymous();
    let answer = sign_in_through(&client, "one", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let traits = traits(&client).await;
    let names: Vec<&String> = traits.as_object().unwrap().keys().collect();
    assert_eq!(names, ["email", "first"], "{traits}");
    let line = gateway.wait_for_log("a mapped trait is in no schema").await;
    for part in ["team", "narrow", "WARN"] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

/// KC-082: nobody comes in without what their schema requires because a map fills something else.
#[tokio::test]
async fn a_map_that_misses_what_is_required_lets_nobody_in_before_they_fill_it_in() {
    let map = "email = \"claims.email\"\nteam = \"claims.given_name\"";
    let (gateway, _provider) = narrow(map).await;
    let client = gateway.anonymous();
    let form = asked(&client, "bob").await;
    assert!(form.names().contains(&"traits.first".to_owned()));
    assert!(!form.names().contains(&"traits.team".to_owned()));
    gateway.wait_for_log("a mapped trait is in no schema").await;
    let mut fields = vec![("method", "oidc"), ("provider", "one")];
    let still = form.submit(&fields).await;
    assert_eq!(session_cookie(&still), None, "it is still missing");
    let page = location(&still).expect("the form is shown again");
    let (page, _) = client.follow(&page).await;
    let again = Form::at(&client, &page).await;
    let email = again.value("traits.email").unwrap_or_default();
    fields.extend([("traits.email", &*email), ("traits.first", "Bob")]);
    let done = again.submit(&fields).await;
    assert!(session_cookie(&done).is_some(), "{}", done.status());
    assert_eq!(traits(&client).await["first"], "Bob");
}
