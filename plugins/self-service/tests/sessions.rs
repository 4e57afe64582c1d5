//! The visitor's own sessions, the schemas, and what is not here.

use std::{sync::Arc, time::Duration};

use portcullis_core::schema::{Schema, Schemas};
use serde_json::{Value, json};

use super::house::House;
use crate::{Config, Limits};

/// B.7, B.9.
#[tokio::test]
async fn whoami_tells_who_somebody_is() {
    let house = House::new();
    let identity = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let signed_out = browser.go("/sessions/whoami").await;
    assert_eq!(signed_out.error(), (401, "session_inactive".to_owned()));
    browser.headers.push(("user-agent", "Test/1".to_owned()));
    browser.sign_in("ada@example.com").await;
    let reply = browser.ask("/sessions/whoami").await;
    let header = &reply.headers["x-kratos-authenticated-identity-id"];
    assert_eq!(header, identity.id.to_string().as_str());
    insta::assert_json_snapshot!(reply.json());
}

/// B.9: how long the answer may be kept is told where the operator allows that, and not for so long that the
/// session would end unseen.
#[tokio::test]
async fn whoami_tells_how_long_its_answer_may_be_kept_where_it_may() {
    let (minute, week) = (60, 7 * 24 * 60 * 60);
    for (seconds, told) in [(0, None), (minute, Some("60")), (week, Some("1800"))] {
        let config = Config {
            whoami_cache_for: Duration::from_secs(seconds),
            ..Config::default()
        };
        let house = House::with(config, Limits::default());
        house.resident("ada@example.com").await;
        let mut browser = house.browser();
        browser.sign_in("ada@example.com").await;
        let reply = browser.ask("/sessions/whoami").await;
        let header = reply.headers.get("ory-session-cache-for");
        assert_eq!(header.map(|value| value.to_str().unwrap()), told);
    }
}

#[tokio::test]
async fn others_can_be_listed_and_ended() {
    let house = House::new();
    house.resident("ada@example.com").await;
    house.resident("eve@example.com").await;
    let (mut one, mut two, mut eve) = (house.browser(), house.browser(), house.browser());
    one.sign_in("ada@example.com").await;
    let second = two.sign_in("ada@example.com").await;
    let foreign = eve.sign_in("eve@example.com").await;

    let listed = one.ask("/sessions").await;
    assert_eq!(listed.headers["x-total-count"], "1");
    assert_eq!(listed.json()[0]["id"], second["session"]["id"]);
    let odd = one.ask("/sessions?page_token=x").await;
    assert_eq!(odd.error(), (400, "bad_request".to_owned()));
    let past = one.ask("/sessions?per_page=1&page=1").await;
    assert_eq!((past.json(), past.status), (json!([]), 200));
    assert!(
        past.headers["link"]
            .to_str()
            .unwrap()
            .contains("rel=\"prev\"")
    );

    let own = one.ask("/sessions/whoami").await.json()["id"].clone();
    for (id, status) in [
        (&own, 400),
        (&foreign["session"]["id"], 404),
        (&json!("x"), 404),
        (&second["session"]["id"], 204),
        (&second["session"]["id"], 404),
    ] {
        let target = format!("/sessions/{}", id.as_str().unwrap());
        assert_eq!(one.delete(&target, &[]).await.status, status);
    }
    assert_eq!(two.ask("/sessions/whoami").await.status, 401);

    two.sign_in("ada@example.com").await;
    let reply = one.delete("/sessions", &[]).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"count": 1})));
    assert_eq!(two.ask("/sessions/whoami").await.status, 401);
    assert_eq!(one.ask("/sessions/whoami").await.status, 200);
    assert_eq!(eve.ask("/sessions/whoami").await.status, 200);
}

