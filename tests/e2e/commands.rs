//! The identity commands, before and beside a running gateway.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    ALICE, Anonymous, BOB, Form, Person, Route, TestGateway, Upstream,
    gateway::{Builder, Output},
    wait_within,
};

const ROOT: Person = Person {
    email: "root@example.org",
    password: "turtles-all-the-way",
    first: "Root",
    last: "Admin",
};

/// Runs `create-admin-account` for `ROOT` with the password from standard input.
fn create_root(gateway: &TestGateway) -> Output {
    let mut arguments = vec![
        "create-admin-account",
        "--email",
        ROOT.email,
        "--username",
        "root",
    ];
    arguments.extend([
        "--name",
        "Root Admin",
        "--password-stdin",
        "--output",
        "json",
    ]);
    gateway.run(&arguments, &format!("{}\n", ROOT.password))
}

async fn running() -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

/// CU-03, CU-04.
#[tokio::test]
async fn an_admin_account_is_created_once_and_signs_in() {
    let gateway = running().await;
    let created = create_root(&gateway);
    assert_eq!(created.code, 0, "{created:?}");
    let identity = created.json();
    assert_eq!(identity["traits"]["email"], ROOT.email);
    assert_eq!(identity["traits"]["name"]["first"], "Root");
    assert_eq!(identity["roles"], serde_json::json!(["admin"]));
    assert!(!created.stdout.contains(ROOT.password) && !created.stderr.contains(ROOT.password));
    let signed_in = ROOT.sign_in(&gateway).await;
    assert_eq!(identity["id"], signed_in.identity());
    let again = create_root(&gateway);
    assert_eq!(again.code, 1, "the address is taken: {again:?}");
    assert!(!again.stderr.is_empty());
}

/// CU-02, CU-11, CU-12, CU-13, CU-14.
#[tokio::test]
async fn an_identity_is_shown_by_id_or_by_address() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    let by_id = gateway.run(
        &[
            "get-identity",
            "--identity-id",
            alice.identity(),
            "--output",
            "json",
        ],
        "",
    );
    assert_eq!(by_id.code, 0, "{by_id:?}");
    assert_eq!(by_id.json()["traits"]["name"]["last"], ALICE.last);
    assert_eq!(by_id.json()["state"], "active");
    let address = "  Alice@EXAMPLE.org ";
    let by_email = gateway.run(
        &["get-identity", "--email", address, "--output", "json"],
        "",
    );
    assert_eq!(by_email.json(), by_id.json());
    let table = gateway.run(&["get-identity", "--email", ALICE.email], "");
    assert_eq!(table.code, 0);
    for part in [ALICE.email, ALICE.first, alice.identity()] {
        assert!(table.stdout.contains(part), "{part}: {}", table.stdout);
    }
    assert!(
        serde_json::from_str::<Value>(&table.stdout).is_err(),
        "a table, not JSON"
    );
    assert!(!table.stdout.contains("argon2"), "never a hash");
    let alias = gateway.run(
        &[
            "get-user",
            "--user-id",
            alice.identity(),
            "--output",
            "json",
        ],
        "",
    );
    assert_eq!(alias.json(), by_id.json(), "`user` is an alias");
}

/// CU-13: each way to name nobody has its own message.
#[tokio::test]
async fn selectors_that_name_nobody_are_told_apart() {
    let gateway = running().await;
    ALICE.sign_up(&gateway).await;
    let missing = "00000000-0000-4000-8000-000000000000";
    let cases: [(&[&str], i32); 6] = [
        (&[], 2),
        (&["--identity-id", missing, "--email", ALICE.email], 2),
        (&["--identity-id", "not-a-uuid"], 2),
        (&["--identity-id", missing], 1),
        (&["--email", "nobody@example.org"], 1),
        (&["--email", ""], 2),
    ];
    for command in [
        "get-identity",
        "reset-password",
        "invalidate-identity-sessions",
        "delete-identity",
    ] {
        let mut messages = Vec::new();
        for (selector, code) in cases {
            let mut arguments = vec![command];
            arguments.extend(selector);
            let answer = gateway.run(&arguments, "a-new-password\n");
            assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
            assert!(answer.stdout.is_empty(), "{answer:?}");
            messages.push(answer.stderr);
        }
        messages.sort();
        messages.dedup();
        assert_eq!(messages.len(), cases.len(), "{command}: {messages:?}");
    }
}

