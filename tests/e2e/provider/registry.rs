//! Providers come and go with their files while the gateway serves (XP-10, XP-11, XP-15, XP-16).

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    Anonymous, Form, OidcProvider, Route, TestGateway,
    person::{session_cookie, sign_in_through, vouched},
    wait_until,
};

/// An issuer that nothing answers at.
pub(super) const NOWHERE: &str = "http://127.0.0.1:1";

/// The table of a provider.
pub(super) fn table(id: &str, issuer: &str, more: &str) -> String {
    format!(
        "[providers.{id}]\nkind = \"oidc\"\nissuer_url = \"{issuer}\"\nclient_id = \"gate\"\n\
         client_secret = \"hush-{id}\"\nlabel = \"{id}\"\n{more}\n"
    )
}

/// Writes a file of `providers.d` as careful tools do: whole, or not at all.
pub(super) fn drop_in(gateway: &TestGateway, name: &str, text: &str) {
    let folder = gateway.folder().join("providers.d");
    fs::create_dir_all(&folder).unwrap();
    replace(&folder.join(name), text);
}

fn replace(file: &Path, text: &str) {
    let fresh = file.with_extension("new");
    fs::write(&fresh, text).unwrap();
    fs::rename(fresh, file).unwrap();
}

/// The values of the buttons on the sign-in page, in their order.
pub(super) async fn buttons(gateway: &TestGateway) -> Vec<String> {
    let form = Form::begin(&gateway.anonymous(), "login", "").await;
    let nodes = form.flow["ui"]["nodes"].as_array().cloned().unwrap();
    let own = nodes.iter().filter(|node| node["group"] == "oidc");
    let value = |node: &Value| node["attributes"]["value"].as_str().map(str::to_owned);
    own.filter_map(value).collect()
}

/// Waits until these providers can be used, and looks at the sign-in page. Asks the health page
/// meanwhile, because only so many sign-ins may begin in a minute.
pub(super) async fn wait_for_buttons(gateway: &TestGateway, expected: &[&str]) {
    let what = format!("the providers {expected:?}");
    wait_until(&what, async || {
        let told = health(gateway).await;
        let list = told["providers"].as_array().unwrap().iter();
        let enabled = list.filter(|one| one["enabled"] == true);
        let ids: Vec<_> = enabled.filter_map(|one| one["id"].as_str()).collect();
        (ids == expected).then_some(())
    })
    .await;
    assert_eq!(buttons(gateway).await, expected);
}

