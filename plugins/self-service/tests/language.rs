//! Each reader reads in their own language, and whoever asked for one keeps it.

use http::Method;

use super::house::{House, action, csrf, open_registration};
use crate::Limits;

const GERMAN: [(&str, &str); 2] = [
    ("accept", "text/html"),
    ("accept-language", "de-AT, en;q=0.5"),
];

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
