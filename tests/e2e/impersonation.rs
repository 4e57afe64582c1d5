//! KC-130, KC-131, KC-132: an administrator acts as somebody else, and is themselves again.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{
    ALICE, Anonymous, BOB, Browser, Postgres, Redis, Route, SignedIn, TestGateway, Upstream,
    wait_until,
};

const WHOAMI: &str = "/.portcullis/sessions/whoami";

async fn running(upstream: &Upstream, stores: Option<(&Redis, &Postgres)>) -> TestGateway {
    let builder = TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .route(&Route::signed_in("/", &upstream.url()));
    let builder = match stores {
        Some((redis, postgres)) => builder.redis(redis).postgres(postgres),
        None => builder,
    };
    builder.start().await
}

fn change_roles(gateway: &TestGateway, change: &str) {
    let role = ["set-roles", "--email", ALICE.email, change, "impersonator"];
    let changed = gateway.run(&[&role[..], &["--yes"]].concat(), "");
    assert_eq!(changed.code, 0, "{changed:?}");
}

/// The admin listener under the host name of the gateway, as a page of its own asks it.
fn ask(
    client: &Anonymous,
    gateway: &TestGateway,
    method: Method,
    identity: &str,
) -> RequestBuilder {
    let admin = gateway.admin_url().replace("127.0.0.1", "localhost");
    let path = format!("{admin}/admin/identities/{identity}/impersonate");
    client.request(method, &path).header("origin", admin)
}

async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

async fn actor(client: &SignedIn) -> Value {
    json(client.get(WHOAMI).await).await["actor"].clone()
}

/// Begins to act as somebody, to do more than look, once the role for that is known.
async fn begin(gateway: &TestGateway, actor: &SignedIn, other: &SignedIn) -> Value {
    let begun = wait_until("the role to be known", async || {
        let request = ask(&actor.client, gateway, Method::POST, other.identity());
        let body = json!({"reason": "a ticket", "read_only": false});
        let begun = request.json(&body).send().await.unwrap();
        (begun.status() == 201).then_some(begun)
    });
    json(begun.await).await
}

/// KC-130.
#[tokio::test]
async fn kc_130_a_program_of_an_administrator_looks_and_touches_nothing() {
    let (redis, postgres) = (Redis::start().await, Postgres::start().await);
    let upstream = Upstream::start().await;
    let gateway = running(&upstream, Some((&redis, &postgres))).await;
    let (alice, bob) = (
        ALICE.sign_up_natively(&gateway).await,
        BOB.sign_up(&gateway).await,
    );
    let program = Anonymous::without_cookies(&gateway.url());
    let begin = async || {
        let request = ask(&program, &gateway, Method::POST, bob.identity());
        let request = request.header("x-session-token", &alice.token);
        let body = json!({"reason": "a ticket"});
        request.json(&body).send().await.unwrap()
    };
    assert_eq!(begin().await.status(), 403, "no administrator yet");
    change_roles(&gateway, "--add");
    let begun = wait_until("the role to be known", async || {
        let begun = begin().await;
        (begun.status() == 201).then_some(begun)
    });
    let token = json(begun.await).await["session_token"].clone();
    let acting = |method: Method| {
        let request = program.request(method, "/");
        request.header("x-session-token", token.as_str().unwrap())
    };
    assert_eq!(acting(Method::GET).send().await.unwrap().status(), 200);
    let seen = upstream.last();
    assert_eq!(seen.header("x-forwarded-user"), Some(bob.identity()));
    let alices = alice.session["identity"]["id"].as_str();
    assert_eq!(seen.header("x-portcullis-actor"), alices);
    let refused = acting(Method::POST).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(json(refused).await["code"], "impersonation_read_only");
    let socket = acting(Method::GET)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("origin", gateway.url());
    let refused = socket.send().await.unwrap();
    assert_eq!(json(refused).await["code"], "impersonation_read_only");
    let log = gateway.wait_for_log("impersonation_read_only").await;
    assert!(log.contains("actor.id"), "{log}");
    // The person themselves says nothing of the kind, nor can they.
    let forged = bob.client.request(Method::GET, "/");
    let forged = forged.header("x-portcullis-actor", "somebody").send().await;
    assert_eq!(forged.unwrap().status(), 200);
    assert_eq!(upstream.last().header("x-portcullis-actor"), None);
    change_roles(&gateway, "--remove");
    wait_until("the session to end with the role", async || {
        let gone = acting(Method::GET).send().await.unwrap();
        (gone.status() == 401).then_some(())
    })
    .await;
}

