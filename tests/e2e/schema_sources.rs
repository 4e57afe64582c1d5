//! Schemas that stand in a folder, as Kubernetes mounts one, or at an address (CU-17, CU-18).

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{
    ALICE, Anonymous, BOB, Mounted, Postgres, Reply, Route, TestGateway, Upstream, admin_token,
    gateway::Builder, wait_until,
};

const PRESET: &str = include_str!("../../config/schemas/default.json");

/// The built-in schema with one more trait.
fn with(name: &str, required: bool) -> String {
    let mut schema: Value = serde_json::from_str(PRESET).unwrap();
    let traits = schema.pointer_mut("/properties/traits").unwrap();
    traits["properties"][name] = json!({"type": "string", "title": name, "maxLength": 40});
    if required {
        traits["required"].as_array_mut().unwrap().push(json!(name));
    }
    schema.to_string()
}

fn gateway(identity: &str) -> Builder {
    TestGateway::builder()
        .registration()
        .table("[plugins.admin]")
        .table(&format!("[identity]\n{identity}"))
        .route(&Route::signed_in("/", "echo:"))
}

/// The traits that a schema describes now.
async fn traits(gateway: &TestGateway, id: &str) -> Vec<String> {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let shown: Value = admin
        .get_json(&format!("/schemas/{id}"))
        .await
        .json()
        .await
        .unwrap_or_default();
    let traits = shown.pointer("/properties/traits/properties");
    let traits = traits.and_then(Value::as_object);
    traits.map_or_else(Vec::new, |all| all.keys().cloned().collect())
}

async fn wait_for_trait(gateway: &TestGateway, id: &str, name: &str) {
    wait_until(&format!("{id} to have {name}"), async || {
        let all = traits(gateway, id).await;
        all.iter().any(|one| one == name).then_some(())
    })
    .await;
}

/// What the admin API says of a schema to whoever bears this token.
async fn record(gateway: &TestGateway, bearer: &str, id: &str) -> Value {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let request = admin.request(Method::GET, &format!("/admin/x/schemas/{id}"));
    let answer = request.bearer_auth(bearer).send().await.unwrap();
    answer.json().await.unwrap()
}

/// CU-17, CU-18, KC-019.
#[tokio::test]
async fn a_folder_of_schemas_is_followed_when_it_is_swapped() {
    let plain = with("team", false);
    let files = [("customer", &*plain), ("default.schema", "customer")];
    let mut mounted = Mounted::with(&files);
    let keys = format!("schemas_dir = {:?}", mounted.path());
    let mut gateway = gateway(&keys).start().await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.session["identity"]["schema_id"], "customer");
    let program = admin_token(&gateway).await;

    let more = with("desk", false);
    mounted.swap(&[("customer", &more), ("default.schema", "customer")]);
    wait_for_trait(&gateway, "customer", "desk").await;
    assert_eq!(alice.status("/").await, 200);

    // What Alice does not have is not asked of her by a file.
    let strict = with("room", true);
    mounted.swap(&[
        ("customer", &strict),
        ("staff.json", &plain),
        ("default.schema", "staff\n"),
    ]);
    room_is_refused(&gateway, &program.bearer).await;
    let bob = BOB.sign_up(&gateway).await;
    assert_eq!(bob.session["identity"]["schema_id"], "staff");
    assert_eq!(alice.status("/").await, 200);

    gateway.stop().await;
    gateway.start_again().await;
    assert!(
        traits(&gateway, "customer")
            .await
            .contains(&"desk".to_owned())
    );
    assert_eq!(
        alice.status("/").await,
        200,
        "a restart lets nobody down either"
    );
    mounted.swap(&[
        ("customer", &plain),
        ("staff.json", &plain),
        ("default.schema", "staff"),
    ]);
    wait_for_trait(&gateway, "customer", "team").await;
    assert_eq!(
        record(&gateway, &program.bearer, "customer").await["refused"],
        Value::Null
    );
}

