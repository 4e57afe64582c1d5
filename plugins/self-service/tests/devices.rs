//! Devices: what sessions tell of them, and who is told of a new one.

use std::time::Duration;

use portcullis_core::identity::Identity;
use serde_json::Value;

use super::house::{Browser, House, open_registration};
use crate::{Config, Devices, Limits};

const ADA: &str = "ada@example.com";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const NEWER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn telling(devices: Devices) -> Config {
    Config {
        devices,
        ..open_registration()
    }
}

async fn told(notify_new: bool) -> (House, Identity) {
    let devices = Devices {
        notify_new,
        ..Devices::default()
    };
    let house = House::with(telling(devices), Limits::default());
    let ada = house.proved_resident(ADA).await;
    (house, ada)
}

fn at<'a>(house: &'a House, host: u8, user_agent: &str) -> Browser<'a> {
    let mut browser = house.browser();
    browser.client = [198, 51, 100, host].into();
    browser.headers = vec![("user-agent", user_agent.to_owned())];
    browser
}

fn letters(house: &House) -> usize {
    let mails = house.letters.mails();
    mails.iter().filter(|mail| mail.to == ADA).count()
}

/// KC-150.
#[tokio::test]
async fn a_sign_in_is_told_when_neither_the_device_nor_the_network_is_known() {
    let (house, _) = told(true).await;
    at(&house, 1, FIREFOX).sign_in(ADA).await;
    assert_eq!(letters(&house), 1, "nothing was known yet");
    let mail = house.letters.mails().pop().unwrap();
    assert_eq!(mail.subject, "new_device");
    for (host, agent) in [(1, SAFARI), (2, NEWER), (2, SAFARI), (3, FIREFOX)] {
        at(&house, host, agent).sign_in(ADA).await;
        assert_eq!(letters(&house), 1, "{host} {agent}");
    }
    at(&house, 4, "curl/8").sign_in(ADA).await;
    assert_eq!(letters(&house), 2);
    // What was long ago is forgotten.
    house.clock.advance(31 * DAY);
    let services = &house.services;
    let store = services.sessions.store();
    let ada = services
        .identities
        .find_by_identifier(ADA)
        .await
        .unwrap()
        .unwrap();
    store.revoke_all(ada.id, None).await.unwrap();
    at(&house, 1, FIREFOX).sign_in(ADA).await;
    assert_eq!(letters(&house), 3);
}

#[tokio::test]
async fn nobody_is_told_unless_the_operator_says_so() {
    let (house, _) = told(false).await;
    at(&house, 1, FIREFOX).sign_in(ADA).await;
    at(&house, 2, SAFARI).sign_in(ADA).await;
    assert_eq!(letters(&house), 0);
}

/// KC-150.
#[tokio::test]
async fn a_session_tells_its_device_and_when_it_was_seen() {
    let (house, _) = told(false).await;
    let mut browser = at(&house, 7, SAFARI);
    let body: Value = browser.sign_in(ADA).await;
    let device = &body["session"]["devices"][0];
    assert_eq!(device["ip_address"], "198.51.100.7");
    assert_eq!(
        (&device["browser"], &device["os"]),
        (&"Safari".into(), &"macOS".into())
    );
    assert_eq!(device["first_seen"], device["last_seen"]);
}
