//! What people sign in with and are linked to, by commands: in the store and through a running gateway.

use serde_json::{Value, json};

use super::{House, JSON};
use crate::support::{ALICE, BOB, TestGateway, gateway::Output};

/// Providers whose accounts are only named here; nobody is asked anything.
const PROVIDERS: &str = r#"
[providers.hub]
kind = "github"
client_id = "x"
client_secret = "upstream"

[providers.away]
kind = "github"
client_id = "y"
client_secret = "upstream"
enabled = false

[providers.azure]
kind = "microsoft"
client_id = "z"
client_secret = "upstream"
microsoft_tenant = "organizations"
"#;

async fn house() -> House {
    House::stand_in(TestGateway::builder().table(PROVIDERS)).await
}

impl House {
    /// Runs the same on Alice in the store and on Bob through the gateway; both end alike.
    fn each(&self, command: &[&str]) -> [Output; 2] {
        let on = |email| [command, &["--email", email], &JSON].concat();
        let here = self.locally(&on(ALICE.email), "");
        let there = self.remotely(&on(BOB.email), "");
        assert_eq!(there.code, here.code, "{command:?}: {here:?} {there:?}");
        [here, there]
    }

    fn alike(&self, command: &[&str], is_same: impl Fn(&Value) -> Value) {
        let done = self.each(command);
        assert_eq!(done[0].code, 0, "{command:?}: {done:?}");
        let [here, there] = done.map(|done| is_same(&done.json()));
        assert_eq!(here, there, "{command:?}");
    }

    fn refused(&self, command: &[&str], code: i32) -> [Output; 2] {
        let done = self.each(command);
        assert_eq!(done[0].code, code, "{command:?}: {done:?}");
        done
    }
}

fn link<'a>(provider: &'a str, subject: &'a str) -> Vec<&'a str> {
    let link = ["link-oidc-account", "--provider", provider];
    [&link[..], &["--subject", subject]].concat()
}

fn prepare<'a>(provider: &'a str, address: &'a str) -> Vec<&'a str> {
    let prepare = ["prepare-oidc-link", "--provider", provider];
    [&prepare[..], &["--address", address]].concat()
}

fn unlink(name: &str) -> Vec<&str> {
    vec!["unlink-oidc-account", "--credential-id", name, "--yes"]
}

/// CU-29: links are made, listed and removed both ways, and told alike.
#[tokio::test]
async fn accounts_are_linked_and_unlinked_both_ways() {
    let house = house().await;
    let names = |told: &Value| {
        json!([
            told["provider"],
            told["issuer"],
            told["linked"],
            told["is_new"]
        ])
    };
    let here = house.locally(
        &[&link("hub", "1")[..], &["--email", ALICE.email], &JSON].concat(),
        "",
    );
    let there = house.remotely(
        &[&link("hub", "2")[..], &["--email", BOB.email], &JSON].concat(),
        "",
    );
    assert_eq!((here.code, there.code), (0, 0), "{here:?} {there:?}");
    assert_eq!(names(&here.json()), names(&there.json()));
    assert_eq!(there.json()["credential_id"], "hub:2");
    assert_eq!(there.json()["is_new"], true);
    let again = [&link("hub", "2")[..], &["--email", BOB.email], &JSON].concat();
    for again in [house.locally(&again, ""), house.remotely(&again, "")] {
        assert_eq!(again.json()["is_new"], false, "{again:?}");
    }
    let taken = [&link("hub", "1")[..], &["--email", BOB.email]].concat();
    for taken in [house.locally(&taken, ""), house.remotely(&taken, "")] {
        assert_eq!(taken.code, 1, "{taken:?}");
        assert!(
            taken.stderr.contains("hub:1 is linked to another identity"),
            "{taken:?}"
        );
    }
    let tenant = "11111111-aaaa-4bbb-8ccc-000000000001";
    let issuer = &format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let odd = [&link("azure", "zzz")[..], &["--issuer", issuer]].concat();
    for refused in house.refused(&odd, 1) {
        assert!(refused.stderr.contains("<tid>.<oid>"), "{refused:?}");
    }
    for (place, object) in [(ALICE, "a"), (BOB, "b")] {
        let subject = format!("{tenant}.22222222-aaaa-4bbb-8ccc-00000000000{object}");
        let own = [
            &link("azure", &subject)[..],
            &["--issuer", issuer, "--email", place.email],
        ]
        .concat();
        let done = match place.email == ALICE.email {
            true => house.locally(&own, ""),
            false => house.remotely(&own, ""),
        };
        assert_eq!(done.code, 0, "{done:?}");
    }
    house.same(&[&["list-oidc-accounts", "--email", BOB.email], &JSON[..]].concat());
    let told = house.remotely(
        &[&unlink("hub:2")[..], &["--email", BOB.email], &JSON].concat(),
        "",
    );
    assert_eq!(told.json()["unlinked"], true, "{told:?}");
    house.refused(&unlink("hub:2"), 1);
}

