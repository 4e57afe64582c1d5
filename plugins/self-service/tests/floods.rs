//! Strangers who have many letters written or type many codes fill no box and keep nobody out.

use std::{net::IpAddr, time::Duration};

use portcullis_core::identity::IdentityStore;
use serde_json::Value;

use super::{
    house::{
        Browser, House,
        mailed::{ask, mailed, other_than, type_in},
    },
    strangers::{add, recover},
};

const ADA: &str = "ada@example.com";

fn from<'a>(house: &'a House, client: &str) -> Browser<'a> {
    let mut browser = house.browser();
    browser.client = client.parse::<IpAddr>().unwrap();
    browser
}

/// What asking for a proof comes to.
async fn asked(browser: &mut Browser<'_>, kind: &str, address: &str) -> (u16, Value) {
    let flow = browser.begin(kind).await;
    let status = ask(browser, &flow, address).await.status;
    (status, flow)
}

/// As many strangers as are heard in an hour, and then some.
async fn flood(house: &House) {
    let mut answers = Vec::new();
    for nth in 0..25 {
        let mut stranger = from(house, &format!("203.0.113.{nth}"));
        answers.push(asked(&mut stranger, "recovery", ADA).await.0);
    }
    assert!(answers.contains(&200) && answers.ends_with(&[429; 5]));
}

#[tokio::test]
async fn many_strangers_fill_no_box_and_keep_no_holder_out() {
    let house = House::new();
    house.resident(ADA).await;
    let mut signed_in = from(&house, "198.51.100.7");
    signed_in.sign_in(ADA).await;
    flood(&house).await;
    assert_eq!(house.letters.mails().len(), 20);
    assert_eq!(asked(&mut signed_in, "verification", ADA).await.0, 200);
    let mut at_home = from(&house, "198.51.100.7");
    for expected in [200, 200, 200, 200, 200, 429] {
        assert_eq!(asked(&mut at_home, "recovery", ADA).await.0, expected);
    }
    let mut elsewhere = from(&house, "198.51.100.8");
    assert_eq!(asked(&mut elsewhere, "recovery", ADA).await.0, 429);
}

#[tokio::test]
async fn a_few_clients_that_ask_all_day_keep_no_owner_out_who_comes_from_anywhere() {
    let house = House::new();
    house.resident(ADA).await;
    for hour in 1..4 {
        for nth in 0..5 {
            let mut stranger = from(&house, &format!("203.0.113.{nth}"));
            let mut answers = Vec::new();
            for _ in 0..3 {
                for _ in 0..6 {
                    answers.push(asked(&mut stranger, "recovery", ADA).await.0);
                }
                house.clock.advance(Duration::from_secs(3));
            }
            let written = answers.iter().filter(|status| **status == 200).count();
            assert!(written <= 5, "{written} letters in hour {hour}");
        }
        let mut elsewhere = from(&house, &format!("198.51.100.{hour}"));
        assert_eq!(asked(&mut elsewhere, "recovery", ADA).await.0, 200);
        house.clock.advance(Duration::from_secs(60 * 60));
    }
    // Five strangers once, ten letters for whoever asks again, and the owner: each hour.
    assert_eq!(house.letters.mails().len(), 5 + 3 * 10 + 3);
}

#[tokio::test]
async fn the_networks_of_one_site_are_one_stranger() {
    let house = House::new();
    house.resident(ADA).await;
    for nth in 0..8 {
        let mut stranger = from(&house, &format!("2001:db8:1:{nth}::1"));
        let expected = if nth < 5 { 200 } else { 429 };
        assert_eq!(asked(&mut stranger, "recovery", ADA).await.0, expected);
    }
    let mut other = from(&house, "2001:db8:2::1");
    assert_eq!(asked(&mut other, "recovery", ADA).await.0, 200);
}

/// Types wrong codes at addresses that nobody has until the network has to pause.
async fn tire(house: &House, client: &str, round: usize) {
    let mut neighbour = from(house, client);
    for nth in 0..12 {
        let email = format!("p{nth}-{round}@example.com");
        let (_, flow) = asked(&mut neighbour, "recovery", &email).await;
        for _ in 0..5 {
            assert_eq!(type_in(&mut neighbour, &flow, "000000").await.status, 400);
        }
    }
}

#[tokio::test]
async fn wrong_codes_of_neighbours_keep_nobody_out_who_is_known_there_and_others_for_an_hour() {
    let house = House::new();
    house.proved_resident(ADA).await;
    let mut signed_in = house.browser();
    signed_in.sign_in(ADA).await;
    house.resident("bob@example.com").await;
    for round in 0..3 {
        tire(&house, "192.0.2.1", round).await;
        let mut bob = house.browser();
        let (_, flow) = asked(&mut bob, "recovery", "bob@example.com").await;
        assert_eq!(type_in(&mut bob, &flow, "000000").await.status, 429);
        house.clock.advance(Duration::from_secs(60 * 60));
        let code = asked(&mut bob, "recovery", "bob@example.com").await.1;
        assert_eq!(type_in(&mut bob, &code, "000000").await.status, 400);
        house.clock.advance(Duration::from_secs(2 * 60 * 60));
    }
    tire(&house, "192.0.2.1", 3).await;
    let mut signed_in = house.browser();
    signed_in.sign_in(ADA).await;
    let (_, flow) = asked(&mut signed_in, "verification", ADA).await;
    assert_eq!(type_in(&mut signed_in, &flow, "000000").await.status, 400);
    let mut forgetful = house.browser();
    let (_, flow) = asked(&mut forgetful, "recovery", ADA).await;
    let code = mailed(&house);
    assert_eq!(type_in(&mut forgetful, &flow, &code).await.status, 422);
}

