//! What a provider of the store leaves behind when commands switch it off or remove it, and who is
//! told.

use std::{sync::Arc, time::Duration};

use super::{
    linking::NO_VERIFICATION,
    registry::{NOWHERE, wait_for_buttons},
    run_time::{add, ask},
};
use crate::support::{
    Anonymous, Form, OidcProvider, Postgres, Route, SmtpServer, TestGateway,
    gateway::Output,
    person::{session_cookie, sign_in_through, vouched},
    wait_within,
};

struct Gate {
    gateway: Arc<TestGateway>,
    _provider: OidcProvider,
    postgres: Postgres,
    mail: SmtpServer,
}

/// A gate with the provider `acme`, added at run time with these settings.
async fn gate(more: &[&str]) -> Gate {
    let (mail, postgres) = (SmtpServer::start().await, Postgres::start().await);
    let builder = TestGateway::builder()
        .table(&mail.table())
        .table(NO_VERIFICATION);
    let settings = OidcProvider::with_client("gate", "hush-acme", &builder.redirect_uri("acme"));
    let provider = settings.start().await;
    let route = Route::signed_in("/", "echo:");
    let gateway = builder.postgres(&postgres).route(&route).start().await;
    let settings = [&["--set", "allow_private_network=true"], more].concat();
    let added = add(&gateway, "acme", provider.issuer(), &settings);
    assert_eq!(added.code, 0, "{added:?}");
    wait_for_buttons(&gateway, &["acme"]).await;
    Gate {
        gateway: Arc::new(gateway),
        _provider: provider,
        postgres,
        mail,
    }
}

/// Waits until nobody of these is let in: without Redis a node may not hear of a command for a few
/// seconds.
async fn are_signed_out(people: &[Anonymous]) {
    for one in people {
        wait_within(
            Duration::from_secs(20),
            "the session has ended",
            async || (one.get_json("/").await.status() == 401).then_some(()),
        )
        .await;
    }
}

impl Gate {
    async fn signed_in(&self, login: &str) -> Anonymous {
        let client = self.gateway.anonymous();
        let answer = sign_in_through(&client, "acme", login).await;
        assert!(session_cookie(&answer).is_some(), "{}", answer.status());
        client
    }

    /// Runs the command while these people, who stand before the door, come in as long as it is
    /// open.
    async fn while_people_come(&self, errand: &'static [&str]) -> (Output, Vec<Anonymous>) {
        let mut waiting = Vec::new();
        for login in ["carol", "dave", "erin"] {
            let client = self.gateway.anonymous();
            let start = Form::begin(&client, "login", "").await.choose("acme").await;
            let back = vouched(&client, &start, login).await;
            waiting.push((client, back));
        }
        let gateway = Arc::clone(&self.gateway);
        let running = tokio::task::spawn_blocking(move || ask(&gateway, errand));
        let patience = Duration::from_secs(20);
        wait_within(patience, "the provider is switched off", async || {
            let table = self.postgres.query("SELECT config FROM providers");
            let is_off = table.is_empty() || table.replace(' ', "").contains("\"enabled\":false");
            is_off.then_some(())
        })
        .await;
        let mut came = Vec::new();
        for (client, back) in waiting {
            let _ = client.navigate(&back).await;
            came.push(client);
        }
        (running.await.unwrap(), came)
    }
}

/// XP-15: `--sessions revoke` ends every session, those of the last moment included.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_came_in_at_the_last_moment_outlives_a_revocation() {
    let gate = gate(&[]).await;
    let bob = gate.signed_in("bob").await;
    assert_eq!(bob.get_json("/").await.status(), 200);
    let errand = &[
        "disable",
        "acme",
        "--sessions",
        "revoke",
        "--links",
        "unlink",
        "--yes",
    ];
    let (done, mut people) = gate.while_people_come(errand).await;
    assert_eq!(done.code, 0, "{done:?}");
    people.push(bob);
    are_signed_out(&people).await;
    let links = "SELECT count(*) FROM credentials WHERE kind = 'oidc'";
    assert_eq!(gate.postgres.query(links).trim(), "0");
    wait_for_buttons(&gate.gateway, &[]).await;
}

/// XP-15: the provider's own table says it, and a removal obeys.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_on_removal_when_the_table_says_so() {
    let gate = gate(&["--set", "on_disable.sessions=revoke"]).await;
    let bob = gate.signed_in("bob").await;
    let (done, mut people) = gate.while_people_come(&["remove", "acme", "--yes"]).await;
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.json()["sessions_ended"].as_u64() >= Some(1),
        "{done:?}"
    );
    people.push(bob);
    are_signed_out(&people).await;
    let links = "SELECT count(*) FROM credentials WHERE kind = 'oidc'";
    assert_ne!(gate.postgres.query(links).trim(), "0", "links are kept");
    assert_eq!(gate.postgres.query("SELECT id FROM providers").trim(), "");
}