/// CU-13: an address that two identities have names nobody.
#[tokio::test]
async fn an_address_of_several_identities_asks_for_the_id() {
    let schema = r#"{ "type": "object", "properties": { "traits": { "type": "object",
        "properties": {
            "username": { "type": "string",
                "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
            "email": { "type": "string", "format": "email",
                "ory.sh/kratos": { "verification": { "via": "email" }, "recovery": { "via": "email" } } }
        }, "required": ["username", "email"] } } }"#;
    let table = format!(
        "[identity]\ndefault_schema = \"named\"\n[[identity.schemas]]\nid = \"named\"\ninline = '''{schema}'''"
    );
    let gateway = TestGateway::builder()
        .registration()
        .table(&table)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    for username in ["one", "two"] {
        let traits = serde_json::json!({ "username": username, "email": ALICE.email });
        ALICE.sign_up_with(&gateway, traits).await;
    }
    let answer = gateway.run(&["get-identity", "--email", ALICE.email], "");
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.stderr.contains("--identity-id"), "{answer:?}");
}

/// CU-20, CU-21.
#[tokio::test]
async fn a_password_is_reset_from_stdin_a_file_or_a_secret_and_ends_the_sessions() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    let folder = TempDir::new().unwrap();
    let plain = folder.path().join("password");
    fs::write(&plain, "from-a-file-1\n").unwrap();
    let keyed = folder.path().join("secrets.json");
    fs::write(&keyed, r#"{ "password": "from-a-key-1", "other": "x" }"#).unwrap();
    let (plain, keyed) = (
        plain.display().to_string(),
        format!("file://{}#password", keyed.display()),
    );
    let bare = format!("file://{plain}");
    let sources: [(&[&str], &str, &str); 5] = [
        (&["--password-stdin"], "from-stdin-1\n", "from-stdin-1"),
        (&["--password-file", &plain], "", "from-a-file-1"),
        (&["--password-secret", &keyed], "", "from-a-key-1"),
        (&["--password-secret", &bare], "", "from-a-file-1"),
        (
            &["--password-secret", "stdin"],
            "from-a-secret-1",
            "from-a-secret-1",
        ),
    ];
    for (source, input, password) in sources {
        let mut arguments = vec!["reset-password", "--email", ALICE.email];
        arguments.extend(source);
        let answer = gateway.run(&arguments, input);
        assert_eq!(answer.code, 0, "{source:?}: {answer:?}");
        assert!(!answer.stdout.contains(password), "{answer:?}");
        let renewed = Person {
            password: leak(password),
            ..ALICE
        };
        let again = renewed.sign_in(&gateway).await;
        assert_eq!(again.identity(), alice.identity());
    }
    let old = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert_eq!(old.status(), 400, "the old password is over");
    refused_soon(&gateway, &alice.cookie).await;
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Waits until the running gateway refuses a session that a command ended.
async fn refused_soon(gateway: &TestGateway, cookie: &str) {
    let client = Anonymous::without_cookies(&gateway.url());
    let patience = std::time::Duration::from_secs(5);
    wait_within(patience, "the running gateway to refuse", async || {
        let request = client
            .request(reqwest::Method::GET, "/")
            .header("cookie", cookie);
        (request.send().await.ok()?.status() == 401).then_some(())
    })
    .await;
}

/// CU-21: the source's own form is taken, with a warning.
#[tokio::test]
async fn a_password_on_the_command_line_is_taken_with_a_warning() {
    let gateway = running().await;
    ALICE.sign_up(&gateway).await;
    let arguments = [
        "reset-password",
        "--email",
        ALICE.email,
        "--password",
        "inline-password-1",
    ];
    let answer = gateway.run(&arguments, "");
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.stderr.contains("warning"), "{answer:?}");
    let bad = gateway.run(
        &[
            "reset-password",
            "--email",
            ALICE.email,
            "--password",
            "short",
        ],
        "",
    );
    assert_eq!(bad.code, 1, "the rules hold here, too: {bad:?}");
    let two = [
        "reset-password",
        "--email",
        ALICE.email,
        "--password",
        "x",
        "--password-stdin",
    ];
    assert_eq!(gateway.run(&two, "y").code, 2, "one source, not two");
    let none = gateway.run(
        &["reset-password", "--email", ALICE.email, "--password-stdin"],
        "",
    );
    assert_eq!(none.code, 2, "{none:?}");
}