/// Everybody who asks is told that customers are not asked for a room, and staff is there.
async fn room_is_refused(gateway: &TestGateway, bearer: &str) {
    let reason = "1 of 1 identities do not fit: room";
    let line = gateway.wait_for_log(reason).await;
    assert!(line.contains("customer"), "{line}");
    wait_for_trait(gateway, "staff", "team").await;
    let told = record(gateway, bearer, "customer").await;
    assert_eq!(told["refused"], reason, "{told}");
    let staff = record(gateway, bearer, "staff").await;
    assert_eq!(staff["refused"], Value::Null);
    let known = traits(gateway, "customer").await;
    assert!(!known.contains(&"room".to_owned()), "{known:?}");
    let checked = gateway.run(&["check", "--check-connectivity"], "");
    assert_eq!(checked.code, 0, "{checked:?}");
    let doubt = format!("schema \"customer\" of schemas_dir: {reason}");
    assert!(checked.stderr.contains(&doubt), "{checked:?}");
}

/// CU-17: a file that is broken, or gone while somebody obeys it, keeps nobody out.
#[tokio::test]
async fn a_broken_or_missing_file_of_the_folder_leaves_what_it_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("default.json");
    fs::write(&file, with("team", false)).unwrap();
    let keys = format!("schemas_dir = {:?}", folder.path());
    let mut gateway = gateway(&keys).start().await;
    let alice = ALICE.sign_up(&gateway).await;
    let program = admin_token(&gateway).await;
    fs::write(&file, "{").unwrap();
    let line = gateway.wait_for_log("is not taken over").await;
    assert!(line.contains("default.json:1"), "{line}");
    assert_eq!(alice.status("/").await, 200);
    assert!(
        traits(&gateway, "default")
            .await
            .contains(&"team".to_owned())
    );
    let refused = record(&gateway, &program.bearer, "default").await["refused"].clone();
    assert!(refused.as_str().unwrap().contains("no JSON"), "{refused}");
    let checked = gateway.run(&["check"], "");
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.stderr.contains("default.json:1"), "{checked:?}");

    fs::write(folder.path().join("guest"), with("desk", false)).unwrap();
    fs::write(folder.path().join("default.schema"), "guest").unwrap();
    fs::write(&file, with("team", false)).unwrap();
    wait_for_trait(&gateway, "guest", "desk").await;
    wait_until("newcomers to be guests", async || {
        let told = record(&gateway, &program.bearer, "guest").await;
        (told["is_default"] == true).then_some(())
    })
    .await;
    let bob = BOB.sign_up(&gateway).await;
    assert_eq!(bob.session["identity"]["schema_id"], "guest");
    fs::remove_file(folder.path().join("default.schema")).unwrap();
    fs::remove_file(folder.path().join("guest")).unwrap();
    gateway.wait_for_log("identities obey it").await;
    assert_eq!(bob.status("/").await, 200);
    gateway.stop().await;
    gateway.start_again().await;
    assert_eq!(bob.status("/").await, 200);
    assert!(traits(&gateway, "guest").await.contains(&"desk".to_owned()));
}

fn fetched(url: &str, more: &str) -> String {
    format!(
        "default_schema = \"customer\"\n[[identity.schemas]]\nid = \"customer\"\n\
         url = \"{url}/customer.json?key=hush\"\n{more}"
    )
}

