//! The first visit of programs: with the JSON flow of browsers, and with the native API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, Form, Route, SELF_SERVICE, TestGateway,
    actor::{header, location},
    person::session_cookie,
};

async fn gateway() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// The headers that the echo application received, as pairs in order.
async fn echoed(response: reqwest::Response) -> Value {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

fn value<'a>(echo: &'a Value, name: &str) -> Option<&'a str> {
    let mut pairs = echo["headers"].as_array().unwrap().iter();
    let pair = pairs.find(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    pair.map(|pair| pair[1].as_str().unwrap())
}

#[tokio::test]
async fn a_script_signs_up_in_and_out_with_json_alone() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    let echo = echoed(alice.get("/deep?x=1").await).await;
    assert_eq!(echo["method"], "GET");
    assert_eq!(echo["target"], "/deep?x=1");
    assert_eq!(value(&echo, "X-Forwarded-User"), Some(alice.identity()));
    assert_eq!(value(&echo, "X-Forwarded-Email"), Some(ALICE.email));
    assert_eq!(
        value(&echo, "X-Forwarded-Preferred-Username"),
        Some(ALICE.email)
    );
    assert_eq!(
        value(&echo, "Cookie"),
        None,
        "the application sees no cookie of ours"
    );

    let whoami: Value = alice
        .get("/.portcullis/sessions/whoami")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(whoami["active"], true);
    assert_eq!(whoami["id"], alice.session["id"]);
    assert_eq!(whoami["identity"]["traits"]["email"], ALICE.email);
    assert_eq!(whoami["authentication_methods"][0]["method"], "password");
    assert_eq!(whoami["authenticator_assurance_level"], "aal1");

    alice.sign_out().await;
    assert_eq!(alice.status("/").await, 401);
    assert_eq!(alice.status("/.portcullis/sessions/whoami").await, 401);
    let again = ALICE.sign_in(&gateway).await;
    assert_eq!(again.identity(), alice.identity());
    assert_ne!(again.session_id(), alice.session_id());
}

#[tokio::test]
async fn a_native_application_carries_a_token_in_place_of_a_cookie() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up_natively(&gateway).await;
    let echo = echoed(alice.get("/").await).await;
    assert_eq!(value(&echo, "X-Forwarded-Email"), Some(ALICE.email));
    assert_eq!(
        value(&echo, "X-Session-Token"),
        None,
        "the application never sees the token"
    );

    let bearer = alice
        .client
        .request(Method::GET, "/.portcullis/sessions/whoami");
    let bearer = bearer.bearer_auth(&alice.token).send().await.unwrap();
    assert_eq!(bearer.status(), 200);

    let logout = alice.request(Method::DELETE, &format!("{SELF_SERVICE}/logout/api"));
    let body = json!({ "session_token": alice.token });
    assert_eq!(logout.json(&body).send().await.unwrap().status(), 204);
    assert_eq!(alice.get("/").await.status(), 401);
    let again = ALICE.sign_in_natively(&gateway).await;
    assert_eq!(again.get("/").await.status(), 200);
}

#[tokio::test]
async fn a_script_gets_401_and_is_told_what_to_do() {
    let gateway = gateway().await;
    let client = gateway.anonymous();
    let answer = client.get_json("/report").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(
        header(&answer, "content-type"),
        Some("application/problem+json")
    );
    assert!(header(&answer, "www-authenticate").is_some());
    assert_eq!(header(&answer, "x-portcullis"), Some("1"));
    assert_eq!(header(&answer, "cache-control"), Some("no-store"));
    let cookies = answer.headers().get_all("set-cookie").iter().count();
    assert_eq!(cookies, 0, "a 401 leaves no cookie");
    let request = header(&answer, "x-request-id").map(str::to_owned);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], 401);
    assert_eq!(problem["code"], "session_inactive");
    assert!(problem["title"].is_string() && problem["type"].is_string());
    let text = problem.to_string();
    assert!(request.is_some_and(|id| text.contains(&id)), "{text}");
}

#[tokio::test]
async fn a_navigation_is_redirected_and_everything_else_is_not() {
    let gateway = gateway().await;
    let client = gateway.anonymous();
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    let navigations: [(&str, &[(&str, &str)]); 4] = [
        ("GET", &[("sec-fetch-mode", "navigate"), ("accept", html)]),
        ("HEAD", &[("sec-fetch-mode", "navigate"), ("accept", "*/*")]),
        ("GET", &[("accept", html)]),
        ("GET", &[("accept", "application/xml, TEXT/HTML;q=0.5")]),
    ];
    for (method, headers) in navigations {
        let answer = ask(&client, method, headers).await;
        assert_eq!(answer.status(), 302, "{method} {headers:?}");
        let target = location(&answer).unwrap();
        assert!(target.contains("/login/browser?"), "{target}");
        assert!(target.contains("return_to="), "{target}");
    }
    let scripts: [(&str, &[(&str, &str)]); 7] = [
        ("GET", &[("accept", "*/*")]),
        ("GET", &[("accept", "application/json")]),
        ("GET", &[]),
        (
            "GET",
            &[("accept", html), ("x-requested-with", "XMLHttpRequest")],
        ),
        ("GET", &[("accept", html), ("sec-fetch-mode", "cors")]),
        ("POST", &[("accept", "application/json")]),
        (
            "GET",
            &[
                ("sec-fetch-mode", "navigate"),
                ("x-requested-with", "XMLHttpRequest"),
            ],
        ),
    ];
    for (method, headers) in scripts {
        let answer = ask(&client, method, headers).await;
        assert_eq!(answer.status(), 401, "{method} {headers:?}");
    }
    let form: &[(&str, &str)] = &[("sec-fetch-mode", "navigate"), ("accept", html)];
    let answer = ask(&client, "POST", form).await;
    assert_eq!(answer.status(), 303, "a form goes on with GET");
}

