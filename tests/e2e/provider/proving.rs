//! Proving once more who one is, in a browser that the provider remembers.

use std::time::SystemTime;

use serde_json::{Value, json};
use url::Url;

use super::shaped::{google, google_table, microsoft, microsoft_table};
use crate::support::{
    ALICE, Anonymous, Form, HostileProvider, Route, TestGateway,
    actor::location,
    gateway::Builder,
    person::{session_cookie, sign_in_through, vouched},
    wait_until,
};

/// A gate in which a session is soon too old to change how one signs in.
fn impatient() -> Builder {
    TestGateway::builder()
        .table("[plugins.self-service.settings]\nprivileged_session_max_age = \"1s\"")
        .route(&Route::signed_in("/", "echo:"))
}

/// What becomes of linking an account of `provider`: 422 when the browser may go there.
async fn link(client: &Anonymous, provider: &str) -> (u16, Value) {
    let form = Form::begin(client, "settings", "").await;
    let answer = form.submit_json(json!({ "link": provider })).await;
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

async fn wait_until_too_old(client: &Anonymous, provider: &str) {
    wait_until("the session to be too old", async || {
        let (status, told) = link(client, provider).await;
        (status == 403 && told["error"]["id"] == "session_refresh_required").then_some(())
    })
    .await;
}

fn parameter(target: &str, name: &str) -> Option<String> {
    let url = Url::parse(target).unwrap();
    let pair = url.query_pairs().find(|(key, _)| key == name);
    pair.map(|(_, value)| value.into_owned())
}

async fn refresh(client: &Anonymous, provider: &str) -> String {
    let form = Form::begin(client, "login", "?refresh=true").await;
    assert_eq!(form.values("provider"), [provider]);
    form.choose(provider).await
}

/// A browser left open, at a provider that is signed in still and asks nothing.
#[tokio::test]
async fn a_silent_way_there_and_back_proves_nothing() {
    let provider = HostileProvider::start().await;
    let gateway = impatient()
        .provider(
            "one",
            &provider.issuer(),
            ("one", "a-client-secret-of-some-length"),
        )
        .start()
        .await;
    let client = gateway.anonymous();
    let first = sign_in_through(&client, "one", "x").await;
    assert!(session_cookie(&first).is_some(), "{}", first.status());
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let provider = provider.id_token_with(&json!({ "auth_time": now - 3600 }));
    for told in [true, false] {
        if !told {
            provider.behave();
        }
        wait_until_too_old(&client, "one").await;
        let target = refresh(&client, "one").await;
        assert_eq!(parameter(&target, "prompt").as_deref(), Some("login"));
        assert_eq!(parameter(&target, "max_age").as_deref(), Some("0"));
        let back = vouched(&client, &target, "x").await;
        let answer = client.navigate(&back).await;
        assert_eq!(session_cookie(&answer), None);
        let (status, page) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(status, 403, "{page}");
        for said in ["provider_not_asked_again", "Prove it another way"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let (status, _) = link(&client, "one").await;
        assert_eq!(status, 403, "still too old");
    }
}

/// A real provider asks again and says so, and who was asked may go on.
#[tokio::test]
async fn whoever_is_asked_again_at_the_provider_may_change_how_they_sign_in() {
    let builder = impatient();
    let (google, microsoft) = (google(&builder), microsoft(&builder));
    let (google, microsoft) = (google.start().await, microsoft.start().await);
    let tenant = super::shaped::TENANT;
    let gateway = builder
        .registration()
        .table(&google_table(&google, ""))
        .table(&microsoft_table(&microsoft, tenant, ""))
        .start()
        .await;
    // Google does not say that it asked, so it counts where there is nothing else.
    for (provider, other, age) in [
        ("microsoft", "google", Some("0")),
        ("google", "microsoft", None),
    ] {
        let client = super::shaped::signed_in(&gateway, provider, "pat").await;
        wait_until_too_old(&client, other).await;
        let target = refresh(&client, provider).await;
        assert_eq!(parameter(&target, "prompt").as_deref(), Some("login"));
        if age.is_some() {
            assert_eq!(parameter(&target, "max_age").as_deref(), age);
        }
        let back = vouched(&client, &target, "pat").await;
        let answer = client.navigate(&back).await;
        let (status, home) = (answer.status(), location(&answer));
        assert!(
            session_cookie(&answer).is_some(),
            "{provider}: {status} {home:?}"
        );
    }
    // Whoever has a password proves it by that.
    let alice = ALICE.sign_up(&gateway).await;
    let form = Form::begin(&alice.client, "login", "?refresh=true").await;
    assert_eq!(form.values("provider"), [""; 0]);
    assert!(form.names().contains(&"password".to_owned()));
}
