//! Tokens that were kept are given back where they came from (D.9), as the provider counts.

use serde_json::json;

use super::{
    linking::{link, settings},
    shaped::{TENANT, google, google_table, microsoft, microsoft_table},
};
use crate::support::{ALICE, OidcProvider, Route, TestGateway, wait_until};

const KEPT: &str =
    "store_tokens = true\nscopes = [\"openid\", \"email\", \"profile\", \"offline_access\"]";

struct Gate {
    gateway: TestGateway,
    google: OidcProvider,
    microsoft: OidcProvider,
}

async fn gate() -> Gate {
    let builder = TestGateway::builder().registration();
    let (google, microsoft) = tokio::join!(google(&builder).start(), microsoft(&builder).start());
    let gateway = builder
        .table(&google_table(&google, KEPT))
        .table(&microsoft_table(&microsoft, TENANT, KEPT))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    Gate {
        gateway,
        google,
        microsoft,
    }
}

impl Gate {
    async fn revoked(&self) -> (u64, u64) {
        let of = async |provider: &OidcProvider| provider.requests("revocation").await;
        (of(&self.google).await, of(&self.microsoft).await)
    }
}

/// D.9: what goes is given back, and nothing else is.
#[tokio::test]
async fn tokens_are_revoked_when_their_link_or_their_identity_goes() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    for provider in ["google", "microsoft"] {
        link(&alice, provider, "gina").await;
    }
    assert_eq!(gate.revoked().await, (0, 0), "as long as the links last");

    let form = settings(&alice).await;
    let answer = form.submit_json(json!({ "unlink": "google" })).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    wait_until("Google to be told", async || {
        (gate.revoked().await.0 > 0).then_some(())
    })
    .await;
    assert_eq!(gate.revoked().await.1, 0, "the other link is still there");

    let id = alice.identity();
    let arguments = ["delete-identity", "--identity-id", id, "--yes"];
    let deleted = gate.gateway.run(&arguments, "");
    assert_eq!(deleted.code, 0, "{deleted:?}");
    assert!(
        gate.revoked().await.1 > 0,
        "the command tells Microsoft before it ends"
    );
    // Everybody else hears of it, too: of the one link that was left, and of the identity.
    let told = deleted
        .stderr
        .matches("\"reason\":\"identity_deleted\"")
        .count();
    assert_eq!(told, 1, "{deleted:?}");
    assert!(deleted.stderr.contains("\"event\":\"identity_deleted\""));
    assert!(deleted.stderr.contains("unlinked"), "{deleted:?}");
}

/// D.9, by command.
#[tokio::test]
async fn tokens_are_revoked_when_an_administrator_unlinks_the_account() {
    let gate = gate().await;
    let alice = ALICE.sign_up(&gate.gateway).await;
    link(&alice, "microsoft", "mona").await;
    let who = ["--email", ALICE.email, "--output", "json"];
    let list: Vec<&str> = ["list-oidc-accounts"].into_iter().chain(who).collect();
    let listed = gate.gateway.run(&list, "").json();
    let credential = listed[0]["credential_id"].as_str();
    let credential = credential.unwrap_or_else(|| panic!("{listed}"));
    let unlink = [
        "unlink-oidc-account",
        "--credential-id",
        credential,
        "--yes",
    ];
    let unlink: Vec<&str> = unlink.into_iter().chain(who).collect();
    let unlinked = gate.gateway.run(&unlink, "");
    assert_eq!(unlinked.code, 0, "{unlinked:?}");
    let (google, microsoft) = gate.revoked().await;
    assert!(google == 0 && microsoft > 0, "{google} {microsoft}");
}
