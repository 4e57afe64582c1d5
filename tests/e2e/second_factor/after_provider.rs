//! Where a security key follows a sign-in through a provider (CU-30).

use serde_json::{Value, json};

use super::{described, methods, status};
use crate::support::{
    ALICE, Browser, HostileProvider, OidcProvider, SecurityKey, TestGateway,
    person::{sign_in_through, whoami},
};

const ON: &str = "[identity.mfa]\nwebauthn_after_provider = true";

async fn gate() -> (TestGateway, OidcProvider) {
    let builder = described().table(ON);
    let provider = OidcProvider::with_client("gate", "secret", &builder.redirect_uri("one"));
    let provider = provider.start().await;
    let builder = builder.provider("one", provider.issuer(), ("gate", "secret"));
    (builder.start().await, provider)
}

/// From the page that is asked for to the one of the provider.
async fn leave(browser: &Browser, gateway: &TestGateway) {
    browser
        .goto(&format!("{}/reports?page=2", gateway.url()))
        .await;
    browser.press("Sign in with one").await;
}

async fn at_the_provider(browser: &Browser) {
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "bob").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
}

async fn session(browser: &Browser, gateway: &TestGateway) -> Value {
    let whoami = format!("{}/.portcullis/sessions/whoami", gateway.url());
    browser.goto(&whoami).await;
    let shown = browser.text().await;
    serde_json::from_str(&shown).unwrap_or_else(|_| panic!("{shown}"))
}

async fn is_through(browser: &Browser, gateway: &TestGateway) {
    browser.see("You are through the gate").await;
    let expected = format!("{}/reports?page=2", gateway.url());
    assert_eq!(browser.url().await, expected);
    let session = session(browser, gateway).await;
    assert_eq!(session["authenticator_assurance_level"], "aal2");
    assert_eq!(methods(&session), ["oidc", "webauthn"]);
}

/// CU-30: at the first sign-in a key is added, at the next it is asked for, and the last one stays.
#[tokio::test]
async fn cu_30_whoever_comes_through_a_provider_goes_on_with_a_key() {
    let (gateway, _provider) = gate().await;
    let browser = Browser::open().await;
    browser.narrow(390).await;
    let _key = SecurityKey::plug_into(&browser).await;
    leave(&browser, &gateway).await;
    at_the_provider(&browser).await;
    browser.see("Add a security key").await;
    browser
        .fill("webauthn_register_displayname", "On my ring")
        .await;
    browser.press("Add a security key").await;
    // The provider has not told when it asked who this is, so it is asked to.
    browser.see("Confirm that it is you").await;
    browser.press("Sign in with one").await;
    at_the_provider(&browser).await;
    is_through(&browser, &gateway).await;

    browser.forget_cookies().await;
    // The provider remembers him, and asks nothing.
    leave(&browser, &gateway).await;
    browser.see("Use a security key").await;
    assert!(
        !browser
            .text()
            .await
            .contains("Code of the authenticator app")
    );
    browser.press("Use a security key").await;
    is_through(&browser, &gateway).await;

    browser
        .goto(&format!("{}/.portcullis/settings", gateway.url()))
        .await;
    browser.see("On my ring").await;
    browser.press("webauthn_remove").await;
    browser.see("This key stays").await;
    browser.see("On my ring").await;
}

/// CU-30: programs are told what is missing, and nobody else is asked.
#[tokio::test]
async fn cu_30_the_gate_is_closed_without_a_key_and_open_with_a_password() {
    let (gateway, _provider) = gate().await;
    let client = gateway.anonymous();
    sign_in_through(&client, "one", "bob").await;
    let held: Value = client.get_json("/").await.json().await.unwrap();
    assert_eq!(held["code"], "session_required_actions_pending", "{held}");
    let page = held["redirect_browser_to"].as_str().unwrap();
    assert!(page.contains("webauthn-register"), "{page}");
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(status(&alice, "/").await, 200);
}

/// CU-30: a provider that tells of two factors has asked for them itself.
#[tokio::test]
async fn cu_30_two_factors_at_the_provider_need_no_key() {
    for (amr, expected) in [("mfa", 200), ("pwd", 403)] {
        let claims = json!({ "amr": [amr] });
        let provider = HostileProvider::start().await.id_token_with(&claims);
        let table = format!(
            "{ON}\n[providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\nclient_id = \"one\"\n\
             client_secret = \"a-client-secret-of-some-length\"\naal2_amr_values = [\"mfa\"]",
            provider.issuer()
        );
        let gateway = described().table(&table).start().await;
        let client = gateway.anonymous();
        sign_in_through(&client, "one", "x").await;
        assert_eq!(client.get_json("/").await.status(), expected, "{amr}");
        if expected == 200 {
            let session = whoami(&client).await;
            assert_eq!(session["required_actions"], json!([]));
        }
    }
}
