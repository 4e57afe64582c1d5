//! Providers in the store: added, changed and removed by commands beside running gateways.

use serde_json::Value;

use super::registry::{NOWHERE, buttons, health, table, wait_for_buttons};
use crate::support::{
    Form, OidcProvider, Postgres, Route, TestGateway,
    gateway::Output,
    person::{session_cookie, sign_in_through, vouched},
};

pub(super) fn add(gateway: &TestGateway, id: &str, issuer: &str, more: &[&str]) -> Output {
    let issuer = format!("issuer_url={issuer}");
    let mut arguments = vec!["providers", "add", "--kind", "oidc", "--client-id", "gate"];
    arguments.extend(["--id", id, "--set", &issuer, "--client-secret-stdin"]);
    arguments.extend(["--output", "json"]);
    arguments.extend(more);
    gateway.run(&arguments, &format!("hush-{id}\n"))
}

pub(super) fn ask(gateway: &TestGateway, arguments: &[&str]) -> Output {
    let mut all = vec!["providers"];
    all.extend(arguments);
    all.extend(["--output", "json"]);
    gateway.run(&all, "")
}

async fn gateway() -> TestGateway {
    let route = Route::signed_in("/", "echo:");
    TestGateway::builder().route(&route).start().await
}

/// XP-10, XP-12, XP-14: what one node is told, all of them follow.
#[tokio::test]
async fn what_is_added_at_run_time_is_seen_by_every_node() {
    let postgres = Postgres::start().await;
    let node = || {
        let route = Route::signed_in("/", "echo:");
        TestGateway::builder().postgres(&postgres).route(&route)
    };
    let (one, other) = tokio::join!(node().start(), node().start());
    let added = add(&one, "acme", NOWHERE, &["--set", "label=Acme & Sons"]);
    assert_eq!(added.code, 0, "{added:?}");
    let record = added.json();
    assert_eq!(record["id"], "acme");
    assert_eq!(record["source"], "runtime");
    assert_eq!(record["label"], "Acme & Sons");
    assert_eq!(
        record["allow_private_network"], false,
        "unless it is asked for"
    );
    let uri = record["redirect_uri"].as_str().unwrap();
    assert!(uri.ends_with("/self-service/methods/oidc/callback/acme"));
    for (name, place) in [
        ("post_logout_redirect_uri", "signed-out"),
        ("backchannel_logout_uri", "backchannel-logout"),
        ("frontchannel_logout_uri", "frontchannel-logout"),
    ] {
        assert_eq!(record[name], uri.replace("callback", place), "{name}");
    }
    assert!(!added.stdout.contains("hush"), "{added:?}");
    for node in [&one, &other] {
        wait_for_buttons(node, &["acme"]).await;
    }
    let off = ask(&other, &["disable", "acme"]);
    assert_eq!(off.json()["enabled"], false, "{off:?}");
    for node in [&one, &other] {
        wait_for_buttons(node, &[]).await;
    }
    assert_eq!(ask(&one, &["enable", "acme"]).code, 0);
    wait_for_buttons(&other, &["acme"]).await;
    let removed = ask(&one, &["remove", "acme", "--yes"]);
    assert_eq!(removed.json()["removed"], true, "{removed:?}");
    for node in [&one, &other] {
        wait_for_buttons(node, &[]).await;
        assert!(!node.log().contains("hush"), "no secret in the log");
    }
}

/// XP-05, XP-13: every mistake at once, in the words of the configuration.
#[tokio::test]
async fn what_cannot_be_added_is_told_with_every_reason() {
    let gateway = gateway().await;
    let wrong = [
        "--set",
        "lable=x",
        "--set",
        "order=first",
        "--set",
        "client_secret_file=/etc/passwd",
    ];
    let refused = add(&gateway, "acme", NOWHERE, &wrong);
    assert_eq!(refused.code, 1, "{refused:?}");
    for part in ["lable", "order", "client_secret_file"] {
        assert!(refused.stderr.contains(part), "{part}: {refused:?}");
    }
    assert_eq!(add(&gateway, "no/such", NOWHERE, &[]).code, 1);
    assert_eq!(add(&gateway, "acme", NOWHERE, &[]).code, 0);
    let twin = add(&gateway, "acme", NOWHERE, &[]);
    assert_eq!(twin.code, 1);
    assert!(twin.stderr.contains("already"), "{twin:?}");
    let list = ask(&gateway, &["list"]).json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    let on_the_line = ask(
        &gateway,
        &[
            "add",
            "--kind",
            "oidc",
            "--client-id",
            "x",
            "--set",
            "client_secret=x",
        ],
    );
    assert_eq!(on_the_line.code, 2, "{on_the_line:?}");
}

