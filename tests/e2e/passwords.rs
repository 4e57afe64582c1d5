//! What may be chosen as a password, and how administrators give one, or a way back in.

use std::fs;

use jiff::Timestamp;
use portcullis_core::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::support::{
    ALICE, BOB, Form, Person, Route, TestGateway,
    gateway::Output,
    person::{session_cookie, whoami},
    wait_until,
};

const BREACHED: &str = "turtles-and-kettles";

/// A list of one breached password between two others.
fn list() -> String {
    let hash = Sha1::digest(BREACHED);
    let hash: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    format!(
        "{}:9\r\n{hash}:12\r\n{}:3\r\n",
        "0".repeat(40),
        "F".repeat(40)
    )
}

async fn gateway(lines: &str) -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .table(lines)
        .start()
        .await
}

fn reset(gateway: &TestGateway, further: &[&str], password: &str) -> Output {
    let own = ["reset-password", "--email", ALICE.email, "--output", "json"];
    gateway.run(&[&own[..], further].concat(), password)
}

/// Tries to register with this password: the messages.
async fn register(gateway: &TestGateway, password: &str) -> Vec<u64> {
    let form = Form::begin(&gateway.anonymous(), "registration", "").await;
    let traits = json!({"email": ALICE.email, "name": {"first": "Alice", "last": "Archer"}});
    let body = json!({"method": "password", "password": password, "traits": traits});
    let answer = form.submit_json(body).await;
    assert_eq!(answer.status(), 400, "{password}");
    let flow: Value = answer.json().await.unwrap();
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    let messages = nodes
        .iter()
        .flat_map(|node| node["messages"].as_array().unwrap());
    messages.map(|one| one["id"].as_u64().unwrap()).collect()
}

/// The policy of `[identity.password]` holds wherever a password is chosen.
#[tokio::test]
async fn passwords_that_are_guessed_like_somebody_or_breached_are_refused_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("breached.txt");
    fs::write(&path, list()).unwrap();
    let gateway = gateway(&format!(
        "[identity.password]\nhistory = 2\n\
         [identity.password.breached]\nenabled = true\nfile = {path:?}\n"
    ))
    .await;
    for (password, told) in [
        ("password", 4_990_060),
        ("archer-alice", 4_000_031),
        ("alice@example.org!", 4_000_031),
        (BREACHED, 4_000_034),
        ("short", 4_000_032),
    ] {
        assert_eq!(register(&gateway, password).await, [told], "{password}");
    }
    let alice = ALICE.sign_up(&gateway).await;
    let form = Form::begin(&alice.client, "settings", "").await;
    for (password, told) in [(BREACHED, "4000034"), (ALICE.password, "4000039")] {
        let answer = form
            .submit_json(json!({"method": "password", "password": password}))
            .await;
        assert_eq!(answer.status(), 400, "{password}");
        assert!(answer.text().await.unwrap().contains(told), "{password}");
    }
    for (password, told) in [
        ("password", "easily guessed"),
        ("alice@example.org!", "your profile"),
        (BREACHED, "data breaches"),
        (ALICE.password, "already"),
    ] {
        let refused = reset(&gateway, &["--password-stdin"], password);
        assert_eq!(refused.code, 1, "{password}: {refused:?}");
        assert!(refused.stderr.contains(told), "{refused:?}");
    }
    assert_eq!(
        reset(&gateway, &["--password-stdin"], "through-the-hedge").code,
        0
    );
    let before = reset(&gateway, &["--password-stdin"], ALICE.password);
    assert!(before.stderr.contains("before"), "{before:?}");
    assert!(!gateway.log().contains(BREACHED));
}

/// `on_failure` of `[identity.password.breached]`.
#[tokio::test]
async fn a_range_server_that_is_away_takes_or_refuses_as_configured() {
    let lines = |on_failure: &str| {
        format!(
            "[identity.password.breached]\nenabled = true\nurl = \"http://127.0.0.1:1/range/\"\n\
             on_failure = \"{on_failure}\"\n"
        )
    };
    let lenient = gateway(&lines("allow")).await;
    ALICE.sign_up(&lenient).await;
    lenient.wait_for_log("a password is taken unchecked").await;
    let strict = gateway(&lines("refuse")).await;
    assert_eq!(register(&strict, ALICE.password).await, [4_990_062]);
}

