//! Proving an identity by a code that is mailed to it.

use std::time::Duration;

use portcullis_core::{credential::CredentialStore, id::CredentialId, identity::IdentityStore};
use serde_json::{Value, json};

use super::house::{
    Browser, House, PASSWORD, PUBLIC, Reply, action, credentials, csrf, messages, node,
    provider_visit::{arrive, asked, come_back, press, refused},
};

async fn send(browser: &mut Browser<'_>, flow: &Value, button: &str) -> Reply {
    let body = json!({button: "code", "csrf_token": csrf(flow)});
    browser.post(action(flow), &body).await
}

async fn enter(browser: &mut Browser<'_>, flow: &Value, code: &str) -> Reply {
    let body = json!({"method": "code", "code": code, "csrf_token": csrf(flow)});
    browser.post(action(flow), &body).await
}

/// The code of the latest letter.
fn mailed(house: &House) -> String {
    let letter = house.letters.mails().pop().unwrap();
    letter.text.chars().take(6).collect()
}

/// Any other code.
fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

fn buttons(flow: &Value) -> Vec<(String, String)> {
    let nodes = flow["ui"]["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .map(|node| &node["attributes"])
        .filter(|input| input["type"] == "submit")
        .map(|input| (text(&input["name"]), text(&input["value"])))
        .collect()
}

fn is_offered(flow: &Value) -> bool {
    buttons(flow).contains(&("method".to_owned(), "code".to_owned()))
}

/// D.2, row 4.
#[tokio::test]
async fn a_mailed_code_proves_who_somebody_is_and_links_the_account() {
    let house = House::new();
    let ada = house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert!(is_offered(&flow), "{flow}");
    let types = &flow["ui"]["messages"][0]["context"]["available_credential_types"];
    assert_eq!(types, &json!(["code", "password"]));

    let reply = send(&mut browser, &flow, "method").await;
    assert_eq!(reply.status, 400);
    let sent = reply.json();
    assert_eq!(messages(&sent), [1_010_014]);
    assert_eq!(
        (&sent["state"], &sent["active"]),
        (&json!("sent_email"), &json!("code"))
    );
    let field = &node(&sent, "code")["attributes"];
    assert_eq!(field["autocomplete"], "one-time-code");
    let letter = house.letters.mails().pop().unwrap();
    assert_eq!(letter.to, "ada@example.com");
    assert_eq!(letter.subject, "link_code");
    let code = mailed(&house);
    let stored = format!("{:?}", house.store);
    assert!(
        !stored.contains(&format!("{code}\"")),
        "only its hash is kept"
    );

    let reply = enter(&mut browser, &sent, &format!(" {code} ")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let session = reply.json()["session"].clone();
    assert_eq!(session["identity"]["id"], ada.id.to_string());
    let methods = &session["authentication_methods"];
    assert_eq!(
        (&methods[0]["provider"], &methods[1]["method"]),
        (&json!("google"), &json!("code"))
    );
    assert_eq!(house.heard.all(), ["linked: proved", "signed in by oidc"]);
    let again = enter(&mut browser, &sent, &code).await;
    assert_eq!(again.status, 404, "it counts once");
}

#[tokio::test]
async fn a_code_is_good_for_five_tries_and_then_another_one_is_needed() {
    let house = House::new();
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    send(&mut browser, &flow, "method").await;
    let first = mailed(&house);
    for _ in 0..5 {
        let reply = enter(&mut browser, &flow, &wrong(&first)).await;
        let field = node(&reply.json(), "code").clone();
        assert_eq!(field["messages"][0]["id"], 4_010_008);
        assert_eq!(field["attributes"]["value"], Value::Null, "it is not kept");
    }
    let late = enter(&mut browser, &flow, &first).await;
    assert_eq!(late.status, 400, "{}", late.text());
    let missing = enter(&mut browser, &flow, " ").await.json();
    assert_eq!(node(&missing, "code")["messages"][0]["id"], 4_000_002);

    let resent = send(&mut browser, &flow, "resend").await;
    assert_eq!(messages(&resent.json()), [1_010_014]);
    let second = mailed(&house);
    assert_eq!(enter(&mut browser, &flow, &first).await.status, 400);
    assert_eq!(enter(&mut browser, &flow, &second).await.status, 200);
}

#[tokio::test]
async fn guesses_at_codes_count_as_guesses_at_the_identity() {
    let house = House::new();
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    send(&mut browser, &flow, "method").await;
    for _ in 0..10 {
        let code = wrong(&mailed(&house));
        enter(&mut browser, &flow, &code).await;
    }
    let code = mailed(&house);
    assert_eq!(enter(&mut browser, &flow, &code).await.status, 429);
    assert_eq!(send(&mut browser, &flow, "resend").await.status, 429);
    let flow = asked(&mut browser, "google", "ada").await;
    let body = credentials(&flow, "ada@example.com", PASSWORD);
    assert_eq!(browser.post(action(&flow), &body).await.status, 429);
}

#[tokio::test]
async fn nobody_is_flooded_with_codes() {
    let house = House::new();
    house.proved_resident("ada@example.com").await;
    for visit in 0..7 {
        let mut browser = house.browser();
        let flow = asked(&mut browser, "google", "ada").await;
        let expected = if visit < 5 { 400 } else { 429 };
        assert_eq!(send(&mut browser, &flow, "method").await.status, expected);
    }
    assert_eq!(house.letters.mails().len(), 5);
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_for_its_own_form() {
    let house = House::new();
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    send(&mut browser, &flow, "method").await;
    let code = mailed(&house);
    let mut eve = house.browser();
    let other = asked(&mut eve, "google", "ada").await;
    send(&mut eve, &other, "method").await;
    assert_eq!(enter(&mut eve, &other, &code).await.status, 400);
    house.clock.advance(Duration::from_secs(601));
    assert_eq!(enter(&mut browser, &flow, &code).await.error().0, 410);
}

#[tokio::test]
async fn a_code_is_offered_only_where_it_can_arrive() {
    let house = House::new();
    house.resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert!(!is_offered(&flow), "the address is not proved");
    assert_eq!(send(&mut browser, &flow, "method").await.status, 400);

    let house = House::new();
    house.letters.close();
    house.proved_resident("ada@example.com").await;
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert!(!is_offered(&flow), "no mail is sent here");
    send(&mut browser, &flow, "method").await;
    assert!(house.letters.mails().is_empty());
}

/// An identity whose only way in is the provider it is being linked to once more.
#[tokio::test]
async fn another_account_of_the_same_provider_is_a_proof() {
    let house = House::new();
    let ada = house.resident("ada@example.com").await;
    let mut home = house.browser();
    home.sign_in("ada@example.com").await;
    let begun = home.ask("/self-service/settings/browser").await.json();
    let state = press(&mut home, &begun, "link", "google").await;
    come_back(&mut home, "google", &format!("state={state}&code=old")).await;
    for credential in CredentialStore::list(&*house.store, ada.id).await.unwrap() {
        if credential.identifier.is_none() {
            let id: CredentialId = credential.id;
            CredentialStore::delete(&*house.store, id).await.unwrap();
        }
    }
    let mut browser = house.browser();
    let flow = asked(&mut browser, "google", "ada").await;
    assert_eq!(
        buttons(&flow),
        [("provider".to_owned(), "google".to_owned())]
    );
    let mut same = browser.clone();
    let state = press(&mut same, &flow, "provider", "google").await;
    let reply = come_back(&mut same, "google", &format!("state={state}&code=ada")).await;
    refused(&reply, 403, "security_identity_mismatch");
    let state = press(&mut browser, &flow, "provider", "google").await;
    let reply = come_back(&mut browser, "google", &format!("state={state}&code=old")).await;
    assert_eq!(reply.location(), format!("{PUBLIC}/"));
    let links = house.services.broker.links(ada.id).await.unwrap();
    assert_eq!(links.len(), 2);
    let found = IdentityStore::find(&*house.store, ada.id).await.unwrap();
    assert!(found.is_some());
}

/// Where the provider may let a browser through unasked, a code is the better proof.
#[tokio::test]
async fn a_mailed_code_proves_once_more_who_has_no_other_certain_way() {
    let house = House::new();
    let mut eve = house.browser();
    arrive(&mut eve, "google", "eve").await;
    let refresh = "/self-service/login/browser?refresh=true";
    let flow = eve.ask(refresh).await.json();
    assert_eq!(buttons(&flow), [("method".to_owned(), "code".to_owned())]);
    let gone = json!({"provider": "google", "csrf_token": csrf(&flow)});
    assert_eq!(eve.post(action(&flow), &gone).await.status, 400);

    let sent = send(&mut eve, &flow, "method").await.json();
    let letter = house.letters.mails().pop().unwrap();
    assert_eq!(letter.to, "eve@example.com");
    assert_eq!(letter.subject, "sign_in_code");
    let code = mailed(&house);
    let missed = enter(&mut eve, &sent, &wrong(&code)).await;
    assert_eq!(missed.status, 400, "{}", missed.text());
    let reply = enter(&mut eve, &sent, &code).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let settings = eve.ask("/self-service/settings/browser").await.json();
    let body = json!({"link": "acme", "csrf_token": csrf(&settings)});
    let reply = eve.post(action(&settings), &body).await;
    assert_eq!(reply.status, 422, "{}", reply.text());

    // Somebody in another session of hers proves nothing with it.
    let mut other = house.browser();
    arrive(&mut other, "google", "eve").await;
    let theirs = other.ask(refresh).await.json();
    let theirs = send(&mut other, &theirs, "method").await.json();
    let old = enter(&mut other, &theirs, &code).await;
    assert_eq!(old.status, 400, "{}", old.text());
}
