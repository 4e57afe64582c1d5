//! A second factor at the provider counts here (D.3), where the ID token itself says so.

use serde_json::{Value, json};

use crate::support::{
    Anonymous, HostileProvider, Route, TestGateway,
    person::{session_cookie, sign_in_through, whoami},
};

const TWO: &str = "urn:example:two-factors";

fn table(issuer: &str) -> String {
    format!(
        "[providers.one]\nkind = \"oidc\"\nissuer_url = \"{issuer}\"\nclient_id = \"one\"\n\
         client_secret = \"a-client-secret-of-some-length\"\naal2_acr_values = [\"{TWO}\"]\n\
         aal2_amr_values = [\"mfa\", \"hwk\"]"
    )
}

async fn signed_in(provider: &HostileProvider) -> (TestGateway, Anonymous) {
    let strong = Route::signed_in("/strong", "echo:");
    let gateway = TestGateway::builder()
        .table(&table(&provider.issuer()))
        .route(&Route::signed_in("/", "echo:"))
        .route(&strong.with("deny = \"session.aal != 'aal2'\""))
        .start()
        .await;
    let client = gateway.anonymous();
    let answer = sign_in_through(&client, "one", "x").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    (gateway, client)
}

/// XP-01, D.3.
#[tokio::test]
async fn two_factors_at_the_provider_are_two_factors_here() {
    for claims in [json!({ "acr": TWO }), json!({ "amr": ["pwd", "hwk"] })] {
        let provider = HostileProvider::start().await.id_token_with(&claims);
        let (_gateway, client) = signed_in(&provider).await;
        let session = whoami(&client).await;
        assert_eq!(session["authenticator_assurance_level"], "aal2", "{claims}");
        let method = &session["authentication_methods"][0];
        assert_eq!(method["aal"], "aal2", "{session}");
        let told = [("upstream_acr", "acr"), ("upstream_amr", "amr")];
        for (ours, theirs) in told {
            assert_eq!(method.get(ours), claims.get(theirs), "{session}");
        }
        assert_eq!(client.get_json("/strong").await.status(), 200, "{claims}");
    }
}

/// XP-01, D.3: whoever may write userinfo, or anything but the configured values, gains nothing.
#[tokio::test]
async fn nothing_but_the_configured_values_of_the_id_token_is_a_second_factor() {
    let weak = json!({ "acr": "0", "amr": ["pwd", "MFA"] });
    let odd = json!({ "acr": [TWO], "amr": "mfa" });
    let silent = json!({});
    let elsewhere = json!({ "sub": "hostile-1", "acr": TWO, "amr": ["mfa"] });
    for claims in [weak, odd, silent] {
        let provider = HostileProvider::start().await.id_token_with(&claims);
        let (_gateway, client) = signed_in(&provider.userinfo(&elsewhere)).await;
        let session: Value = whoami(&client).await;
        assert_eq!(session["authenticator_assurance_level"], "aal1", "{claims}");
        let method = &session["authentication_methods"][0];
        for (ours, theirs) in [("upstream_acr", "acr"), ("upstream_amr", "amr")] {
            let of_its_type = claims
                .get(theirs)
                .filter(|one| one.is_array() == (theirs == "amr"));
            assert_eq!(method.get(ours), of_its_type, "{session}");
        }
        assert_eq!(client.get_json("/").await.status(), 200);
        assert_eq!(client.get_json("/strong").await.status(), 403, "{claims}");
    }
}
