//! After a registration: the form that takes the proof, and what else may be tried, tell nobody whether
//! the address was known; and whoever holds it gets in.

use super::{
    house::{
        PASSWORD,
        mailed::{ask, mailed, type_in},
        messages, open_registration,
    },
    mailed_link,
    newcomer::{KNOWN, NEW, house, house_of, registered, try_in},
};
use crate::MailedProof;

/// KP-23: mail asked for again and codes that are wrong.
#[tokio::test]
async fn the_form_of_a_registration_answers_alike_whatever_is_tried_there() {
    let house = house();
    house.proved_resident(KNOWN).await;
    let mut all = Vec::new();
    for email in [KNOWN, NEW] {
        let mut mallory = house.browser();
        let flow = registered(&mut mallory, email).await;
        let mut own = Vec::new();
        for again in [false, true] {
            if again {
                let reply = ask(&mut mallory, &flow, email).await;
                own.push((reply.status, messages(&reply.json()), reply.work));
            }
            for _ in 0..6 {
                let reply = type_in(&mut mallory, &flow, "no code").await;
                own.push((reply.status, messages(&reply.json()), reply.work));
            }
        }
        for kind in ["recovery", "verification"] {
            let flow = mallory.begin(kind).await;
            let reply = ask(&mut mallory, &flow, email).await;
            own.push((reply.status, messages(&reply.json()), reply.work));
        }
        all.push(own);
    }
    assert_eq!(all[0], all[1]);
}

/// Whoever has lost the form asks for another mail, as the hint says; it may not be they who have
/// registered, so that they get back in by mail.
#[tokio::test]
async fn whoever_has_lost_the_form_proves_the_address_elsewhere_and_gets_back_in() {
    let house = house();
    registered(&mut house.browser(), NEW).await;
    let mut later = house.browser();
    let flow = later.begin("verification").await;
    ask(&mut later, &flow, NEW).await;
    let done = type_in(&mut later, &flow, &mailed(&house)).await.json();
    let onward = later.press(&done, &[("method", "code")]).await;
    assert!(
        onward.location().contains("/recovery/"),
        "{}",
        onward.location()
    );
    let old = try_in(&mut house.browser(), NEW, PASSWORD).await;
    assert_eq!(old.status, 400, "whoever registered knows the password");
    let flow = later.begin("recovery").await;
    ask(&mut later, &flow, NEW).await;
    assert_eq!(
        type_in(&mut later, &flow, &mailed(&house)).await.status,
        422
    );
    assert!(later.session().is_some());
}

/// By link in another browser: nobody can sign in there first.
#[tokio::test]
async fn a_newcomers_link_is_taken_in_any_browser_and_leaves_nothing_to_a_stranger() {
    let mut config = open_registration();
    config.verification.proof = MailedProof::Link;
    for is_elsewhere in [false, true] {
        let house = house_of(config.clone());
        let mut ada = house.browser();
        registered(&mut ada, NEW).await;
        let link = mailed(&house);
        let mut browser = match is_elsewhere {
            true => house.browser(),
            false => ada,
        };
        let page = browser.go(&link).await;
        let done = mailed_link::press(&mut browser, &link, &page).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let expected = match is_elsewhere {
            true => 400,
            false => 200,
        };
        let reply = try_in(&mut house.browser(), NEW, PASSWORD).await;
        assert_eq!(reply.status, expected, "{}", reply.text());
    }
}

/// The identity is known by its id to nobody, and its flow stays whatever its owner does.
#[tokio::test]
async fn the_form_of_a_registration_stays_when_the_owner_of_the_address_takes_it_back() {
    let house = house();
    house.proved_resident(KNOWN).await;
    for email in [KNOWN, NEW] {
        let mut mallory = house.browser();
        let flow = registered(&mut mallory, email).await;
        let mut owner = house.browser();
        let recovery = owner.begin("recovery").await;
        ask(&mut owner, &recovery, email).await;
        type_in(&mut owner, &recovery, &mailed(&house)).await;
        assert!(owner.session().is_some(), "{email}");
        let id = flow["id"].as_str().unwrap();
        let fetch = format!("/self-service/verification/flows?id={id}");
        assert_eq!(mallory.ask(&fetch).await.status, 200, "{email}");
        assert_eq!(
            try_in(&mut mallory, email, PASSWORD).await.status,
            match email {
                // They have the same one.
                KNOWN => 200,
                _ => 400,
            }
        );
    }
}
