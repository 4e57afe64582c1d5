//! What an upstream receives of a request's head, and what it never does.

use super::{
    client::{Connection, get, once},
    gate::{RunningGate, SESSION, Setup, before, public, start, to},
    upstream::{Received, greeting, values},
};

async fn gate() -> (RunningGate, Received) {
    let (upstream, received) = greeting().await;
    (before(upstream).await, received)
}

fn session() -> String {
    format!("Cookie: {SESSION}")
}

#[tokio::test]
async fn a_spoofed_identity_header_is_removed_on_a_public_route() {
    let (gate, received) = gate().await;
    let spoofs = [
        "X-Forwarded-User: root",
        "x_forwarded_user: root",
        "X-FORWARDED_Email: root@evil.test",
        "Remote-User: root",
        "X-Portcullis: 1",
    ];
    assert_eq!(get(gate.address, "/public", &spoofs).await.status(), 200);
    let head = received.only().to_ascii_lowercase();
    assert!(
        !head.contains("root") && !head.contains("portcullis"),
        "{head}"
    );
}

#[tokio::test]
async fn an_identity_header_from_outside_never_stands_beside_ours() {
    let (gate, received) = gate().await;
    let answer = get(
        gate.address,
        "/x",
        &[
            &session(),
            "X-Forwarded-User: root",
            "X-Forwarded-Email: root@evil.test",
        ],
    )
    .await;
    assert_eq!(answer.status(), 200);
    let head = received.only();
    assert_eq!(values(&head, "x-forwarded-email"), ["ada@example.org"]);
    assert_eq!(values(&head, "x-forwarded-groups"), ["staff"]);
    assert_eq!(values(&head, "x-forwarded-user").len(), 1);
    assert!(!head.contains("root"), "{head}");
}

#[tokio::test]
async fn connection_cannot_delete_what_the_gateway_sets() {
    let (gate, received) = gate().await;
    let request = format!(
        "GET /x HTTP/1.1\r\nHost: app.test\r\n{}\r\n\
         Connection: close, X-Forwarded-User, X-Forwarded-For, X-Secret\r\nX-Secret: 1\r\n\
         Keep-Alive: timeout=1\r\nTE: trailers\r\nProxy-Authorization: x\r\n\
         Trailer: x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
        session()
    );
    assert_eq!(once(gate.address, request.as_bytes()).await.status(), 200);
    let head = received.only();
    assert_eq!(values(&head, "x-forwarded-user").len(), 1);
    assert_eq!(values(&head, "x-forwarded-for"), ["127.0.0.1"]);
    for name in [
        "connection",
        "keep-alive",
        "te",
        "proxy-authorization",
        "trailer",
        "upgrade",
        "http2-settings",
        "x-secret",
    ] {
        assert!(values(&head, name).is_empty(), "{name} in {head}");
    }
}

#[tokio::test]
async fn a_strangers_forwarding_headers_are_rewritten() {
    let (gate, received) = gate().await;
    let lines = [
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil.test",
        "X-Forwarded-Port: 666",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: for=6.6.6.6",
        "X-Real-IP: 6.6.6.6",
        "X-Original-URL: /evil",
    ];
    assert_eq!(get(gate.address, "/public", &lines).await.status(), 200);
    let head = received.only();
    assert_eq!(values(&head, "x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(values(&head, "x-forwarded-proto"), ["http"]);
    assert_eq!(values(&head, "x-forwarded-host"), ["app.test"]);
    assert_eq!(values(&head, "host"), ["app.test"]);
    assert!(
        !head.contains("666") && !head.contains("evil") && !head.contains("6.6"),
        "{head}"
    );
}

#[tokio::test]
async fn a_trusted_proxy_is_believed() {
    let (upstream, received) = greeting().await;
    let gate = start(Setup {
        routes: vec![public("app", "/", to(&[upstream]))],
        trusted: vec!["127.0.0.0/8"],
        ..Setup::default()
    })
    .await;
    let lines = [
        "X-Forwarded-For: 6.6.6.6, 192.0.2.9",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: Real.test",
    ];
    assert_eq!(get(gate.address, "/", &lines).await.status(), 200);
    let head = received.only();
    assert_eq!(values(&head, "x-forwarded-for"), ["192.0.2.9, 127.0.0.1"]);
    assert_eq!(values(&head, "x-forwarded-proto"), ["https"]);
    assert_eq!(values(&head, "x-forwarded-host"), ["real.test"]);
    assert_eq!(values(&head, "host"), ["app.test"]);
}

#[tokio::test]
async fn own_cookies_stay_here_and_others_pass_byte_for_byte() {
    let (gate, received) = gate().await;
    let lines = [
        "Cookie: a=1;b=\"x=y\";  portcullis=good; c",
        "Cookie: portcullis_attempts=z",
        "Cookie: d=4",
    ];
    assert_eq!(get(gate.address, "/x", &lines).await.status(), 200);
    assert_eq!(
        values(&received.only(), "cookie"),
        ["a=1;b=\"x=y\"; c", "d=4"]
    );
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_an_odd_one_replaced() {
    let (gate, received) = gate().await;
    get(gate.address, "/public", &["X-Request-Id: abc-1"]).await;
    get(gate.address, "/public", &["X-Request-Id: a b"]).await;
    get(gate.address, "/public", &[]).await;
    let heads = received.heads();
    assert_eq!(values(&heads[0], "x-request-id"), ["abc-1"]);
    for head in &heads[1..] {
        assert_eq!(values(head, "x-request-id")[0].len(), 36, "{head}");
    }
}

#[tokio::test]
async fn the_path_that_is_matched_is_the_path_that_is_sent() {
    let (gate, received) = gate().await;
    for (sent, arrived) in [
        ("/public/%61%2Dz?q=%61&r=%23#", None),
        (
            "/public/%61%2Dz?q=%61&r=%23",
            Some("/public/a-z?q=%61&r=%23"),
        ),
        ("/%70ublic/%e2%82%ac", Some("/public/%E2%82%AC")),
        ("/public//x/", Some("/public//x/")),
        ("http://app.test/public/abs", Some("/public/abs")),
    ] {
        let before = received.heads().len();
        let answer = get(gate.address, sent, &[]).await;
        match arrived {
            Some(arrived) => {
                let heads = received.heads();
                let line = heads[before].lines().next().unwrap();
                assert_eq!(line, format!("GET {arrived} HTTP/1.1"));
            }
            None => {
                assert_eq!(answer.status(), 400, "{sent}");
                assert_eq!(received.heads().len(), before);
            }
        }
    }
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let (gate, received) = gate().await;
    let mut connection = Connection::to(gate.address).await;
    for _ in 0..3 {
        connection
            .send("GET /public HTTP/1.1\r\nHost: app.test\r\n\r\n")
            .await;
        assert_eq!(connection.answer().await.text(), "hello");
        connection
            .send("POST /x HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3\r\n\r\nabc")
            .await;
        assert_eq!(connection.answer().await.status(), 401);
        connection
            .send("GET /.portcullis/x HTTP/1.1\r\nHost: app.test\r\n\r\n")
            .await;
        assert_eq!(connection.answer().await.status(), 200);
    }
    assert_eq!(received.heads().len(), 3);
}
