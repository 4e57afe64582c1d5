//! What pages say to somebody who meets them for the first time.

use super::house::{
    House, PASSWORD, PUBLIC, action, credentials, csrf, messages, node,
    provider_visit::{arrive, come_back, leave, values},
};

const LOGOUT: &str = "/self-service/logout/browser";
const REFRESH: &str = "/self-service/login/browser?refresh=true";

#[tokio::test]
async fn a_refresh_offers_ones_own_ways_and_a_way_back() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let flow = browser.ask(REFRESH).await.json();
    assert_eq!(values(&flow, "provider"), Vec::<&str>::new());
    let field = &node(&flow, "identifier")["attributes"];
    assert_eq!(field["value"], "ada@example.com");
    assert_eq!(field["disabled"], true);
    let page = format!("/login?flow={}", flow["id"].as_str().unwrap());
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "password"),
        ("password", "wrong"),
    ];
    browser.submit(action(&flow), &fields).await;
    let text = browser.go(&page).await.text();
    for said in [
        "The password is not right",
        "Please confirm that it is you",
        "Cancel",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "password"),
        ("password", PASSWORD),
    ];
    let done = browser.submit(action(&flow), &fields).await;
    assert_eq!(done.location(), format!("{PUBLIC}/"));
}

#[tokio::test]
async fn a_refresh_through_a_provider_offers_that_provider_only() {
    let house = House::new();
    house.letters.close();
    let mut browser = house.browser();
    arrive(&mut browser, "google", "ada").await;
    let flow = browser.ask(REFRESH).await.json();
    assert_eq!(values(&flow, "provider"), ["google"]);
    assert_eq!(values(&flow, "method"), Vec::<&str>::new());
}

#[tokio::test]
async fn whoever_is_not_admitted_can_choose_another_account() {
    let house = House::new();
    house.configure("google", |provider| {
        provider.policy.admission.allow_domains = vec!["example.org".to_owned()];
    });
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let reply = come_back(
        &mut browser,
        "google",
        &format!("state={state}&code=stranger"),
    )
    .await;
    let page = reply.text();
    for said in [
        "Use another Google account",
        "another domain",
        "example.org",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let target = "/self-service/login/browser?provider=google&prompt=select_account";
    let gone = browser.go(target).await;
    assert!(gone.location().starts_with("https://idp.test/authorize?"));
    assert_eq!(gone.query("prompt"), "select_account");
    let state = gone.query("state");
    let reply = come_back(
        &mut browser,
        "google",
        &format!("state={state}&code=stranger"),
    )
    .await;
    assert_eq!(reply.status, 403, "the attempt is this browser's");
    let unknown = "/self-service/login/browser?provider=nobody&prompt=select_account";
    assert_eq!(browser.go(unknown).await.status, 404);
}

#[tokio::test]
async fn whoever_cancels_is_told_that_they_did() {
    let house = House::new();
    let mut browser = house.browser();
    let state = leave(&mut browser, "google").await;
    let query = format!("state={state}&error=access_denied");
    let page = come_back(&mut browser, "google", &query).await.text();
    assert!(page.contains("You cancelled at Google."), "{page}");
    assert!(page.contains("access_denied"), "{page}");
}

#[tokio::test]
async fn whoever_came_through_a_provider_is_told_that_it_still_knows_them() {
    let house = House::new();
    let mut browser = house.browser();
    arrive(&mut browser, "google", "ada").await;
    let begun = browser.ask(LOGOUT).await.json();
    let reply = browser.go(begun["logout_url"].as_str().unwrap()).await;
    let page = browser.go(reply.location()).await.text();
    assert!(page.contains("You are signed out here"), "{page}");
    assert!(page.contains("still signed in at Google"), "{page}");
    let page = browser.go("/signed-out?still=nobody").await.text();
    assert!(page.contains("You are signed out"), "{page}");

    house.resident("bob@example.com").await;
    browser.sign_in("bob@example.com").await;
    let reply = browser.go("/signed-out").await;
    assert_eq!(reply.location(), format!("{PUBLIC}/.portcullis/"));
}

#[tokio::test]
async fn whoever_goes_on_elsewhere_is_told_first_and_once() {
    let house = House::new();
    let onward = format!("{PUBLIC}/bye");
    for is_asked in [false, true] {
        let mut browser = house.browser();
        arrive(&mut browser, "google", "ada").await;
        let begin = format!("{LOGOUT}?return_to=/bye");
        let target = match is_asked {
            false => browser.ask(&begin).await.json()["logout_url"].clone(),
            true => {
                let page = browser.go(&begin).await.text();
                assert!(page.contains("You stay signed in at Google"), "{page}");
                let link = page.split("href=\"").find(|rest| rest.contains("token="));
                let link = link.unwrap().split('"').next().unwrap();
                link.replace("&amp;", "&").replace("&#x2f;", "/").into()
            }
        };
        let reply = browser.go(target.as_str().unwrap()).await;
        assert_eq!(browser.session(), None);
        if is_asked {
            assert_eq!(reply.location(), onward, "the page before has told it");
            continue;
        }
        let page = browser.go(reply.location()).await.text();
        assert!(page.contains("You are still signed in at Google"), "{page}");
        assert!(page.contains(">Continue<"), "{page}");
        assert!(page.contains("/bye\""), "{page}");
    }
    let mut stranger = house.browser();
    let elsewhere = "/signed-out?still=google&return_to=https://evil.test/";
    let page = stranger.go(elsewhere).await.text();
    assert!(!page.contains("evil.test"), "{page}");

    house.resident("bob@example.com").await;
    stranger.sign_in("bob@example.com").await;
    let begun = stranger
        .ask(&format!("{LOGOUT}?return_to=/bye"))
        .await
        .json();
    let reply = stranger.go(begun["logout_url"].as_str().unwrap()).await;
    assert_eq!(reply.location(), onward, "there is nothing to tell");
}

#[tokio::test]
async fn a_wrong_password_leaves_the_explanation_of_a_link() {
    let house = House::new();
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let reply = arrive(&mut browser, "google", "ada").await;
    let id = reply.query("flow");
    let fetch = format!("/self-service/login/flows?id={id}");
    let flow = browser.ask(&fetch).await.json();
    let body = credentials(&flow, "ada@example.com", "wrong");
    let told = browser.post(action(&flow), &body).await.json();
    assert_eq!(messages(&told), [4_000_006, 1_010_016]);
    assert_eq!(
        told["ui"]["messages"][0]["text"],
        "The password is not right. Check it for spelling mistakes."
    );
}
