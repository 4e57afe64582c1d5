//! Each reader reads in their own language, and whoever asked for one keeps it.

use http::Method;
use portcullis_core::{clock::Clock, identity::IdentityStore, mapping::Sync, provenance::Origin};

use super::house::{House, action, csrf, open_registration};
use crate::Limits;

const GERMAN: [(&str, &str); 2] = [
    ("accept", "text/html"),
    ("accept-language", "de-AT, en;q=0.5"),
];

/// KC-064.
#[tokio::test]
async fn kc_064_a_page_and_its_flow_are_in_the_language_of_the_browser() {
    let house = House::with(open_registration(), Limits::default());
    let mut browser = house.browser();
    let begun = browser.go("/self-service/registration/browser").await;
    let address = begun.location().to_owned();
    let page = browser
        .send(Method::GET, &address, &GERMAN, Vec::new())
        .await
        .text();
    for part in [
        "<html lang=\"de\" dir=\"ltr\">",
        "<h1>Registrieren</h1>",
        "weiter zu ",
        "E-Mail-Adresse",
        "<span>oder</span>",
        "Schon registriert? <a",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let english = browser.go(&address).await.text();
    assert!(
        english.contains("<h1>Sign up</h1>"),
        "another reader reads English: {english}"
    );
    let id = begun.query("flow");
    let target = format!("/self-service/registration/flows?id={id}");
    let json = [("accept", "application/json"), GERMAN[1]];
    let flow = browser
        .send(Method::GET, &target, &json, Vec::new())
        .await
        .json();
    let nodes = flow["ui"]["nodes"].as_array().unwrap();
    let email = nodes
        .iter()
        .find(|node| node["attributes"]["name"] == "traits.email");
    let label = &email.unwrap()["meta"]["label"];
    assert_eq!(label["text"], "E-Mail-Adresse");
    assert_eq!(label["context"]["title"], "E-Mail-Adresse");
}

#[tokio::test]
async fn the_language_that_was_asked_for_is_kept_on_the_flows_later_pages() {
    let house = House::with(open_registration(), Limits::default());
    let mut browser = house.browser();
    let begin = "/self-service/registration/browser?ui_locales=xx%20de";
    let begun = browser.go(begin).await;
    let page = browser.go(begun.location()).await.text();
    assert!(page.contains("<h1>Registrieren</h1>"), "{page}");
    assert!(
        page.contains("/self-service/login/browser?ui_locales=xx+de"),
        "{page}"
    );
    let id = begun.query("flow");
    let flow = browser
        .ask(&format!("/self-service/registration/flows?id={id}"))
        .await
        .json();
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("traits.email", "nobody"),
        ("password", "short"),
        ("method", "password"),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    let page = browser.go(reply.location()).await.text();
    assert!(page.contains("Das ist keine E-Mail-Adresse."), "{page}");
    assert!(
        page.contains("Bitte prüfen Sie die markierten Felder."),
        "{page}"
    );
}

#[tokio::test]
async fn an_error_is_explained_in_the_language_of_the_browser() {
    let house = House::new();
    let mut browser = house.browser();
    let page = browser
        .send(Method::GET, "/nothing", &GERMAN, Vec::new())
        .await
        .text();
    for part in [
        "<h1>Hier ist nichts</h1>",
        "Diese Seite gibt es nicht.",
        "Zum Anfang",
        "Anfrage",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let page = browser.go("/error?id=x&ui_locales=de").await.text();
    assert!(page.contains("Diese Seite gibt es nicht."), "{page}");
    let failure = browser
        .ask("/self-service/login/flows?id=x&ui_locales=de")
        .await
        .json();
    assert_eq!(
        failure["error"]["message"],
        "This form is not known any more."
    );
}

#[tokio::test]
async fn every_link_keeps_the_language_that_was_asked_for() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser
        .go("/self-service/login/browser?ui_locales=de")
        .await;
    let page = browser.go(begun.location()).await.text();
    assert!(
        page.contains("/self-service/recovery/browser?ui_locales=de\""),
        "{page}"
    );
    let start = browser.go("/?ui_locales=de").await.text();
    assert!(
        start.contains("/self-service/login/browser?ui_locales=de\""),
        "{start}"
    );
    let failure = browser.go("/nothing?ui_locales=de").await.text();
    assert!(failure.contains("/?ui_locales=de\""), "{failure}");
    let plain = browser.go("/").await.text();
    assert!(!plain.contains("ui_locales"), "{plain}");
}

#[tokio::test]
async fn what_a_provider_keeps_up_to_date_is_said_to_be_so() {
    let house = House::new();
    let mut ada = house.resident("ada@example.com").await;
    let origin = Origin {
        source: "acme".parse().unwrap(),
        synced_at: house.clock.now(),
        sync: Sync::Force,
        account: None,
    };
    ada.provenance.insert("name".to_owned(), origin);
    IdentityStore::update(&*house.store, &ada).await.unwrap();
    let mut browser = house.browser();
    browser.sign_in("ada@example.com").await;
    let begun = browser
        .go("/self-service/settings/browser?ui_locales=de")
        .await;
    let page = browser.go(begun.location()).await.text();
    let words = "Ein verknüpftes Konto hält diese Angabe aktuell. Bitte ändern Sie sie dort.";
    assert_eq!(page.matches(words).count(), 2, "{page}");
    assert!(!page.contains("Administration"), "{page}");
}

#[tokio::test]
async fn an_empty_field_is_named_as_people_know_it() {
    let house = House::new();
    let mut browser = house.browser();
    let begun = browser
        .go("/self-service/recovery/browser?ui_locales=de")
        .await;
    let id = begun.query("flow");
    let flow = browser
        .ask(&format!("/self-service/recovery/flows?id={id}"))
        .await
        .json();
    let fields = [
        ("csrf_token", csrf(&flow)),
        ("method", "code"),
        ("email", ""),
    ];
    let reply = browser.submit(action(&flow), &fields).await;
    let page = browser.go(reply.location()).await.text();
    let words = "Bitte füllen Sie das Feld „E-Mail-Adresse“ aus.";
    assert!(page.contains(words), "{page}");
}

#[tokio::test]
async fn what_is_switched_off_is_not_blamed_on_the_mail() {
    let mut config = open_registration();
    config.recovery.enabled = false;
    config.verification.enabled = false;
    let house = House::with(config, Limits::default());
    let mut browser = house.browser();
    for (kind, words) in [
        ("recovery", "Getting back in by mail is switched off here."),
        ("verification", "Confirming addresses is switched off here."),
    ] {
        let page = browser
            .go(&format!("/self-service/{kind}/browser"))
            .await
            .text();
        assert!(page.contains(words), "{page}");
    }
}
