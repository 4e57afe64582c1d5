//! Commands ask a running gateway instead of the store, and print the same.

mod arriving;
mod broken_off;
mod linked;
mod reached;
mod rights;
mod socket;
mod upkeep;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::support::{
    ALICE, BOB, Person, Route, TestGateway,
    gateway::{Builder, Output},
};

/// A gateway with an API credential that may do everything, and Alice and Bob.
struct House {
    gateway: TestGateway,
    client: String,
    secret: PathBuf,
    ids: [String; 2],
}

impl House {
    async fn stand() -> Self {
        Self::stand_in(TestGateway::builder()).await
    }

    async fn stand_in(builder: Builder) -> Self {
        let gateway = builder
            .registration()
            .table("[plugins.admin]")
            .route(&Route::signed_in("/", "echo:"))
            .start()
            .await;
        let create = ["api-credentials", "create", "--name", "commands"];
        let more = ["--role", "admin", "--output", "json"];
        let made = gateway.run(&[&create[..], &more].concat(), "").json();
        let secret = gateway.folder().join("secret");
        fs::write(&secret, made["client_secret"].as_str().unwrap()).unwrap();
        let client = made["client_id"].as_str().unwrap().to_owned();
        let alice = ALICE.sign_up(&gateway).await.identity().to_owned();
        let bob = BOB.sign_up(&gateway).await.identity().to_owned();
        Self {
            gateway,
            client,
            secret,
            ids: [alice, bob],
        }
    }

    fn locally(&self, command: &[&str], input: &str) -> Output {
        self.gateway.run(command, input)
    }

    fn remotely(&self, command: &[&str], input: &str) -> Output {
        let (url, secret) = (self.gateway.admin_url(), self.secret.display().to_string());
        let reach = ["--admin-url", &url, "--admin-client-id", &self.client];
        let own = ["--admin-client-secret-file", &secret];
        self.gateway.run(&[command, &reach, &own].concat(), input)
    }

    /// Does the same to Alice in the store and to Bob through the gateway; what is printed is the same
    /// but for who they are.
    fn both(&self, command: &[&str], input: &str) -> Value {
        let on = |person: Person| [command, &["--email", person.email]].concat();
        let here = self.locally(&on(ALICE), input);
        let there = self.remotely(&on(BOB), input);
        assert_eq!(there.code, here.code, "{command:?}: {here:?} {there:?}");
        let [alice, bob] = &self.ids;
        let renamed = there.stdout.replace(bob, alice);
        let renamed = renamed.replace(BOB.email, ALICE.email);
        assert_eq!(renamed, here.stdout, "{command:?}");
        match here.code {
            0 => here.json(),
            _ => Value::Null,
        }
    }

    /// Asks the same of the store and of the gateway.
    fn same(&self, command: &[&str]) -> Output {
        let here = self.locally(command, "");
        let there = self.remotely(command, "");
        assert_eq!(there.code, here.code, "{command:?}: {here:?} {there:?}");
        assert_eq!(there.stdout, here.stdout, "{command:?}");
        there
    }
}

const JSON: [&str; 2] = ["--output", "json"];

/// CU-11 to CU-14, CU-20, CU-22 to CU-24, CU-26, CU-27, CU-29: every command on somebody, both ways.
#[tokio::test]
async fn commands_on_somebody_print_the_same_through_a_running_gateway() {
    let house = House::stand().await;
    let both = |command: &[&str]| house.both(&[command, &JSON].concat(), "");
    let email = ALICE.email;
    house.same(&["get-identity", "--email", email]);
    house.same(&["get-identity", "--email", email, "--output", "json"]);
    house.same(&["get-identity", "--identity-id", &house.ids[0]]);
    house.same(&["get-identity", "--email", "nobody@example.org"]);
    house.same(&["get-identity", "--identity-id", "x"]);
    let nobody = "00000000-0000-4000-8000-000000000000";
    house.same(&["get-identity", "--identity-id", nobody]);
    house.same(&["list-oidc-accounts", "--email", email]);
    house.same(&["list-credentials", "--email", email, "--data"]);

    let roles = both(&["set-roles", "--add", "x", "--add", "delete-account"]);
    assert_eq!(roles["roles"], json!(["x", "delete-account"]));
    both(&["set-roles", "--remove", "x"]);
    both(&["set-roles", "--remove", "x", "--yes"]);
    both(&["set-roles", "--remove", "x"]);
    let asked = both(&["set-required-actions", "--add", "UPDATE_PASSWORD"]);
    assert_eq!(asked["required_actions"], json!(["UPDATE_PASSWORD"]));
    both(&["set-required-actions", "--remove", "UPDATE_PASSWORD"]);
    house.same(&["set-required-actions", "--email", email, "--add", "NOTHING"]);

    let reset = [
        "reset-password",
        "--password-stdin",
        "--yes",
        "--output",
        "json",
    ];
    let reset = house.both(&reset, "another-long-pass-0815\n");
    assert_eq!(reset["sessions_ended"], 1);
    let way = house.remotely(
        &["reset-password", "--email", email, "--output", "json"],
        "",
    );
    assert!(way.json()["recovery_code"].is_string(), "{way:?}");
    assert_eq!(
        both(&["invalidate-identity-sessions", "--yes"])["sessions_ended"],
        0
    );
    both(&["reset-identity-mfa", "--mfa-type", "totp", "--yes"]);
    both(&["reset-identity-mfa", "--mfa-type", "code", "--yes"]);
    both(&[
        "unlink-oidc-account",
        "--credential-id",
        "google:1",
        "--yes",
    ]);
    let gone = both_credentials(&house);
    assert_eq!(gone, ["password", "password"]);

    let off = both(&["set-identity-state", "--state", "inactive", "--yes"]);
    assert_eq!(off["state"], "inactive");
    both(&["set-identity-state", "--state", "active"]);
    assert_eq!(both(&["delete-identity", "--dry-run"])["deleted"], false);
    assert_eq!(both(&["delete-identity", "--yes"])["deleted"], true);
    both(&["get-identity"]);
}

