//! Mail: listed without what it says.

use std::time::Duration;

use portcullis_core::{
    id::MailId,
    mail::{MailEnding, MailStore, PastMail, QueuedMail},
};
use serde_json::Value;

use super::house::House;

const PATH: &str = "/admin/courier/messages";

/// Puts in a mail to this address, which was tried so often.
pub(super) async fn mail(house: &House, to: &str, tries: u32) -> String {
    let now = house.services.clock.now();
    let mail = QueuedMail {
        id: MailId::generate(&*house.services.entropy),
        owner: None,
        sealed: to.to_owned(),
        tries,
        created_at: now,
        due_at: now,
        expires_at: now + Duration::from_secs(600),
    };
    MailStore::put(&*house.store, &mail).await.unwrap();
    house.clock.advance(Duration::from_secs(1));
    mail.id.to_string()
}

fn recipients(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["recipient"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn mail_is_found_by_state_and_recipient_the_newest_first() {
    let house = House::new();
    mail(&house, "ada@example.org", 0).await;
    mail(&house, "bob@example.org", 2).await;
    mail(&house, "ada@example.org", 1).await;
    let admin = house.admin().await;
    let found = async |query: &str| admin.get(&format!("{PATH}?{query}")).await.json();
    let (ada, bob) = ("ada@example.org", "bob@example.org");
    assert_eq!(recipients(&found("").await), [ada, bob, ada]);
    assert_eq!(recipients(&found("recipient=BOB@example.org").await), [bob]);
    assert_eq!(recipients(&found("status=queued").await), [ada]);
    assert_eq!(recipients(&found("status=processing").await), [ada, bob]);
    assert!(recipients(&found("status=sent").await).is_empty());
    assert_eq!(
        admin.get(&format!("{PATH}?status=lost")).await.error(),
        "bad_request"
    );
    let page = admin.get(&format!("{PATH}?per_page=2&page=1")).await;
    assert_eq!(recipients(&page.json()), [ada]);
    assert!(page.header("link").contains("rel=\"prev\""));
    let page = admin.get(&format!("{PATH}?page_size=2")).await;
    assert_eq!(recipients(&page.json()), [ada, bob]);
    assert!(page.header("link").contains("rel=\"next\""));
}

/// What was sent or given up stands beside what waits, until its time is up.
#[tokio::test]
async fn what_became_of_mail_is_found_by_its_state() {
    let house = House::new();
    mail(&house, "ada@example.org", 0).await;
    let mut ends = Vec::new();
    for ending in [MailEnding::Sent, MailEnding::Abandoned] {
        let id = mail(&house, "bob@example.org", 1).await;
        let at = house.services.clock.now();
        let past = PastMail {
            id: id.parse().unwrap(),
            owner: None,
            sealed: "bob@example.org".to_owned(),
            ending,
            tries: 1,
            created_at: at,
            ended_at: at,
            expires_at: at + Duration::from_secs(600),
        };
        MailStore::end(&*house.store, past.id, Some(&past))
            .await
            .unwrap();
        ends.push(id);
    }
    let admin = house.admin().await;
    for (state, id) in ["sent", "abandoned"].into_iter().zip(&ends) {
        let found = admin.get(&format!("{PATH}?status={state}")).await.json();
        assert_eq!(recipients(&found), ["bob@example.org"], "{state}");
        let shown = admin.get(&format!("{PATH}/{id}")).await.json();
        assert_eq!(shown, found[0]);
        assert_eq!(
            (&shown["status"], &shown["send_count"]),
            (&state.into(), &1.into())
        );
        assert_eq!(shown["body"], "<withheld>");
        assert_eq!(shown.get("due_at"), None);
    }
    let all = admin.get(PATH).await.json();
    assert_eq!(all.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_mail_is_shown_without_what_it_says() {
    let house = House::new();
    let id = mail(&house, "ada@example.org", 0).await;
    let admin = house.admin().await;
    let shown = admin.get(&format!("{PATH}/{id}")).await.json();
    assert_eq!(shown["body"], "<withheld>");
    assert_eq!(shown["subject"], "recovery_code");
    assert_eq!(shown["template_type"], "recovery_code_valid");
    assert_eq!(
        (&shown["status"], &shown["type"]),
        (&"queued".into(), &"email".into())
    );
    let other = "00000000-0000-4000-8000-000000000000";
    let nothing = admin.get(&format!("{PATH}/{other}")).await;
    assert_eq!(nothing.error(), "record_not_found");
}
