//! What a client says about who it is never reaches the application.

use crate::support::{ALICE, Form, Raw, Route, SignedIn, TestGateway, Upstream};

const LIE: &str = "spoofed-by-mallory";

/// Every name of every preset, each in several spellings.
fn spellings() -> Vec<String> {
    let names = [
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-Forwarded-Groups",
        "X-Forwarded-Preferred-Username",
        "Remote-User",
        "Remote-Email",
        "Remote-Groups",
        "Remote-Name",
    ];
    let spelled = names.iter().flat_map(|name| {
        let mut mixed = name.to_ascii_lowercase();
        mixed.replace_range(..1, &name[..1]);
        [
            (*name).to_owned(),
            name.to_ascii_uppercase(),
            name.to_ascii_lowercase(),
            name.replace('-', "_"),
            name.to_ascii_lowercase().replacen('-', "_", 1),
            mixed.replace('-', "_").to_ascii_uppercase(),
        ]
    });
    spelled.collect()
}

/// Public below `/open`, signed in everywhere else.
async fn gate(upstream: &Upstream) -> (TestGateway, SignedIn) {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::public("/open", &upstream.url()))
        .route(&Route::signed_in("/", &upstream.url()))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    (gateway, alice)
}

#[tokio::test]
async fn a_spoofed_identity_header_is_removed_in_every_spelling_on_every_route() {
    let upstream = Upstream::start().await;
    let (gateway, alice) = gate(&upstream).await;
    for target in ["/open/x", "/private"] {
        for name in spellings() {
            let request = Raw::get(&gateway, target).header("Cookie", &alice.cookie);
            let answer = request
                .header(&name, LIE)
                .header(&name, LIE)
                .send(&gateway)
                .await;
            assert_eq!(answer.status, 200, "{target} {name}");
            let received = upstream.last();
            assert!(
                !received.head.contains(LIE),
                "{target} {name}: {}",
                received.head
            );
        }
    }
    let users: Vec<_> = upstream
        .last()
        .header_values("X-Forwarded-User")
        .map(str::to_owned)
        .collect();
    assert_eq!(
        users,
        [alice.identity()],
        "the gateway's own header is there once"
    );
}

#[tokio::test]
async fn a_public_route_carries_no_identity_for_somebody_signed_out() {
    let upstream = Upstream::start().await;
    let (gateway, _) = gate(&upstream).await;
    let mut request = Raw::get(&gateway, "/open");
    for name in spellings() {
        request = request.header(&name, LIE);
    }
    assert_eq!(request.send(&gateway).await.status, 200);
    let received = upstream.last();
    for (name, _) in &received.headers {
        let plain = name.to_ascii_lowercase().replace('_', "-");
        let claims = plain.starts_with("remote-") || plain.ends_with("-user");
        assert!(!claims, "{}", received.head);
    }
}

/// GHSA-w9mr-28mw-j8hg, CVE-2024-45410: the client's `Connection` deletes the gateway's header.
#[tokio::test]
async fn connection_cannot_take_the_gateways_headers_away() {
    let upstream = Upstream::start().await;
    let (gateway, alice) = gate(&upstream).await;
    let request = Raw::get(&gateway, "/private")
        .header("Cookie", &alice.cookie)
        .header(
            "Connection",
            "close, X-Forwarded-User, X-Forwarded-For, X-Custom",
        )
        .header("X-Custom", "only for this hop")
        .header("Keep-Alive", "timeout=5")
        .header("TE", "trailers")
        .header("Trailer", "X-Later")
        .header("Proxy-Authorization", "Basic YTpi")
        .header("Proxy-Connection", "keep-alive");
    assert_eq!(request.send_open(&gateway).await.status, 200);
    let received = upstream.last();
    assert_eq!(received.header("X-Forwarded-User"), Some(alice.identity()));
    assert_eq!(received.header("X-Forwarded-For"), Some("127.0.0.1"));
    for gone in [
        "X-Custom",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Proxy-Authorization",
        "Proxy-Connection",
    ] {
        assert_eq!(received.header(gone), None, "{gone}");
    }
    let connection = received
        .header("Connection")
        .unwrap_or_default()
        .to_ascii_lowercase();
    assert!(!connection.contains("x-"), "{connection}");
}

