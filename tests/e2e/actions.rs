//! KC-090 to KC-101: people who have something to do before they go on.

use serde_json::{Value, json};

use crate::support::{ALICE, Browser, Form, Route, TestGateway};

/// A gateway with terms that everybody new has to accept.
async fn with_terms() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .route(&Route::public("/open", "echo:"))
        .table(
            "[required_actions.TERMS_AND_CONDITIONS]\nenabled = true\ndefault = true\n\
             version = \"2026-01\"\ntext = \"Be kind.\"",
        )
        .start()
        .await
}

fn identity(gateway: &TestGateway, id: &str) -> Value {
    let shown = gateway.run(
        &["get-identity", "--identity-id", id, "--output", "json"],
        "",
    );
    assert_eq!(shown.code, 0, "{shown:?}");
    shown.json()
}

/// KC-084, KC-095.
#[tokio::test]
async fn kc_084_kc_095_whoever_registers_accepts_the_terms_before_the_gate_opens() {
    let gateway = with_terms().await;
    let browser = Browser::open().await;
    browser
        .goto(&format!("{}/reports?page=2", gateway.url()))
        .await;
    browser.follow_link("registration").await;
    browser.arrive_at("registration?flow=").await;
    ALICE.register_in(&browser).await;
    browser.arrive_at("/settings?flow=").await;
    browser.see("Terms and conditions").await;
    browser.see("Be kind.").await;
    browser
        .goto(&format!("{}/reports?page=2", gateway.url()))
        .await;
    browser.arrive_at("/settings?flow=").await;
    browser.press("I accept").await;
    browser.see("You are through the gate").await;
    assert_eq!(
        browser.url().await,
        format!("{}/reports?page=2", gateway.url())
    );
}

/// KC-090, KC-094.
#[tokio::test]
async fn kc_090_kc_094_a_session_is_held_up_from_the_moment_an_operator_asks() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .route(&Route::public("/open", "echo:"))
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/reports").await, 200);
    let ask = |option: &str| {
        let set = [
            "set-required-actions",
            "--email",
            ALICE.email,
            "--output",
            "json",
        ];
        let arguments = [&set[..], &[option, "UPDATE_PROFILE"]].concat();
        gateway.run(&arguments, "")
    };
    let asked = ask("--add");
    assert_eq!(asked.code, 0, "{asked:?}");
    assert_eq!(asked.json()["required_actions"], json!(["UPDATE_PROFILE"]));
    let shown = identity(&gateway, alice.identity());
    assert_eq!(shown["required_actions"], json!(["UPDATE_PROFILE"]));
    // What a command writes is seen within five seconds where there is no Redis.
    crate::support::wait_until("the session to be held up", async || {
        (alice.status("/reports").await == 403).then_some(())
    })
    .await;
    let held: Value = alice.get("/reports").await.json().await.unwrap();
    assert_eq!(held["code"], "session_required_actions_pending");
    let begin = "/.portcullis/self-service/settings/browser?kc_action=UPDATE_PROFILE&required=true";
    assert_eq!(
        held["redirect_browser_to"],
        format!("{}{begin}", gateway.url())
    );
    assert_eq!(alice.status("/open").await, 200);
    assert_eq!(alice.status("/.portcullis/sessions/whoami").await, 200);
    let page = alice.client.navigate("/reports?page=2").await;
    assert_eq!(page.status(), 302);
    let (page, _) = alice.client.follow("/reports?page=2").await;
    let form = Form::at(&alice.client, &page).await;
    let fields = [
        ("method", "profile"),
        ("traits.email", ALICE.email),
        ("traits.name.first", ALICE.first),
        ("traits.name.last", "Ackermann"),
    ];
    let done = form.submit(&fields).await;
    assert_eq!(done.status(), 303);
    assert_eq!(
        done.headers()["location"],
        format!("{}/reports?page=2", gateway.url())
    );
    assert_eq!(alice.status("/reports").await, 200);
    let shown = identity(&gateway, alice.identity());
    assert_eq!(shown["traits"]["name"]["last"], "Ackermann");
    assert_eq!(shown["required_actions"], json!([]));
    ask("--add");
    assert_eq!(ask("--remove").json()["required_actions"], json!([]));
}

