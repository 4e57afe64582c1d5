//! Providers looked after through the admin API of a running gateway, and what people see of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::registry::{NOWHERE, buttons, table, wait_for_buttons};
use crate::support::{
    Anonymous, OidcProvider, Route, TestGateway,
    gateway::Builder,
    person::{session_cookie, sign_in_through},
};

const ALL: &str = "/admin/x/providers";
const ACME: &str = "/admin/x/providers/acme";

/// A program with a role.
struct Program {
    admin: Anonymous,
    token: String,
}

impl Program {
    async fn of(gateway: &TestGateway, role: &str) -> Self {
        let create = ["api-credentials", "create", "--name", "story", "--role"];
        let made = gateway.run(&[&create[..], &[role, "--output", "json"]].concat(), "");
        assert_eq!(made.code, 0, "{made:?}");
        let made = made.json();
        let admin = Anonymous::without_cookies(&gateway.admin_url());
        let request = admin.request(Method::POST, "/oauth2/token");
        let id = made["client_id"].as_str().unwrap();
        let request = request.basic_auth(id, made["client_secret"].as_str());
        let form = [("grant_type", "client_credentials")];
        let answer: Value = request
            .form(&form)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        Self {
            admin,
            token: answer["access_token"].as_str().unwrap().to_owned(),
        }
    }

    /// The status and the body of an answer.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = self.admin.request(method, path).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn with_admin() -> Builder {
    let builder = TestGateway::builder().table("[plugins.admin]");
    builder.route(&Route::signed_in("/", "echo:"))
}

fn acme(provider: &OidcProvider) -> Value {
    json!({
        "id": "acme", "kind": "oidc", "client_id": "gate", "client_secret": "hush-acme",
        "issuer_url": provider.issuer(), "label": "Acme", "allow_private_network": true,
    })
}

