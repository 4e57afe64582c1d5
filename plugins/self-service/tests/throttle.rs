//! Throttles.

use std::time::Duration;

use super::house::{Browser, House, PASSWORD, action, credentials, open_registration};
use crate::{Limits, Rate};

async fn attempt(browser: &mut Browser<'_>, email: &str, password: &str) -> u16 {
    let flow = browser.begin("login").await;
    let body = credentials(&flow, email, password);
    browser.post(action(&flow), &body).await.status
}

fn strict() -> Limits {
    Limits {
        sign_ins_per_identity: Rate::new(3, 60),
        ..Limits::default()
    }
}

#[tokio::test]
async fn guessing_one_identity_pauses_it_longer_and_longer() {
    let house = House::with(open_registration(), strict());
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    for pause in [60, 120, 240] {
        for _ in 0..3 {
            assert_eq!(attempt(&mut browser, "ada@example.com", "wrong").await, 400);
        }
        // Another address of the guesser changes nothing.
        browser.client = [198, 51, 100, pause as u8].into();
        let spelled = "ADA@example.com";
        assert_eq!(attempt(&mut browser, spelled, PASSWORD).await, 429);
        house.clock.advance(Duration::from_secs(pause - 1));
        assert_eq!(
            attempt(&mut browser, "ada@example.com", PASSWORD).await,
            429
        );
        house.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(
        attempt(&mut browser, "ada@example.com", PASSWORD).await,
        200
    );
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_as_few_as_one_after_the_other() {
    let house = House::with(open_registration(), strict());
    house.resident("ada@example.com").await;
    let email = "ada@example.com";
    let mut browsers: Vec<Browser<'_>> = (0..5).map(|_| house.browser()).collect();
    let [a, b, c, d, e] = &mut browsers[..] else {
        unreachable!()
    };
    let answers = tokio::join!(
        attempt(a, email, "1"),
        attempt(b, email, "2"),
        attempt(c, email, "3"),
        attempt(d, email, "4"),
        attempt(e, email, "5"),
    );
    let mut answers: [u16; 5] = answers.into();
    answers.sort_unstable();
    assert_eq!(answers, [400, 400, 400, 429, 429]);
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(attempt(&mut browsers[0], email, PASSWORD).await, 200);
}

#[tokio::test]
async fn an_unknown_identifier_is_paused_like_a_known_one() {
    let house = House::with(open_registration(), strict());
    let mut browser = house.browser();
    for _ in 0..3 {
        assert_eq!(attempt(&mut browser, "nobody@example.com", "x").await, 400);
    }
    assert_eq!(attempt(&mut browser, "nobody@example.com", "x").await, 429);
    assert_eq!(attempt(&mut browser, "other@example.com", "x").await, 400);
}

#[tokio::test]
async fn right_passwords_are_never_counted() {
    let house = House::with(open_registration(), strict());
    house.resident("ada@example.com").await;
    for _ in 0..10 {
        let mut browser = house.browser();
        assert_eq!(
            attempt(&mut browser, "ada@example.com", PASSWORD).await,
            200
        );
    }
}

#[tokio::test]
async fn one_address_may_begin_and_submit_so_often_only() {
    let limits = Limits {
        flows_per_address: Rate::new(5, 60),
        sign_ins_per_address: Rate::new(2, 60),
        ..Limits::default()
    };
    let house = House::with(open_registration(), limits);
    let mut browser = house.browser();
    for expected in [400, 400, 429] {
        assert_eq!(attempt(&mut browser, "a@example.com", "x").await, expected);
    }
    browser.begin("login").await;
    browser.begin("login").await;
    let reply = browser.ask("/self-service/login/browser").await;
    assert_eq!(reply.error(), (429, "too_many_requests".to_owned()));
    let wait: u64 = reply.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let page = browser.go("/self-service/login/browser").await;
    assert_eq!(page.status, 429);
    let mut neighbour = house.browser();
    neighbour.client = [192, 0, 2, 2].into();
    assert_eq!(attempt(&mut neighbour, "a@example.com", "x").await, 400);
    house.clock.advance(Duration::from_secs(wait));
    assert_eq!(attempt(&mut browser, "a@example.com", "x").await, 400);
}

/// People read minutes where seconds are hard to grasp; programs read seconds all the same.
#[tokio::test]
async fn a_long_pause_is_told_in_minutes_that_are_rounded_up() {
    let limits = Limits {
        flows_per_address: Rate::new(1, 300),
        ..Limits::default()
    };
    let house = House::with(open_registration(), limits);
    let mut browser = house.browser();
    let path = "/self-service/login/browser";
    browser.ask(path).await;
    for (seconds, english, german) in [
        (241, "wait 5 minutes and", "Sie 5 Minuten, und"),
        (120, "wait 120 seconds and", "Sie 120 Sekunden, und"),
    ] {
        let left = browser.ask(path).await.headers["retry-after"].clone();
        let left: u64 = left.to_str().unwrap().parse().unwrap();
        house.clock.advance(Duration::from_secs(left - seconds));
        let reply = browser.ask(path).await;
        assert_eq!(reply.headers["retry-after"], seconds.to_string());
        assert_eq!(reply.json()["error"]["details"]["retry_after"], seconds);
        for (language, told) in [("en", english), ("de", german)] {
            browser.headers = vec![("accept-language", language.to_owned())];
            let page = browser.go(path).await.text();
            assert!(page.contains(told), "{page}");
        }
    }
}

#[tokio::test]
async fn neighbours_in_one_ipv6_network_count_as_one() {
    let limits = Limits {
        sign_ins_per_address: Rate::new(2, 60),
        ..Limits::default()
    };
    let house = House::with(open_registration(), limits);
    let mut browser = house.browser();
    for (client, expected) in [
        ("2001:db8::1", 400),
        ("2001:db8::2", 400),
        ("2001:db8::3", 429),
        ("2001:db8:0:1::1", 400),
    ] {
        browser.client = client.parse().unwrap();
        assert_eq!(attempt(&mut browser, "a@example.com", "x").await, expected);
    }
}
