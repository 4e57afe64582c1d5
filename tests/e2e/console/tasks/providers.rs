//! A provider in the console: made of a preset, changed, tried with claims, and signed in through with
//! what has changed.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ENGLISH, ENTER, GERMAN, Reader, Task, providers_leaving::linked};
use crate::support::{
    BOB,
    person::{session_cookie, sign_in_through},
    wait_until,
};

const PLACE: &str = "/ui/providers/one";

/// XP-10, XP-13, XP-14.
async fn changes_a_provider(reader: Reader) {
    let (gateway, _provider) = linked().await;
    let task = Task::begin(("providers", reader), gateway, "/ui/providers").await;
    task.press(PLACE, "one").await;
    task.press("/change", "change").await;
    changed(&task).await;
    for (login, is_in) in [("bob", true), ("carol", false)] {
        let client = task.gateway.anonymous();
        let answer = sign_in_through(&client, "one", login).await;
        assert_eq!(session_cookie(&answer).is_some(), is_in, "{login}");
    }
    tried(&task).await;
    preset(&task).await;
    // At last, for the first window shows no focus any more once there was another.
    task.open(PLACE, "to-test").await;
    tested(&task).await;
    assert!(
        !task.gateway.log().contains("hush-"),
        "no secret in the log"
    );
}

/// It opens a window of its own; where nobody is signed in, Bob comes in through it.
async fn tested(task: &Task) {
    task.reach("main a[target=_blank]").await;
    let link = "return document.activeElement.href";
    let link = task.browser.run(link, vec![]).await;
    task.browser.strike(ENTER).await;
    let windows = wait_until("another window", async || {
        let all = task.browser.command(Method::GET, "window/handles", None);
        let all = all.await;
        all.as_array().filter(|all| all.len() == 2).cloned()
    })
    .await;
    turn_to(task, &windows[1]).await;
    task.browser.command(Method::DELETE, "window", None).await;
    turn_to(task, &windows[0]).await;
    task.browser.goto(&task.gateway.url()).await;
    task.browser.forget_cookies().await;
    task.browser.goto(link.as_str().unwrap()).await;
    task.look("test").await;
    task.reach("button[value=one]").await;
    task.browser.leave_by(ENTER).await;
    // How the provider's own pages are used is not ours to judge.
    task.browser.fill("login", "bob").await;
    task.browser.fill("password", "anything").await;
    task.browser.submit().await;
    task.browser.see(BOB.email).await;
}

async fn turn_to(task: &Task, window: &Value) {
    let window = Some(json!({ "handle": window }));
    task.browser.command(Method::POST, "window", window).await;
}

/// With a mistake first; the secret that nobody types stays.
async fn changed(task: &Task) {
    assert_eq!(task.texts("[name=client_secret]").await, [""]);
    task.fill("label", "Sign_in_here").await;
    task.fill("issuer_url", "https://nowhere.test/?x").await;
    task.enter("change-refused").await;
    task.is_refused().await;
    assert_eq!(task.texts("[name=label]").await, ["Sign_in_here"]);
    task.press("/ui/providers/one", "as-it-was").await;
    task.press("/change", "change-again").await;
    task.fill("label", "Sign_in_here").await;
    task.choose("create", "never").await;
    task.fill("allow_domains", "example.org, example.com").await;
    task.enter("changed").await;
    task.is_done().await;
    is_changed(task).await;
}

async fn is_changed(task: &Task) {
    let shown = ["providers", "list", "--output", "json"];
    let told = task.gateway.run(&shown, "").json().to_string();
    for part in ["Sign_in_here", "\"never\"", "example.com"] {
        assert!(told.contains(part), "{told}");
    }
    let login = format!("{}/.portcullis/login", task.gateway.url());
    let (_, page) = task.gateway.anonymous().follow(&login).await;
    assert!(page.text().await.unwrap().contains("Sign_in_here"));
}

/// With what is no JSON first, and then with whoever is known already.
async fn tried(task: &Task) {
    task.open(PLACE, "to-try").await;
    task.press("/try", "try").await;
    let example = task.texts("#claims").await.remove(0);
    task.paste("claims", "no claims").await;
    task.press("/ui/providers/one/try", "try-refused").await;
    task.is_refused().await;
    task.paste("claims", &example).await;
    task.press("/ui/providers/one/try", "tried-new").await;
    assert!(task.has("[role=status] dd").await);
    let mut claims: serde_json::Value = serde_json::from_str(&example).unwrap();
    claims["email"] = json!(BOB.email);
    task.paste("claims", &claims.to_string()).await;
    task.press("/ui/providers/one/try", "tried-known").await;
    assert!(task.has("[role=status] dd").await);
}

/// Its name is chosen first, for the redirect URI holds it, and copied with one press.
async fn preset(task: &Task) {
    task.open("/ui/providers/new", "kinds").await;
    task.press("/ui/providers/new?kind=google", "google").await;
    task.fill("id", "of_staff").await;
    task.enter("google-named").await;
    task.copy().await;
    let address = task.texts("#redirect-uri").await.remove(0);
    assert_eq!(
        address,
        task.gateway.url() + "/.portcullis/self-service/methods/oidc/callback/of_staff"
    );
    task.fill("label", "For_staff").await;
    task.fill("client_id", "staff").await;
    task.fill("client_secret", "hush-staff").await;
    task.enter("google-added").await;
    task.is_done().await;
    assert!(task.texts("code").await.contains(&address));
    task.press("/ui/providers", "both").await;
}

#[tokio::test]
async fn a_provider_is_changed_and_tried_and_one_is_made_of_a_preset() {
    changes_a_provider(ENGLISH).await;
}

#[tokio::test]
async fn a_provider_is_changed_in_german_on_a_phone() {
    changes_a_provider(GERMAN).await;
}
