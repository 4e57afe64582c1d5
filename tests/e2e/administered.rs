//! The commands that look after people: roles, state, and what administrators see of them.

use serde_json::{Value, json};

use crate::support::{ALICE, BOB, Route, TestGateway, gateway::Output, wait_until};

/// A schema with a trait that administrators do not see, and one that they have to give.
const SCHEMA: &str = r#"
[[identity.schemas]]
id = "default"
inline = '''{ "properties": { "traits": { "type": "object", "additionalProperties": false, "properties": {
  "email": { "type": "string", "format": "email", "maxLength": 99,
    "ory.sh/kratos": { "credentials": { "password": { "identifier": true } }, "verification": { "via": "email" } } },
  "name": { "type": "object", "properties": { "first": { "type": "string", "maxLength": 99 }, "last": { "type": "string", "maxLength": 99 } } },
  "nickname": { "type": "string", "maxLength": 99, "x-profile": { "edit": ["user"], "expose": { "header": "X-Nickname" } } }
} } } }'''
[[identity.schemas]]
id = "staff"
inline = '''{ "properties": {
  "email": { "type": "string", "format": "email", "maxLength": 99, "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
  "phone": { "type": "string", "maxLength": 30, "x-profile": { "view": ["admin"], "edit": ["admin"], "required_for": { "roles": ["admin"] } } }
} }'''
"#;

async fn running() -> TestGateway {
    TestGateway::builder()
        .registration()
        .table(SCHEMA)
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await
}

fn on_alice(gateway: &TestGateway, command: &str, further: &[&str]) -> Output {
    let own = [command, "--email", ALICE.email, "--output", "json"];
    gateway.run(&[&own[..], further].concat(), "")
}

/// KC-122: the capability to delete one's own account.
#[tokio::test]
async fn roles_are_given_and_taken_away() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    let given = on_alice(
        &gateway,
        "set-roles",
        &["--add", "delete-account", "--add", "x"],
    );
    assert_eq!(given.code, 0, "{given:?}");
    assert_eq!(given.json()["roles"], json!(["delete-account", "x"]));
    wait_until("the session to have the role", async || {
        let whoami = alice.get("/.portcullis/sessions/whoami").await;
        let whoami: Value = whoami.json().await.unwrap();
        (whoami["identity"]["roles"] == json!(["delete-account", "x"])).then_some(())
    })
    .await;
    let unasked = on_alice(&gateway, "set-roles", &["--remove", "x"]);
    assert_eq!(unasked.code, 2, "nobody can be asked: {unasked:?}");
    let taken = on_alice(&gateway, "set-user-roles", &["--remove", "x", "--yes"]);
    assert_eq!(taken.json()["roles"], json!(["delete-account"]));
    let nothing = on_alice(&gateway, "set-roles", &[]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    let odd = on_alice(&gateway, "set-roles", &["--add", "two words"]);
    assert_eq!(odd.code, 2, "{odd:?}");
    let both = ["--add", "viewer", "--remove", "viewer", "--yes"];
    let both = on_alice(&gateway, "set-roles", &both);
    assert_eq!(both.code, 2, "which of them is meant: {both:?}");
    let absent = on_alice(&gateway, "set-roles", &["--remove", "nope"]);
    assert_eq!(absent.code, 0, "there is nothing to ask about: {absent:?}");
    assert_eq!(absent.json()["roles"], json!(["delete-account"]));
}

/// HA-06, HA-07.
#[tokio::test]
async fn an_identity_that_is_switched_off_is_out_at_once_and_may_come_back() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    let off = on_alice(
        &gateway,
        "set-identity-state",
        &["--state", "inactive", "--yes"],
    );
    assert_eq!(off.code, 0, "{off:?}");
    let told = off.json();
    assert_eq!(
        (&told["state"], &told["sessions_ended"]),
        (&json!("inactive"), &json!(1))
    );
    wait_until("the session to end", async || {
        (alice.status("/.portcullis/sessions/whoami").await == 401).then_some(())
    })
    .await;
    let refused = ALICE.try_to_sign_in(&gateway.anonymous()).await;
    assert!(!refused.status().is_success(), "{}", refused.status());
    let on = on_alice(&gateway, "set-user-state", &["--state", "active"]);
    assert_eq!(on.json()["state"], "active", "{on:?}");
    ALICE.sign_in(&gateway).await;
}

/// KC-120.
#[tokio::test]
async fn what_a_deletion_takes_along_is_told_beforehand() {
    let gateway = running().await;
    let alice = ALICE.sign_up(&gateway).await;
    ALICE.sign_in(&gateway).await;
    let dry = on_alice(&gateway, "delete-identity", &["--dry-run"]);
    let expected = |deleted: bool| {
        json!({
            "identity_id": alice.identity(), "name": ALICE.email, "deleted": deleted, "credentials": 1,
            "links": 0, "sessions": 2,
        })
    };
    assert_eq!((dry.code, dry.json()), (0, expected(false)), "{dry:?}");
    assert_eq!(on_alice(&gateway, "get-identity", &[]).code, 0);
    // Without a terminal nobody can be asked, and nothing that is lost for good goes unasked.
    let unasked = on_alice(&gateway, "delete-identity", &[]);
    assert_eq!(unasked.code, 2, "{unasked:?}");
    let said = "1 credential (0 linked accounts among them) and 2 sessions?";
    for words in [ALICE.email, said, "give --yes"] {
        assert!(unasked.stderr.contains(words), "{unasked:?}");
    }
    assert_eq!(on_alice(&gateway, "get-identity", &[]).code, 0);
    let gone = on_alice(&gateway, "delete-identity", &["--yes"]);
    assert_eq!((gone.code, gone.json()), (0, expected(true)), "{gone:?}");
    assert!(gone.stderr.contains("identity_deleted"), "{}", gone.stderr);
    assert_eq!(on_alice(&gateway, "get-identity", &[]).code, 1);
}

/// KC-010, KC-013, KC-016, KC-023: not even administrators see what the schema keeps from them.
#[tokio::test]
async fn commands_show_the_view_of_administrators() {
    let gateway = running().await;
    let traits = json!({"email": ALICE.email, "nickname": "Countess"});
    let alice = ALICE.sign_up_with(&gateway, traits).await;
    let shown = on_alice(&gateway, "get-identity", &[]);
    assert!(!shown.stdout.contains("Countess"), "{}", shown.stdout);
    assert_eq!(shown.json()["traits"], json!({"email": ALICE.email}));
    assert_eq!(
        shown.json()["verifiable_addresses"][0]["value"],
        ALICE.email
    );
    let echoed = alice.get("/").await.text().await.unwrap();
    assert!(echoed.contains("Countess"), "{echoed}");
}

/// HA-01, KC-002, KC-012, KC-033: the command is judged as an administrator.
#[tokio::test]
async fn an_admin_account_has_what_its_schema_asks_of_administrators() {
    let gateway = running().await;
    let create = |further: &[&str]| {
        let own = [
            "create-admin-account",
            "--email",
            BOB.email,
            "--username",
            "bob",
            "--password-stdin",
            "--output",
            "json",
            "--schema-id",
        ];
        gateway.run(&[&own[..], further].concat(), "turtles-all-the-way\n")
    };
    let unknown = create(&["nobody"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    let lacking = create(&["staff"]);
    assert_eq!(lacking.code, 1, "{lacking:?}");
    assert!(lacking.stderr.contains("phone"), "{}", lacking.stderr);
    let made = create(&["staff", "--phone-number", "+49301234567"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(made.json()["schema_id"], "staff");
    assert_eq!(made.json()["traits"]["phone"], "+49301234567");
}
