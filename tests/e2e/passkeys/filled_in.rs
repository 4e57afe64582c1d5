//! Passkeys that the browser lists below the field of the identifier, where nobody presses anything.

use serde_json::{Value, json};

use super::{arrive_anew, gate, press, session, settings};
use crate::support::{ALICE, Browser, SecurityKey, TestGateway, wait_until};

/// Notes each request for a passkey, what came of it, and how it ended.
const NOTES: &str = "
    window.asked = [];
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = options => {
        const one = { mediation: options.mediation || 'modal', state: 'waits' };
        window.asked.push(one);
        const answer = get(options);
        answer.then(() => { one.state = 'answered'; }, error => { one.state = error.name; });
        return answer;
    };";

/// Waits until the page has asked like this.
async fn asks(browser: &Browser, expected: Value) {
    let what = format!("the page to have asked {expected}");
    wait_until(&what, async || {
        let asked = browser.run("return window.asked", vec![]).await;
        (asked == expected).then_some(())
    })
    .await;
}

/// A browser of somebody who has added a passkey that is built into their device.
async fn with_passkey(gateway: &TestGateway) -> (Browser, SecurityKey) {
    let browser = Browser::open().await;
    browser.narrow(390).await;
    let key = SecurityKey::built_into(&browser).await;
    browser.goto(&settings(gateway)).await;
    ALICE.sign_in_in(&browser).await;
    press(&browser, "Add a passkey").await;
    browser.see("Your changes have been saved").await;
    assert_eq!(key.keeps(&browser).await, [true]);
    browser.before_each_page(NOTES).await;
    (browser, key)
}

/// CU-25: the sign-in page fills itself in. The device answers at once what a person would have chosen
/// from the list.
#[tokio::test]
async fn cu_25_a_passkey_from_the_list_below_the_field_signs_in_without_a_button() {
    let gateway = gate().await;
    ALICE.sign_up(&gateway).await;
    let (browser, _key) = with_passkey(&gateway).await;
    arrive_anew(&browser, &gateway, "/reports?page=2").await;
    browser.see("You are through the gate").await;
    let expected = format!("{}/reports?page=2", gateway.url());
    assert_eq!(browser.url().await, expected);
    let expected = ("aal1".to_owned(), vec!["passkey".to_owned()]);
    assert_eq!(session(&browser, &gateway).await, expected);
}

/// CU-25: the list waits until somebody wants something else, and then gives way without a word.
#[tokio::test]
async fn cu_25_the_list_waits_and_gives_way_to_a_password_and_to_the_button() {
    let gateway = gate().await;
    ALICE.sign_up(&gateway).await;
    let (browser, key) = with_passkey(&gateway).await;
    key.expects_a_touch(&browser).await;
    arrive_anew(&browser, &gateway, "/").await;
    let waits = json!({ "mediation": "conditional", "state": "waits" });
    asks(&browser, json!([waits])).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
    let expected = ("aal1".to_owned(), vec!["password".to_owned()]);
    assert_eq!(session(&browser, &gateway).await, expected);

    arrive_anew(&browser, &gateway, "/").await;
    asks(&browser, json!([waits])).await;
    browser.log().await;
    browser.press("Sign in with a passkey").await;
    let given_way = json!({ "mediation": "conditional", "state": "AbortError" });
    let modal = json!({ "mediation": "modal", "state": "waits" });
    asks(&browser, json!([given_way, modal])).await;
    assert_eq!(browser.log().await, Vec::<String>::new());
    let text = browser.text().await;
    assert!(!text.contains("That did not work"), "{text}");
}
