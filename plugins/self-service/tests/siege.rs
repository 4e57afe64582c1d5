//! Many guesses at one identity, from wherever and by whatever name: how many passwords are compared.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialStore},
    flow::FlowKind,
    identity::{Identity, IdentityStore},
    method::{Method, MethodError, Verified},
    throttle::Pause,
    ui::Node,
};
use serde_json::{Value, json};

use super::house::{Browser, House, PASSWORD, action, credentials};
use crate::Limits;

const ADA: &str = "ada@example.com";
/// Ways to write who is meant.
const SPELLINGS: [&str; 6] = [
    ADA,
    "ADA@Example.COM",
    " ada@example.com\t",
    "ａｄａ@example.com",
    "adalovelace",
    "ＡＤＡＬＯＶＥＬＡＣＥ",
];

/// A method that counts what it compares.
#[derive(Debug)]
struct Counted {
    inner: Arc<dyn Method>,
    compared: Arc<AtomicUsize>,
}

#[async_trait]
impl Method for Counted {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn nodes(&self, kind: FlowKind) -> Vec<Node> {
        self.inner.nodes(kind)
    }

    async fn verify(&self, submission: &Value) -> Result<Verified, MethodError> {
        self.compared.fetch_add(1, Ordering::Relaxed);
        self.inner.verify(submission).await
    }

    async fn enroll(&self, form: &Value, identity: &Identity) -> Result<Credential, MethodError> {
        self.inner.enroll(form, identity).await
    }
}

/// A house with Ada in it, who signs in by two names.
async fn besieged() -> (House, Identity, Arc<AtomicUsize>) {
    let compared = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&compared);
    let house = House::altered(Limits::default(), move |services, _| {
        let inner = Arc::clone(&services.methods[0]);
        services.methods = vec![Arc::new(Counted {
            inner,
            compared: counter,
        })];
    });
    let mut ada = house.resident(ADA).await;
    ada.identifiers.push("adalovelace".to_owned());
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let ada = IdentityStore::find(&*house.store, ada.id).await.unwrap();
    (house, ada.unwrap(), compared)
}

async fn attempt(browser: &mut Browser<'_>, name: &str, password: &str) -> u16 {
    let flow = browser.begin("login").await;
    let body = credentials(&flow, name, password);
    browser.post(action(&flow), &body).await.status
}

async fn running(house: &House) -> Vec<Pause> {
    let now = house.clock.now();
    house.services.throttles.running(now).await.unwrap()
}

/// An identity is one, whatever it is called; so are all addresses that it never used.
#[tokio::test]
async fn ten_thousand_guesses_from_as_many_addresses_compare_ten_passwords() {
    let (house, _, compared) = besieged().await;
    let mut guesser = house.browser();
    let flow = guesser.begin("login").await;
    let mut refused = 0;
    for guess in 0..10_000_u32 {
        // As a proxy that is trusted tells it.
        guesser.client = Ipv4Addr::from(0x0b00_0000 + guess * 7).into();
        let name = SPELLINGS[guess as usize % SPELLINGS.len()];
        let body = credentials(&flow, name, &format!("guess {guess}"));
        let reply = guesser.post(action(&flow), &body).await;
        refused += usize::from(reply.status == 429);
    }
    assert_eq!(compared.load(Ordering::Relaxed), 10);
    assert_eq!(refused, 10_000 - 10);

    // Nor do pauses grow beyond an hour, or the guesses between them in number.
    for _ in 0..24 * 12 {
        house.clock.advance(Duration::from_secs(300));
        let flow = guesser.begin("login").await;
        for guess in 0..12 {
            guesser.client = [198, 51, 100, guess].into();
            let body = credentials(&flow, SPELLINGS[guess as usize % 6], "wrong");
            guesser.post(action(&flow), &body).await;
        }
    }
    let all = compared.load(Ordering::Relaxed);
    assert!((200..=300).contains(&all), "{all} in a day");
}

#[tokio::test]
async fn what_a_stranger_says_of_their_address_counts_for_nothing() {
    let (house, _, compared) = besieged().await;
    let mut guesser = house.browser();
    let flow = guesser.begin("login").await;
    for guess in 0..2_000_u32 {
        let forged = Ipv4Addr::from(0x0b00_0000 + guess * 7).to_string();
        guesser.headers = vec![
            ("x-forwarded-for", forged.clone()),
            ("x-real-ip", forged.clone()),
            ("forwarded", format!("for={forged}")),
        ];
        // Whom they name does not matter.
        let body = credentials(&flow, &format!("p{guess}@example.com"), "wrong");
        guesser.post(action(&flow), &body).await;
    }
    assert_eq!(compared.load(Ordering::Relaxed), 100);
    let pauses = running(&house).await;
    let network = |one: &Pause| one.network.map(|one| one.to_string());
    assert!(
        pauses
            .iter()
            .any(|one| one.kind == "sign-in" && network(one).as_deref() == Some("192.0.2.1")),
        "{pauses:?}"
    );
}