/// D.2, row 7: what a command does to links is told like what a person does.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_removes_links_tells_those_they_belong_to() {
    let gate = gate(&[]).await;
    gate.signed_in("bob").await;
    let wish = ["disable", "acme", "--links", "unlink"];
    let unasked = ask(&gate.gateway, &wish);
    assert_eq!(unasked.code, 2, "nobody can be asked: {unasked:?}");
    let off = ask(&gate.gateway, &[&wish[..], &["--yes"]].concat());
    assert_eq!(off.code, 0, "{off:?}");
    let event = off
        .stderr
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find(|line| line["event"] == "unlinked")
        .unwrap_or_else(|| panic!("{off:?}"));
    assert_eq!(event["target"], "event");
    assert_eq!(event["provider.id"], "acme");
    assert_eq!(event["reason"], "provider_removed");
    assert!(!off.stderr.contains("bob@"), "{off:?}");
    let letter = gate.mail.letter_to("bob@example.org", 0).await;
    assert!(letter.message.contains("unlinked"), "{}", letter.message);
}

/// An account that is unlinked by a command has no sessions left, and its person reads of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_unlinked_by_a_command_is_signed_out() {
    let gate = gate(&[]).await;
    let bob = gate.signed_in("bob").await;
    let person = ["--email", "bob@example.org", "--output", "json"];
    let run = |command: &[&str], input: &str| gate.gateway.run(&[command, &person].concat(), input);
    let accounts = run(&["list-oidc-accounts"], "").json();
    let name = accounts[0]["credential_id"].as_str().unwrap();
    let unlink = ["unlink-oidc-account", "--yes", "--credential-id", name];
    let last = run(&unlink, "");
    assert_eq!(last.code, 1, "{last:?}");
    assert!(last.stderr.contains("unlink_refused"), "{last:?}");
    let reset = run(
        &["reset-password", "--password-stdin"],
        "builders-rest-0815\n",
    );
    assert_eq!(reset.code, 0, "{reset:?}");
    let bob_again = gate.signed_in("bob").await;
    let unlinked = run(&unlink, "");
    assert_eq!(unlinked.code, 0, "{unlinked:?}");
    assert!(unlinked.json()["sessions_ended"].as_u64() >= Some(1));
    are_signed_out(&[bob, bob_again]).await;
    gate.mail.letter_to("bob@example.org", 0).await;
}

/// The log tells what happened to whom and why, and who set which trait is shown.
#[tokio::test(flavor = "multi_thread")]
async fn events_are_logged_and_provenance_is_shown() {
    let gate = gate(&["--set", "map.email={value=\"claims.email\",sync=\"force\"}"]).await;
    gate.signed_in("bob").await;
    for event in ["identity_created", "linked", "signed_in"] {
        let log = gate
            .gateway
            .wait_for_log(&format!("\"event\":\"{event}\""))
            .await;
        assert!(log.contains("\"target\":\"event\""), "{log}");
    }
    assert!(!gate.gateway.log().contains("bob@example.org"));
    let client = gate.gateway.anonymous();
    let path = "/.portcullis/self-service/methods/oidc/callback/acme?state=x&code=y";
    client.navigate(path).await;
    gate.gateway
        .wait_for_log("provider_answer_unexpected")
        .await;
    let shown = gate.gateway.run(
        &[
            "get-identity",
            "--email",
            "bob@example.org",
            "--output",
            "json",
        ],
        "",
    );
    let origin = &shown.json()["provenance"]["email"];
    assert_eq!(origin["source"], "acme", "{shown:?}");
    assert_eq!(origin["sync"], "force", "{shown:?}");
}

/// XP-04: every address that is to be known elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn all_endpoints_are_shown() {
    let builder = TestGateway::builder();
    let url = builder.url();
    let callback = builder.redirect_uri("acme");
    let builder = builder.table(&super::registry::table("acme", NOWHERE, ""));
    let shown = builder.run(&["show-endpoints", "--output", "json"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    let shown = shown.json();
    let public = shown["public_url"].as_str().unwrap();
    assert_eq!(public.trim_end_matches('/'), url.trim_end_matches('/'));
    let pattern = shown["redirect_uri_pattern"].as_str().unwrap();
    assert_eq!(pattern.replace("{provider}", "acme"), callback);
    let acme = &shown["providers"][0];
    assert_eq!(acme["redirect_uri"], callback);
    for (key, path) in [
        ("post_logout_redirect_uri", "signed-out"),
        ("backchannel_logout_uri", "backchannel-logout"),
        ("frontchannel_logout_uri", "frontchannel-logout"),
    ] {
        let expected = callback.replace("/callback/", &format!("/{path}/"));
        assert_eq!(acme[key], expected, "{key}");
    }
    for listener in ["proxy_listener", "admin_listener", "metrics_listener"] {
        assert!(shown[listener].is_string(), "{listener}: {shown}");
    }
    let table = builder.run(&["show-endpoints"]);
    for part in [&*callback, "admin_listener", "backchannel_logout_uri"] {
        assert!(table.stdout.contains(part), "{part}: {}", table.stdout);
    }
}

/// XP-15: who is told to switch a provider off once more does what the first time left undone.
#[tokio::test(flavor = "multi_thread")]
async fn switching_off_once_more_settles_what_was_left() {
    let gate = gate(&["--set", "on_disable.links=unlink"]).await;
    gate.signed_in("bob").await;
    let links = "SELECT count(*) FROM credentials WHERE kind = 'oidc'";
    let kept = ask(&gate.gateway, &["disable", "acme", "--links", "keep"]);
    assert_eq!(kept.code, 0, "{kept:?}");
    assert_eq!(gate.postgres.query(links).trim(), "1");
    let again = ask(&gate.gateway, &["disable", "acme", "--yes"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(gate.postgres.query(links).trim(), "0");
}
