//! What the gateway itself says can be told from what the application says, and harms nobody.

use crate::support::{ALICE, Reply, Route, SELF_SERVICE, TestGateway, Upstream, actor::header};

/// Answers of every kind: a page, a redirect, a problem, a stylesheet's page, an error.
async fn answers(gateway: &TestGateway) -> Vec<(&'static str, reqwest::Response)> {
    let client = gateway.anonymous();
    let login = client.follow("/").await.1;
    let flow = client
        .get_json(&format!("{SELF_SERVICE}/login/browser"))
        .await;
    let error = client
        .navigate(&format!("{SELF_SERVICE}/login/flows?id=none"))
        .await;
    vec![
        ("page", login),
        ("redirect", client.navigate("/").await),
        ("problem", client.get_json("/").await),
        ("flow", flow),
        ("error", error),
        ("no route", client.navigate("/.portcullis/none").await),
        (
            "callback",
            client
                .navigate(&format!(
                    "{SELF_SERVICE}/methods/oidc/callback/none?code=x&state=y"
                ))
                .await,
        ),
    ]
}

#[tokio::test]
async fn own_answers_carry_the_mark_and_the_security_headers() {
    let upstream = Upstream::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    for (kind, answer) in answers(&gateway).await {
        let of = |name| header(&answer, name).unwrap_or_default().to_owned();
        assert_eq!(of("x-portcullis"), "1", "{kind}");
        let policy = of("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{kind}: {policy}"
        );
        assert!(policy.contains("default-src"), "{kind}: {policy}");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"),
            "{policy}"
        );
        let permissions = of("permissions-policy");
        assert!(permissions.contains("camera=()"), "{kind}: {permissions}");
        assert_eq!(of("x-content-type-options"), "nosniff", "{kind}");
        assert!(of("cache-control").contains("no-store"), "{kind}");
        assert!(!of("referrer-policy").is_empty(), "{kind}");
        assert_eq!(header(&answer, "server"), None, "{kind} names no software");
    }
}

#[tokio::test]
async fn the_applications_answers_pass_as_they_are_without_our_mark() {
    let upstream = Upstream::start().await;
    upstream.answer(|_| {
        Reply::text("hello")
            .with_header("X-Portcullis", "1")
            .with_header("Set-Cookie", "theme=dark; Path=/")
            .with_header("Set-Cookie", "lang=en")
            .with_header("X-Frame-Options", "SAMEORIGIN")
            .with_header("Connection", "X-Internal")
            .with_header("X-Internal", "1")
    });
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let answer = alice.get("/").await;
    assert_eq!(header(&answer, "x-portcullis"), None);
    assert_eq!(header(&answer, "x-frame-options"), Some("SAMEORIGIN"));
    for name in ["content-security-policy", "permissions-policy"] {
        let ours = header(&answer, name);
        assert_eq!(ours, None, "{name} is the application's to say");
    }
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["theme=dark; Path=/", "lang=en"]);
    assert_eq!(
        header(&answer, "x-internal"),
        None,
        "hop-by-hop headers stop here"
    );
}

/// CVE-2026-33525: what a visitor sends must not become markup.
#[tokio::test]
async fn nothing_a_visitor_sends_becomes_markup() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let markup = "<script>alert(1)</script>";
    for target in [
        "/x?q=<script>alert(1)</script>",
        "/.portcullis/<script>alert(1)</script>",
        "/.portcullis/self-service/login/flows?id=<script>alert(1)</script>",
        "/.portcullis/self-service/errors?id=<script>alert(1)</script>",
        "/.portcullis/self-service/methods/oidc/callback/none?error=<script>alert(1)</script>",
    ] {
        let answer = alice.client.request(reqwest::Method::GET, target);
        let answer = answer
            .header("accept", "text/html")
            .header("x-odd", markup)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        assert!(!text.contains(markup), "{target}: {text}");
    }
    let client = gateway.anonymous();
    let form = crate::support::Form::begin(&client, "login", "").await;
    let fields = [
        ("method", "password"),
        ("identifier", "\"><script>alert(1)</script>"),
        ("password", "x"),
    ];
    let answer = form.submit(&fields).await;
    let page = crate::support::actor::location(&answer).unwrap();
    let page = client.navigate(&page).await.text().await.unwrap();
    assert!(!page.contains(markup), "{page}");
}