pub(super) async fn health(gateway: &TestGateway) -> Value {
    let admin = Anonymous::without_cookies(&gateway.admin_url());
    let answer = admin.get_json("/health/providers").await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn gateway() -> TestGateway {
    let route = Route::signed_in("/", "echo:");
    TestGateway::builder().route(&route).start().await
}

/// XP-10, XP-11, XP-16.
#[tokio::test]
async fn a_drop_in_file_adds_changes_disables_and_removes_while_the_gateway_serves() {
    let gateway = gateway().await;
    assert_eq!(buttons(&gateway).await, [""; 0]);
    drop_in(&gateway, "team.toml", &table("acme", NOWHERE, ""));
    wait_for_buttons(&gateway, &["acme"]).await;
    let two = table("acme", NOWHERE, "order = 2") + &table("zeta", NOWHERE, "order = 1");
    drop_in(&gateway, "team.toml", &two);
    wait_for_buttons(&gateway, &["zeta", "acme"]).await;
    drop_in(&gateway, "other.toml", &table("beta", NOWHERE, ""));
    wait_for_buttons(&gateway, &["beta", "zeta", "acme"]).await;

    let off = table("acme", NOWHERE, "enabled = false") + &table("zeta", NOWHERE, "");
    drop_in(&gateway, "team.toml", &off);
    wait_for_buttons(&gateway, &["beta", "zeta"]).await;
    let told = health(&gateway).await;
    assert_eq!(told["configuration_error"], Value::Null);
    let acme = told["providers"].as_array().unwrap();
    let acme = acme.iter().find(|one| one["id"] == "acme").unwrap();
    assert_eq!(acme["source"], "file");
    assert_eq!(acme["enabled"], false);
    let uri = format!(
        "{}/.portcullis/self-service/methods/oidc/callback/acme",
        gateway.url()
    );
    assert_eq!(acme["redirect_uri"], json!(uri));

    fs::remove_file(gateway.folder().join("providers.d/team.toml")).unwrap();
    wait_for_buttons(&gateway, &["beta"]).await;
    assert!(!gateway.log().contains("hush-"), "no secret in the log");
}

#[tokio::test]
async fn the_configuration_file_is_followed_and_its_other_sections_wait_for_a_restart() {
    let gateway = gateway().await;
    let file = gateway.folder().join("portcullis.toml");
    let text = fs::read_to_string(&file).unwrap();
    replace(
        &file,
        &format!(
            "{text}\n[session]\nlifespan = \"3h\"\n{}",
            table("acme", NOWHERE, "")
        ),
    );
    wait_for_buttons(&gateway, &["acme"]).await;
    let line = gateway.wait_for_log("after a restart").await;
    assert!(line.contains("session"), "{line}");
    assert_eq!(health(&gateway).await["providers"][0]["source"], "config");
    replace(&file, &text);
    wait_for_buttons(&gateway, &[]).await;
}

#[tokio::test]
async fn a_broken_file_leaves_the_providers_of_before_serving_and_is_named_with_its_line() {
    let gateway = gateway().await;
    drop_in(&gateway, "a.toml", &table("acme", NOWHERE, ""));
    wait_for_buttons(&gateway, &["acme"]).await;
    let broken = table("beta", NOWHERE, "lable = \"Beta\"");
    drop_in(&gateway, "b.toml", &broken);
    let line = gateway.wait_for_log("b.toml:7").await;
    assert!(line.contains("lable"), "{line}");
    assert!(line.to_lowercase().contains("error"), "{line}");
    assert_eq!(buttons(&gateway).await, ["acme"]);
    let error = health(&gateway).await["configuration_error"].clone();
    assert!(error.as_str().unwrap().contains("b.toml:7"), "{error}");

    // A twin names both places.
    drop_in(&gateway, "b.toml", &table("acme", NOWHERE, ""));
    let line = gateway.wait_for_log("a.toml:1 too").await;
    assert!(line.contains("b.toml:1"), "{line}");
    assert_eq!(buttons(&gateway).await, ["acme"]);

    // What only the kind knows to be wrong is told alike.
    let tenant = "[providers.beta]\nkind = \"microsoft\"\nclient_id = \"c\"\n\
                  client_secret = \"hush-beta\"\nmicrosoft_tenant = \"contoso\"\n";
    drop_in(&gateway, "b.toml", tenant);
    let line = gateway.wait_for_log("b.toml:5").await;
    assert!(line.contains("providers.beta.microsoft_tenant"), "{line}");
    assert_eq!(buttons(&gateway).await, ["acme"]);

    drop_in(&gateway, "b.toml", &table("beta", NOWHERE, ""));
    wait_for_buttons(&gateway, &["acme", "beta"]).await;
    let mended = health(&gateway).await;
    assert_eq!(mended["configuration_error"], Value::Null);
    assert!(!gateway.log().contains("hush-"), "no secret in the log");
}

#[tokio::test]
async fn a_signal_has_the_files_read_at_once() {
    let gateway = gateway().await;
    gateway.hang_up();
    gateway.wait_for_log("read anew").await;
    drop_in(&gateway, "a.toml", &table("acme", NOWHERE, ""));
    gateway.hang_up();
    wait_for_buttons(&gateway, &["acme"]).await;
}

/// An unchanged provider keeps what it has learned; one that goes ends what waits for it clearly.
#[tokio::test]
async fn a_sign_in_under_way_outlives_changes_of_others_and_is_told_of_its_own() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder.route(&Route::signed_in("/", "echo:")).start().await;
    drop_in(&gateway, "a.toml", &table("acme", provider.issuer(), ""));
    wait_for_buttons(&gateway, &["acme"]).await;
    let (bob, carol) = (gateway.anonymous(), gateway.anonymous());
    let mut waiting = Vec::new();
    for (client, login) in [(&bob, "bob"), (&carol, "carol")] {
        let start = Form::begin(client, "login", "").await.choose("acme").await;
        waiting.push(vouched(client, &start, login).await);
    }
    drop_in(&gateway, "b.toml", &table("beta", NOWHERE, ""));
    wait_for_buttons(&gateway, &["acme", "beta"]).await;
    let told = health(&gateway).await;
    assert_eq!(told["providers"][0]["discovery"], "ok", "{told}");
    let answer = bob.navigate(&waiting[0]).await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());

    fs::remove_file(gateway.folder().join("providers.d/a.toml")).unwrap();
    wait_for_buttons(&gateway, &["beta"]).await;
    let (_, answer) = carol.follow(&waiting[1]).await;
    let status = answer.status().as_u16();
    let page = answer.text().await.unwrap();
    assert_eq!(status, 404, "{page}");
    assert!(page.contains("provider_unknown"), "{page}");
    assert_eq!(bob.get_json("/").await.status(), 200, "sessions are kept");

    drop_in(&gateway, "a.toml", &table("acme", provider.issuer(), ""));
    wait_for_buttons(&gateway, &["acme", "beta"]).await;
    let again = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&again).is_some(), "and so are links");
}

