//! A provider shaped like Google and one like Microsoft, and the tables that configure them.

use serde_json::{Value, json};

use crate::support::{
    Anonymous, Form, OidcProvider, TestGateway,
    actor::location,
    gateway::Builder,
    oidc_provider::Settings,
    person::{session_cookie, sign_in_through},
};

/// The tenant of everybody at the provider shaped like Microsoft.
pub(super) const TENANT: &str = "5f0e8a2c-1b7d-4c3e-9a66-0d2f4b8c7e11";
/// A tenant nobody is in.
pub(super) const OTHER_TENANT: &str = "c1d2e3f4-0a1b-4c2d-8e3f-9a8b7c6d5e4f";

/// A provider shaped like Google, still to be started.
pub(super) fn google(builder: &Builder) -> Settings {
    let callback = builder.redirect_uri("google");
    OidcProvider::with_client("google-client", "google-secret", &callback).google_shaped()
}

/// A provider shaped like Microsoft, still to be started.
pub(super) fn microsoft(builder: &Builder) -> Settings {
    let callback = builder.redirect_uri("microsoft");
    let settings = OidcProvider::with_client("microsoft-client", "microsoft-secret", &callback);
    settings.microsoft_shaped(TENANT)
}

/// The table for the provider shaped like Google, and more lines of it.
pub(super) fn google_table(provider: &OidcProvider, more: &str) -> String {
    format!(
        "[providers.google]\nkind = \"google\"\nlabel = \"Google\"\nissuer_url = \"{}\"\n\
         client_id = \"google-client\"\nclient_secret = \"google-secret\"\n{more}",
        provider.issuer()
    )
}

/// The table for the provider shaped like Microsoft, for `tenant`, and more lines of it.
pub(super) fn microsoft_table(provider: &OidcProvider, tenant: &str, more: &str) -> String {
    format!(
        "[providers.microsoft]\nkind = \"microsoft\"\nlabel = \"Microsoft\"\n\
         issuer_url = \"{}/{{tenantid}}/v2.0\"\nmicrosoft_tenant = \"{tenant}\"\n\
         client_id = \"microsoft-client\"\nclient_secret = \"microsoft-secret\"\n{more}",
        provider.home()
    )
}

/// Signs in through a provider, and confirms an unverified address where a form asks for that.
pub(super) async fn signed_in(gateway: &TestGateway, provider: &str, login: &str) -> Anonymous {
    let client = gateway.anonymous();
    let mut answer = sign_in_through(&client, provider, login).await;
    if session_cookie(&answer).is_none() {
        let status = answer.status();
        let Some(page) = location(&answer) else {
            panic!("{login}: {status} {}", answer.text().await.unwrap());
        };
        let (page, _) = client.follow(&page).await;
        let form = Form::at(&client, &page).await;
        let kept = |name: &str| form.value(name).unwrap_or_default();
        let (email, first, last) = (
            kept("traits.email"),
            kept("traits.name.first"),
            kept("traits.name.last"),
        );
        let fields = [
            ("method", "oidc"),
            ("provider", provider),
            ("traits.email", &email),
            ("traits.name.first", &first),
            ("traits.name.last", &last),
        ];
        answer = form.submit(&fields).await;
    }
    let status = answer.status();
    assert!(session_cookie(&answer).is_some(), "{login}: {status}");
    client
}

/// Asserts that nobody is signed in, and says by which code.
pub(super) async fn refused(gateway: &TestGateway, provider: &str, login: &str) -> String {
    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    let begun = form
        .submit_json(json!({ "method": "oidc", "provider": provider }))
        .await;
    let begun: Value = begun.json().await.unwrap();
    let Some(target) = begun["redirect_browser_to"].as_str() else {
        return begun["error"]["id"].as_str().unwrap_or_default().to_owned();
    };
    let back = crate::support::person::vouched(&client, target, login).await;
    let answer = client.get_json(&back).await;
    assert_eq!(session_cookie(&answer), None, "{login}");
    let answer: Value = answer.json().await.unwrap();
    let code = answer["error"]["id"].as_str();
    code.unwrap_or_else(|| panic!("{login}: {answer}"))
        .to_owned()
}