/// CU-20, CU-22.
#[tokio::test]
async fn without_a_password_a_code_and_a_link_are_printed_that_let_somebody_back_in() {
    let gateway = gateway("").await;
    let alice = ALICE.sign_up(&gateway).await;
    let printed = reset(&gateway, &["--lifespan", "2h"], "");
    assert_eq!(printed.code, 0, "{printed:?}");
    let told = printed.json();
    assert_eq!(told["identity_id"], alice.identity());
    let code = told["recovery_code"].as_str().unwrap();
    let link = told["recovery_link"].as_str().unwrap();
    assert!(!printed.stderr.contains(code) && !gateway.log().contains(code));
    let expires: Timestamp = told["expires_at"].as_str().unwrap().parse().unwrap();
    let left = expires.duration_since(SystemClock.now()).as_mins();
    assert!((118..=120).contains(&left), "{left}");
    assert_eq!(alice.status("/").await, 200, "nothing has changed yet");

    let visitor = gateway.anonymous();
    let (page, answer) = visitor.follow(link).await;
    assert_eq!(answer.status(), 200, "{page}");
    let form = Form::at(&visitor, &page).await;
    let enter = |code: &str| form.submit_json(json!({"method": "code", "code": code}));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(enter(wrong).await.status(), 400);
    let entered = enter(code).await;
    assert_eq!(entered.status(), 422);
    assert!(session_cookie(&entered).is_some());
    let session = whoami(&visitor).await;
    assert_eq!(session["identity"]["id"], alice.identity());
    wait_until("the session of before to end", async || {
        (alice.status("/").await == 401).then_some(())
    })
    .await;
    let again = gateway.anonymous();
    let (_, answer) = again.follow(link).await;
    // No mail is sent here, so that there is no other one to ask for either.
    assert_eq!(answer.status(), 400, "it is good once");
}

/// CU-05, CU-06, KC-076.
#[tokio::test]
async fn an_admin_account_without_a_password_gets_a_way_in_and_then_a_first_password() {
    let gateway = gateway("").await;
    let create = |further: &[&str]| {
        let own = ["create-admin-account", "--output", "json"];
        gateway.run(&[&own[..], further].concat(), "")
    };
    let created = create(&["--email", ALICE.email, "--username", "alice"]);
    assert_eq!(created.code, 0, "{created:?}");
    let told = created.json();
    assert_eq!(told["roles"], json!(["admin"]));
    for member in ["recovery_code", "recovery_link", "expires_at"] {
        assert!(told[member].is_string(), "{member}: {told}");
    }
    let nobody = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert_eq!(nobody.status(), 400, "there is no password yet");
    let set = reset(&gateway, &["--password-stdin"], ALICE.password);
    assert_eq!(set.code, 0, "{set:?}");
    assert_eq!(set.json()["temporary"], false);
    let alice = ALICE.sign_in(&gateway).await;
    assert_eq!(told["id"], alice.identity());
    assert_eq!(alice.status("/").await, 200);

    let inline = [
        "--email",
        BOB.email,
        "--username",
        "bob",
        "--password",
        BOB.password,
    ];
    let created = create(&inline);
    assert_warned(&created, BOB.password);
    assert!(created.json()["recovery_code"].is_null());
    assert_eq!(sign_in(&gateway, &BOB).await, 403);
    let carol = ["--email", "carol@example.org", "--username", "carol"];
    let kept = ["--password", "carols-own-garden", "--permanent"];
    let created = create(&[&carol[..], &kept].concat());
    assert_eq!(created.json()["required_actions"], json!([]));
}

/// CU-03: the words of whoever comes from elsewhere do what the options do, and are warned of likewise.
#[tokio::test]
async fn an_admin_account_is_created_by_words_and_a_password_there_is_warned_of() {
    let gateway = gateway("").await;
    let email = format!("email={}", BOB.email);
    let password = format!("password={}", BOB.password);
    let words = [&*email, &password, "username=bob", "--output", "json"];
    let create = |words: &[&str]| gateway.run(&[&["create-admin-account"], words].concat(), "");
    let created = create(&words);
    assert_warned(&created, BOB.password);
    assert_eq!(created.json()["roles"], json!(["admin"]));
    assert_eq!(created.json()["traits"]["email"], BOB.email);
    assert_eq!(sign_in(&gateway, &BOB).await, 403);
    let silent = create(&["email=carol@example.org", "username=carol"]);
    assert_eq!(silent.code, 0, "{silent:?}");
    assert!(!silent.stderr.contains("warning"), "{silent:?}");
    let odd = create(&["email=dan@example.org", "username=dan", "passwort=hush"]);
    assert_eq!(odd.code, 2, "{odd:?}");
    assert!(!odd.stderr.contains("hush"), "{odd:?}");
}