/// CU-17.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_fetched_when_the_gateway_starts_and_kept_for_when_it_cannot_be() {
    let (files, database) = (Upstream::start().await, Postgres::start().await);
    let first = with("team", false);
    files.answer(move |_| Reply::text(first.clone()));
    let builder = gateway(&fetched(&files.url(), "")).postgres(&database);
    let mut gateway = builder.start().await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.session["identity"]["schema_id"], "customer");
    assert!(
        traits(&gateway, "customer")
            .await
            .contains(&"team".to_owned())
    );
    assert_eq!(files.last().target, "/customer.json?key=hush");
    let count = files.received().len();
    let known = gateway.run(&["get-identity", "--email", ALICE.email], "");
    assert_eq!(known.code, 0, "{known:?}");
    assert_eq!(
        files.received().len(),
        count,
        "a command takes what is kept"
    );
    let checked = gateway.run(&["check", "--check-connectivity"], "");
    assert!(
        checked.stderr.contains("schema customer: reachable"),
        "{checked:?}"
    );

    gateway.stop().await;
    let strict = with("room", true);
    files.answer(move |_| Reply::text(strict.clone()));
    gateway.start_again().await;
    gateway
        .wait_for_log("1 of 1 identities do not fit: room")
        .await;
    assert_eq!(alice.status("/").await, 200);

    gateway.stop().await;
    files.answer(|_| Reply::redirect("https://elsewhere.example.org/"));
    gateway.start_again().await;
    gateway.wait_for_log("it answered with status 302").await;
    gateway.stop().await;
    files.stop().await;
    gateway.start_again().await;
    let line = gateway
        .wait_for_log("no connection to it could be made")
        .await;
    assert!(
        line.contains("/customer.json") && !line.contains("hush"),
        "{line}"
    );
    assert!(
        traits(&gateway, "customer")
            .await
            .contains(&"team".to_owned())
    );
    assert_eq!(alice.status("/").await, 200);
    let checked = gateway.run(&["check", "--check-connectivity"], "");
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(
        checked.stderr.contains("schema customer: not reachable"),
        "{checked:?}"
    );
}

/// CU-17.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_schema_that_is_to_be_fetched_nothing_is_served() {
    let files = Upstream::start().await;
    let text = with("team", false);
    let digest = Sha256::digest(&text);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    files.answer(move |_| Reply::text(text.clone()));
    let wrong = format!("sha256 = \"{}\"", "0".repeat(64));
    let served = gateway(&fetched(&files.url(), &wrong)).run(&["serve"]);
    assert_eq!(served.code, 1, "{served:?}");
    assert!(served.stderr.contains(&digest), "{served:?}");
    assert!(
        served.stderr.contains("nothing is kept of it"),
        "{served:?}"
    );
    let right = format!("sha256 = \"{}\"", digest.to_uppercase());
    let gateway = gateway(&fetched(&files.url(), &right)).start().await;
    assert!(
        traits(&gateway, "customer")
            .await
            .contains(&"team".to_owned())
    );
    files.answer(|_| Reply::text("7".repeat(2 * 1024 * 1024)));
    let checked = gateway.run(&["check", "--check-connectivity"], "");
    assert!(checked.stderr.contains("larger than 1 MiB"), "{checked:?}");
    files.stop().await;
    let absent = self::gateway(&fetched(&files.url(), "")).run(&["serve"]);
    assert_eq!(absent.code, 1, "{absent:?}");
    assert!(absent.stderr.contains("no connection"), "{absent:?}");
}

/// CU-17, KC-019: people who came by another document of the name, of which nothing is kept, are asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_fetched_for_the_first_time_is_one_that_everybody_fits() {
    let (files, database) = (Upstream::start().await, Postgres::start().await);
    let own = with("team", false);
    let inline = format!(
        "default_schema = \"customer\"\n[[identity.schemas]]\nid = \"customer\"\ninline = '''{own}'''"
    );
    let mut before = gateway(&inline).postgres(&database).start().await;
    ALICE.sign_up(&before).await;
    before.stop().await;
    let strict = with("room", true);
    files.answer(move |_| Reply::text(strict.clone()));
    let moved = || gateway(&fetched(&files.url(), "")).postgres(&database);
    let served = moved().run(&["serve"]);
    assert_eq!(served.code, 1, "{served:?}");
    for told in [
        "1 of 1 identities do not fit: room",
        "nothing is kept of it",
    ] {
        assert!(served.stderr.contains(told), "{told}: {served:?}");
    }
    files.answer(move |_| Reply::text(own.clone()));
    let after = moved().start().await;
    assert!(
        traits(&after, "customer")
            .await
            .contains(&"team".to_owned())
    );
}