/// KC-120: which account it was is written down both ways.
#[tokio::test]
async fn accounts_that_are_linked_and_unlinked_are_written_down_both_ways() {
    let house = house().await;
    let issuer = "https://github.com";
    for (person, is_here) in [(ALICE, true), (BOB, false)] {
        let subject = if is_here { "8" } else { "9" };
        let own = [&link("hub", subject)[..], &["--email", person.email]].concat();
        let name = format!("hub:{subject}");
        let gone = [&unlink(&name)[..], &["--email", person.email]].concat();
        for command in [own, gone] {
            let done = match is_here {
                true => house.locally(&command, ""),
                false => house.remotely(&command, ""),
            };
            assert_eq!(done.code, 0, "{done:?}");
        }
        let linked = house.audit("identity.link").await;
        let removed = house.audit("identity.credential.delete").await;
        let is_command = linked[0]["actor"] == "command";
        assert_eq!(is_command, is_here, "{linked}");
        for (told, name) in [
            (&linked[0]["after"], "after"),
            (&removed[0]["before"], "before"),
        ] {
            let which = [&told["provider"], &told["issuer"], &told["subject"]];
            assert_eq!(which, ["hub", issuer, subject], "{name}: {told}");
        }
    }
}

/// CU-29: whatever cannot be linked is refused alike.
#[tokio::test]
async fn what_is_no_account_is_refused_both_ways() {
    let house = house().await;
    house.refused(&link("nobody", "1"), 1);
    for refused in house.refused(&link("away", "1"), 1) {
        assert!(refused.stderr.contains("is switched off"), "{refused:?}");
    }
    house.refused(&link("hub", ""), 2);
    house.refused(&link("hub", " "), 2);
    let elsewhere = [&link("hub", "1")[..], &["--issuer", "https://evil.test"]].concat();
    for refused in house.refused(&elsewhere, 1) {
        assert!(
            refused.stderr.contains("all accounts of this provider"),
            "{refused:?}"
        );
    }
    for refused in house.refused(&link("azure", "1"), 2) {
        assert!(
            refused.stderr.contains("issuers of their own"),
            "{refused:?}"
        );
    }
    house.refused(&prepare("nobody", "x@example.org"), 1);
    house.refused(&prepare("hub", "nobody"), 2);
    house.refused(&prepare("hub", "@"), 2);
    let nobody = [&link("hub", "1")[..], &["--email", "nobody@example.org"]].concat();
    house.same(&nobody);
    let here = house.locally(&nobody, "").stderr;
    let store = house.gateway.folder().display().to_string();
    assert!(
        here.contains(&store),
        "it says which store was asked: {here}"
    );
}

/// CU-29, B.6: a link is prepared for an address, once.
#[tokio::test]
async fn links_are_prepared_both_ways() {
    let house = house().await;
    let listed = |email: &str| {
        let list = [&["list-oidc-accounts", "--email", email], &JSON[..]].concat();
        house.same(&list).json()
    };
    for (email, address, is_here) in [
        (ALICE.email, "Alice@corp.test", true),
        (BOB.email, "Bob@corp.test", false),
    ] {
        let own = [&prepare("hub", address)[..], &["--email", email], &JSON].concat();
        let run = |command: &[&str]| match is_here {
            true => house.locally(command, ""),
            false => house.remotely(command, ""),
        };
        let made = run(&own);
        assert_eq!(made.code, 0, "{made:?}");
        let made = made.json();
        let list = listed(email);
        assert_eq!(list[0]["prepared"], true, "{list}");
        assert_eq!(list[0]["id"], made["id"]);
        let name = format!("hub:prepared:{}", address.to_lowercase());
        assert_eq!(made["credential_id"], *name);
        let twice = run(&own);
        assert_eq!(twice.code, 1, "{twice:?}");
        assert!(twice.stderr.contains("prepared already"), "{twice:?}");
        let gone = run(&[&unlink(&name)[..], &["--email", email], &JSON].concat());
        assert_eq!(gone.json()["unlinked"], true, "{gone:?}");
        assert_eq!(listed(email), json!([]));
    }
}

/// CU-23, CU-24: what somebody has lost goes both ways, and with it the sessions.
#[tokio::test]
async fn credentials_go_both_ways_with_the_sessions() {
    let house = house().await;
    let shape = |told: &Value| {
        let mut told = told.clone();
        told["identity_id"].take();
        told["deleted"].take();
        told
    };
    house.refused(&["delete-credential", "--type", "totp", "--yes"], 1);
    house.refused(&["delete-credential", "--type", "nothing", "--yes"], 2);
    house.refused(
        &["reset-identity-mfa", "--mfa-type", "lookup_secret", "--yes"],
        1,
    );
    let unknown = "00000000-0000-4000-8000-000000000000";
    let move_it = ["move-credential", "--to-first", "--credential-id", unknown];
    house.refused(&move_it, 1);
    house.alike(&["delete-credential", "--type", "password", "--yes"], shape);
    house.alike(&["list-credentials"], Value::clone);
    house.alike(&["invalidate-identity-sessions", "--yes"], |told| {
        told["sessions_ended"].clone()
    });
}
