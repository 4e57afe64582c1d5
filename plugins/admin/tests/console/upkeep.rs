//! Throttles, mail and the audit log.

use std::{fs, path::Path, time::Duration};

use portcullis_core::{
    id::MailId,
    mail::{MailEnding, MailStore, PastMail, QueuedMail},
    secret::TokenHash,
    session::SessionStore,
    throttle::{Network, Pause},
};
use serde_json::{Value, json};

use crate::{
    Role,
    tests::{api_credentials::made, house::House},
};

/// Begins a pause of so many minutes: its id.
async fn pause(house: &House, (kind, subject): (&str, Option<&str>), minutes: u64) -> String {
    let since = house.services.clock.now();
    let pause = Pause {
        name: format!("{kind} {subject:?}"),
        kind: kind.to_owned(),
        subject: subject.map(str::to_owned),
        network: Some(Network::of([192, 0, 2, 7].into())),
        since,
        until: since + Duration::from_secs(60 * minutes),
        counters: vec![TokenHash::of("counter")],
    };
    house.services.throttles.begin(&pause).await.unwrap();
    pause.id()
}

/// Puts in a mail to this address, which was tried so often: its id.
async fn mail(house: &House, to: &str, tries: u32) -> String {
    let now = house.services.clock.now();
    let mail = QueuedMail {
        id: MailId::generate(&*house.services.entropy),
        owner: None,
        sealed: to.to_owned(),
        tries,
        created_at: now,
        due_at: now + Duration::from_secs(60),
        expires_at: now + Duration::from_secs(600),
    };
    MailStore::put(&*house.store, &mail).await.unwrap();
    mail.id.to_string()
}

#[tokio::test]
async fn waits_are_shown_in_words_narrowed_down_and_lifted() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::UserManager]).await;
    let empty = browser.get("/ui/throttles").await.page();
    assert!(empty.contains("Nobody has to wait."), "{empty}");
    let id = ada.id.to_string();
    let second = pause(&house, ("second-factor", Some(&id)), 5).await;
    pause(&house, ("recovery", Some("nobody@example.org")), 7).await;
    pause(&house, ("flows", None), 7).await;
    let all = browser.get("/ui/throttles").await.page();
    for text in [
        "The second step of signing in",
        &format!("href=\"/ui/identities/{id}\">ada@example.org</a>"),
        "nobody@example.org",
        "Everybody there",
        "192.0.2.",
        "22 November 2026",
    ] {
        assert!(all.contains(text), "{text}: {all}");
    }
    let query = "subject=ada%40example.org&network=192.0.2.7&kind=second-factor";
    let hers = browser.get(&format!("/ui/throttles?{query}")).await.page();
    assert!(!hers.contains("nobody@example.org"), "{hers}");
    assert!(hers.contains("value=\"ada@example.org\""), "{hers}");
    let wrong = browser.get("/ui/throttles?network=here").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.page().contains("value=\"here\""), "{}", wrong.page());
    let viewer = house.console(&[Role::Viewer]).await;
    let seen = viewer.get("/ui/throttles").await.page();
    assert!(
        !seen.contains("/lift"),
        "nobody is offered what they may not: {seen}"
    );
    let lift = format!("/ui/throttles/{second}/lift?kind=second-factor");
    let lifted = browser.form(&lift, &[]).await;
    assert_eq!(lifted.status, 303, "{lifted:?}");
    let told = browser.get(lifted.location()).await.page();
    assert!(told.contains("The wait is over"), "{told}");
    assert!(told.contains("No wait fits."), "{told}");
    let late = browser.form(&lift, &[]).await;
    let late = browser.get(late.location()).await.page();
    assert!(late.contains("That wait was over already."), "{late}");
}

#[tokio::test]
async fn letters_are_shown_with_their_tries_and_without_what_they_say() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    let empty = browser.get("/ui/mail").await.page();
    assert!(empty.contains("There is no letter."), "{empty}");
    mail(&house, "ada@example.org", 0).await;
    let bob = mail(&house, "bob@example.org", 3).await;
    let all = browser.get("/ui/mail").await.page();
    for text in [
        "ada@example.org",
        "Tried, not sent",
        "A code to get back in with",
    ] {
        assert!(all.contains(text), "{text}: {all}");
    }
    let tried = browser.get("/ui/mail?status=processing").await.page();
    assert!(!tried.contains("ada@example.org"), "{tried}");
    let hers = browser
        .get("/ui/mail?recipient=ADA%40example.org")
        .await
        .page();
    assert!(!hers.contains("bob@example.org"), "{hers}");
    let one = browser.get(&format!("/ui/mail/{bob}")).await.page();
    for text in [
        "bob@example.org",
        "<dt>Tries</dt><dd>3</dd>",
        "12:01 UTC",
        "Not kept. The gateway&#39;s log has it",
        "Not shown: it may hold a code or a link.",
        &bob,
    ] {
        assert!(one.contains(text), "{text}: {one}");
    }
    let other = "00000000-0000-4000-8000-000000000000";
    assert_eq!(browser.get(&format!("/ui/mail/{other}")).await.status, 404);
}

