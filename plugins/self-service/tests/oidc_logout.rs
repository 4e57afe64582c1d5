//! Signing out where a provider is involved: there, or at its word.

use http::Method;
use portcullis_core::provider::SignOutScope::{self, Ask, Upstream};
use serde_json::{Value, json};
use url::Url;

use super::house::{
    Browser, House, PUBLIC,
    provider_visit::{arrive, come_back, leave, press},
};

const LOGOUT: &str = "/self-service/logout/browser";

async fn house_with(scope: SignOutScope) -> House {
    let house = House::new();
    for id in ["acme", "google", "spare"] {
        house.configure(id, |provider| provider.policy.logout = scope);
    }
    house
}

async fn signed_in<'a>(house: &'a House, provider: &str, code: &str) -> Browser<'a> {
    let mut browser = house.browser();
    let reply = arrive(&mut browser, provider, code).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    browser
}

async fn logout_url(browser: &mut Browser<'_>) -> String {
    let begun = browser.ask(LOGOUT).await.json();
    begun["logout_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn signing_out_goes_on_to_the_provider_and_comes_back_once() {
    let house = house_with(Upstream).await;
    let mut browser = signed_in(&house, "acme", "ada").await;
    let asked = browser.go(LOGOUT).await.text();
    assert!(asked.contains("signed out at Acme too"), "{asked}");
    let target = format!("{}&return_to=/bye", logout_url(&mut browser).await);
    let reply = browser.go(&target).await;
    assert!(reply.location().starts_with("https://idp.test/logout?"));
    assert_eq!(reply.query("id_token_hint"), "id-token-of-ada");
    let here = format!("{PUBLIC}/.portcullis/self-service/methods/oidc/signed-out/acme");
    assert_eq!(reply.query("post_logout_redirect_uri"), here);
    assert_eq!(browser.session(), None);
    assert_eq!(house.heard.all().last().unwrap(), "signed out");

    let state = reply.query("state");
    let mut stranger = house.browser();
    let back = format!("{here}?state={state}");
    assert_eq!(stranger.go(&back).await.status, 200, "not its own state");
    assert_eq!(browser.go(&back).await.location(), format!("{PUBLIC}/bye"));
    let replayed = browser.go(&back).await;
    assert!(replayed.text().contains("You are signed out"));
    assert_eq!(browser.go(&format!("{here}?state=x")).await.status, 200);
}

#[tokio::test]
async fn a_script_is_told_where_the_provider_signs_out() {
    for (scope, too, goes_on) in [
        (Upstream, false, true),
        (Ask, false, false),
        (Ask, true, true),
        (SignOutScope::Local, true, false),
    ] {
        let house = house_with(scope).await;
        for provider in ["acme", "google"] {
            let mut browser = signed_in(&house, provider, provider).await;
            let target = logout_url(&mut browser).await;
            let target = match too {
                true => format!("{target}&upstream=true"),
                false => target,
            };
            let reply = browser.ask(&target).await;
            assert_eq!(browser.session(), None, "signed out here either way");
            if !goes_on || provider == "google" {
                assert_eq!(reply.status, 204, "{scope:?} {provider}");
                continue;
            }
            let expected = (422, "browser_location_change_required".to_owned());
            assert_eq!(reply.error(), expected);
            let url = reply.json()["redirect_browser_to"].clone();
            let url = url.as_str().unwrap();
            assert!(url.starts_with("https://idp.test/logout?"), "{url}");
        }
    }
}

#[tokio::test]
async fn whoever_signs_out_here_only_is_told_where_not() {
    let house = house_with(SignOutScope::Local).await;
    for (provider, text) in [
        (
            "acme",
            "You stay signed in at Acme: this signs you out here only.",
        ),
        (
            "google",
            "You stay signed in at Google: it cannot be signed out from here.",
        ),
    ] {
        let mut browser = signed_in(&house, provider, provider).await;
        let page = browser.go(LOGOUT).await.text();
        assert!(page.contains(text), "{page}");
    }
}

#[tokio::test]
async fn whoever_is_asked_chooses_where_to_sign_out() {
    let house = house_with(Ask).await;
    for (too, lands) in [(false, PUBLIC), (true, "https://idp.test/logout")] {
        let mut browser = signed_in(&house, "acme", "ada").await;
        let page = browser.go(LOGOUT).await.text();
        assert!(page.contains("Sign out here"), "{page}");
        assert!(page.contains("Sign out at Acme too"), "{page}");
        let mut url = Url::parse(&logout_url(&mut browser).await).unwrap();
        if too {
            url.query_pairs_mut().append_pair("upstream", "true");
        }
        let reply = browser.go(url.as_str()).await;
        assert!(reply.location().starts_with(lands), "{}", reply.location());
        assert_eq!(browser.session(), None);
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_signed_out_of_is_named() {
    let house = house_with(Upstream).await;
    let mut browser = signed_in(&house, "google", "ada").await;
    let page = browser.go(LOGOUT).await.text();
    assert!(page.contains("You stay signed in at Google"), "{page}");
    let target = logout_url(&mut browser).await;
    let page = browser.go(&target).await.text();
    assert!(page.contains("You are still signed in at Google"), "{page}");
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn signing_out_here_never_waits_for_the_provider() {
    let house = house_with(Upstream).await;
    let mut browser = signed_in(&house, "acme", "mute").await;
    let target = logout_url(&mut browser).await;
    let page = browser.go(&target).await.text();
    assert!(page.contains("You are still signed in at Acme"), "{page}");
    assert_eq!(browser.session(), None);
    assert_eq!(house.heard.all().last().unwrap(), "signed out");
}

#[tokio::test]
async fn id_tokens_are_kept_only_where_signing_out_needs_them() {
    for (scope, kept) in [(SignOutScope::Local, ""), (Ask, "id-token-of-ada")] {
        let house = house_with(scope).await;
        let mut browser = signed_in(&house, "acme", "ada").await;
        let whoami = browser.ask("/sessions/whoami").await.json();
        let session = whoami["id"].as_str().unwrap().parse().unwrap();
        let upstream = house.services.upstream_sessions.find(session).await;
        let upstream = upstream.unwrap().unwrap();
        assert_eq!(upstream.id_token.expose(), kept);
        assert_eq!(upstream.session_id.as_deref(), Some("sid-of-ada"));
        assert_eq!(upstream.link.subject, "ada");
    }
}

async fn notify(house: &House, provider: &str, token: &Value) -> (u16, Value) {
    let target = format!("/self-service/methods/oidc/backchannel-logout/{provider}");
    let fields = [("logout_token", token.to_string())];
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let mut server = house.browser();
    let reply = server
        .send(Method::POST, &target, &headers, body.into_bytes())
        .await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    let body = match reply.status {
        200 => Value::Null,
        _ => reply.json(),
    };
    (reply.status, body)
}

#[tokio::test]
async fn a_logout_token_ends_the_session_it_names_once() {
    let house = House::new();
    let mut ada = signed_in(&house, "acme", "ada").await;
    let mut bob = signed_in(&house, "acme", "bob").await;
    let token = json!({"sub": "ada", "sid": "sid-of-ada", "jti": "1"});
    assert_eq!(notify(&house, "acme", &token).await.0, 200);
    assert_eq!(ada.ask("/sessions/whoami").await.status, 401);
    assert_eq!(bob.ask("/sessions/whoami").await.status, 200);
    assert_eq!(house.heard.all().last().unwrap(), "signed out");
    let (status, body) = notify(&house, "acme", &token).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
}

#[tokio::test]
async fn a_logout_token_without_a_session_ends_all_of_the_account() {
    let house = House::new();
    let mut desk = signed_in(&house, "acme", "ada").await;
    let mut phone = signed_in(&house, "acme", "ada").await;
    let other = json!({"sub": "ada", "sid": "sid-of-nobody", "jti": "1"});
    assert_eq!(notify(&house, "acme", &other).await.0, 200);
    assert_eq!(desk.ask("/sessions/whoami").await.status, 200);
    let all = json!({"sub": "ada", "jti": "2"});
    assert_eq!(notify(&house, "acme", &all).await.0, 200);
    for browser in [&mut desk, &mut phone] {
        assert_eq!(browser.ask("/sessions/whoami").await.status, 401);
    }
}

#[tokio::test]
async fn what_is_no_logout_token_ends_nothing() {
    let house = House::new();
    let mut ada = signed_in(&house, "acme", "ada").await;
    let good = json!({"sub": "ada", "jti": "1"});
    for provider in ["google", "nobody", "..%2Fx"] {
        assert_eq!(notify(&house, provider, &good).await.0, 400, "{provider}");
    }
    let target = "/self-service/methods/oidc/backchannel-logout/acme";
    for fields in [&[("logout_token", "forged")][..], &[("x", "y")][..]] {
        let reply = house.browser().submit(target, fields).await;
        assert_eq!(reply.json()["error"], "invalid_request");
        assert_eq!(reply.status, 400);
    }
    assert_eq!(ada.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn a_frame_of_the_provider_ends_the_session_it_names() {
    let house = House::new();
    let mut ada = signed_in(&house, "acme", "ada").await;
    let target =
        |query: &str| format!("/self-service/methods/oidc/frontchannel-logout/acme?{query}");
    let mut frame = house.browser();
    let off = frame
        .go(&target("iss=https://acme.test&sid=sid-of-ada"))
        .await;
    assert_eq!(
        off.status, 404,
        "it is off unless the provider's table says so"
    );
    assert_eq!(ada.ask("/sessions/whoami").await.status, 200);
    house.configure("acme", |provider| {
        provider.policy.front_channel_logout = true
    });
    for (query, status) in [
        ("", 400),
        ("sid=sid-of-ada", 400),
        ("iss=https://acme.test", 400),
        ("iss=https://acme.test&sid=other", 200),
        ("iss=https://evil.test&sid=sid-of-ada", 200),
    ] {
        let reply = frame.go(&target(query)).await;
        assert_eq!(reply.status, status, "{query}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{query}: {policy}"
        );
        assert_eq!(ada.ask("/sessions/whoami").await.status, 200, "{query}");
    }
    let reply = frame
        .go(&target("iss=https://acme.test&sid=sid-of-ada"))
        .await;
    assert_eq!(reply.status, 200);
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.ends_with("frame-ancestors https://acme.test"),
        "{policy}"
    );
    assert_eq!(ada.ask("/sessions/whoami").await.status, 401);
}

/// A session that was proved through two providers ends at the word of either.
#[tokio::test]
async fn a_session_ends_at_the_word_of_each_provider_that_proved_it() {
    let [acme, spare] = ["acme", "spare"];
    for told in [acme, spare] {
        let house = house_with(Upstream).await;
        signed_in(&house, acme, "ada").await;
        // Another account with her address comes from elsewhere, and she proves it through the first.
        let mut browser = house.browser();
        let state = leave(&mut browser, spare).await;
        let query = format!("state={state}&code=ada");
        let reply = come_back(&mut browser, spare, &query).await;
        let fetch = format!("/self-service/login/flows?id={}", reply.query("flow"));
        let flow = browser.ask(&fetch).await.json();
        let state = press(&mut browser, &flow, "provider", acme).await;
        come_back(&mut browser, acme, &format!("state={state}&code=ada")).await;
        let whoami = browser.ask("/sessions/whoami").await.json();
        let session = whoami["id"].as_str().unwrap().parse().unwrap();
        let noted = house.services.upstream_sessions.list(session).await;
        let noted: Vec<_> = noted
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one.link.provider.to_string(),
                    one.id_token.expose().to_owned(),
                )
            })
            .collect();
        let first = (spare.to_owned(), "id-token-of-ada".to_owned());
        assert_eq!(noted, [first, (acme.to_owned(), String::new())]);
        let token = json!({"sub": "ada", "sid": "sid-of-ada", "jti": "1"});
        assert_eq!(notify(&house, told, &token).await.0, 200);
        assert_eq!(browser.ask("/sessions/whoami").await.status, 401, "{told}");
    }
}