/// The account is made, and whoever gave its password where others can read it is told so.
fn assert_warned(created: &Output, password: &str) {
    assert_eq!(created.code, 0, "{created:?}");
    let warning = "warning: a password on the command line can be read by others";
    assert!(created.stderr.contains(warning), "{created:?}");
    assert!(!created.stderr.contains(password), "{created:?}");
    let actions = &created.json()["required_actions"];
    assert_eq!(*actions, json!(["UPDATE_PASSWORD"]));
}

/// Signs in, and asks for the application: with which status.
async fn sign_in(gateway: &TestGateway, person: &Person) -> u16 {
    let client = gateway.anonymous();
    let answer = person.try_to_sign_in(&client).await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    client.get_json("/").await.status().as_u16()
}

/// KC-077.
#[tokio::test]
async fn a_temporary_password_is_changed_at_the_next_sign_in() {
    let gateway = gateway("").await;
    ALICE.sign_up(&gateway).await;
    let set = reset(
        &gateway,
        &["--password-stdin", "--temporary"],
        "for-one-day-only\n",
    );
    assert_eq!(set.json()["temporary"], true, "{set:?}");
    let renewed = Person {
        password: "for-one-day-only",
        ..ALICE
    };
    let client = gateway.anonymous();
    let answer = renewed.try_to_sign_in(&client).await;
    assert!(session_cookie(&answer).is_some());
    let held = client.get_json("/").await;
    assert_eq!(held.status(), 403);
    let held: Value = held.json().await.unwrap();
    assert_eq!(held["code"], "session_required_actions_pending");
    let (page, _) = client.follow("/deep").await;
    let form = Form::at(&client, &page).await;
    let changed = form
        .submit(&[("method", "password"), ("password", "mine-for-good-now")])
        .await;
    assert_eq!(changed.status(), 303);
    assert_eq!(client.get_json("/").await.status(), 200);

    let temporary = reset(&gateway, &["--password", "for-another-day"], "");
    assert_eq!(
        temporary.json()["temporary"],
        true,
        "others may have read it"
    );
    let permanent = reset(
        &gateway,
        &["--password-stdin", "--permanent"],
        "mine-for-good-now",
    );
    assert_eq!(permanent.json()["temporary"], false);
    let kept = Person {
        password: "mine-for-good-now",
        ..ALICE
    };
    assert_eq!(sign_in(&gateway, &kept).await, 200);
    let both = reset(&gateway, &["--temporary", "--permanent"], "");
    assert_eq!(both.code, 2);
}

#[tokio::test]
async fn no_password_is_temporary_where_nobody_can_be_made_to_change_it() {
    let gateway = gateway("[required_actions.UPDATE_PASSWORD]\nenabled = false\n").await;
    ALICE.sign_up(&gateway).await;
    let refused = reset(
        &gateway,
        &["--password-stdin", "--temporary"],
        "for-one-day-only",
    );
    assert_eq!(refused.code, 1, "{refused:?}");
    let inline = reset(&gateway, &["--password", "for-another-day"], "");
    assert_eq!(inline.json()["temporary"], false);
}
/// CU-21: a password that stands in the environment, and none that does not.
#[tokio::test]
async fn a_password_is_taken_from_the_environment() {
    let gateway = TestGateway::builder()
        .registration()
        .environment("STORY_PASSWORD", "from-the-environment-1")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let reset = |secret: &str| {
        let reset = [
            "reset-password",
            "--email",
            ALICE.email,
            "--password-secret",
        ];
        gateway.run(&[&reset[..], &[secret]].concat(), "")
    };
    let missing = reset("env:NOBODY_SAYS_THIS");
    assert_ne!(missing.code, 0, "{missing:?}");
    assert_eq!(ALICE.sign_in(&gateway).await.identity(), alice.identity());
    let done = reset("env:STORY_PASSWORD");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!done.stdout.contains("from-the-environment-1"), "{done:?}");
    let renewed = Person {
        password: "from-the-environment-1",
        ..ALICE
    };
    assert_eq!(renewed.sign_in(&gateway).await.identity(), alice.identity());
}
