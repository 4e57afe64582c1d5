//! Which route a request takes: by host, by path, by method; and no route at all.

use crate::support::{ALICE, Raw, Route, TestGateway, Upstream};

/// Asks for `target` at `host`, as a script does.
async fn ask(gateway: &TestGateway, host: &str, target: &str) -> u16 {
    let request = Raw::lines(&format!("GET {target} HTTP/1.1"));
    request.header("Host", host).send(gateway).await.status
}

#[tokio::test]
async fn without_a_route_nothing_is_contacted() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/app", &upstream.url()).with("host = \"app.example.org\""))
        .start()
        .await;
    for (host, target) in [
        ("app.example.org", "/"),
        ("app.example.org", "/apple"),
        ("other.example.org", "/app"),
        ("localhost", "/app"),
    ] {
        assert_eq!(ask(&gateway, host, target).await, 404, "{host}{target}");
    }
    assert!(upstream.received().is_empty());
    assert_eq!(ask(&gateway, "app.example.org", "/app/x").await, 200);
}

/// CVE-2026-27588, CVE-2026-48794: host rules that know one case only.
#[tokio::test]
async fn hosts_match_in_any_case_and_wildcards_match_below_only() {
    let (exact, below) = (Upstream::start().await, Upstream::start().await);
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &exact.url()).with("host = \"app.example.org\""))
        .route(
            &Route::public("/", &below.url())
                .with("host = \"*.example.org\"")
                .named("below"),
        )
        .start()
        .await;
    for (host, status) in [
        ("APP.Example.ORG", 200),
        ("app.example.org:8080", 200),
        ("a.example.org", 200),
        ("A.B.EXAMPLE.ORG", 200),
        ("example.org", 404),
        ("badexample.org", 404),
        ("app.example.org.evil.test", 404),
    ] {
        assert_eq!(ask(&gateway, host, "/").await, status, "{host}");
    }
    assert_eq!(
        exact.received().len(),
        2,
        "the exact host goes before the wildcard"
    );
    assert_eq!(below.received().len(), 2);
}

#[tokio::test]
async fn the_longest_path_wins_in_whole_segments() {
    let (root, app, deep) = (
        Upstream::start().await,
        Upstream::start().await,
        Upstream::start().await,
    );
    let gateway = TestGateway::builder()
        .route(&Route::public("/app/deep", &deep.url()))
        .route(&Route::public("/", &root.url()))
        .route(&Route::public("/app", &app.url()))
        .start()
        .await;
    for target in [
        "/",
        "/apple",
        "/app",
        "/app/",
        "/app/x",
        "/app/deeper",
        "/app/deep",
        "/app/deep/x",
    ] {
        assert_eq!(ask(&gateway, "localhost", target).await, 200, "{target}");
    }
    let paths = |upstream: &Upstream| -> Vec<String> {
        upstream
            .received()
            .iter()
            .map(|received| received.target.clone())
            .collect()
    };
    assert_eq!(paths(&root), ["/", "/apple"]);
    assert_eq!(paths(&app), ["/app", "/app/", "/app/x", "/app/deeper"]);
    assert_eq!(paths(&deep), ["/app/deep", "/app/deep/x"]);
}

#[tokio::test]
async fn methods_choose_between_routes() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/doc", &upstream.url()).with("methods = [\"GET\", \"HEAD\"]"))
        .route(&Route::signed_in("/doc", &upstream.url()).with("methods = [\"PUT\"]"))
        .start()
        .await;
    for (method, status) in [
        ("GET", 200),
        ("HEAD", 200),
        ("PUT", 401),
        ("DELETE", 404),
        ("get", 404),
    ] {
        let answer = Raw::request(&gateway, method, "/doc").send(&gateway).await;
        let refused = status == 404 && (400..500).contains(&answer.status);
        assert!(
            answer.status == status || refused,
            "{method}: {}",
            answer.status
        );
    }
    assert_eq!(upstream.received().len(), 2);
}

#[tokio::test]
async fn an_ambiguous_table_is_refused_at_start() {
    let gateway = TestGateway::builder()
        .route(&Route::public("/a", "http://127.0.0.1:9"))
        .route(&Route::signed_in("/a", "http://127.0.0.1:9"));
    for command in ["check", "serve"] {
        let answer = gateway.run(&[command]);
        assert_eq!(answer.code, 1, "{command}: {answer:?}");
        assert!(answer.stderr.contains("portcullis.toml:"), "{answer:?}");
    }
}

#[tokio::test]
async fn own_pages_cannot_be_covered_by_a_route() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/.portcullis/sessions/whoami").await, 200);
    for own in ["/.portcullis", "/.portcullis/"] {
        assert_eq!(alice.status(own).await, 200, "{own} greets");
    }
    for missing in ["/.portcullis/none", "/.portcullis/admin/identities"] {
        assert_eq!(alice.status(missing).await, 404, "{missing}");
    }
    assert!(
        upstream.received().is_empty(),
        "nothing below the prefix reaches an application"
    );
}

/// The admin listener answers health and nothing of the gate.
#[tokio::test]
async fn the_admin_listener_is_no_second_door() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .route(&Route::public("/", &upstream.url()))
        .start()
        .await;
    let admin = crate::support::Anonymous::without_cookies(&gateway.admin_url());
    assert_eq!(admin.get_json("/").await.status(), 404);
    assert_eq!(
        gateway.anonymous().get_json("/health/ready").await.status(),
        200
    );
    assert_eq!(
        upstream.last().target,
        "/health/ready",
        "on the proxy listener it is the application's"
    );
}