/// KC-094.
#[tokio::test]
async fn kc_094_only_what_there_is_can_be_asked_for() {
    let gateway = with_terms().await;
    let alice = ALICE.sign_up(&gateway).await;
    for (alias, code, told) in [
        ("update_password", 2, "UPDATE_PASSWORD"),
        ("delete_account", 2, "TERMS_AND_CONDITIONS"),
        ("VERIFY_EMAIL", 1, "required_actions.VERIFY_EMAIL"),
    ] {
        let id = alice.identity();
        let command = ["set-required-actions", "--identity-id", id, "--add", alias];
        let refused = gateway.run(&command, "");
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    let list = gateway.run(&["required-actions", "list", "--output", "json"], "");
    let list = list.json();
    assert_eq!(
        list[0],
        json!({
            "alias": "TERMS_AND_CONDITIONS", "enabled": true, "default": true, "priority": 10,
            "max_auth_age": "5m",
        })
    );
    assert_eq!(list.as_array().unwrap().len(), 10);
    let public = alice.get("/.portcullis/self-service/actions").await;
    let public: Value = public.json().await.unwrap();
    let expected = [
        "TERMS_AND_CONDITIONS",
        "UPDATE_PASSWORD",
        "UPDATE_PROFILE",
        "VERIFY_PROFILE",
        "CONFIGURE_TOTP",
        "CONFIGURE_RECOVERY_AUTHN_CODES",
        "webauthn-register",
        "webauthn-register-passwordless",
    ];
    assert_eq!(public, json!(expected));
}

/// KC-107: what applications are told of stands in what operators are told of, the one action that is
/// never required among it.
#[tokio::test]
async fn kc_107_everything_that_is_told_in_public_is_in_the_operators_list() {
    let gateway = TestGateway::builder()
        .table("[required_actions.delete_account]\nenabled = true")
        .start()
        .await;
    let public = gateway
        .anonymous()
        .get_json("/.portcullis/self-service/actions")
        .await;
    let public: Vec<String> = public.json().await.unwrap();
    assert!(public.iter().any(|one| one == "delete_account"));
    let list = gateway.run(&["required-actions", "list", "--output", "json"], "");
    let list = list.json();
    let find = |alias: &str| {
        let mut all = list.as_array().unwrap().iter();
        all.find(|one| one["alias"] == alias)
    };
    for alias in &public {
        let told = find(alias).map(|one| &one["enabled"]);
        assert_eq!(told, Some(&json!(true)), "{alias}");
    }
    assert_eq!(find("delete_account").unwrap()["default"], false);
}

/// KC-100, KC-101; KC-102: the application is told on the return what became of it.
#[tokio::test]
async fn kc_100_kc_101_an_application_has_somebody_change_their_password() {
    let gateway = TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
    let app = "%2Faccount%3Ftab%3Dsecurity";
    let page = format!(
        "{}/.portcullis/self-service/login/browser?kc_action=UPDATE_PASSWORD&return_to={app}",
        gateway.url()
    );
    browser.goto(&page).await;
    browser.see("Choose a new password").await;
    browser.press("Cancel").await;
    let back = browser.arrive_at("kc_action_status=").await;
    assert!(
        back.ends_with("/account?tab=security&kc_action_status=cancelled"),
        "{back}"
    );
    browser.goto(&page).await;
    browser.fill("password", "another-wonderland-42").await;
    browser.submit().await;
    let back = browser.arrive_at("kc_action_status=").await;
    assert!(
        back.ends_with("/account?tab=security&kc_action_status=success"),
        "{back}"
    );
}