/// XP-15: the file would bring it back.
#[tokio::test]
async fn a_provider_of_a_file_is_shown_and_left_alone() {
    let route = Route::signed_in("/", "echo:");
    let builder = TestGateway::builder().route(&route);
    let gateway = builder.table(&table("acme", NOWHERE, "")).start().await;
    let list = ask(&gateway, &["list"]).json();
    assert_eq!(list[0]["source"], "config", "{list}");
    assert_eq!(list[0].get("client_secret"), None);
    for arguments in [
        &["disable", "acme"][..],
        &["disable", "acme", "--links", "unlink"],
        &["remove", "acme"],
        &["remove", "acme", "--yes"],
    ] {
        let refused = ask(&gateway, arguments);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("change it there"), "{refused:?}");
    }
    let none = ask(&gateway, &["remove", "nobody", "--yes"]);
    assert_eq!(none.code, 1, "{none:?}");
    assert_eq!(
        add(&gateway, "acme", NOWHERE, &[]).code,
        1,
        "its name is taken"
    );
    assert_eq!(buttons(&gateway).await, ["acme"]);
}

/// XP-13: the command asks the provider itself.
#[tokio::test]
async fn the_status_is_told_without_a_gateway() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush", &builder.redirect_uri("up"));
    let up = settings.start().await;
    let builder = builder.table(&table("up", up.issuer(), "")).table(&table(
        "down",
        NOWHERE,
        "enabled = false",
    ));
    let told = builder.run(&["providers", "status", "--output", "json"]);
    assert_eq!(told.code, 0, "{told:?}");
    let told = told.json();
    let of = |id: &str| {
        let list = told.as_array().unwrap();
        list.iter().find(|one| one["id"] == id).cloned().unwrap()
    };
    let (up, down) = (of("up"), of("down"));
    assert_eq!(
        (&up["discovery"], &up["jwks"]),
        (&"ok".into(), &"ok".into())
    );
    assert_eq!(
        (&up["last_error"], &up["enabled"]),
        (&Value::Null, &true.into())
    );
    assert!(up["redirect_uri"].as_str().unwrap().ends_with("/up"));
    assert_eq!(down["discovery"], "failed");
    assert!(down["last_error"].is_string(), "{down}");
    assert_eq!(down["enabled"], false);
    let one = builder.run(&["providers", "status", "up", "--output", "json"]);
    assert_eq!(one.json()["id"], "up");
    assert_eq!(builder.run(&["providers", "status", "nobody"]).code, 1);
    let table = builder.run(&["providers", "list"]);
    assert!(table.stdout.contains("down"), "{}", table.stdout);
}

/// XP-15: links and sessions of a provider that goes.
#[tokio::test]
async fn what_a_removed_provider_leaves_behind_is_kept_removed_or_in_the_way() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder.route(&Route::signed_in("/", "echo:")).start().await;
    let private = ["--set", "allow_private_network=true"];
    let added = add(&gateway, "acme", provider.issuer(), &private);
    assert_eq!(added.code, 0, "{added:?}");
    wait_for_buttons(&gateway, &["acme"]).await;
    let bob = gateway.anonymous();
    let answer = sign_in_through(&bob, "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let carol = gateway.anonymous();
    let start = Form::begin(&carol, "login", "").await.choose("acme").await;
    let waiting = vouched(&carol, &start, "carol").await;

    for (errand, yes) in [("remove", &["--yes"][..]), ("disable", &[])] {
        let refused = ask(
            &gateway,
            &[&[errand, "acme", "--links", "refuse"], yes].concat(),
        );
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.stderr.contains("1 link"), "{refused:?}");
    }
    assert_eq!(buttons(&gateway).await, ["acme"], "nothing has changed");
    let kept = ask(&gateway, &["disable", "acme", "--links", "keep"]);
    assert_eq!(kept.code, 0, "{kept:?}");
    wait_for_buttons(&gateway, &[]).await;
    let (_, answer) = carol.follow(&waiting).await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("provider_unknown"), "{page}");
    assert_eq!(bob.get_json("/").await.status(), 200);

    let removed = ask(&gateway, &["remove", "acme", "--links", "unlink", "--yes"]);
    assert_eq!(removed.json()["links_removed"], 1, "{removed:?}");
    assert_eq!(health(&gateway).await["configuration_error"], Value::Null);
    assert_eq!(ask(&gateway, &["list"]).json(), Value::Array(Vec::new()));
}

