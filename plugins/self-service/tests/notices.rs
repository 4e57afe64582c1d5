//! What people are told of that others may have done to their account.

use std::time::Duration;

use serde_json::{Value, json};

use super::house::{
    Browser, House, action, csrf,
    mailed::{ask, mailed, type_in},
};

const ADA: &str = "ada@example.com";

async fn change(browser: &mut Browser<'_>, mut fields: Value) {
    let flow = browser.ask("/self-service/settings/browser").await.json();
    // A password is not replaced twice in the same moment.
    browser.house().clock.advance(Duration::from_secs(1));
    fields["csrf_token"] = csrf(&flow).into();
    let reply = browser.post(action(&flow), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// Of each notice: whom it went to and what it is about.
fn notices(house: &House) -> Vec<(String, String)> {
    let mails = house.letters.mails().into_iter();
    let mut notices: Vec<_> = mails.map(|mail| (mail.to, mail.subject)).collect();
    notices.retain(|(_, about)| !about.ends_with("_code"));
    notices
}

#[tokio::test]
async fn another_password_and_another_address_are_told_at_the_proved_one() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let password = |text: &str| json!({"method": "password", "password": text});
    let profile = |email: &str, first: &str| json!({"method": "profile", "traits": {"email": email, "name": {"first": first}}});
    let told = |about: &str| (ADA.to_owned(), about.to_owned());
    change(&mut browser, profile(ADA, "Augusta")).await;
    assert_eq!(notices(&house), [], "a name is nobody else's matter");
    change(&mut browser, password("staple battery")).await;
    assert_eq!(notices(&house), [told("password_changed")]);
    change(&mut browser, profile("eve@example.com", "Augusta")).await;
    let all = [told("password_changed"), told("address_changed")];
    assert_eq!(notices(&house), all);
    assert!(mailed_link(&house).ends_with("/.portcullis/settings"));
    change(&mut browser, password("another staple")).await;
    change(&mut browser, profile("bob@example.com", "Augusta")).await;
    assert_eq!(notices(&house), all, "nobody writes to strangers");
}

fn mailed_link(house: &House) -> String {
    let mails = house.letters.mails().into_iter();
    let notice = mails.rev().find(|mail| mail.subject == "address_changed");
    notice.unwrap().text
}

#[tokio::test]
async fn whoever_got_back_in_is_told_of() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, ADA).await;
    assert_eq!(
        type_in(&mut browser, &flow, &mailed(&house)).await.status,
        422
    );
    assert_eq!(notices(&house), [(ADA.to_owned(), "recovered".to_owned())]);
}
