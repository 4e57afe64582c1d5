//! Who may pass: rules over the identity, the session and the request.

use serde_json::json;

use crate::support::{
    ALICE, BOB, HostileProvider, Route, TestGateway, Upstream,
    actor::{header, location},
    person::{session_cookie, sign_in_through},
};

async fn gate(upstream: &Upstream, rules: &str) -> TestGateway {
    let route = Route::signed_in("/", &upstream.url()).with(rules);
    TestGateway::builder()
        .registration()
        .route(&route)
        .start()
        .await
}

#[tokio::test]
async fn who_is_not_allowed_gets_403_and_never_a_redirect() {
    let upstream = Upstream::start().await;
    let gateway = gate(
        &upstream,
        "allow = 'identity.traits.email == \"alice@example.org\"'",
    )
    .await;
    let (alice, bob) = (ALICE.sign_up(&gateway).await, BOB.sign_up(&gateway).await);
    assert_eq!(alice.status("/").await, 200);
    let page = bob.client.navigate("/").await;
    assert_eq!((page.status().as_u16(), location(&page)), (403, None));
    assert!(
        header(&page, "content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let problem = bob.get("/").await;
    assert_eq!(problem.status(), 403);
    assert_eq!(
        header(&problem, "content-type"),
        Some("application/problem+json")
    );
    assert_eq!(upstream.received().len(), 1);
}

#[tokio::test]
async fn deny_wins_over_allow() {
    let upstream = Upstream::start().await;
    let rules =
        "allow = 'true'\ndeny = 'request.method == \"DELETE\" || request.path.startsWith(\"/no\")'";
    let gateway = gate(&upstream, rules).await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/yes?no").await, 200);
    assert_eq!(alice.status("/no/way").await, 403);
    let delete = alice.client.request(reqwest::Method::DELETE, "/yes");
    assert_eq!(delete.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_rule_that_cannot_be_evaluated_refuses() {
    let upstream = Upstream::start().await;
    for rules in [
        "allow = 'identity.traits.clearance > 3'",
        "deny = 'identity.traits.clearance > 3'",
        "allow = 'request.headers[\"x-absent\"] == \"yes\"'",
    ] {
        let gateway = gate(&upstream, rules).await;
        let alice = ALICE.sign_up(&gateway).await;
        assert_eq!(alice.status("/").await, 403, "{rules}");
    }
    assert!(upstream.received().is_empty());
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_a_mistake_of_the_configuration() {
    for rule in [
        "identity.traits.email ==",
        "nobody.knows == 1",
        "unknown_function(identity)",
        "1 + 1",
    ] {
        let route = Route::signed_in("/", "http://127.0.0.1:9").with(&format!("allow = '{rule}'"));
        let answer = TestGateway::builder().route(&route).run(&["check"]);
        assert_eq!(answer.code, 1, "{rule}: {answer:?}");
        assert!(answer.stderr.contains("portcullis.toml:"), "{answer:?}");
    }
}

#[tokio::test]
async fn rules_see_the_request_as_it_is() {
    let upstream = Upstream::start().await;
    let rules = "allow = '''request.method == \"GET\" && request.scheme == \"http\" \
        && request.host == \"localhost\" && request.path == \"/p\" && request.query[\"q\"] == \"1\" \
        && request.headers[\"x-key\"] == \"open\" && request.client_ip == \"127.0.0.1\" \
        && session.aal == \"aal1\" && identity.schema_id == \"default\" \
        && \"password\" in session.methods && identity.state == \"active\"'''";
    let gateway = gate(&upstream, rules).await;
    let alice = ALICE.sign_up(&gateway).await;
    let ask = |target: &'static str, key: &'static str| {
        let request = alice.client.request(reqwest::Method::GET, target);
        async move {
            request
                .header("x-key", key)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16()
        }
    };
    assert_eq!(ask("/p?q=1", "open").await, 200);
    assert_eq!(ask("/p?q=1", "shut").await, 403);
    assert_eq!(ask("/p?q=2", "open").await, 403);
    assert_eq!(ask("/P?q=1", "open").await, 403);
}

#[tokio::test]
async fn headers_come_from_expressions_and_are_safe() {
    let upstream = Upstream::start().await;
    let rules = "headers = \"authelia\"\n[routes.set_headers]\n\"X-Name\" = \"identity.traits.name.first\"\n\
        \"X-Level\" = \"session.aal\"";
    let gateway = gate(&upstream, rules).await;
    let traits = json!({ "email": ALICE.email, "name": { "first": "Zoë 50% off", "last": "Ærø" } });
    let alice = ALICE.sign_up_with(&gateway, traits).await;
    assert_eq!(alice.status("/").await, 200);
    let received = upstream.last();
    assert!(received.header("Remote-User").is_some());
    assert_eq!(received.header("Remote-Email"), Some(ALICE.email));
    assert_eq!(
        received.header("X-Forwarded-User"),
        None,
        "one preset at a time"
    );
    assert_eq!(received.header("X-Name"), Some("Zo%C3%AB 50%25 off"));
    assert_eq!(received.header("X-Level"), Some("aal1"));
    assert!(received.head.is_ascii());
}

#[tokio::test]
async fn a_trait_cannot_smuggle_a_header() {
    let upstream = Upstream::start().await;
    let gateway = gate(
        &upstream,
        "[routes.set_headers]\n\"X-Name\" = \"identity.traits.name.first\"",
    )
    .await;
    let traits =
        json!({ "email": ALICE.email, "name": { "first": "A\r\nX-Forwarded-User: root" } });
    let client = gateway.anonymous();
    let form = crate::support::Form::begin(&client, "registration", "").await;
    let body = json!({ "method": "password", "password": ALICE.password, "traits": traits });
    let answer = form.submit_json(body).await;
    if answer.status() == 200 {
        let status = client.get_json("/").await.status();
        assert!(status.as_u16() < 500, "{status}");
    }
    let received = upstream.received();
    assert!(
        received.iter().all(|r| !r.head.contains("root")),
        "{received:?}"
    );
}

/// oauth2-proxy#659, #1902: group lists that burst the header.
#[tokio::test]
async fn a_long_list_of_groups_does_not_break_the_request() {
    let upstream = Upstream::start().await;
    let groups: Vec<String> = (0..2000).map(|n| format!("team, {n:05}")).collect();
    let provider = HostileProvider::start()
        .await
        .claims(&json!({ "groups": groups }));
    let schema = json!({ "type": "object", "properties": { "traits": { "type": "object",
        "properties": { "email": { "type": "string", "format": "email" },
            "groups": { "type": "array", "items": { "type": "string" }, "maxItems": 5000 } },
        "required": ["email"] } } });
    let tables = format!(
        "[identity]\ndefault_schema = \"grouped\"\n[[identity.schemas]]\nid = \"grouped\"\n\
         inline = '''{schema}'''\n[providers.one]\nkind = \"oidc\"\nissuer_url = \"{}\"\n\
         client_id = \"one\"\nclient_secret = \"secret\"\n[providers.one.map]\n\
         email = \"claims.email\"\ngroups = {{ value = \"claims.groups\", sync = \"force\" }}",
        provider.issuer()
    );
    let gateway = TestGateway::builder()
        .route(&Route::signed_in("/", &upstream.url()))
        .table(&tables)
        .start()
        .await;
    let client = gateway.anonymous();
    let answer = sign_in_through(&client, "one", "x").await;
    assert!(
        session_cookie(&answer).is_some(),
        "{}",
        answer.text().await.unwrap()
    );
    assert_eq!(client.get_json("/").await.status(), 200);
    let received = upstream.last();
    let value = received.header("X-Forwarded-Groups").unwrap();
    assert!((1000..=8 * 1024).contains(&value.len()), "{}", value.len());
    let complete = value
        .split(',')
        .all(|group| group.starts_with("team%2C ") && group.len() == 13);
    assert!(
        complete,
        "whole groups only, their own commas encoded: {value:.100}"
    );
}

#[tokio::test]
async fn a_route_says_how_somebody_signed_out_is_answered() {
    let upstream = Upstream::start().await;
    let route = |path: &str, how: &str| {
        let line = format!("unauthenticated = \"{how}\"");
        Route::signed_in(path, &upstream.url()).with(&line)
    };
    let gateway = TestGateway::builder()
        .route(&route("/api", "401"))
        .route(&route("/pages", "redirect"))
        .start()
        .await;
    let client = gateway.anonymous();
    assert_eq!(client.navigate("/api/x").await.status(), 401);
    assert_eq!(client.get_json("/pages/x").await.status(), 302);
    let post = client
        .request(reqwest::Method::POST, "/pages/x")
        .send()
        .await
        .unwrap();
    assert_eq!(post.status(), 303);
}
