//! No address brings the visitor anywhere but home or where the operator allows.

use url::Url;

use crate::support::{ALICE, Form, Route, SELF_SERVICE, TestGateway, actor::location};

/// Tricks that fooled others: GHSA-qqxw-m5fj-f7gv, -j7px-6hwj-hpjg, -5m6c-jp6f-2vcv,
/// -4mf2-f3wh-gvf2, CVE-2022-23527 and their kin. `{port}` is the gateway's.
const TRICKS: [&str; 34] = [
    "https://evil.test",
    "http://evil.test/",
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "\\/evil.test",
    "/\\/evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    " //evil.test",
    "/%09//evil.test\r\n",
    "/./\\evil.test",
    "/.//evil.test",
    "/x/..//evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https:///evil.test",
    "http:\\\\evil.test",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://localhost/",
    "http://localhost:{port}@evil.test/",
    "http://evil.test#@localhost:{port}/",
    "http://evil.test\\@localhost:{port}/",
    "http://localhost.evil.test:{port}/",
    "http://evillocalhost:{port}/",
    "http://localhost:1/",
    "https://localhost:{port}/",
    "http://a:b@localhost:{port}/",
];

async fn gateway() -> TestGateway {
    TestGateway::builder()
        .registration()
        .top("allowed_return_urls = [\"https://*.example.org\"]")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

fn query(return_to: &str) -> String {
    let pairs = [("return_to", return_to)];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("?{query}")
}

/// Where a person lands who begins with this `return_to` and signs in.
async fn landing(gateway: &TestGateway, return_to: &str) -> Url {
    let client = gateway.anonymous();
    let start = format!("{SELF_SERVICE}/login/browser{}", query(return_to));
    let (page, answer) = client.follow(&start).await;
    assert_eq!(
        answer.status(),
        200,
        "{return_to:?} is asked to sign in at {page}"
    );
    let form = Form::at(&client, &page).await;
    let done = form.submit(&ALICE.fields()).await;
    assert_eq!(done.status(), 303, "{return_to:?}");
    page.join(&location(&done).unwrap()).unwrap()
}

#[tokio::test]
async fn every_trick_lands_on_the_front_page() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let home: Url = format!("{}/", gateway.url()).parse().unwrap();
    for trick in TRICKS {
        let trick = trick.replace("{port}", &gateway.port().to_string());
        assert_eq!(landing(&gateway, &trick).await, home, "{trick:?}");
    }
}

#[tokio::test]
async fn own_and_allowed_places_are_returned_to() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let own = format!("{}/a?b=c&d=%2F", gateway.url());
    for (wanted, expected) in [
        ("/a?b=c&d=%2F", &*own),
        (&own, &own),
        ("https://app.example.org/x?y", "https://app.example.org/x?y"),
    ] {
        assert_eq!(landing(&gateway, wanted).await.as_str(), expected);
    }
}

#[tokio::test]
async fn signing_out_leads_nowhere_else_either() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    for trick in ["https://evil.test", "//evil.test", "/\\evil.test"] {
        let alice = ALICE.sign_in(&gateway).await;
        let target = format!("{SELF_SERVICE}/logout/browser{}", query(trick));
        let answer: serde_json::Value = alice.get(&target).await.json().await.unwrap();
        let Some(url) = answer["logout_url"].as_str() else {
            continue;
        };
        for again in ["", &query(trick).replacen('?', "&", 1)] {
            let done = alice.client.navigate(&format!("{url}{again}")).await;
            let lands = location(&done).unwrap_or_default();
            assert!(!lands.contains("evil.test"), "{trick}: {lands}");
        }
    }
}

/// A host that lies about itself must not become part of a link.
#[tokio::test]
async fn the_host_header_does_not_lead_visitors_astray() {
    let gateway = gateway().await;
    let request = crate::support::Raw::lines("GET /x HTTP/1.1")
        .header("Host", "evil.test")
        .header("Accept", "text/html");
    let answer = request.send(&gateway).await;
    let home = format!("{}/", gateway.url());
    let target = answer.header("location").expect("it asks to sign in");
    assert!(target.starts_with(&home), "{target}");
    let return_to = Url::parse(target).unwrap();
    let lands = landing(&gateway, &pair(&return_to)).await;
    assert!(lands.as_str().starts_with(&home), "{lands}");
}

fn pair(url: &Url) -> String {
    url.query_pairs()
        .find(|(name, _)| name == "return_to")
        .map_or_else(String::new, |p| p.1.into())
}