#[tokio::test]
async fn letters_that_were_sent_or_given_up_are_shown_with_when_they_ended() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    for (to, ending) in [
        ("ada@example.org", MailEnding::Sent),
        ("bob@example.org", MailEnding::Abandoned),
    ] {
        let id = mail(&house, to, 2).await;
        let now = house.services.clock.now();
        let past = PastMail {
            id: id.parse().unwrap(),
            owner: None,
            sealed: to.to_owned(),
            ending,
            tries: 2,
            created_at: now,
            ended_at: now,
            expires_at: now + Duration::from_secs(600),
        };
        MailStore::end(&*house.store, past.id, Some(&past))
            .await
            .unwrap();
        let one = browser.get(&format!("/ui/mail/{id}")).await.page();
        assert!(!one.contains("Next try"), "{one}");
        assert!(one.contains("22 November 2026"), "{one}");
    }
    let all = browser.get("/ui/mail").await.page();
    assert!(all.contains("badge good\">Sent"), "{all}");
    assert!(all.contains("badge bad\">Given up"), "{all}");
    let lost = browser.get("/ui/mail?status=abandoned").await.page();
    assert!(!lost.contains("ada@example.org"), "{lost}");
    assert!(lost.contains("bob@example.org"), "{lost}");
}

/// Makes an API credential and gives it another name.
async fn renamed(house: &House) -> String {
    let admin = house.admin().await;
    let made = made(&admin, &json!({"name": "first"})).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/x/api-credentials/{id}");
    house.clock.advance(Duration::from_secs(1));
    admin
        .send(http::Method::PATCH, &path, &json!({"name": "second"}))
        .await;
    id
}

/// The address behind a link of this label.
fn link(page: &str, label: &str) -> String {
    let (before, _) = page.split_once(&format!(">{label}</a>")).unwrap();
    let (_, link) = before.rsplit_once("href=\"").unwrap();
    link.split_once('"').unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn the_log_is_read_entry_by_entry_with_before_and_after() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    let since = browser.get("/ui/audit?from=2026-11-23").await.page();
    assert!(since.contains("No entry fits."), "{since}");
    let id = renamed(&house).await;
    let all = browser.get("/ui/audit").await.page();
    let at = |text: &str| all.find(text).unwrap_or_else(|| panic!("{text}: {all}"));
    let newest = at(">Changed an API credential</a>");
    assert!(
        newest < at(">Made an API credential</a>"),
        "the newest first"
    );
    let entry = browser
        .get(&link(&all, "Changed an API credential"))
        .await
        .page();
    for text in [
        "<pre>first</pre>",
        "<pre>second</pre>",
        "class=\"changed\"",
        "Its name",
        "192.0.2.1",
        &id,
    ] {
        assert!(entry.contains(text), "{text}: {entry}");
    }
    let gone = "/ui/audit/1.00000000-0000-4000-8000-000000000000";
    assert_eq!(browser.get(gone).await.status, 404);
}

/// Somebody who is gone, and what nobody calls anything, have their ids still.
#[tokio::test]
async fn the_log_names_whom_and_what_it_is_about() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    let manager = house.acting_as(&[Role::UserManager]).await;
    let (ada, bob) = (
        house.resident("ada@example.org").await,
        house.resident("bob@example.org").await,
    );
    house.session(&ada).await;
    let session = SessionStore::list(&*house.store, ada.id).await.unwrap();
    let session = session[0].id.to_string();
    let gone = manager.delete(&format!("/admin/sessions/{session}")).await;
    assert_eq!(gone.status, 204);
    let gone = manager
        .delete(&format!("/admin/identities/{}", bob.id))
        .await;
    assert_eq!(gone.status, 204);
    renamed(&house).await;
    let all = browser.get("/ui/audit").await.page();
    let row = |act: &str| {
        let (_, rest) = all.split_once(&format!(">{act}</a>")).unwrap();
        let (row, _) = rest.split_once("</tr>").unwrap();
        row.to_owned()
    };
    let ended = row("Ended a session");
    assert!(
        ended.contains("ada@example.org") && ended.contains("A session"),
        "{ended}"
    );
    assert!(row("Changed an API credential").contains("<span>second<"));
    let deleted = row("Deleted a person");
    assert!(deleted.contains("A person") && deleted.contains(&bob.id.to_string()));
    let entry = browser.get(&link(&all, "Ended a session")).await.page();
    let person = format!("href=\"/ui/identities/{}\">ada@example.org</a>", ada.id);
    assert!(
        entry.contains(&person) && entry.contains(&session),
        "{entry}"
    );
}

