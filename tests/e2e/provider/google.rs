//! Google, through a real provider of its shape.

use serde_json::{Value, json};

use super::shaped::{google, google_table, refused, signed_in};
use crate::support::{OidcProvider, Route, TestGateway, oidc_provider::Settings, person::whoami};

async fn gate(
    settings: impl FnOnce(Settings) -> Settings,
    more: &str,
) -> (TestGateway, OidcProvider) {
    let builder = TestGateway::builder();
    let provider = settings(google(&builder)).start().await;
    let gateway = builder
        .table(&google_table(&provider, more))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

fn verified(session: &Value) -> bool {
    session["identity"]["verifiable_addresses"][0]["verified"] == true
}

/// XP-08.
#[tokio::test]
async fn a_person_with_a_gmail_address_signs_in_and_the_address_counts() {
    let (gateway, _provider) = gate(|settings| settings, "").await;
    let client = signed_in(&gateway, "google", "gina").await;
    let session = whoami(&client).await;
    assert_eq!(session["identity"]["traits"]["email"], "gina@gmail.com");
    assert_eq!(session["identity"]["traits"]["name"]["first"], "Gina");
    assert!(verified(&session), "{session}");
}

/// XP-08: a lapsed domain can be registered again.
#[tokio::test]
async fn a_workspace_address_counts_where_the_workspace_is_trusted_only() {
    let hers = json!({ "email": "wanda@corp.example", "hd": "corp.example" });
    // Somebody of one Workspace with an address of another.
    let foreign = json!({ "email": "fred@corp.example", "hd": "else.example" });
    let people = |settings: Settings| {
        settings
            .and_account("wanda", hers.clone())
            .and_account("fred", foreign.clone())
    };
    for (more, counts) in [("", false), ("trust_workspace_email = true", true)] {
        let (gateway, _provider) = gate(people, more).await;
        let wanda = signed_in(&gateway, "google", "wanda").await;
        assert_eq!(verified(&whoami(&wanda).await), counts, "{more}");
        let fred = signed_in(&gateway, "google", "fred").await;
        assert!(!verified(&whoami(&fred).await), "{more}");
    }
}

/// XP-08: Kratos only passes `hd` on; whoever leaves it out of the address bar is somebody else.
#[tokio::test]
async fn nobody_but_members_of_the_hosted_domains_gets_in() {
    let people = |settings: Settings| {
        settings
            .and_account(
                "wanda",
                json!({ "email": "wanda@corp.example", "hd": "corp.example" }),
            )
            .and_account(
                "fred",
                json!({ "email": "fred@else.example", "hd": "else.example" }),
            )
            .and_account(
                "sub",
                json!({ "email": "s@corp.example", "hd": "x.corp.example" }),
            )
            .and_account("odd", json!({ "hd": ["corp.example"] }))
    };
    let more = "hosted_domains = [\"corp.example\"]\ntrust_workspace_email = true";
    let (gateway, _provider) = gate(people, more).await;
    signed_in(&gateway, "google", "wanda").await;
    for login in ["gina", "fred", "sub", "odd"] {
        assert_eq!(
            refused(&gateway, "google", login).await,
            "provider_not_admitted",
            "{login}"
        );
    }
}

/// XP-08: Google knows no `offline_access`; its own parameter brings the refresh token.
#[tokio::test]
async fn offline_access_is_asked_for_in_googles_way() {
    let more = "scopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]";
    let (gateway, _provider) = gate(|settings| settings, more).await;
    let client = gateway.anonymous();
    let form = crate::support::Form::begin(&client, "login", "").await;
    let start = url::Url::parse(&form.choose("google").await).unwrap();
    let of = |name: &str| {
        start
            .query_pairs()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.into_owned())
    };
    assert_eq!(of("access_type").as_deref(), Some("offline"));
    assert!(!of("scope").unwrap().contains("offline_access"), "{start}");
}