/// Labels and removes each one's password; ids and moments differ.
fn both_credentials(house: &House) -> Vec<String> {
    let mut kinds = Vec::new();
    for (place, email) in [ALICE.email, BOB.email].into_iter().enumerate() {
        let run = |command: &[&str]| {
            let command = [command, &["--email", email, "--output", "json"]].concat();
            let done = match place {
                0 => house.locally(&command, ""),
                _ => house.remotely(&command, ""),
            };
            assert_eq!(done.code, 0, "{command:?}: {done:?}");
            done.json()
        };
        let listed = run(&["list-credentials"]);
        let id = listed[0]["id"].as_str().unwrap().to_owned();
        let labelled = run(&[
            "label-credential",
            "--credential-id",
            &id,
            "--label",
            "mine",
        ]);
        assert_eq!(labelled["label"], "mine");
        let moved = run(&["move-credential", "--credential-id", &id, "--to-first"]);
        assert_eq!(moved[0]["id"], *id);
        let gone = run(&["delete-credential", "--credential-id", &id, "--yes"]);
        assert_eq!(gone["deleted"], json!([id]));
        assert_eq!(gone["sessions_ended"], 0);
        kinds.push(gone["type"].as_str().unwrap().to_owned());
    }
    kinds
}

/// HA-13: what a command proves itself with, and what it says where that is nothing.
#[tokio::test]
async fn a_command_without_a_good_token_changes_nothing() {
    // Nothing listens there; what runs on this machine is asked without it.
    let builder = TestGateway::builder().environment("http_proxy", "http://127.0.0.1:1");
    let builder = builder.environment("no_proxy", "");
    let house = House::stand_in(builder).await;
    let url = house.gateway.admin_url();
    let ask = ["get-identity", "--email", ALICE.email, "--admin-url", &url];
    let bare = house.locally(&ask, "");
    assert_eq!(bare.code, 2, "{bare:?}");
    assert!(bare.stderr.contains("PORTCULLIS_ADMIN_TOKEN"), "{bare:?}");
    let file = house.gateway.folder().join("token");
    fs::write(&file, "ory_at_wrong.token\n").unwrap();
    let file = file.display().to_string();
    let wrong = house.locally(&[&ask[..], &["--admin-token-file", &file]].concat(), "");
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(!wrong.stderr.contains("ory_at_wrong"), "{wrong:?}");
    assert!(wrong.stderr.contains("no such token"), "{wrong:?}");
    let whose = [&ask[..], &["--admin-client-secret-file", &file]].concat();
    let nobodys = house.locally(&whose, "");
    assert_eq!(nobodys.code, 2, "{nobodys:?}");
    assert!(nobodys.stderr.contains("--admin-client-id"), "{nobodys:?}");
    let nowhere = [
        "get-identity",
        "--email",
        ALICE.email,
        "--admin-url",
        "ftp://x",
    ];
    assert_eq!(house.locally(&nowhere, "").code, 2);
}

/// HA-13: a listener that asks nobody who they are is asked without a token, at an address as at a socket.
#[tokio::test]
async fn a_gateway_that_asks_nobody_who_they_are_needs_no_token() {
    let gateway = TestGateway::builder()
        .registration()
        .table("[plugins.admin]\nauth = \"none\"\nconsole = false")
        .route(&Route::signed_in("/", "echo:"))
        .start()
        .await;
    ALICE.sign_up(&gateway).await;
    let url = gateway.admin_url();
    let on = ["--email", ALICE.email, "--admin-url", &url];
    for command in [&["get-identity"][..], &["set-roles", "--add", "x"]] {
        let done = gateway.run(&[command, &on].concat(), "");
        assert_eq!(done.code, 0, "{command:?}: {done:?}");
    }
    let found = gateway.run(&[&["get-identity"], &on[..], &JSON].concat(), "");
    assert_eq!(found.json()["roles"], json!(["x"]), "{found:?}");
}