/// XP-06, XP-12: without a chosen id, one is made of the client, so that it is added only once.
#[tokio::test]
async fn an_id_is_made_of_the_client() {
    let gateway = gateway().await;
    let add = || {
        ask(
            &gateway,
            &["add", "--kind", "google", "--client-id", "client"],
        )
    };
    let added = add();
    assert_eq!(added.code, 0, "{added:?}");
    let id = "google_d2a04d71301a8915217dd5faf81d12cffd6cd958";
    assert_eq!(added.json()["id"], id);
    assert_eq!(add().code, 1, "the same client again");
    wait_for_buttons(&gateway, &[id]).await;
    let uri = gateway.run(&["get-redirect-uri", "--provider", id], "");
    assert_eq!(uri.stderr, "", "it is known");
    assert!(uri.stdout.trim().ends_with(id));
}

#[tokio::test]
async fn a_dry_run_tells_what_would_become_of_claims() {
    let gateway = gateway().await;
    assert_eq!(add(&gateway, "acme", NOWHERE, &[]).code, 0);
    let file = gateway.folder().join("claims.json");
    let claims = serde_json::json!({
        "iss": NOWHERE, "sub": "4711", "email": "ada@example.org", "email_verified": true,
        "given_name": "Ada",
    });
    std::fs::write(&file, claims.to_string()).unwrap();
    let file = file.display().to_string();
    let run = ask(&gateway, &["dry-run", "acme", &file]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = run.json();
    assert_eq!(run["traits"]["email"], "ada@example.org", "{run}");
    assert_eq!(run["traits"]["name"]["first"], "Ada");
    assert_eq!(run["trusted"]["address"], "ada@example.org");
    assert!(run["rule"].is_string() && run["why"].is_string(), "{run}");
    let nobody = ask(&gateway, &["dry-run", "nobody", "--claims", &file]);
    assert_eq!(nobody.code, 1, "{nobody:?}");
}

/// Accounts are listed and unlinked by their names, and the last way in stays.
#[tokio::test]
async fn linked_accounts_are_listed_and_the_last_one_stays() {
    let builder = TestGateway::builder();
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let gateway = builder
        .route(&Route::signed_in("/", "echo:"))
        .table(&table("acme", provider.issuer(), ""))
        .start()
        .await;
    let answer = sign_in_through(&gateway.anonymous(), "acme", "bob").await;
    assert!(session_cookie(&answer).is_some(), "{}", answer.status());
    let bob = ["--email", "bob@example.org", "--output", "json"];
    let accounts = gateway
        .run(&[&["list-oidc-accounts"], &bob[..]].concat(), "")
        .json();
    let name = accounts[0]["credential_id"].as_str().unwrap();
    assert!(name.starts_with("acme:"), "{accounts}");
    let unlink = |name: &str| {
        let command = ["unlink-oidc-account", "--yes", "--credential-id", name];
        gateway.run(&[&command, &bob[..]].concat(), "")
    };
    let unknown = unlink("acme:somebody-else");
    assert_eq!(unknown.code, 1, "{unknown:?}");
    let last = unlink(name);
    assert_eq!(last.code, 1, "{last:?}");
    let reset = ["reset-password", "--password-stdin"];
    let reset = gateway.run(&[&reset, &bob[..]].concat(), "builders-rest-0815\n");
    assert_eq!(reset.code, 0, "{reset:?}");
    let unlinked = unlink(name);
    assert_eq!(unlinked.json()["unlinked"], true, "{unlinked:?}");
    let accounts = gateway
        .run(&[&["list-oidc-accounts"], &bob[..]].concat(), "")
        .json();
    assert_eq!(accounts, Value::Array(Vec::new()));
}

/// XP-13: what `check` would warn of in a file is said of a provider of the store, too, whenever it
/// begins to serve.
#[tokio::test]
async fn what_is_weak_about_a_provider_is_said_when_it_is_added_or_enabled() {
    let gateway = gateway().await;
    let weak = add(&gateway, "acme", NOWHERE, &["--set", "link=auto"]);
    assert_eq!(weak.code, 0, "{weak:?}");
    let is_warned = |output: &Output, key: &str| {
        let mut lines = output.stderr.lines();
        lines.any(|line| line.contains("warning: ") && line.contains(key))
    };
    assert!(is_warned(&weak, "providers.acme.link: "), "{weak:?}");
    let open = ["add", "--kind", "google", "--client-id", "gate"];
    let open = [&open[..], &["--id", "world", "--client-secret-stdin"]].concat();
    let open = gateway.run(&[&["providers"], &open[..]].concat(), "hush-world\n");
    assert_eq!(open.code, 0, "{open:?}");
    assert!(
        is_warned(&open, "anybody with an account there"),
        "{open:?}"
    );

    assert!(!is_warned(&ask(&gateway, &["disable", "acme"]), ""));
    let enabled = ask(&gateway, &["enable", "acme"]);
    assert!(is_warned(&enabled, "providers.acme.link: "), "{enabled:?}");
    let strong = add(&gateway, "other", NOWHERE, &[]);
    assert!(strong.code == 0 && !is_warned(&strong, ""), "{strong:?}");
}
