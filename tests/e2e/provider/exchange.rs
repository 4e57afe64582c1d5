//! A native application signs somebody in through a real provider: its browser goes there, and two
//! codes become a session token.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Anonymous, Browser, Contract, OidcProvider, Route, TestGateway, Upstream,
    actor::location,
    person::{session_cookie, vouched},
};

pub(crate) const BACK: &str = "com.example.app://signed-in";

pub(crate) async fn gate() -> (TestGateway, OidcProvider) {
    gate_for(BACK).await
}

/// The gate of an application that is returned to there.
async fn gate_for(back: &str) -> (TestGateway, OidcProvider) {
    let builder = TestGateway::builder().registration();
    let provider =
        OidcProvider::with_client("gate-one", "first-secret", &builder.redirect_uri("one"));
    let provider = provider.start().await;
    let gateway = builder
        .top(&format!("allowed_return_urls = [\"{back}\"]"))
        .provider("one", provider.issuer(), ("gate-one", "first-secret"))
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    (gateway, provider)
}

/// Goes to the provider and back from the page that an application names, and returns the address at
/// which the application finds its code.
pub(crate) async fn through(browser: &Anonymous, page: &str, login: &str) -> String {
    let away = browser.navigate(page).await;
    let start = location(&away).expect("the provider's address");
    let back = vouched(browser, &start, login).await;
    let answer = browser.navigate(&back).await;
    assert!(session_cookie(&answer).is_some());
    let end = location(&answer).expect("the last page");
    let left = browser.navigate(&end).await;
    location(&left).expect("the application's address")
}

/// The code in the application's address.
pub(crate) fn code(address: &str) -> String {
    let (_, code) = address.split_once("?code=").expect("a code");
    code.to_owned()
}

#[tokio::test]
async fn a_native_application_signs_somebody_in_through_a_real_provider() {
    let (gateway, _provider) = gate().await;
    let contract = Contract::default();
    for kind in ["registration", "login"] {
        let app = Anonymous::without_cookies(&gateway.url());
        let get = |target: &str| app.request(Method::GET, &format!("/.portcullis{target}"));
        let path = format!("/self-service/{kind}/api");
        let begin = format!("{path}?return_session_token_exchange_code=true&return_to={BACK}");
        let flow = contract.call(("get", &path), get(&begin), 200).await;
        let init = flow["session_token_exchange_code"].as_str().unwrap();

        let path = format!("/self-service/{kind}");
        let target = format!("/.portcullis{path}?flow={}", flow["id"].as_str().unwrap());
        let body = json!({"method": "oidc", "provider": "one"});
        let request = app.request(Method::POST, &target).json(&body);
        let told = contract.call(("post", &path), request, 422).await;
        let page = told["redirect_browser_to"].as_str().unwrap();

        let browser = gateway.anonymous();
        let address = through(&browser, page, "bob").await;
        assert!(address.starts_with(BACK), "{address}");
        let code = code(&address);
        let exchange = "/sessions/token-exchange";
        for (init, code, status) in [
            (init, "guess", 404),
            ("guess", &*code, 404),
            ("", "", 400),
            (init, &*code, 200),
            (init, &*code, 404),
        ] {
            let query = format!("{exchange}?init_code={init}&return_to_code={code}");
            let told = contract.call(("get", exchange), get(&query), status).await;
            if status == 200 {
                is_bob(&gateway, &told).await;
            }
        }
        let whoami = browser.get_json("/.portcullis/sessions/whoami").await;
        assert_eq!(whoami.status(), 401, "the browser is signed out");
    }
}

async fn is_bob(gateway: &TestGateway, told: &Value) {
    let token = told["session_token"].as_str().unwrap();
    let app = Anonymous::without_cookies(&gateway.url());
    let request = app.request(Method::GET, "/.portcullis/sessions/whoami");
    let answer = request.header("x-session-token", token).send().await;
    let session: Value = answer.unwrap().json().await.unwrap();
    assert_eq!(session["identity"]["traits"]["email"], "bob@example.org");
    assert_eq!(session["id"], told["session"]["id"]);
    let passed = app.request(Method::GET, "/").bearer_auth(token);
    assert_eq!(passed.send().await.unwrap().status(), 200);
}

/// RFC 8252, section 7.3: what listens there may be the application, and may be anything else.
#[tokio::test]
async fn a_person_is_asked_before_what_listens_on_their_device_gets_a_code() {
    let application = Upstream::start().await;
    let back = format!("{}/done", application.url());
    let (gateway, _provider) = gate_for(&back).await;
    let app = Anonymous::without_cookies(&gateway.url());
    let path = "/.portcullis/self-service/login";
    let begin = format!("{path}/api?return_session_token_exchange_code=true&return_to={back}");
    let flow = app.request(Method::GET, &begin).send().await.unwrap();
    let flow: Value = flow.json().await.unwrap();
    let target = format!("{path}?flow={}", flow["id"].as_str().unwrap());
    let body = json!({"method": "oidc", "provider": "one"});
    let told = app.request(Method::POST, &target).json(&body).send().await;
    let told: Value = told.unwrap().json().await.unwrap();

    let browser = Browser::open().await;
    browser
        .goto(told["redirect_browser_to"].as_str().unwrap())
        .await;
    browser.arrive_at("/interaction/").await;
    browser.fill("login", "bob").await;
    browser.fill("password", "anything").await;
    browser.submit().await;
    browser.see("Sign in to an application?").await;
    browser.see(&application.url()).await;
    assert!(application.received().is_empty(), "nobody has said yes");
    browser.picture("exchange").await;
    browser.press("Sign in").await;
    let code = code(&browser.arrive_at("/done?code=").await);
    let init = flow["session_token_exchange_code"].as_str().unwrap();
    let target = "/.portcullis/sessions/token-exchange";
    let target = format!("{target}?init_code={init}&return_to_code={code}");
    let told = app.request(Method::GET, &target).send().await.unwrap();
    is_bob(&gateway, &told.json().await.unwrap()).await;
}