async fn ask(client: &Anonymous, method: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = client.request(method.parse().unwrap(), "/report?x=1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_flow_of_a_browser_can_be_walked_as_html() {
    let gateway = gateway().await;
    let first = ALICE.sign_up(&gateway).await;
    let client = gateway.anonymous();
    let form = Form::asked_at(&client, "/deep?x=1").await;
    let answer = form.submit(&ALICE.fields()).await;
    assert_eq!(answer.status(), 303);
    let target = format!("{}/deep?x=1", gateway.url());
    assert_eq!(location(&answer), Some(target));
    let echo = echoed(client.get_json("/deep?x=1").await).await;
    assert_eq!(value(&echo, "X-Forwarded-User"), Some(first.identity()));
}

#[tokio::test]
async fn mistakes_in_a_form_are_told_with_the_ids_of_the_dialect() {
    let gateway = gateway().await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "registration", "").await;
    let traits = json!({ "email": "no-address" });
    let body = json!({ "method": "password", "password": "short", "traits": traits });
    let answer = form.submit_json(body).await;
    assert_eq!(answer.status(), 400);
    let flow: Value = answer.json().await.unwrap();
    let text = flow.to_string();
    for id in ["4000040", "4000032"] {
        assert!(
            text.contains(id),
            "all mistakes at once, {id} among them: {text}"
        );
    }

    ALICE.sign_up(&gateway).await;
    let taken = Form::begin(&client, "registration", "").await;
    let traits = json!({ "email": "ALICE@Example.org" });
    let body = json!({ "method": "password", "password": "long-enough-1", "traits": traits });
    let answer = taken.submit_json(body).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("4000007"));

    let wrong = Form::begin(&client, "login", "").await;
    let body = json!({ "method": "password", "identifier": ALICE.email, "password": "not-hers" });
    let answer = wrong.submit_json(body).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("4000006"));
}

#[tokio::test]
async fn a_form_of_another_browser_is_refused() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let form = Form::begin(&gateway.anonymous(), "login", "").await;
    let stranger = gateway.anonymous();
    let mut body = ALICE.credentials();
    body["csrf_token"] = json!(form.value("csrf_token"));
    let answer = stranger.post_json(form.action(), &body).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(session_cookie(&answer), None);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["id"], "security_csrf_violation");

    let without = Form::begin(&gateway.anonymous(), "login", "").await;
    let answer = stranger
        .post_json(without.action(), &ALICE.credentials())
        .await;
    assert_eq!(answer.status(), 403);
}

/// Published clients send duplicate keys; the last one wins.
#[tokio::test]
async fn a_body_with_duplicate_keys_is_understood() {
    let gateway = gateway().await;
    ALICE.sign_up(&gateway).await;
    let client = Anonymous::without_cookies(&gateway.url());
    let form = Form::begin_native(&client, "login").await;
    let body = format!(
        "{{\"method\":\"password\",\"identifier\":\"nobody\",\"password\":\"{}\",\
         \"method\":\"password\",\"identifier\":\"{}\"}}",
        ALICE.password, ALICE.email
    );
    let answer = form.submit_raw("application/json", body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
}

#[tokio::test]
async fn a_form_body_with_dotted_names_registers() {
    let gateway = gateway().await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "registration", "").await;
    let fields = [
        ("method", "password"),
        ("password", ALICE.password),
        ("traits.email", ALICE.email),
        ("traits.name.first", ALICE.first),
    ];
    let answer = form.submit(&fields).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let whoami = client.get_json("/.portcullis/sessions/whoami").await;
    let whoami: Value = whoami.json().await.unwrap();
    assert_eq!(whoami["identity"]["traits"]["name"]["first"], ALICE.first);
}

#[tokio::test]
async fn registration_that_is_off_says_so() {
    let gateway = TestGateway::builder()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let target = format!("{SELF_SERVICE}/registration/browser");
    let answer = gateway.anonymous().get_json(&target).await;
    assert_eq!(answer.status(), 400);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["id"], "self_service_flow_disabled");
}

#[tokio::test]
async fn somebody_signed_in_is_not_asked_again() {
    let gateway = gateway().await;
    let alice = ALICE.sign_up(&gateway).await;
    let answer = alice.get(&format!("{SELF_SERVICE}/login/browser")).await;
    assert_eq!(answer.status(), 400);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["id"], "session_already_available");
    let page = alice
        .client
        .navigate(&format!("{SELF_SERVICE}/login/browser"))
        .await;
    assert_eq!(page.status(), 303, "a person simply goes on");
    let refresh = format!("{SELF_SERVICE}/login/browser?refresh=true");
    assert_eq!(alice.get(&refresh).await.status(), 200);
}

#[tokio::test]
async fn schemas_are_shown_to_whoever_fills_a_form() {
    let gateway = gateway().await;
    let client = gateway.anonymous();
    let list: Value = client
        .get_json("/.portcullis/schemas")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list[0]["id"], "default");
    let schema: Value = client
        .get_json("/.portcullis/schemas/default")
        .await
        .json()
        .await
        .unwrap();
    let traits = &schema["properties"]["traits"]["properties"];
    assert!(traits["academic-degree"].is_object(), "{schema}");
}
