//! What commands change in the store themselves is in the audit log, and no secret is.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use super::abuse::guess;
use crate::support::{
    ALICE, Anonymous, BOB, LET_IN_AT_ONCE, Route, SmtpServer, TestGateway, admin::Program,
    admin_token,
};

const NEW: &str = "another-turtle-4711";
const GRACE: &str = "grace@example.org";
/// What an account of hers is called at a provider.
const SUBJECT: &str = "4711";
/// The secret of an authenticator app.
const APP: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const HUSH: &str = "hush-upstream-secret";

/// What the commands of the story have to leave behind: verb, command, and what it was done to.
const WRITTEN: [(&str, &str, &str); 29] = [
    ("api-credential.create", "api-credentials", "api-credential"),
    ("api-credential.create", "api-credentials", "api-credential"),
    ("api-credential.delete", "api-credentials", "api-credential"),
    ("api-credential.rotate", "api-credentials", "api-credential"),
    ("api-credential.update", "api-credentials", "api-credential"),
    ("identity.actions_email", "send-actions-email", "identity"),
    ("identity.create", "create-admin-account", "identity"),
    (
        "identity.credential.delete",
        "delete-credential",
        "identity",
    ),
    (
        "identity.credential.delete",
        "reset-identity-mfa",
        "identity",
    ),
    (
        "identity.credential.delete",
        "unlink-oidc-account",
        "identity",
    ),
    (
        "identity.credential.delete",
        "unlink-oidc-account",
        "identity",
    ),
    ("identity.credential.label", "label-credential", "identity"),
    ("identity.credential.move", "move-credential", "identity"),
    ("identity.delete", "delete-identity", "identity"),
    ("identity.import", "import keycloak-users", "null"),
    ("identity.link", "link-oidc-account", "identity"),
    ("identity.link", "prepare-oidc-link", "identity"),
    ("identity.password.set", "reset-password", "identity"),
    (
        "identity.recovery.hand_out",
        "create-admin-account",
        "identity",
    ),
    ("identity.recovery.hand_out", "reset-password", "identity"),
    (
        "identity.sessions.revoke",
        "invalidate-identity-sessions",
        "identity",
    ),
    ("identity.update", "set-identity-state", "identity"),
    ("identity.update", "set-required-actions", "identity"),
    ("identity.update", "set-roles", "identity"),
    ("provider.create", "providers add", "provider"),
    ("provider.delete", "providers remove", "provider"),
    ("provider.update", "providers disable", "provider"),
    ("provider.update", "providers enable", "provider"),
    ("throttle.lift", "lift-throttle", "throttle"),
];

/// Runs commands, and keeps the secrets that they print.
struct House {
    gateway: TestGateway,
    _mail: SmtpServer,
}

impl House {
    async fn stand() -> Self {
        let mail = SmtpServer::start().await;
        let gateway = TestGateway::builder()
            .registration()
            .table(&mail.table())
            .table(LET_IN_AT_ONCE)
            .table("[plugins.admin]")
            .route(&Route::signed_in("/", "echo:"))
            .start()
            .await;
        Self {
            gateway,
            _mail: mail,
        }
    }

    fn run(&self, command: &[&str], input: &str) -> Value {
        let done = self
            .gateway
            .run(&[command, &["--output", "json"]].concat(), input);
        assert_eq!(done.code, 0, "{command:?}: {done:?}");
        assert!(!done.stderr.contains("audit log"), "{done:?}");
        done.json()
    }

    fn on_alice(&self, command: &str, further: &[&str], input: &str) -> Value {
        let own = [command, "--email", ALICE.email];
        self.run(&[&own[..], further].concat(), input)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.gateway.folder().join(name);
        fs::write(&file, text).unwrap();
        file.display().to_string()
    }

