//! Microsoft, through a real provider of its shape.

use serde_json::{Value, json};

use super::shaped::{OTHER_TENANT, TENANT, microsoft, microsoft_table, refused, signed_in};
use crate::support::{OidcProvider, Route, TestGateway, oidc_provider::Settings, person::whoami};

async fn gate(
    settings: impl FnOnce(Settings) -> Settings,
    tenant: &str,
    more: &str,
) -> (TestGateway, OidcProvider) {
    let builder = TestGateway::builder();
    let provider = settings(microsoft(&builder)).start().await;
    let gateway = builder
        .table(&microsoft_table(&provider, tenant, more))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

fn verified(session: &Value) -> bool {
    session["identity"]["verifiable_addresses"][0]["verified"] == true
}

/// XP-07: the issuer of the token's own tenant, whichever address discovery was read at.
#[tokio::test]
async fn people_sign_in_through_every_kind_of_tenant() {
    for tenant in [TENANT, "common", "organizations"] {
        let (gateway, provider) = gate(|settings| settings, tenant, "").await;
        for _ in 0..2 {
            let client = signed_in(&gateway, "microsoft", "mona").await;
            let session = whoami(&client).await;
            assert_eq!(
                session["identity"]["traits"]["email"], "mona@contoso.example",
                "{tenant}"
            );
        }
        assert_eq!(provider.requests("token").await, 2);
    }
}

/// XP-07.
#[tokio::test]
async fn another_tenant_is_refused() {
    let more = format!("allowed_tenants = [\"{OTHER_TENANT}\"]");
    let (gateway, _provider) = gate(|settings| settings, "common", &more).await;
    assert_eq!(
        refused(&gateway, "microsoft", "mona").await,
        "provider_not_admitted"
    );
    let more = format!("allowed_tenants = [\"{OTHER_TENANT}\", \"{TENANT}\"]");
    let (gateway, _provider) = gate(|settings| settings, "common", &more).await;
    signed_in(&gateway, "microsoft", "mona").await;
    // People with a work account are no consumers.
    let (gateway, _provider) = gate(|settings| settings, "consumers", "").await;
    let code = refused(&gateway, "microsoft", "mona").await;
    assert!(
        ["provider_not_admitted", "provider_invalid"].contains(&&*code),
        "{code}"
    );
}

/// XP-07: one tenant must not speak for another's accounts.
#[tokio::test]
async fn a_token_whose_tenant_is_not_its_issuers_is_refused() {
    let people = |settings: Settings| {
        settings
            .and_account("liar", json!({ "tid": OTHER_TENANT }))
            .and_account("none", json!({ "tid": null }))
            .and_account("odd", json!({ "tid": "../common" }))
    };
    for tenant in ["common", TENANT] {
        let (gateway, _provider) = gate(people, tenant, "").await;
        for login in ["liar", "none", "odd"] {
            let code = refused(&gateway, "microsoft", login).await;
            assert_eq!(code, "provider_invalid", "{login} at {tenant}");
        }
    }
}

/// XP-07, nOAuth: an address is the tenant administrator's word, unless Microsoft says otherwise.
#[tokio::test]
async fn an_address_counts_by_xms_edov_only() {
    let people = |settings: Settings| {
        let edov = [
            ("true", json!(true)),
            ("one", json!("1")),
            ("no", json!(false)),
            ("zero", json!(0)),
        ];
        edov.into_iter().fold(settings, |settings, (login, claim)| {
            settings.and_account(login, json!({ "xms_edov": claim }))
        })
    };
    let (gateway, _provider) = gate(people, "common", "").await;
    for (login, counts) in [
        ("true", true),
        ("one", true),
        ("no", false),
        ("zero", false),
        ("mona", false),
    ] {
        let client = signed_in(&gateway, "microsoft", login).await;
        assert_eq!(verified(&whoami(&client).await), counts, "{login}");
    }
    let (gateway, _provider) = gate(|settings| settings, TENANT, "trust_tenant_email = true").await;
    let client = signed_in(&gateway, "microsoft", "mona").await;
    assert!(verified(&whoami(&client).await));
}

/// XP-07: "too many groups to list" is not "no groups".
#[tokio::test]
async fn too_many_groups_close_the_door_where_groups_are_read() {
    let elsewhere = json!({
        "_claim_names": { "groups": "src1" },
        "_claim_sources": { "src1": { "endpoint": "https://graph.example/getMemberObjects" } },
    });
    let people = |settings: Settings| {
        settings
            .and_account("few", json!({ "groups": ["g-1", "g-2"] }))
            .and_account("many", elsewhere.clone())
            .and_account("says", json!({ "hasgroups": "true" }))
    };
    let map = "[providers.microsoft.map]\n\"email\" = \"claims.email\"\n\
        \"name.first\" = \"claims.given_name\"\n\
        \"groups\" = { value = \"claims.groups\", target = \"metadata_admin\", sync = \"force\" }";
    let (gateway, _provider) = gate(people, "common", map).await;
    signed_in(&gateway, "microsoft", "few").await;
    for login in ["many", "says"] {
        assert_eq!(
            refused(&gateway, "microsoft", login).await,
            "claims_withheld",
            "{login}"
        );
    }
    // Where nobody reads groups, they do not matter.
    let (gateway, _provider) = gate(people, "common", "").await;
    signed_in(&gateway, "microsoft", "many").await;
}
