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