/// XP-14: providers and addresses, both ways.
#[tokio::test]
async fn providers_are_looked_after_through_a_running_gateway() {
    let house = House::stand().await;
    let secret = house.gateway.folder().join("upstream");
    fs::write(&secret, "upstream-secret").unwrap();
    let secret = secret.display().to_string();
    let add = [
        "providers",
        "add",
        "--kind",
        "github",
        "--client-id",
        "x",
        "--id",
        "hub",
    ];
    let added = house.remotely(&[&add[..], &["--client-secret-file", &secret]].concat(), "");
    assert_eq!(added.code, 0, "{added:?}");
    let again = house.remotely(&[&add[..], &["--client-secret-file", &secret]].concat(), "");
    assert_eq!(again.code, 1, "{again:?}");
    for output in ["table", "json"] {
        let how = ["--output", output];
        house.same(&[&["providers", "list"][..], &how].concat());
        house.same(&[&["get-redirect-uri", "--provider", "hub"][..], &how].concat());
        house.same(&[&["get-redirect-uri", "--provider", "later"][..], &how].concat());
    }
    addresses_and_actions_are_told(&house);
    status_is_told(&house);
    let off = house.remotely(&["providers", "disable", "hub", "--output", "json"], "");
    assert_eq!(off.json()["enabled"], false, "{off:?}");
    let on = house.remotely(&["providers", "enable", "hub", "--output", "json"], "");
    assert_eq!(on.json()["enabled"], true, "{on:?}");
    let claims = house.gateway.folder().join("claims.json");
    fs::write(&claims, r#"{"sub": "1", "id": 1}"#).unwrap();
    let claims = claims.display().to_string();
    let dry = [
        "providers",
        "dry-run",
        "hub",
        "--claims",
        &claims,
        "--output",
        "json",
    ];
    house.same(&dry);
    let gone = house.remotely(
        &["providers", "remove", "hub", "--yes", "--output", "json"],
        "",
    );
    assert_eq!(gone.json()["removed"], true, "{gone:?}");
    assert_eq!(
        house
            .remotely(&["providers", "remove", "hub", "--yes"], "")
            .code,
        1
    );
}

/// What a gateway has seen of a provider, which a command beside it has not.
fn status_is_told(house: &House) {
    let status = ["providers", "status", "hub", "--output", "json"];
    let told = house.remotely(&status, "");
    assert_eq!(told.code, 0, "{told:?}");
    let told = told.json();
    let one = told.as_array().map_or(&told, |all| &all[0]);
    assert_eq!((&one["id"], &one["enabled"]), (&json!("hub"), &json!(true)));
    let nobody = house.remotely(&["providers", "status", "nobody"], "");
    assert_eq!(nobody.code, 1, "{nobody:?}");
}

fn addresses_and_actions_are_told(house: &House) {
    let list = ["required-actions", "list", "--output", "json"];
    let told = house.same(&list).json();
    let aliases = told.as_array().unwrap().iter();
    let mut aliases = aliases.map(|action| action["alias"].as_str().unwrap());
    assert!(aliases.any(|alias| alias == "delete_account"), "{told}");
    house.same(&["show-endpoints"]);
    let told = house.same(&["show-endpoints", "--output", "json"]).json();
    for listener in ["proxy_listener", "admin_listener", "metrics_listener"] {
        assert!(told[listener].is_string(), "{listener}: {told}");
    }
}

/// CU-10: one administrator stays, whichever way somebody would take them away.
#[tokio::test]
async fn the_last_administrator_stays_whichever_way_is_taken() {
    let house = House::stand().await;
    let email = ALICE.email;
    let given = house.locally(&["set-roles", "--email", email, "--add", "admin"], "");
    assert_eq!(given.code, 0, "{given:?}");
    let strip = ["set-roles", "--email", email, "--remove", "admin", "--yes"];
    let off = [
        "set-identity-state",
        "--email",
        email,
        "--state",
        "inactive",
        "--yes",
    ];
    let delete = ["delete-identity", "--email", email, "--yes"];
    for command in [&strip[..], &off, &delete] {
        for done in [house.locally(command, ""), house.remotely(command, "")] {
            assert_eq!(done.code, 1, "{command:?}: {done:?}");
            let reason = "this is the last administrator, so it stays one";
            assert!(done.stderr.contains(reason), "{command:?}: {done:?}");
        }
    }
    house.locally(&["set-roles", "--email", BOB.email, "--add", "admin"], "");
    assert_eq!(house.remotely(&strip, "").code, 0);
    assert_eq!(house.locally(&delete, "").code, 0);
}
