//! Going to a provider and coming back.

use serde_json::Value;

use super::{Browser, Reply, action, csrf};

/// Presses a provider's button and returns the state it was sent with.
pub(crate) async fn leave(browser: &mut Browser<'_>, provider: &str) -> String {
    let flow = browser.begin("login").await;
    press(browser, &flow, "provider", provider).await
}

/// Presses a provider's button of this flow and returns the state it was sent with.
pub(crate) async fn press(
    browser: &mut Browser<'_>,
    flow: &Value,
    name: &str,
    provider: &str,
) -> String {
    let fields = [("csrf_token", csrf(flow)), (name, provider)];
    let reply = browser.submit(action(flow), &fields).await;
    let target = reply.location();
    assert!(
        target.starts_with("https://idp.test/authorize?"),
        "{target}"
    );
    reply.query("state")
}

pub(crate) async fn come_back(browser: &mut Browser<'_>, provider: &str, query: &str) -> Reply {
    let target = format!("/self-service/methods/oidc/callback/{provider}?{query}");
    browser.go(&target).await
}

/// Signs in through a provider as the account called `code`.
pub(crate) async fn arrive(browser: &mut Browser<'_>, provider: &str, code: &str) -> Reply {
    let state = leave(browser, provider).await;
    come_back(browser, provider, &format!("state={state}&code={code}")).await
}

/// Signs in through a provider with an address that is known already, and returns the form that
/// asks for a proof.
pub(crate) async fn asked(browser: &mut Browser<'_>, provider: &str, code: &str) -> Value {
    let reply = arrive(browser, provider, code).await;
    let target = reply.location();
    assert!(target.contains("/login?flow="), "{target}");
    let fetch = format!("/self-service/login/flows?id={}", reply.query("flow"));
    browser.ask(&fetch).await.json()
}

/// The values of a form's fields and buttons of this name.
pub(crate) fn values<'a>(flow: &'a Value, name: &str) -> Vec<&'a str> {
    let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    let named = nodes.filter(|node| node["attributes"]["name"] == name);
    named
        .filter_map(|node| node["attributes"]["value"].as_str())
        .collect()
}

pub(crate) fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert!(reply.text().contains(code), "{}", reply.text());
}
