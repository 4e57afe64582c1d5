//! Whoever asks for a language by the address keeps it.

use crate::{Role, tests::house::House};

/// What stands between these two, each time.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    let rest = page.split(begin).skip(1);
    rest.map(|rest| rest.split(end).next().unwrap()).collect()
}

#[tokio::test]
async fn links_forms_and_what_they_lead_to_stay_german() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let one = format!("/ui/identities/{}", ada.id);
    let mut paths: Vec<String> = [
        "identities",
        "identities/new",
        "providers/new?kind=oidc",
        "throttles",
        "mail",
        "audit",
        "overview",
        "api-credentials/new",
        "schemas/default/json",
    ]
    .map(|path| format!("/ui/{path}"))
    .to_vec();
    let ends = [
        "",
        "/sign-in",
        "/sessions",
        "/actions",
        "/history",
        "/state",
    ];
    paths.extend(ends.map(|end| format!("{one}{end}")));
    paths.push(format!("{one}/schema?schema_id=open"));
    for path in paths {
        let separator = if path.contains('?') { '&' } else { '?' };
        let reply = browser
            .get(&format!("{path}{separator}ui_locales=de"))
            .await;
        let page = reply.page();
        assert_eq!(reply.status, 200, "{path}: {page}");
        assert!(page.contains("lang=\"de\""), "{path}");
        for form in between(&page, "<form ", "</form>") {
            // What has no action goes to the address of the page itself.
            let has_action = form.contains("action=");
            let is_kept = match form.contains("method=\"GET\"") {
                true => form.contains("name=\"ui_locales\" value=\"de\""),
                false => form.split('>').next().unwrap().contains("ui_locales=de"),
            };
            assert!(is_kept || !has_action, "{path}: {form}");
        }
        for link in between(&page, "<a ", ">") {
            let is_own = link.contains("href=\"/ui");
            assert!(!is_own || link.contains("ui_locales=de"), "{path}: {link}");
        }
    }
}

#[tokio::test]
async fn a_form_leads_on_in_the_language_it_was_asked_for() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let state = format!("/ui/identities/{}/state?ui_locales=de", ada.id);
    let done = browser.form(&state, &[("state", "inactive")]).await;
    assert!(done.location().ends_with("&ui_locales=de"), "{done:?}");
    let told = browser.get(done.location()).await.page();
    assert!(told.contains("jede Sitzung ist beendet"), "{told}");
    let plain = format!("/ui/identities/{}/state", ada.id);
    let plain = browser.form(&plain, &[("state", "active")]).await;
    assert!(!plain.location().contains("ui_locales"), "{plain:?}");
    let index = browser.get("/ui?ui_locales=de").await;
    assert_eq!(index.location(), "/ui/overview?ui_locales=de");
    let out = browser.form("/ui/sign-out?ui_locales=de", &[]).await;
    assert_eq!(out.location(), "/ui/signed-out?ui_locales=de");
    let begun = house.stranger().get("/ui/audit?ui_locales=de").await;
    assert!(begun.location().starts_with("https://gate.test/"));
    assert!(begun.location().ends_with("&ui_locales=de"), "{begun:?}");
    let asked = house.publicly(begun.location(), None).await;
    assert!(asked.location().contains("/self-service/login/browser?"));
    assert!(asked.location().ends_with("&ui_locales=de"), "{asked:?}");
}

#[tokio::test]
async fn what_the_api_refuses_is_told_in_the_language_of_the_page() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let of = |end: &str| format!("/ui/identities/{}{end}?ui_locales=de", ada.id);
    let odd = [("others", "a\u{7}b")];
    let address = [("address", "eve@example.org"), ("verified", "true")];
    for (end, fields, told) in [
        (
            "/roles",
            &odd[..],
            "Der Name einer Rolle hat bis zu 64 Buchstaben",
        ),
        (
            "/addresses",
            &address[..],
            "Das Schema findet unter den Angaben keine",
        ),
    ] {
        let reply = browser.form(&of(end), fields).await;
        assert_eq!(reply.status, 400, "{end}");
        assert!(reply.page().contains(told), "{end}: {}", reply.page());
    }
    let provider = [("kind", "oidc"), ("id", "acme"), ("client_id", "x")];
    let reply = browser
        .form("/ui/providers/new?ui_locales=de", &provider)
        .await;
    assert!(
        reply
            .page()
            .contains("Einen Anbieter dieses Namens gibt es schon"),
        "{}",
        reply.page()
    );
}