#[tokio::test]
async fn pages_of_other_origins_end_nothing() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    for headers in [
        [("origin", "https://evil.test")],
        [("origin", "https://app.test")],
        [("origin", "null")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
    ] {
        let reply = browser.delete("/sessions", &headers).await;
        assert_eq!(reply.error(), (403, "security_csrf_violation".to_owned()));
    }
    let own = [
        ("origin", "https://gate.test"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(browser.delete("/sessions", &own).await.status, 200);
}

#[tokio::test]
async fn schemas_are_public() {
    let house = House::new();
    let mut browser = house.browser();
    let all = browser.ask("/schemas").await.json();
    assert_eq!(all[0]["id"], "default");
    for id in ["ZGVmYXVsdA", "default"] {
        let schema = browser.ask(&format!("/schemas/{id}")).await.json();
        assert_eq!(schema, all[0]["schema"]);
    }
    assert_eq!(browser.go("/schemas/nothing").await.error().0, 404);
    let past = browser.ask("/schemas?per_page=1&page=1").await;
    assert_eq!(
        (past.json(), &past.headers["x-total-count"]),
        (json!([]), &"1".parse().unwrap())
    );
    for odd in ["page=last", "page_token=x", "page_token=-x"] {
        let refused = browser.ask(&format!("/schemas?{odd}")).await;
        assert_eq!(refused.error().0, 400, "{odd}");
    }
}

/// KC-013, KC-023: nobody reads what only administrators see, of others or of themselves.
#[tokio::test]
async fn people_read_their_own_view_of_schemas_and_identities() {
    let house = House::altered(Limits::default(), |services, _| {
        let mut document: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        let traits = &mut document["properties"]["traits"];
        traits["properties"]["grade"] = json!({"type": "string", "x-profile": {"edit": ["admin"]}});
        traits["properties"]["second"] = json!({
            "type": "string", "format": "email", "x-profile": {"view": ["admin"]},
            "ory.sh/kratos": {"recovery": {"via": "email"}},
        });
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        services.schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    });
    let identity = house.resident("ada@example.com").await;
    let services = &house.services;
    let mut traits = identity.traits.clone();
    traits["grade"] = json!("A");
    traits["second"] = json!("hidden@example.com");
    let marked = services
        .schemas
        .refreshed(&identity, traits, &*services.clock, &*services.entropy)
        .unwrap();
    services.identities.update(&marked).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let whoami = browser.ask("/sessions/whoami").await.text();
    let schemas = browser.ask("/schemas/default").await.text();
    for hidden in ["grade", "second", "hidden@example.com"] {
        assert!(!whoami.contains(hidden), "{hidden}: {whoami}");
        assert!(!schemas.contains(hidden), "{hidden}: {schemas}");
    }
    assert!(whoami.contains("ada@example.com"), "{whoami}");
}

#[tokio::test]
async fn nothing_of_the_administrators_is_here() {
    let house = House::new();
    let mut browser = house.browser();
    for path in [
        "/admin/identities",
        "/identities",
        "/health/alive",
        "/metrics",
        "/x",
    ] {
        assert_eq!(
            browser.ask(path).await.error(),
            (404, "not_found".to_owned())
        );
    }
    let reply = browser.post("/sessions/whoami", &json!({})).await;
    assert_eq!(reply.error(), (405, "method_not_allowed".to_owned()));
}

#[tokio::test]
async fn a_session_that_is_strong_enough_need_not_be_asked_for() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let target = "/self-service/login/browser?aal=aal1";
    let expected = (401, "session_aal_already_fulfilled".to_owned());
    assert_eq!(browser.ask(target).await.error(), expected);
    assert_eq!(browser.go(target).await.status, 303);
    let refresh = browser.ask(&format!("{target}&refresh=true")).await;
    assert_eq!(refresh.status, 200);
}

#[tokio::test]
async fn programs_read_what_is_not_there() {
    let house = House::new();
    let mut browser = house.browser();
    let reply = browser.go("/sessions/0192-x").await;
    assert_eq!(reply.error(), (405, "method_not_allowed".to_owned()));
}