#[tokio::test]
async fn the_log_is_narrowed_down_and_taken_along() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    renamed(&house).await;
    let manager = house.console(&[Role::UserManager]).await;
    assert_eq!(manager.get("/ui/nowhere").await.status, 404);
    let refused = browser.form("/ui/throttles/x/lift", &[]).await;
    assert_eq!(refused.status, 403);
    let query = "actor=viewer%40example.org&kind=path&from=2026-11-22&until=2026-11-22";
    let own = browser.get(&format!("/ui/audit?{query}")).await.page();
    assert!(own.contains("Tried what they may not do"), "{own}");
    assert!(!own.contains(">Made an API credential</a>"), "{own}");
    let entry = browser
        .get(&link(&own, "Tried what they may not do"))
        .await
        .page();
    assert!(entry.contains("<code>insufficient_role</code>"), "{entry}");
    let ended = browser.get("/ui/audit?outcome=refused").await.page();
    assert!(ended.contains("Tried what they may not do"), "{ended}");
    assert!(!ended.contains(">Made an API credential</a>"), "{ended}");
    let chosen = "<option value=\"refused\" selected>";
    assert!(ended.contains(chosen), "{ended}");
    let elsewhere = "client=192.0.2.77&outcome=done";
    let none = browser.get(&format!("/ui/audit?{elsewhere}")).await.page();
    assert!(none.contains("No entry fits."), "{none}");
    let verb = "verb=api-credential.create&object=&kind=";
    let made = browser.get(&format!("/ui/audit?{verb}")).await.page();
    assert!(!made.contains(">Changed an API credential</a>"), "{made}");
    let file = browser.get(&link(&made, "Take along as JSON lines")).await;
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let text = String::from_utf8(file.body).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|one| serde_json::from_str(one).unwrap())
        .collect();
    assert_eq!(lines.len(), 1, "as the list is: {text}");
    assert_eq!(lines[0]["verb"], "api-credential.create");
    for query in ["from=yesterday", "page_token=x", "client=here"] {
        assert_eq!(browser.get(&format!("/ui/audit?{query}")).await.status, 400);
        let file = browser.get(&format!("/ui/audit/export?{query}")).await;
        assert_eq!(file.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_long_log_is_paged_through() {
    let house = House::new();
    let admin = house.admin().await;
    for number in 0..60 {
        made(&admin, &json!({"name": format!("n{number}")})).await;
        house.clock.advance(Duration::from_secs(1));
    }
    let browser = house.console(&[Role::Viewer]).await;
    let first = browser
        .get("/ui/audit?verb=api-credential.create")
        .await
        .page();
    assert_eq!(first.matches("<th scope=\"row\">").count(), 50);
    let second = browser.get(&link(&first, "Next")).await.page();
    assert_eq!(second.matches("<th scope=\"row\">").count(), 10);
    assert_eq!(
        link(&second, "First"),
        "/ui/audit?verb=api-credential.create"
    );
    let back = browser.get(&link(&second, "Previous")).await.page();
    assert_eq!(back.matches("<th scope=\"row\">").count(), 50);
    assert!(!back.contains(">Previous</a>"), "{back}");
    for list in ["/ui/mail", "/ui/throttles"] {
        assert_eq!(
            browser.get(&format!("{list}?page_token=")).await.status,
            200
        );
        let odd = browser.get(&format!("{list}?page_token=x")).await;
        assert_eq!(odd.status, 400, "{list}");
    }
}

/// The names of acts and of what is held up that a folder's sources have.
fn named(folder: &Path, begins: &[&str], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_source = path.extension().is_some_and(|end| end == "rs");
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("doc") {
            named(&path, begins, found);
        } else if is_source && !path.ends_with("words.rs") {
            let source = fs::read_to_string(path).unwrap();
            for begin in begins {
                let rest = source.split(begin).skip(1);
                let names = rest.filter_map(|rest| rest.trim_start().strip_prefix('"'));
                found.extend(names.map(|name| name.split('"').next().unwrap().to_owned()));
            }
        }
    }
}

#[test]
fn every_act_and_every_wait_has_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = fs::read_to_string(root.join("console/audit/words.rs")).unwrap();
    let mut acts = Vec::new();
    let begins = [
        "audit::on(",
        "Act::on(",
        " on(",
        "note_change(desk, caller,",
    ];
    named(root, &begins, &mut acts);
    assert!(acts.len() > 20, "{acts:?}");
    acts.retain(|act| !own.contains(&format!("\"{act}\"")));
    assert!(acts.is_empty(), "{acts:?}");
    let own = fs::read_to_string(root.join("throttles/kinds.rs")).unwrap();
    let mut waits = Vec::new();
    let begins = ["Limit::of(", "Strikes::of(", "const KIND: &str =", "kind:"];
    named(&root.join("../self-service/throttle"), &begins, &mut waits);
    named(&root.join("access"), &begins, &mut waits);
    assert!(waits.len() > 5, "{waits:?}");
    waits.retain(|wait| !own.contains(&format!("\"{wait}\"")));
    assert!(waits.is_empty(), "{waits:?}");
}