#[tokio::test]
async fn whoever_has_mistyped_at_home_gets_in_while_strangers_guess() {
    let house = House::new();
    house.resident(ADA).await;
    let mut signed_in = from(&house, "198.51.100.7");
    signed_in.sign_in(ADA).await;
    for nth in 0..20 {
        let mut stranger = from(&house, &format!("203.0.113.{nth}"));
        let (_, flow) = asked(&mut stranger, "recovery", ADA).await;
        let wrong = other_than(&mailed(&house));
        for _ in 0..5 {
            assert_eq!(type_in(&mut stranger, &flow, &wrong).await.status, 400);
        }
        house.clock.advance(Duration::from_secs(300));
    }
    for (client, status) in [("198.51.100.7", 422), ("198.51.100.8", 400)] {
        let mut browser = from(&house, client);
        let (_, flow) = asked(&mut browser, "recovery", ADA).await;
        let code = mailed(&house);
        type_in(&mut browser, &flow, &other_than(&code)).await;
        let reply = type_in(&mut browser, &flow, &code).await;
        assert_eq!(reply.status, status, "{client}");
        if status == 400 {
            // An hour later it may be wrong once more, and the code was not used up.
            house.clock.advance(Duration::from_secs(59 * 60 + 59));
            let (_, flow) = asked(&mut browser, "recovery", ADA).await;
            house.clock.advance(Duration::from_secs(1));
            let code = mailed(&house);
            assert_eq!(type_in(&mut browser, &flow, &code).await.status, 422);
        }
    }
}

/// Everybody may say that an address is theirs.
#[tokio::test]
async fn whoever_claims_an_address_keeps_nobody_else_from_proving_it() {
    let house = House::new();
    for name in ["mallory", "victim"] {
        let email = format!("{name}@example.com");
        let mut resident = house.resident(&email).await;
        resident.addresses[0].value = ADA.to_owned();
        IdentityStore::update(&*house.store, &resident)
            .await
            .unwrap();
    }
    let mut mallory = house.browser();
    mallory.sign_in("mallory@example.com").await;
    for expected in [200, 200, 200, 429, 429, 429] {
        assert_eq!(asked(&mut mallory, "verification", ADA).await.0, expected);
    }
    let mut victim = house.browser();
    victim.sign_in("victim@example.com").await;
    for expected in [200, 200, 200, 429] {
        assert_eq!(asked(&mut victim, "verification", ADA).await.0, expected);
    }
}

#[tokio::test]
async fn wrong_codes_of_others_who_are_signed_in_keep_nobody_from_proving_theirs() {
    let house = House::new();
    for nth in 0..6 {
        let email = format!("p{nth}@example.com");
        house.resident(&email).await;
        let mut neighbour = house.browser();
        neighbour.sign_in(&email).await;
        for _ in 0..2 {
            let (_, flow) = asked(&mut neighbour, "verification", &email).await;
            let wrong = other_than(&mailed(&house));
            for _ in 0..5 {
                type_in(&mut neighbour, &flow, &wrong).await;
            }
        }
    }
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let (_, flow) = asked(&mut browser, "verification", ADA).await;
    let code = mailed(&house);
    assert_eq!(
        type_in(&mut browser, &flow, &other_than(&code))
            .await
            .status,
        400
    );
    assert_eq!(type_in(&mut browser, &flow, &code).await.status, 429);
    assert_eq!(house.stored(&ada).await.addresses[0].verified_at, None);
    house.resident("bob@example.com").await;
    let mut bob = house.browser();
    bob.sign_in("bob@example.com").await;
    let (_, flow) = asked(&mut bob, "verification", "bob@example.com").await;
    assert_eq!(type_in(&mut bob, &flow, &mailed(&house)).await.status, 200);
}

/// Where a stranger has signed in, they are a stranger again.
#[tokio::test]
async fn whoever_gets_an_identity_back_leaves_no_network_familiar_but_theirs() {
    let house = House::new();
    house.resident(ADA).await;
    from(&house, "198.51.100.7").sign_in(ADA).await;
    let mut owner = from(&house, "198.51.100.8");
    assert_eq!(recover(&mut owner, ADA).await.status, 422);
    flood(&house).await;
    for (client, expected) in [("198.51.100.7", 429), ("198.51.100.8", 200)] {
        let mut browser = from(&house, client);
        assert_eq!(asked(&mut browser, "recovery", ADA).await.0, expected);
    }
}

#[tokio::test]
async fn the_networks_of_whoever_has_proved_an_address_are_the_familiar_ones() {
    let house = House::new();
    house.resident(ADA).await;
    from(&house, "198.51.100.7").sign_in(ADA).await;
    let owner = house.resident("owner@example.com").await;
    add(&house, &owner, ADA).await;
    let mut proved = house.stored(&owner).await;
    proved.addresses[1].verified_at = Some(house.services.clock.now());
    IdentityStore::update(&*house.store, &proved).await.unwrap();
    from(&house, "198.51.100.8")
        .sign_in("owner@example.com")
        .await;
    flood(&house).await;
    for (client, expected) in [("198.51.100.7", 429), ("198.51.100.8", 200)] {
        let mut browser = from(&house, client);
        assert_eq!(asked(&mut browser, "recovery", ADA).await.0, expected);
    }
}
