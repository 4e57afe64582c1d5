//! What administrators have people do, by mail.

use std::time::Duration;

use portcullis_core::{
    action::Action,
    errand::{Errand, ErrandError, Sent},
    id::IdentityId,
    identity::{Identity, IdentityState, IdentityStore},
    session::SessionStore,
};

use serde_json::json;

use super::{
    handed_out::recoveries,
    house::{House, PUBLIC, action, busy::Busy, csrf, mailed::mailed},
    let_in::link as link_to,
    mailed_link::press,
};
use crate::Errands;

const HALF_A_DAY: Duration = Duration::from_secs(12 * 60 * 60);

fn house() -> House {
    Busy {
        off: vec![Action::UpdateProfile],
        ..Busy::default()
    }
    .house()
}

async fn send(
    house: &House,
    id: IdentityId,
    actions: &[Action],
    return_to: Option<&str>,
) -> Result<Sent, ErrandError> {
    let services = house.services.clone();
    let errands = Errands {
        recoveries: recoveries(house),
        identities: services.identities,
        actions: services.actions,
        mailer: services.mailer,
        announcer: services.announcer,
        lifespan: HALF_A_DAY,
    };
    let errand = Errand {
        actions: actions.to_vec(),
        lifespan: None,
        return_to: return_to.map(str::to_owned),
    };
    errands.send(id, errand).await
}

/// KC-078, KC-079.
#[tokio::test]
async fn a_link_signs_in_and_leads_to_what_there_is_to_do_and_then_back() {
    let house = house();
    let ada = house.proved_resident("ada@example.com").await;
    let mut present = house.browser();
    present.sign_in("ada@example.com").await;
    let actions = [Action::UpdatePassword, Action::ConfigureTotp];
    let app = "https://app.test/account";
    let sent = send(&house, ada.id, &actions, Some(app)).await.unwrap();
    assert_eq!(sent.to, "ada@example.com");
    assert_eq!(sent.required_actions, ["UPDATE_PASSWORD", "CONFIGURE_TOTP"]);
    let letter = house.letters.mails().pop().unwrap();
    assert_eq!(
        (&*letter.to, &*letter.subject),
        ("ada@example.com", "actions_link")
    );
    house.clock.advance(HALF_A_DAY / 2);

    let link = mailed(&house);
    let mut browser = house.browser();
    let page = browser.go(&link).await;
    assert!(page.text().contains("Something to do"), "{}", page.text());
    let reply = press(&mut browser, &link, &page).await;
    let settings = format!("{PUBLIC}/.portcullis/self-service/settings/browser?");
    assert!(
        reply.location().starts_with(&settings),
        "{}",
        reply.location()
    );
    assert_eq!(reply.query("kc_action"), "UPDATE_PASSWORD");
    assert_eq!(reply.query("return_to"), app);
    let form = browser.go(reply.location()).await;
    assert!(
        form.location().contains("/settings?flow="),
        "{}",
        form.location()
    );
    let session = browser.ask("/sessions/whoami").await.json();
    assert_eq!(
        session["authentication_methods"][0]["method"],
        "link_recovery"
    );
    let sessions: &dyn SessionStore = &*house.store;
    let count = sessions.list(ada.id).await.unwrap().len();
    assert_eq!(count, 2, "nothing is lost, so that no session ends");
    assert_eq!(
        house.letters.mails().len(),
        1,
        "and nobody is told of a loss"
    );
    assert_eq!(
        house.browser().go(&link).await.status,
        404,
        "it is good once"
    );
}

/// KC-079: once there is nothing left to do, the link leads where its sender says.
#[tokio::test]
async fn a_link_to_nothing_that_is_left_leads_back_at_once() {
    let house = house();
    let ada = house.proved_resident("ada@example.com").await;
    let app = "https://app.test/account";
    let sent = send(&house, ada.id, &[Action::VerifyEmail], Some(app)).await;
    assert!(sent.is_ok());
    let mut browser = house.browser();
    let link = mailed(&house);
    let page = browser.go(&link).await;
    let reply = press(&mut browser, &link, &page).await;
    assert_eq!(reply.location(), app);
}

