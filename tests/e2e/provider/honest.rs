//! A person signs in through a real provider, in a real browser, with two of them to choose from.

use serde_json::Value;

use crate::support::{
    ALICE, Browser, Form, OidcProvider, Route, SELF_SERVICE, TestGateway, Upstream,
    actor::location,
    person::{session_cookie, sign_in_through, vouched},
};

struct Gate {
    gateway: TestGateway,
    _one: OidcProvider,
    _two: OidcProvider,
}

/// Two providers: one signs with RS256, the other with ES256 and all claims in the ID token.
async fn gate(target: &str) -> Gate {
    let builder = TestGateway::builder().registration();
    let one = OidcProvider::with_client("gate-one", "first-secret", &builder.redirect_uri("one"));
    let one = one.start().await;
    let two = OidcProvider::with_client("other", "x", &builder.redirect_uri("other"))
        .and_client_signed_with(
            "ES256",
            "gate-two",
            "second-secret",
            &builder.redirect_uri("two"),
        )
        .claims_in_id_token();
    let two = two.start().await;
    let gateway = builder
        .provider("one", one.issuer(), ("gate-one", "first-secret"))
        .provider("two", two.issuer(), ("gate-two", "second-secret"))
        .route(&Route::signed_in("/", target))
        .start()
        .await;
    Gate {
        gateway,
        _one: one,
        _two: two,
    }
}

async fn at_the_provider(browser: &Browser, login: &str) {
    browser.arrive_at("/interaction/").await;
    browser.fill("login", login).await;
    browser.fill("password", "anything").await;
    browser.submit().await;
}

/// XP-01, XP-11.
#[tokio::test]
async fn a_person_chooses_between_two_providers_on_the_page() {
    let gate = gate("echo:").await;
    for (provider, login) in [("one", "bob"), ("two", "carol")] {
        let browser = Browser::open().await;
        browser
            .goto(&format!("{}/deep?x=1", gate.gateway.url()))
            .await;
        for button in ["Sign in with one", "Sign in with two"] {
            assert!(browser.has_button(button).await, "{button}");
        }
        browser.press(&format!("Sign in with {provider}")).await;
        at_the_provider(&browser, login).await;
        browser.see("You are through the gate").await;
        assert!(
            browser
                .text()
                .await
                .contains(&format!("{login}@example.org"))
        );
        assert_eq!(
            browser.url().await,
            format!("{}/deep?x=1", gate.gateway.url())
        );
    }
}

#[tokio::test]
async fn signing_in_through_a_provider_works_with_scripts_off() {
    let gate = gate("echo:").await;
    let browser = Browser::open_without_scripts().await;
    browser.goto(&gate.gateway.url()).await;
    browser.press("Sign in with two").await;
    at_the_provider(&browser, "dora").await;
    browser.see("You are through the gate").await;
}

#[tokio::test]
async fn the_second_sign_in_is_the_same_identity() {
    let upstream = Upstream::start().await;
    let gate = gate(&upstream.url()).await;
    let mut identities = Vec::new();
    for provider in ["one", "one", "two", "two"] {
        let login = if provider == "one" { "bob" } else { "carol" };
        let client = gate.gateway.anonymous();
        let answer = sign_in_through(&client, provider, login).await;
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        assert!(session_cookie(&answer).is_some());
        let whoami: Value = client
            .get_json("/.portcullis/sessions/whoami")
            .await
            .json()
            .await
            .unwrap();
        let method = &whoami["authentication_methods"][0];
        assert_eq!(
            (&method["method"], &method["provider"]),
            (&"oidc".into(), &provider.into())
        );
        assert_eq!(
            whoami["identity"]["traits"]["email"],
            format!("{login}@example.org")
        );
        assert!(whoami["identity"]["traits"]["name"]["first"].is_string());
        assert_eq!(client.get_json("/").await.status(), 200);
        let user = upstream
            .last()
            .header("X-Forwarded-User")
            .unwrap()
            .to_owned();
        assert_eq!(whoami["identity"]["id"], user);
        identities.push(user);
    }
    assert_eq!(identities[0], identities[1]);
    assert_eq!(identities[2], identities[3]);
    assert_ne!(identities[0], identities[2]);
}