#[tokio::test]
async fn strangers_keep_nobody_out_of_where_they_belong() {
    let (house, ada, _) = besieged().await;
    let mut own = house.browser();
    own.sign_in(ADA).await;
    let mut stranger = house.browser();
    stranger.client = [203, 0, 113, 9].into();
    for _ in 0..11 {
        attempt(&mut stranger, ADA, "wrong").await;
    }
    let mut elsewhere = house.browser();
    elsewhere.client = [198, 51, 100, 1].into();
    assert_eq!(attempt(&mut elsewhere, ADA, PASSWORD).await, 429);
    let mut again = house.browser();
    assert_eq!(attempt(&mut again, ADA, PASSWORD).await, 200);

    // An administrator sees it, and ends it with all that led to it.
    let pauses = running(&house).await;
    let [pause] = &pauses[..] else {
        panic!("{pauses:?}")
    };
    assert_eq!(pause.subject, Some(ada.id.to_string()));
    assert!(house.services.throttles.lift(pause).await.unwrap());
    assert!(!house.services.throttles.lift(pause).await.unwrap());
    assert_eq!(attempt(&mut elsewhere, ADA, PASSWORD).await, 200);
    let mut third = house.browser();
    third.client = [198, 51, 100, 77].into();
    for _ in 0..9 {
        assert_eq!(attempt(&mut third, ADA, "wrong").await, 400);
    }
}

#[tokio::test]
async fn guesses_from_a_familiar_network_count_there_alone() {
    let (house, _, compared) = besieged().await;
    house.browser().sign_in(ADA).await;
    let mut guesser = house.browser();
    for _ in 0..20 {
        attempt(&mut guesser, ADA, "wrong").await;
    }
    assert_eq!(compared.load(Ordering::Relaxed), 11);
    assert_eq!(attempt(&mut guesser, ADA, PASSWORD).await, 429);
    let mut elsewhere = house.browser();
    elsewhere.client = [198, 51, 100, 1].into();
    assert_eq!(attempt(&mut elsewhere, ADA, PASSWORD).await, 200);
}

/// Whoever knows a password and nothing else makes no network familiar.
#[tokio::test]
async fn half_a_sign_in_makes_no_network_familiar() {
    let (house, ada, _) = besieged().await;
    let store: &dyn CredentialStore = &*house.store;
    let mut second = store.list(ada.id).await.unwrap().remove(0);
    second.id = portcullis_core::id::CredentialId::generate(&*house.services.entropy);
    second.kind = portcullis_core::credential::CredentialKind::Totp;
    second.config = json!({});
    store.put(&second).await.unwrap();
    let mut thief = house.browser();
    assert_eq!(attempt(&mut thief, ADA, PASSWORD).await, 200);
    let mut stranger = house.browser();
    stranger.client = [203, 0, 113, 9].into();
    for _ in 0..10 {
        attempt(&mut stranger, ADA, "wrong").await;
    }
    let mut thief = house.browser();
    assert_eq!(attempt(&mut thief, ADA, PASSWORD).await, 429);
}

/// Who has to wait reads how long, on a page as in an answer.
#[tokio::test]
async fn whoever_has_to_wait_is_told_how_long() {
    let (house, _, _) = besieged().await;
    let mut browser = house.browser();
    for _ in 0..10 {
        attempt(&mut browser, ADA, "wrong").await;
    }
    let flow = browser.begin("login").await;
    let body = credentials(&flow, ADA, PASSWORD);
    let reply = browser.post(action(&flow), &body).await;
    assert_eq!(reply.error(), (429, "too_many_requests".to_owned()));
    assert_eq!(reply.headers["retry-after"], "301");
    let token = super::house::csrf(&flow);
    let fields = [
        ("csrf_token", token),
        ("identifier", ADA),
        ("password", PASSWORD),
        ("method", "password"),
    ];
    let page = browser.submit(action(&flow), &fields).await;
    assert_eq!(page.status, 429);
    assert_eq!(page.headers["retry-after"], "301");
    assert!(page.text().contains("wait 6 minutes"), "{}", page.text());
    assert!(page.text().contains("Back to the form"));
}
