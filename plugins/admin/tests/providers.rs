//! Providers through the API: added, shown, changed, asked, removed.

mod takeover;

use std::time::Duration;

use http::Method;
use portcullis_core::{broker::DryRun, id::IdentityId, testing::SeededEntropy};
use serde_json::{Value, json};

use super::house::House;
use crate::{Role, caller::Caller, providers::seen_by, role::Roles};

const ALL: &str = "/admin/x/providers";
const NEW: &str = "/admin/x/providers/new";

fn table() -> Value {
    json!({"id": "new", "kind": "oidc", "client_id": "gate", "client_secret": "hush"})
}

/// XP-10, XP-12, XP-14.
#[tokio::test]
async fn a_provider_is_added_shown_changed_and_removed() {
    let house = House::new();
    let manager = house.acting_as(&[Role::ProviderManager]).await;
    let added = manager.post(ALL, &table()).await;
    assert_eq!(added.status, 201, "{:?}", added.json());
    assert_eq!(
        added.header("location"),
        "https://admin.test/admin/x/providers/new"
    );
    let shown = manager.get(NEW).await.json();
    assert_eq!(added.json(), shown);
    assert_eq!(shown["source"], "runtime");
    assert_eq!(shown["has_client_secret"], true);
    assert_eq!(shown["has_private_key"], false);
    assert_eq!(shown["redirect_uri"], "https://gate.test/callback/new");
    assert_eq!(manager.get(ALL).await.json().as_array().unwrap().len(), 2);

    let off = json!({"enabled": false, "link": "auto"});
    let off = manager.send(Method::PATCH, NEW, &off).await.json();
    assert_eq!(
        (&off["enabled"], &off["client_id"]),
        (&json!(false), &json!("gate"))
    );
    assert_eq!(off["warnings"][0]["key"], "link", "{off}");
    let other = json!({"kind": "google", "client_id": "else"});
    let other = manager.send(Method::PUT, NEW, &other).await.json();
    assert_eq!(
        (&other["kind"], other.get("link")),
        (&json!("google"), None)
    );
    assert_eq!(other["has_client_secret"], true, "what is not said is kept");

    let told = manager.delete(&format!("{NEW}?dry_run=true")).await.json();
    assert_eq!(
        told,
        json!({"id": "new", "removed": false, "links": 1, "sessions": 1})
    );
    let gone = manager
        .delete(&format!("{NEW}?links=unlink&sessions=revoke"))
        .await;
    let told = json!({"id": "new", "removed": true, "links_removed": 1, "sessions_ended": 0});
    assert_eq!((gone.status, gone.json()), (200, told));
    assert_eq!(manager.get(NEW).await.error(), "provider_unknown");
}

/// XP-05, XP-15: each refusal by its name, with what is wrong.
#[tokio::test]
async fn what_is_refused_says_why() {
    let house = House::new();
    let admin = house.admin().await;
    assert_eq!(admin.post(ALL, &table()).await.status, 201);
    let twin = admin.post(ALL, &table()).await;
    assert_eq!(
        (twin.status, twin.error()),
        (409, "provider_exists".to_owned())
    );
    let wrong = json!({"id": "wrong", "lable": "x"});
    let wrong = admin.post(ALL, &wrong).await;
    assert_eq!(
        (wrong.status, wrong.error()),
        (400, "provider_mistaken".to_owned())
    );
    assert_eq!(
        wrong.json()["error"]["details"]["errors"][0]["path"],
        "lable"
    );

    let filed = format!("{ALL}/acme");
    let off = json!({"enabled": false});
    for refused in [
        admin.send(Method::PATCH, &filed, &off).await,
        admin.send(Method::PUT, &filed, &off).await,
        admin.delete(&filed).await,
    ] {
        assert_eq!(
            (refused.status, refused.error()),
            (409, "provider_in_file".to_owned())
        );
        assert_eq!(
            refused.json()["error"]["details"]["place"],
            "portcullis.toml"
        );
    }
    let linked = admin.delete(&format!("{NEW}?links=refuse")).await;
    assert_eq!(
        (linked.status, linked.error()),
        (409, "provider_linked".to_owned())
    );
    assert_eq!(linked.json()["error"]["details"]["links"], 1);
    for odd in ["links=perhaps", "sessions=unlink", "dry_run=perhaps"] {
        let refused = admin.delete(&format!("{NEW}?{odd}")).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "bad_request".to_owned()),
            "{odd}"
        );
    }
    assert_eq!(admin.post(ALL, &json!([])).await.error(), "bad_request");
}

