//! Whom and what entries of the audit log are about, where these are neither people nor programs.

use std::time::Duration;

use portcullis_core::{
    secret::TokenHash,
    throttle::{Network, Pause},
};
use serde_json::json;

use crate::{Role, tests::house::House};

/// The row of an act in the list.
fn row(page: &str, act: &str) -> String {
    let (_, rest) = page.split_once(&format!(">{act}</a>")).unwrap();
    rest.split_once("</tr>").unwrap().0.to_owned()
}

/// Where an act of the list is looked at.
fn place(page: &str, act: &str) -> String {
    let (before, _) = page.split_once(&format!(">{act}</a>")).unwrap();
    before
        .rsplit_once("href=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0
        .to_owned()
}

/// Begins a pause and lifts it.
async fn lifted(house: &House, subject: &str) {
    let since = house.services.clock.now();
    let pause = Pause {
        name: subject.to_owned(),
        kind: "second-factor".to_owned(),
        subject: Some(subject.to_owned()),
        network: Some(Network::of([192, 0, 2, 7].into())),
        since,
        until: since + Duration::from_secs(300),
        counters: vec![TokenHash::of("counter")],
    };
    house.services.throttles.begin(&pause).await.unwrap();
    let path = format!("/admin/x/throttles/{}", pause.id());
    assert_eq!(house.admin().await.delete(&path).await.status, 204);
    house.clock.advance(Duration::from_secs(1));
}

#[tokio::test]
async fn the_log_names_who_had_to_wait() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Viewer]).await;
    lifted(&house, &ada.id.to_string()).await;
    let all = browser.get("/ui/audit").await.page();
    let told = row(&all, "Lifted a throttle");
    assert!(told.contains("ada@example.org"), "{told}");
    let entry = browser.get(&place(&all, "Lifted a throttle")).await.page();
    let person = format!("href=\"/ui/identities/{}\">ada@example.org</a>", ada.id);
    assert!(entry.contains(&person), "{entry}");
    // What was typed is nobody's.
    lifted(&house, "nobody@example.org").await;
    let all = browser.get("/ui/audit").await.page();
    let told = row(&all, "Lifted a throttle");
    assert!(told.contains("<span>nobody@example.org<"), "{told}");
}

#[tokio::test]
async fn the_log_tells_a_provider_switched_off_and_leaves_out_what_was_never_said() {
    let house = House::new();
    let admin = house.admin().await;
    let provider =
        json!({"kind": "google", "id": "google", "client_id": "gate", "client_secret": "x"});
    assert_eq!(
        admin.post("/admin/x/providers", &provider).await.status,
        201
    );
    let browser = house.console(&[Role::Admin]).await;
    house.clock.advance(Duration::from_secs(1));
    let ways = [("links", "keep"), ("sessions", "keep")];
    let off = browser.form("/ui/providers/google/disable", &ways).await;
    assert_eq!(off.status, 303, "{}", off.page());
    house.clock.advance(Duration::from_secs(1));
    let ada = json!({"schema_id": "default", "traits": {"email": "ada@example.org"}});
    assert_eq!(admin.post("/admin/identities", &ada).await.status, 201);
    let all = browser.get("/ui/audit").await.page();
    row(&all, "Switched a provider off");
    let entry = browser.get(&place(&all, "Created a person")).await.page();
    assert!(entry.contains("Own details"), "{entry}");
    assert!(!entry.contains("Metadata of administrators"), "{entry}");
    assert!(!entry.contains("<pre>–</pre>"), "{entry}");
    let shown = browser.get("/ui/providers/google").await.page();
    assert!(!shown.contains("Test signing in"), "{shown}");
}
