//! Proving once more who one is, in a browser that the provider remembers.

use std::time::SystemTime;

use serde_json::json;
use url::Url;

use super::shaped::{google, google_table, microsoft, microsoft_table};
use crate::support::{
    ALICE, Anonymous, Form, HostileProvider, Route, TestGateway,
    actor::location,
    gateway::Builder,
    person::{session_cookie, sign_in_through, vouched},
};

fn gate() -> Builder {
    TestGateway::builder().route(&Route::signed_in("/", "echo:"))
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
    let gateway = gate()
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
    // The provider did not say that it asked, so that the sign-in alone changes nothing.
    let settings = Form::begin(&client, "settings", "").await;
    let answer = settings.submit(&[("link", "one")]).await;
    let page = location(&answer).unwrap_or_default();
    assert!(page.contains("refresh=true"), "{page}");
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let provider = provider.id_token_with(&json!({ "auth_time": now - 3600 }));
    for told in [true, false] {
        if !told {
            provider.behave();
        }
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
    }
}

/// A real provider asks again and says so, and who was asked may go on.
#[tokio::test]
async fn whoever_is_asked_again_at_the_provider_may_change_how_they_sign_in() {
    let builder = gate();
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
    for (provider, age) in [("microsoft", Some("0")), ("google", None)] {
        let client = super::shaped::signed_in(&gateway, provider, "pat").await;
        let target = refresh(&client, provider).await;
        assert_eq!(parameter(&target, "max_age").as_deref(), age);
        let prompt = if age.is_some() {
            "login"
        } else {
            "select_account"
        };
        assert_eq!(parameter(&target, "prompt").as_deref(), Some(prompt));
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