    /// Somebody new by each way, and back in: the codes and links that were printed.
    fn people(&self) -> Vec<String> {
        let root = ["--email", "root@example.org", "--username", "root"];
        let root = self.run(&[&["create-admin-account"][..], &root].concat(), "");
        let back = self.on_alice("reset-password", &[], "");
        let ada =
            json!({"users": [{"username": "ada", "email": "ada@example.org", "enabled": true}]});
        let file = self.file("theirs.json", &ada.to_string());
        self.run(&["import", "keycloak-users", &file], "");
        self.run(&["import", "keycloak-users", &file, "--dry-run"], "");
        let names = ["recovery_code", "recovery_link"];
        let printed = [root, back];
        let told = printed.iter().flat_map(|one| names.map(|name| &one[name]));
        told.map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    fn alice(&self) {
        self.on_alice("set-roles", &["--add", "delete-account"], "");
        self.on_alice("set-roles", &["--add", "delete-account"], "");
        let action = ["--add", "UPDATE_PASSWORD"];
        self.on_alice("set-required-actions", &action, "");
        let actions = ["--actions", "UPDATE_PASSWORD", "--yes"];
        self.on_alice("send-actions-email", &actions, "");
        self.on_alice("invalidate-identity-sessions", &["--yes"], "");
        let new = ["--password-stdin", "--yes"];
        self.on_alice("reset-password", &new, &format!("{NEW}\n"));
        let own = self.on_alice("list-credentials", &[], "");
        let id = own[0]["id"].as_str().unwrap();
        let one = ["--credential-id", id];
        let with = |further: &[&'static str]| [&one[..], further].concat();
        self.on_alice("label-credential", &with(&["--label", "Old house"]), "");
        self.on_alice("move-credential", &with(&["--to-first"]), "");
        self.on_alice("delete-credential", &with(&["--yes"]), "");
        self.on_alice("lift-throttle", &["--yes"], "");
        let off = ["--state", "inactive", "--yes"];
        self.on_alice("set-identity-state", &off, "");
        self.on_alice("set-identity-state", &off, "");
    }

    /// Makes an API credential, gives it another secret and removes it: the secrets.
    fn programs(&self) -> Vec<String> {
        let create = ["--name", "spare", "--role", "viewer"];
        let made = self.run(&[&["api-credentials", "create"][..], &create].concat(), "");
        let id = made["id"].as_str().unwrap();
        let one = |verb: &str, further: &[&str]| {
            let own = ["api-credentials", verb, "--id", id];
            self.run(&[&own[..], further].concat(), "")
        };
        let rotated = one("rotate", &["--overlap", "1h"]);
        one("change", &["--auth-method", "client_secret_post"]);
        one("delete", &["--yes"]);
        let secrets = [&made, &rotated].map(|one| one["client_secret"].as_str());
        secrets.map(|one| one.unwrap().to_owned()).to_vec()
    }

    /// Somebody with an authenticator app, who has lost it.
    async fn grace(&self, program: &Program) {
        let admin = Anonymous::without_cookies(&self.gateway.admin_url());
        let app = format!("otpauth://totp/Old:grace?secret={APP}&issuer=Old");
        let grace = json!({
            "schema_id": "default",
            "traits": {"email": GRACE, "name": {"first": "Grace", "last": "Hopper"}},
            "credentials": {
                "totp": {"config": {"totp_url": app}}, "password": {"config": {"password": NEW}},
            },
        });
        let made = admin.request(Method::POST, "/admin/identities");
        let made = made.bearer_auth(&program.bearer).json(&grace).send();
        assert_eq!(made.await.unwrap().status(), 201);
    }

    fn on_grace(&self, command: &str, further: &[&str]) -> Value {
        let own = [command, "--email", GRACE];
        self.run(&[&own[..], further].concat(), "")
    }

    /// What is done to her while the provider is there.
    fn lost_and_linked(&self) {
        let lost = ["--mfa-type", "totp", "--yes"];
        self.on_grace("reset-identity-mfa", &lost);
        let account = ["--provider", "hub", "--subject", SUBJECT];
        let link = self.on_grace("link-oidc-account", &account);
        self.on_grace("link-oidc-account", &account);
        let name = link["credential_id"].as_str().unwrap();
        let unlink = ["--credential-id", name, "--yes"];
        self.on_grace("unlink-oidc-account", &unlink);
    }

    fn providers(&self) {
        let secret = self.file("upstream", HUSH);
        let add = ["providers", "add", "--kind", "github", "--client-id", "x"];
        let more = ["--id", "hub", "--client-secret-file", &secret];
        self.run(&[&add[..], &more].concat(), "");
        self.lost_and_linked();
        let prepare = ["--provider", "hub", "--address", BOB.email];
        let link = self.on_alice("prepare-oidc-link", &prepare, "");
        let name = link["credential_id"].as_str().unwrap();
        let unlink = ["--credential-id", name, "--yes"];
        self.on_alice("unlink-oidc-account", &unlink, "");
        self.run(&["providers", "disable", "hub"], "");
        self.run(&["providers", "enable", "hub"], "");
        self.run(&["providers", "remove", "hub", "--yes"], "");
    }
}

/// Nothing that changes is missing, and what changes nothing is not there.
#[tokio::test]
async fn what_commands_change_is_written_down_without_secrets() {
    let house = House::stand().await;
    let alice = ALICE.sign_up(&house.gateway).await;
    let client = Anonymous::without_cookies(&house.gateway.url());
    for _ in 0..11 {
        guess(&client, "203.0.113.7", ALICE.email).await;
    }
    let program = admin_token(&house.gateway).await;
    let mut secrets = [house.people(), house.programs()].concat();
    house.alice();
    house.grace(&program).await;
    house.providers();
    house.on_alice("delete-identity", &["--dry-run"], "");
    house.on_alice("delete-identity", &["--yes"], "");
    let admin = Anonymous::without_cookies(&house.gateway.admin_url());
    let asked = "/admin/x/audit?actor=command&page_size=100";
    let log = admin.request(Method::GET, asked);
    let log = log.bearer_auth(&program.bearer).send().await.unwrap();
    let log: Value = log.json().await.unwrap();
    secrets.extend([NEW, HUSH, APP, ALICE.password, &program.client_secret].map(str::to_owned));
    for secret in secrets {
        assert!(!log.to_string().contains(&secret), "{secret}: {log}");
    }
    let entries = log.as_array().unwrap();
    let mut written: Vec<_> = entries.iter().map(told).collect();
    written.sort_unstable();
    let expected = WRITTEN.map(|(verb, command, kind)| format!("{verb} {command} {kind}"));
    assert_eq!(written, expected, "{log:#}");
    let find = |command: &str| {
        let found = entries.iter().find(|one| told_command(one) == command);
        found.unwrap_or_else(|| panic!("{command}: {log}"))
    };
    let roles = find("set-roles");
    assert_eq!(roles["object_id"], alice.identity());
    assert_eq!(
        (&roles["before"], &roles["after"]),
        (&json!({"roles": []}), &json!({"roles": ["delete-account"]}))
    );
    // What they were called went with Alice.
    for command in ["label-credential", "move-credential"] {
        let names = |said: &str| {
            let told = find(command)[said].as_object();
            told.map(|told| told.keys().cloned().collect::<Vec<_>>())
        };
        assert!(names("before").is_some(), "{command}");
        assert_eq!(names("before"), names("after"), "{command}");
    }
    credentials_before_and_after(entries);
    assert_eq!(find("import keycloak-users")["after"]["imported"], 1);
    let gone = "deleted with the identity";
    let linked = json!({"provider": "hub", "address": gone});
    // Of whom is forgotten.
    assert_eq!(find("prepare-oidc-link")["after"], linked);
    assert_eq!(find("unlink-oidc-account")["before"]["address"], gone);
    assert_eq!(find("link-oidc-account")["after"]["provider"], "hub");
    assert_eq!(find("reset-identity-mfa")["before"]["type"], "totp");
    assert_eq!(find("providers add")["after"]["has_client_secret"], true);
}

/// A second secret is told by its number, how secrets are shown in words.
fn credentials_before_and_after(entries: &[Value]) {
    let find = |verb: &str| {
        let mut entries = entries.iter();
        entries.find(|one| one["verb"] == verb).unwrap()
    };
    let rotated = find("api-credential.rotate");
    let count = |said: &str| rotated[said]["secrets"].as_array().map(Vec::len);
    assert_eq!((count("before"), count("after")), (Some(1), Some(2)));
    let changed = find("api-credential.update");
    let how = |said: &str| &changed[said]["token_endpoint_auth_method"];
    let now = (&json!("client_secret_basic"), &json!("client_secret_post"));
    assert_eq!((how("before"), how("after")), now);
}

fn told(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or("null").to_owned();
    let command = told_command(entry);
    format!("{} {command} {}", text("verb"), text("object_kind"))
}

/// The command of a label that also tells who ran it on which machine.
fn told_command(entry: &Value) -> &str {
    let label = entry["actor_label"].as_str().unwrap_or_default();
    let (label, whose) = label.split_once(" (").unwrap_or((label, ""));
    let runs = whose.strip_suffix(')').and_then(|it| it.split_once(" on "));
    assert!(
        runs.is_some_and(|(who, host)| !who.is_empty() && !host.is_empty()),
        "{entry}"
    );
    label.strip_prefix("portcullis ").unwrap_or(label)
}