/// XP-05, XP-10, XP-11, XP-13, XP-14, XP-15: added, signed in through, asked, switched off and removed.
#[tokio::test]
async fn a_provider_that_a_program_adds_lets_people_in_until_it_is_removed() {
    let builder = with_admin();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder.start().await;
    let program = Program::of(&gateway, "provider-manager").await;
    let (status, added) = program.ask(Method::POST, ALL, Some(&acme(&provider))).await;
    assert_eq!(status, 201, "{added}");
    assert_eq!(
        (&added["source"], &added["has_client_secret"]),
        (&json!("runtime"), &json!(true))
    );
    let registered = added["redirect_uri"].as_str().unwrap();
    assert!(registered.ends_with("/self-service/methods/oidc/callback/acme"));
    assert!(!added.to_string().contains("hush"), "{added}");
    assert_eq!(
        buttons(&gateway).await,
        ["acme"],
        "at once, on the node that was asked"
    );
    let bob = gateway.anonymous();
    let answer = sign_in_through(&bob, "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());

    asked_and_changed(&gateway, &program, &added).await;
    tried(&gateway, &program, provider.issuer()).await;
    assert_eq!(bob.get_json("/").await.status(), 200, "sessions go on");
    removed(&gateway, &program, &provider).await;
    assert_eq!(bob.get_json("/").await.status(), 401);
    assert!(!gateway.log().contains("hush"), "no secret in the log");
    let viewer = Program::of(&gateway, "viewer").await;
    let log = viewer.get("/admin/x/audit?object=provider:acme").await;
    assert!(!log.to_string().contains("hush"), "{log}");
    assert_eq!(log[0]["verb"], "provider.delete");
}

async fn asked_and_changed(gateway: &TestGateway, program: &Program, added: &Value) {
    let well = program.get(&format!("{ACME}/status")).await;
    assert_eq!(
        (&well["discovery"], &well["jwks"]),
        (&json!("ok"), &json!("ok")),
        "{well}"
    );
    assert_eq!(
        (&well["last_error"], &well["enabled"]),
        (&Value::Null, &json!(true))
    );
    // What was shown can be sent back: it changes nothing, and the secret is kept.
    let (status, same) = program.ask(Method::PUT, ACME, Some(added)).await;
    assert_eq!((status, &same), (200, added));
    // XP-05: its id is in addresses and links, so that it never changes.
    let mut other = added.clone();
    other["id"] = json!("other");
    for (method, wish) in [
        (Method::PUT, other),
        (Method::PATCH, json!({"id": "other"})),
    ] {
        let (status, refused) = program.ask(method, ACME, Some(&wish)).await;
        assert_eq!(status, 400, "{refused}");
    }
    assert_eq!(program.get(ACME).await["id"], "acme");
    let (_, off) = program
        .ask(Method::PATCH, ACME, Some(&json!({"enabled": false})))
        .await;
    assert_eq!(off["enabled"], false, "{off}");
    wait_for_buttons(gateway, &[]).await;
    program
        .ask(Method::PATCH, ACME, Some(&json!({"enabled": true})))
        .await;
    let again = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(
        session_cookie(&again).is_some(),
        "the secret is there still"
    );
}

/// What somebody has already is for those who may see identities.
async fn tried(gateway: &TestGateway, program: &Program, issuer: &str) {
    let path = format!("{ACME}/dry-run");
    let claims = json!({"iss": issuer, "sub": "bob", "email": "bob@example.org"});
    let (_, run) = program.ask(Method::POST, &path, Some(&claims)).await;
    assert_eq!(
        (&run["rule"], &run["traits"]),
        (&json!("known"), &Value::Null),
        "no reader"
    );
    let all = Program::of(gateway, "admin").await;
    let (_, run) = all.ask(Method::POST, &path, Some(&claims)).await;
    assert_eq!(run["traits"]["email"], "bob@example.org", "{run}");
}

async fn removed(gateway: &TestGateway, program: &Program, provider: &OidcProvider) {
    let (_, told) = program
        .ask(Method::DELETE, &format!("{ACME}?dry_run=true"), None)
        .await;
    assert_eq!(
        (&told["links"], &told["removed"]),
        (&json!(1), &json!(false)),
        "{told}"
    );
    let refused = program
        .ask(Method::DELETE, &format!("{ACME}?links=refuse"), None)
        .await;
    assert_eq!(
        (refused.0, &refused.1["error"]["id"]),
        (409, &json!("provider_linked"))
    );
    assert_eq!(buttons(gateway).await, ["acme"], "nothing has changed");
    let (_, kept) = program
        .ask(Method::DELETE, &format!("{ACME}?links=keep"), None)
        .await;
    assert_eq!(
        (&kept["removed"], &kept["links_removed"]),
        (&json!(true), &json!(0))
    );
    wait_for_buttons(gateway, &[]).await;

    program.ask(Method::POST, ALL, Some(&acme(provider))).await;
    let back = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&back).is_some(), "his link has waited");
    let path = format!("{ACME}?links=unlink&sessions=revoke");
    let (_, gone) = program.ask(Method::DELETE, &path, None).await;
    assert_eq!(gone["links_removed"], 1, "{gone}");
    assert_eq!(program.get(ALL).await, json!([]));
}

/// XP-05: a button has room for a name, and none for what nobody sees.
#[tokio::test]
async fn what_a_provider_of_the_store_is_called_has_bounds() {
    let gateway = with_admin().start().await;
    let program = Program::of(&gateway, "admin").await;
    for label in ["a\0b", " ", &"x".repeat(70_000)] {
        let wrong = json!({
            "id": "acme", "kind": "oidc", "client_id": "gate", "client_secret": "hush",
            "issuer_url": NOWHERE, "label": label,
        });
        let (status, refused) = program.ask(Method::POST, ALL, Some(&wrong)).await;
        assert_eq!(
            (status, &refused["error"]["details"]["errors"][0]["path"]),
            (400, &json!("label")),
            "{refused}"
        );
    }
    assert_eq!(program.get(ALL).await, json!([]));
}