#[tokio::test]
async fn nobody_of_an_unknown_name_is_shown_asked_or_removed() {
    let house = House::new();
    let admin = house.admin().await;
    for nobody in ["nobody", "no%20name"] {
        let path = format!("{ALL}/{nobody}");
        assert_eq!(admin.get(&path).await.error(), "provider_unknown");
        assert_eq!(admin.delete(&path).await.error(), "provider_unknown");
        let status = admin.get(&format!("{path}/status")).await;
        assert_eq!(status.error(), "provider_unknown");
        let run = admin.post(&format!("{path}/dry-run"), &json!({})).await;
        assert_eq!(
            (run.status, run.error()),
            (404, "provider_unknown".to_owned())
        );
    }
}

#[test]
fn whom_claims_lead_to_is_for_those_who_may_see_identities() {
    let run = DryRun {
        identity_id: Some(IdentityId::generate(&SeededEntropy::new(1))),
        schema_id: "default".to_owned(),
        traits: json!({"email": "ada@example.org"}),
        metadata_public: Some(json!({})),
        metadata_admin: Some(json!({})),
        roles: vec!["admin".to_owned()],
        errors: vec![("email".to_owned(), "odd".to_owned())],
        trusted: None,
        rule: "confirm".to_owned(),
        why: "an identity has it, but it has a second factor".to_owned(),
    };
    let seen = |role: Role| {
        let mut caller = Caller::anybody([192, 0, 2, 1].into(), "r1");
        caller.roles = Roles::new([role]);
        seen_by(&caller, run.clone())
    };
    assert_eq!(seen(Role::UserManager), run);
    let shown = serde_json::to_value(seen(Role::ProviderManager)).unwrap();
    let veiled = json!({
        "identity_id": null, "schema_id": "default", "traits": null, "metadata_public": null,
        "metadata_admin": null, "roles": [], "errors": [], "trusted": null,
        "rule": "confirm", "why": "confirm",
    });
    assert_eq!(shown, veiled);
}

/// XP-13.
#[tokio::test]
async fn the_status_is_what_the_provider_itself_says() {
    let house = House::new();
    let viewer = house.acting_as(&[Role::Viewer]).await;
    let status = viewer.get(&format!("{ALL}/acme/status")).await.json();
    assert_eq!(status["id"], "acme");
    assert_eq!(
        (&status["discovery"], &status["jwks"]),
        (&json!("ok"), &json!("ok"))
    );
    assert_eq!(
        (&status["last_error"], &status["enabled"]),
        (&Value::Null, &json!(true))
    );
    assert!(status["redirect_uri"].is_string());
}

#[tokio::test]
async fn what_is_done_to_providers_is_written_down_without_secrets() {
    let house = House::new();
    let admin = house.admin().await;
    admin.post(ALL, &table()).await;
    house.clock.advance(Duration::from_secs(1));
    let change = json!({"client_secret": "hush-hush", "label": "New"});
    admin.send(Method::PATCH, NEW, &change).await;
    house.clock.advance(Duration::from_secs(1));
    admin.delete(&format!("{NEW}?links=unlink")).await;
    let log = admin.get("/admin/x/audit?object=provider:new").await;
    let text = String::from_utf8(log.body.clone()).unwrap();
    assert!(!text.contains("hush"), "{text}");
    let log = log.json();
    let verbs: Vec<_> = (0..3).map(|at| log[at]["verb"].clone()).collect();
    assert_eq!(
        verbs,
        ["provider.delete", "provider.update", "provider.create"]
    );
    assert_eq!(log[0]["before"]["label"], "New", "{log}");
    assert_eq!(log[0]["after"]["links_removed"], 1);
    assert_eq!(log[1]["before"], json!({}));
    assert_eq!(
        log[1]["after"],
        json!({"label": "New", "secrets_given": ["client_secret"]})
    );
    assert_eq!(log[2]["after"]["client_id"], "gate");
    assert_eq!(log[2]["after"]["has_client_secret"], true);
}