/// KC-131, KC-132.
#[tokio::test]
async fn kc_131_kc_132_a_browser_shows_whom_one_acts_as_until_one_is_oneself_again() {
    let upstream = Upstream::start().await;
    let gateway = running(&upstream, None).await;
    let (alice, bob) = (ALICE.sign_up(&gateway).await, BOB.sign_up(&gateway).await);
    change_roles(&gateway, "--add");
    let begun = begin(&gateway, &alice, &bob).await;
    let page = begun["redirect_browser_to"].as_str().unwrap();
    let page = alice.client.navigate(page).await.text().await.unwrap();
    let told = format!("{} acts as {} until", ALICE.email, BOB.email);
    assert!(page.contains(&told), "{page}");
    assert_eq!(actor(&alice).await, json!(alice.identity()));
    let sent = alice.client.request(Method::POST, "/").send().await;
    assert_eq!(sent.unwrap().status(), 200, "more than to look");
    let settings = "/.portcullis/self-service/settings";
    let changed = alice.client.post_json(settings, &json!({})).await;
    let error = json(changed).await["error"]["id"].clone();
    assert_eq!(error, "impersonated_session");
    let ended = ask(&alice.client, &gateway, Method::DELETE, bob.identity());
    assert_eq!(ended.send().await.unwrap().status(), 204);
    let own = json(alice.get(WHOAMI).await).await;
    assert_eq!(own["identity"]["id"], alice.identity());
    assert_eq!(own["id"], alice.session_id(), "the same session");
    // By signing out one comes back as well.
    begin(&gateway, &alice, &bob).await;
    assert_eq!(actor(&alice).await, json!(alice.identity()));
    alice.sign_out().await;
    assert_eq!(actor(&alice).await, Value::Null);
    assert_eq!(alice.status(WHOAMI).await, 200);
}

/// KC-132.
#[tokio::test]
async fn kc_132_people_read_on_each_page_whom_they_act_as_and_find_the_way_out() {
    let upstream = Upstream::start().await;
    let gateway = running(&upstream, None).await;
    let (alice, bob) = (ALICE.sign_up(&gateway).await, BOB.sign_up(&gateway).await);
    change_roles(&gateway, "--add");
    begin(&gateway, &alice, &bob).await;
    let browser = Browser::open().await;
    browser
        .goto(&format!("{}/.portcullis/signed-out", gateway.url()))
        .await;
    browser.forget_cookies().await;
    for pair in alice.client.cookies() {
        let set = "document.cookie = arguments[0] + '; Path=/'";
        browser.run(set, vec![json!(pair)]).await;
    }
    let told = format!("{} acts as {} until", ALICE.email, BOB.email);
    for page in ["", "profile", "settings", "self-service/logout/browser"] {
        browser
            .goto(&format!("{}/.portcullis/{page}", gateway.url()))
            .await;
        browser.see(&told).await;
    }
    browser
        .goto(&format!("{}/.portcullis/profile", gateway.url()))
        .await;
    browser.see("An administrator").await;
    browser.press("Stop acting as somebody else").await;
    browser.see("You are signed in").await;
    browser.see(ALICE.email).await;
    assert!(!browser.text().await.contains(&told));
}