/// XP-05, XP-15: mistakes are named as in files, and what stands in a file is changed there.
#[tokio::test]
async fn what_cannot_be_done_to_a_provider_names_the_key_or_the_file() {
    let gateway = with_admin()
        .table(&table("filed", NOWHERE, ""))
        .start()
        .await;
    let program = Program::of(&gateway, "admin").await;
    let wrong = json!({
        "id": "acme", "kind": "oidc", "client_id": "gate", "client_secret": "hush",
        "issuer_url": NOWHERE, "lable": "x", "order": "first", "private_key_file": "/etc/passwd",
    });
    let (status, refused) = program.ask(Method::POST, ALL, Some(&wrong)).await;
    assert_eq!(
        (status, &refused["error"]["id"]),
        (400, &json!("provider_mistaken"))
    );
    let errors = refused["error"]["details"]["errors"].as_array().unwrap();
    for key in ["lable", "order", "private_key_file"] {
        assert!(
            errors.iter().any(|one| one["path"] == key),
            "{key}: {refused}"
        );
    }
    let filed = format!("{ALL}/filed");
    let shown = program.get(&filed).await;
    assert_eq!(
        (&shown["source"], &shown["has_client_secret"]),
        (&json!("config"), &json!(true))
    );
    let (status, refused) = program.ask(Method::DELETE, &filed, None).await;
    assert_eq!(
        (status, &refused["error"]["id"]),
        (409, &json!("provider_in_file"))
    );
    assert!(
        refused["error"]["details"]["place"].is_string(),
        "{refused}"
    );
    let ill = program.get(&format!("{filed}/status")).await;
    assert_eq!(ill["discovery"], "failed");
    assert!(ill["last_error"].is_string(), "{ill}");

    let claims = json!({
        "iss": NOWHERE, "sub": "4711", "email": "ada@example.org", "email_verified": true,
        "given_name": "Ada",
    });
    let (status, run) = program
        .ask(Method::POST, &format!("{filed}/dry-run"), Some(&claims))
        .await;
    assert_eq!(
        (status, &run["traits"]["email"]),
        (200, &json!("ada@example.org")),
        "{run}"
    );
    assert_eq!(
        (&run["rule"], &run["identity_id"]),
        (&json!("create"), &Value::Null)
    );
    let (_, run) = program
        .ask(Method::POST, &format!("{filed}/dry-run"), Some(&json!({})))
        .await;
    assert_eq!(run["errors"][0][0], "email", "{run}");
}

/// XP-05: what is mistyped is told as that, and not as something about the secret, which stays.
#[tokio::test]
async fn a_mistyped_change_of_a_provider_with_a_secret_names_what_is_mistyped() {
    let gateway = with_admin().start().await;
    let program = Program::of(&gateway, "admin").await;
    let made = json!({
        "id": "acme", "kind": "oidc", "client_id": "gate", "client_secret": "hush",
        "issuer_url": NOWHERE,
    });
    let (status, added) = program.ask(Method::POST, ALL, Some(&made)).await;
    assert_eq!(status, 201, "{added}");
    for (method, change, key) in [
        (Method::PATCH, json!({"enabled": "no"}), "enabled"),
        (Method::PATCH, json!({"nope": 1}), "nope"),
        (Method::PATCH, json!({"label": 5}), "label"),
        (Method::PATCH, json!({"order": "x"}), "order"),
        (
            Method::PATCH,
            json!({"hosted_domains": "a.test"}),
            "hosted_domains",
        ),
        (Method::PUT, json!({}), "kind"),
    ] {
        let (status, refused) = program.ask(method, ACME, Some(&change)).await;
        assert_eq!(status, 400, "{change}: {refused}");
        let errors = refused["error"]["details"]["errors"].as_array().unwrap();
        let keys: Vec<_> = errors
            .iter()
            .filter_map(|one| one["path"].as_str())
            .collect();
        assert!(keys.contains(&key), "{change}: {refused}");
        assert!(!keys.contains(&"client_secret"), "{change}: {refused}");
    }
    let elsewhere = json!({"issuer_url": "https://evil.test"});
    let (status, refused) = program.ask(Method::PATCH, ACME, Some(&elsewhere)).await;
    let key = &refused["error"]["details"]["errors"][0]["path"];
    assert_eq!((status, key), (400, &json!("client_secret")), "{refused}");
    assert_eq!(program.get(ACME).await, added, "nothing has changed");
}