#[tokio::test]
async fn own_cookies_never_reach_the_application_and_the_others_stay_byte_for_byte() {
    let upstream = Upstream::start().await;
    let (gateway, alice) = gate(&upstream).await;
    let client = gateway.anonymous();
    Form::begin(&client, "login", "").await;
    let cookies = client.cookies();
    let mut names = cookies.iter().filter_map(|pair| pair.split('=').next());
    let csrf = names.find(|name| name.starts_with("csrf_token_")).unwrap();
    let own = &alice.cookie;
    let sent = format!(
        "theme=\"dark mode\"; {own}; z=1;a=%20=x; {csrf}=abc; portcullis_attempts=y; portcullis2=ok; B"
    );
    for target in ["/private", "/open"] {
        let request = Raw::get(&gateway, target).header("Cookie", &sent);
        assert_eq!(request.send(&gateway).await.status, 200);
        let received = upstream.last();
        let cookies: Vec<_> = received.header_values("Cookie").collect();
        let pairs: Vec<_> = cookies[0].split(';').map(str::trim).collect();
        let expected = [
            "theme=\"dark mode\"",
            "z=1",
            "a=%20=x",
            "portcullis2=ok",
            "B",
        ];
        assert_eq!((cookies.len(), &*pairs), (1, &expected[..]), "{cookies:?}");
        let request = Raw::get(&gateway, target).header("Cookie", own);
        assert_eq!(request.send(&gateway).await.status, 200);
        assert_eq!(upstream.last().header("Cookie"), None);
    }
}

#[tokio::test]
async fn two_session_cookies_open_nothing() {
    let upstream = Upstream::start().await;
    let (gateway, alice) = gate(&upstream).await;
    let both = format!("portcullis=somebody-elses; {}", alice.cookie);
    let answer = Raw::get(&gateway, "/private")
        .header("Cookie", &both)
        .send(&gateway)
        .await;
    assert_eq!(answer.status, 401);
    let apart = Raw::get(&gateway, "/private").header("Cookie", "portcullis=x");
    let answer = apart.header("Cookie", &alice.cookie).send(&gateway).await;
    assert_eq!(answer.status, 401);
    assert!(upstream.received().is_empty());
}

/// CVE-2026-30851: a header that the gateway would set but has no value for.
#[tokio::test]
async fn a_header_the_route_sets_is_never_the_clients() {
    let upstream = Upstream::start().await;
    let route = Route::signed_in("/", &upstream.url());
    let route =
        route.with("[routes.set_headers]\nX-Degree = \"identity.traits['academic-degree']\"");
    let gateway = TestGateway::builder()
        .registration()
        .route(&route)
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    for name in ["X-Degree", "x_degree"] {
        let request = Raw::get(&gateway, "/").header("Cookie", &alice.cookie);
        let answer = request.header(name, LIE).send(&gateway).await;
        assert!(answer.status < 500, "{answer:?}");
        let received = upstream.received();
        assert!(
            received.iter().all(|r| !r.head.contains(LIE)),
            "{received:?}"
        );
    }
}

#[tokio::test]
async fn other_headers_pass_as_they_are() {
    let upstream = Upstream::start().await;
    let (gateway, alice) = gate(&upstream).await;
    let request = Raw::get(&gateway, "/private?a=%2f&b=c%20d&&e")
        .header("Cookie", &alice.cookie)
        .header("X-Twice", "one")
        .header("Authorization", "Bearer of-the-application")
        .header("X-Twice", "two")
        .header("X_Under_Score", "kept");
    assert_eq!(request.send(&gateway).await.status, 200);
    let received = upstream.last();
    assert_eq!(received.target, "/private?a=%2f&b=c%20d&&e");
    assert_eq!(
        received.header_values("X-Twice").collect::<Vec<_>>(),
        ["one", "two"]
    );
    assert_eq!(
        received.header("Authorization"),
        Some("Bearer of-the-application")
    );
    assert_eq!(received.header("X_Under_Score"), Some("kept"));
}