/// XP-15: a table says what becomes of what it leaves behind.
#[tokio::test]
async fn links_go_with_the_file_when_its_table_says_so() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder.route(&Route::signed_in("/", "echo:")).start().await;
    let unlinking = "on_disable = { links = \"unlink\" }";
    let text = table("acme", provider.issuer(), unlinking);
    drop_in(&gateway, "a.toml", &text);
    wait_for_buttons(&gateway, &["acme"]).await;
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let accounts = || {
        let list = ["list-oidc-accounts", "--email", "bob@example.org"];
        let arguments: Vec<&str> = list.into_iter().chain(["--output", "json"]).collect();
        gateway.run(&arguments, "").json()
    };
    assert_eq!(accounts()[0]["provider"], "acme");
    // A file that is half written, and a folder whose volume is away, say nothing.
    drop_in(&gateway, "a.toml", "");
    wait_for_buttons(&gateway, &[]).await;
    let (folder, away) = (
        gateway.folder().join("providers.d"),
        gateway.folder().join("away"),
    );
    drop_in(&gateway, "a.toml", &text);
    wait_for_buttons(&gateway, &["acme"]).await;
    fs::rename(&folder, &away).unwrap();
    fs::create_dir(&folder).unwrap();
    wait_for_buttons(&gateway, &[]).await;
    gateway.wait_for_log("sessions of this one stay").await;
    assert_eq!(accounts()[0]["provider"], "acme");
    drop_in(&gateway, "a.toml", &text);
    wait_for_buttons(&gateway, &["acme"]).await;

    drop_in(&gateway, "a.toml", &format!("{text}enabled = false\n"));
    wait_for_buttons(&gateway, &[]).await;
    wait_until("the link to be gone", async || {
        accounts().as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

/// XP-15: a table that was switched off while no gateway ran counts at the next start.
#[tokio::test]
async fn links_and_sessions_go_with_a_table_that_was_switched_off_while_nobody_served() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let route = Route::signed_in("/", "echo:");
    let mut gateway = builder.route(&route).start().await;
    let leaving = "on_disable = { links = \"unlink\", sessions = \"revoke\" }";
    let text = table("acme", provider.issuer(), leaving);
    drop_in(&gateway, "a.toml", &text);
    wait_for_buttons(&gateway, &["acme"]).await;
    let bob = gateway.anonymous();
    let answer = sign_in_through(&bob, "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    gateway.stop().await;
    drop_in(&gateway, "a.toml", &format!("{text}enabled = false\n"));
    gateway.start_again().await;
    wait_until("the session to have ended", async || {
        (bob.get_json("/").await.status() == 401).then_some(())
    })
    .await;
    wait_until("the link to be gone", async || {
        let list = [
            "list-oidc-accounts",
            "--email",
            "bob@example.org",
            "--output",
            "json",
        ];
        let accounts = gateway.run(&list, "").json();
        accounts.as_array().unwrap().is_empty().then_some(())
    })
    .await;
}