/// KC-079: a letter is good for weeks, but not after somebody has chosen another password.
#[tokio::test]
async fn a_letter_of_before_another_password_lets_nobody_in() {
    let house = house();
    let ada = house.proved_resident("ada@example.com").await;
    send(&house, ada.id, &[Action::ConfigureTotp], None)
        .await
        .unwrap();
    let link = mailed(&house);
    house.clock.advance(Duration::from_secs(1));
    let mut own = house.browser();
    own.sign_in("ada@example.com").await;
    let settings = own.ask("/self-service/settings/browser").await.json();
    let fields =
        json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&settings)});
    assert_eq!(own.post(action(&settings), &fields).await.status, 200);
    let mut finder = house.browser();
    let page = finder.go(&link).await;
    press(&mut finder, &link, &page).await;
    assert_eq!(finder.session(), None);
}

/// KC-078: a link to do something takes nothing away, and proves no address that somebody else may have
/// registered with: whoever recovers by it later still takes over.
#[tokio::test]
async fn a_letter_about_things_to_do_takes_nothing_away() {
    let house = house();
    let ada = house.resident("ada@example.com").await;
    send(&house, ada.id, &[Action::ConfigureTotp], None)
        .await
        .unwrap();
    let mut browser = house.browser();
    let link = mailed(&house);
    let page = browser.go(&link).await;
    let reply = press(&mut browser, &link, &page).await;
    assert_eq!(
        reply.query("kc_action"),
        "CONFIGURE_TOTP",
        "{}",
        reply.location()
    );
    let credentials = house.services.credentials.list(ada.id).await.unwrap();
    assert_eq!(credentials.len(), 1);
    assert_eq!(house.stored(&ada).await.addresses[0].verified_at, None);
}

/// KC-093: a password that is chosen by such a letter vouches for nothing that somebody else may have
/// added.
#[tokio::test]
async fn a_password_by_letter_vouches_for_no_other_way_in() {
    for (has_account, awaits) in [(false, false), (true, true)] {
        let house = house();
        let mut ada = house.resident("ada@example.com").await;
        ada.required_actions = vec![Identity::FIRST_PROOF.to_owned()];
        let identities: &dyn IdentityStore = &*house.store;
        identities.update(&ada).await.unwrap();
        if has_account {
            link_to(&house, &ada).await;
        }
        let sent = send(&house, ada.id, &[Action::UpdatePassword], None).await;
        assert!(sent.is_ok());
        let mut browser = house.browser();
        let link = mailed(&house);
        let page = browser.go(&link).await;
        press(&mut browser, &link, &page).await;
        let flow = browser.ask("/self-service/settings/browser").await.json();
        let fields =
            json!({"method": "password", "password": "staple battery", "csrf_token": csrf(&flow)});
        let done = browser.post(action(&flow), &fields).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(house.stored(&ada).await.awaits_first_proof(), awaits);
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_requires_nothing() {
    let house = house();
    let mut ada = house.proved_resident("ada@example.com").await;
    let identities: &dyn IdentityStore = &*house.store;
    for (actions, return_to, refusal) in [
        (&[][..], None, "at least one"),
        (&[Action::UpdateProfile][..], None, "UPDATE_PROFILE"),
        (&[Action::DeleteAccount][..], None, "delete_account"),
        (
            &[Action::UpdatePassword][..],
            Some("https://evil.test/"),
            "allowed_return_urls",
        ),
    ] {
        let error = send(&house, ada.id, actions, return_to).await.unwrap_err();
        assert!(error.to_string().contains(refusal), "{error}");
    }
    house.letters.close();
    let unsent = send(&house, ada.id, &[Action::UpdatePassword], None).await;
    assert!(matches!(unsent, Err(ErrandError::Mail(_))));
    let stored = identities.find(ada.id).await.unwrap().unwrap();
    assert!(stored.required_actions.is_empty());
    ada = stored;
    ada.state = IdentityState::Inactive;
    identities.update(&ada).await.unwrap();
    let unsent = send(&house, ada.id, &[Action::UpdatePassword], None).await;
    assert!(unsent.is_err());
    assert!(house.letters.mails().is_empty());
}