/// CU-26.
#[tokio::test]
async fn sessions_ended_by_a_command_are_refused_within_five_seconds() {
    let gateway = running().await;
    let (alice, bob) = (ALICE.sign_up(&gateway).await, BOB.sign_up(&gateway).await);
    assert_eq!((alice.status("/").await, bob.status("/").await), (200, 200));
    let arguments = [
        "invalidate-identity-sessions",
        "--email",
        ALICE.email,
        "--yes",
        "--output",
        "json",
    ];
    let answer = gateway.run(&arguments, "");
    assert_eq!(answer.code, 0, "{answer:?}");
    refused_soon(&gateway, &alice.cookie).await;
    assert_eq!(bob.status("/").await, 200, "nobody else's");
}

/// CU-27.
#[tokio::test]
async fn a_deleted_identity_is_gone_with_its_sessions() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/").await, 200);
    let id = alice.identity();
    let answer = gateway.run(&["delete-identity", "--identity-id", id, "--yes"], "");
    assert_eq!(answer.code, 0, "{answer:?}");
    refused_soon(&gateway, &alice.cookie).await;
    assert_eq!(
        gateway.run(&["get-identity", "--identity-id", id], "").code,
        1
    );
    assert_eq!(
        ALICE.try_to_sign_in(&gateway.anonymous()).await.status(),
        400
    );
    let anew = ALICE.sign_up(&gateway).await;
    assert_ne!(anew.identity(), id, "the address is free again");
}

/// XP-03, XP-14.
#[tokio::test]
async fn the_redirect_uri_is_told_before_the_provider_is_configured() {
    let gateway = TestGateway::builder().public_url("https://app.example.org");
    let uri = "https://app.example.org/.portcullis/self-service/methods/oidc/callback/acme";
    let plain = gateway.run(&["get-redirect-uri", "--provider", "acme"]);
    assert_eq!((plain.code, plain.stdout.trim()), (0, uri));
    let json = gateway.run(&["get-redirect-uri", "--provider", "acme", "--output", "json"]);
    assert_eq!(json.json()["redirect_uri"], uri);
    for (name, place) in [
        ("post_logout_redirect_uri", "signed-out"),
        ("backchannel_logout_uri", "backchannel-logout"),
        ("frontchannel_logout_uri", "frontchannel-logout"),
    ] {
        assert_eq!(json.json()[name], uri.replace("callback", place), "{name}");
    }
    assert_eq!(
        gateway
            .run(&["get-redirect-uri", "--provider", "no/such"])
            .code,
        2
    );
    assert_eq!(gateway.run(&["get-redirect-uri"]).code, 2);
    let reserved = gateway.run(&["get-redirect-uri", "--provider", "prepared"]);
    assert_eq!(reserved.code, 2, "no provider is called that: {reserved:?}");
    assert!(
        reserved.stderr.contains("is called \"prepared\": "),
        "{reserved:?}"
    );
}

#[tokio::test]
async fn identity_commands_work_before_the_first_serve() {
    let upstream = Upstream::start().await;
    let gateway: Builder = TestGateway::builder().route(&Route::signed_in("/", &upstream.url()));
    assert_eq!(
        gateway.run(&["get-identity", "--email", ROOT.email]).code,
        1
    );
    let mut arguments = vec![
        "create-admin-account",
        "--email",
        ROOT.email,
        "--username",
        "root",
    ];
    let password = format!("--password={}", ROOT.password);
    arguments.extend([&*password, "--output", "json"]);
    let created = gateway.run(&arguments);
    assert_eq!(created.code, 0, "{created:?}");
    let gateway = gateway.start().await;
    let client = gateway.anonymous();
    let form = Form::begin(&client, "login", "").await;
    assert_eq!(form.submit_json(ROOT.credentials()).await.status(), 200);
}

#[tokio::test]
async fn a_command_line_that_cannot_be_meant_is_a_usage_error() {
    let gateway = TestGateway::builder();
    for arguments in [
        &["no-such-command"][..],
        &["get-identity", "--no-such-option"],
        &["create-admin-account"],
    ] {
        let answer = gateway.run(arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {answer:?}");
    }
    let help = gateway.run(&["--help"]);
    assert_eq!(help.code, 0);
    for command in ["serve", "check", "create-admin-account", "get-redirect-uri"] {
        assert!(help.stdout.contains(command), "{command}: {}", help.stdout);
    }
}
