//! Recovery against those it is not for.

use std::time::Duration;

use portcullis_core::identity::IdentityStore;

use super::house::{
    House,
    mailed::{ask, mailed, other_than, type_in},
    messages,
};

#[tokio::test]
async fn a_code_is_good_for_five_tries() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    let sent = ask(&mut browser, &flow, "ada@example.com").await.json();
    let first = mailed(&house);
    for _ in 0..5 {
        let reply = type_in(&mut browser, &sent, &other_than(&first)).await;
        assert_eq!(
            (reply.status, messages(&reply.json())),
            (400, vec![4_060_006])
        );
    }
    let late = type_in(&mut browser, &sent, &first).await;
    assert_eq!(
        messages(&late.json()),
        [4_060_006],
        "the right one comes too late"
    );
    assert!(browser.session().is_none());

    assert_eq!(
        ask(&mut browser, &sent, "ada@example.com").await.status,
        200
    );
    let second = mailed(&house);
    assert_eq!(
        type_in(&mut browser, &sent, &first).await.status,
        400,
        "it is another code"
    );
    assert_eq!(type_in(&mut browser, &sent, &second).await.status, 422);
}

#[tokio::test]
async fn many_codes_grant_no_more_guesses_than_a_pause_allows() {
    let house = House::new();
    house.resident("ada@example.com").await;
    for _ in 0..2 {
        let mut browser = house.browser();
        let flow = browser.begin("recovery").await;
        ask(&mut browser, &flow, "ada@example.com").await;
        let wrong = other_than(&mailed(&house));
        for _ in 0..5 {
            assert_eq!(type_in(&mut browser, &flow, &wrong).await.status, 400);
        }
    }
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    assert_eq!(
        ask(&mut browser, &flow, "ada@example.com").await.status,
        429
    );
    house.browser().sign_in("ada@example.com").await;
}

#[tokio::test]
async fn nobody_is_flooded_with_mail() {
    let house = House::new();
    house.resident("ada@example.com").await;
    for visit in 0..7 {
        let mut browser = house.browser();
        let flow = browser.begin("recovery").await;
        let expected = if visit < 5 { 200 } else { 429 };
        assert_eq!(
            ask(&mut browser, &flow, "ada@example.com").await.status,
            expected
        );
    }
    assert_eq!(house.letters.mails().len(), 5);
}

#[tokio::test]
async fn a_code_is_for_its_own_form_browser_and_time() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    let code = mailed(&house);
    let mut eve = house.browser();
    let other = eve.begin("recovery").await;
    ask(&mut eve, &other, "ada@example.com").await;
    assert_eq!(
        type_in(&mut eve, &other, &code).await.status,
        400,
        "another form"
    );
    assert_eq!(
        type_in(&mut eve, &flow, &code).await.status,
        403,
        "another browser"
    );
    let proof = eve.begin("verification").await;
    ask(&mut eve, &proof, "ada@example.com").await;
    assert_eq!(
        type_in(&mut eve, &proof, &code).await.status,
        400,
        "another purpose"
    );
    house.clock.advance(Duration::from_secs(3599));
    assert_eq!(type_in(&mut browser, &flow, &code).await.status, 422);
}

#[tokio::test]
async fn of_submissions_at_the_same_time_only_one_gets_in() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    let code = mailed(&house);
    let (mut a, mut b, mut c) = (browser.clone(), browser.clone(), browser.clone());
    let (a, b, c) = tokio::join!(
        type_in(&mut a, &flow, &code),
        type_in(&mut b, &flow, &code),
        type_in(&mut c, &flow, &code),
    );
    let entered = [a, b, c].iter().filter(|reply| reply.status == 422).count();
    assert_eq!(entered, 1);
    let signed_in = house.heard.all();
    let signed_in = signed_in
        .iter()
        .filter(|heard| heard.starts_with("signed in"));
    assert_eq!(signed_in.count(), 1);
}

#[tokio::test]
async fn an_address_that_is_not_theirs_any_more_lets_nobody_in() {
    let house = House::new();
    let mut ada = house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    ada.addresses[0].value = "ada@elsewhere.example".to_owned();
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let reply = type_in(&mut browser, &flow, &mailed(&house)).await;
    assert_eq!(
        (reply.status, messages(&reply.json())),
        (400, vec![4_060_006])
    );
    assert!(browser.session().is_none());
}

#[tokio::test]
async fn codes_and_addresses_are_kept_by_no_store_in_the_clear() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = browser.begin("recovery").await;
    ask(&mut browser, &flow, "ada@example.com").await;
    let code = mailed(&house);
    type_in(&mut browser, &flow, &other_than(&code)).await;
    let stored = format!("{:?}", house.store);
    assert!(!stored.contains(&format!("{code}\"")));
    assert!(!stored.contains(&format!("{}\"", other_than(&code))));
}