#[tokio::test]
async fn the_request_to_the_provider_carries_state_nonce_and_pkce() {
    let gate = gate("echo:").await;
    let client = gate.gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let first = url::Url::parse(&form.choose("one").await).unwrap();
    let second =
        url::Url::parse(&Form::begin(&client, "login", "").await.choose("one").await).unwrap();
    let of = |url: &url::Url, name: &str| -> String {
        let found = url.query_pairs().find(|(n, _)| n == name);
        found
            .unwrap_or_else(|| panic!("{url} has {name}"))
            .1
            .into_owned()
    };
    assert_eq!(of(&first, "response_type"), "code");
    assert_eq!(of(&first, "code_challenge_method"), "S256");
    assert_eq!(of(&first, "client_id"), "gate-one");
    assert!(
        of(&first, "scope")
            .split(' ')
            .any(|scope| scope == "openid")
    );
    let callback = format!(
        "{}{SELF_SERVICE}/methods/oidc/callback/one",
        gate.gateway.url()
    );
    assert_eq!(of(&first, "redirect_uri"), callback);
    for name in ["state", "nonce", "code_challenge"] {
        assert!(of(&first, name).len() >= 22, "{name}: {first}");
        assert_ne!(
            of(&first, name),
            of(&second, name),
            "{name} is new each time"
        );
    }
}

/// A script is told where to go; it cannot be redirected there.
#[tokio::test]
async fn a_script_that_chooses_a_provider_is_told_where_the_browser_must_go() {
    let gate = gate("echo:").await;
    let client = gate.gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let answer = form
        .submit_json(serde_json::json!({ "method": "oidc", "provider": "one" }))
        .await;
    assert_eq!(answer.status(), 422);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["id"], "browser_location_change_required");
    let start = answer["redirect_browser_to"].as_str().unwrap();
    let back = vouched(&client, start, "erin").await;
    let arrived = client.navigate(&back).await;
    assert_eq!(arrived.status(), 303);
    assert_eq!(client.get_json("/").await.status(), 200);
}

/// Brokering, D.2: whoever holds an address at a provider is not who holds it here.
#[tokio::test]
async fn the_address_of_a_local_identity_is_not_taken_over() {
    let gate = gate("echo:").await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    for login in ["alice", "mallory"] {
        let client = gate.gateway.anonymous();
        let answer = sign_in_through(&client, "one", login).await;
        assert_eq!(session_cookie(&answer), None, "{login}");
        let text = match location(&answer) {
            Some(page) => client.follow(&page).await.1.text().await.unwrap(),
            None => {
                assert!(answer.status().is_client_error(), "{}", answer.status());
                answer.text().await.unwrap()
            }
        };
        let asked = text.contains("Please sign in once as you did before");
        assert!(
            asked || text.contains("please sign in as you did before"),
            "{login} reads why: {text}"
        );
        assert_eq!(client.get_json("/").await.status(), 401);
    }
    assert_eq!(alice.status("/").await, 200);
    assert_eq!(
        ALICE.sign_in(&gate.gateway).await.identity(),
        alice.identity()
    );
}

/// Two providers of one address are two identities of nobody: the second is refused as well.
#[tokio::test]
async fn the_address_of_another_providers_identity_is_not_taken_over() {
    let gate = gate("echo:").await;
    let answer = sign_in_through(&gate.gateway.anonymous(), "one", "bob").await;
    assert!(session_cookie(&answer).is_some());
    let answer = sign_in_through(&gate.gateway.anonymous(), "two", "bob").await;
    assert_eq!(session_cookie(&answer), None);
}

/// KC-082: closed registration does not close the door to brokered identities.
#[tokio::test]
async fn a_provider_creates_identities_unless_told_not_to() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("one", "secret", &builder.redirect_uri("one"));
    let provider = settings
        .and_client("two", "secret", &builder.redirect_uri("two"))
        .start()
        .await;
    let never = format!(
        "[providers.two]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"two\"\n\
         client_secret = \"secret\"\ncreate = \"never\"",
        provider.issuer()
    );
    let gateway = builder
        .provider("one", provider.issuer(), ("one", "secret"))
        .table(&never)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let answer = sign_in_through(&gateway.anonymous(), "two", "frank").await;
    assert_eq!(session_cookie(&answer), None);
    assert!(answer.status().as_u16() < 500);
    let answer = sign_in_through(&gateway.anonymous(), "one", "frank").await;
    assert!(session_cookie(&answer).is_some());
}
