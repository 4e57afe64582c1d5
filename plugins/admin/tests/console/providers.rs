//! Providers: listed with how they are, added by kind, changed, tried, switched and removed.

use http::Method;
use portcullis_core::testing::ONLY_WAY_IN;
use serde_json::json;

use crate::{Role, tests::house::House};

const ALL: &str = "/ui/providers";
const NEW: &str = "/ui/providers/new";
const GOOGLE: &str = "/ui/providers/google";

const FORM: [(&str, &str); 6] = [
    ("kind", "google"),
    ("id", "google"),
    ("label", "Our Google"),
    ("client_id", "gate"),
    ("client_secret", "hush-hush"),
    ("hosted_domains", "example.org, example.net"),
];

#[tokio::test]
async fn a_provider_is_added_by_its_kind_and_shown() {
    let house = House::new();
    let browser = house.console(&[Role::ProviderManager]).await;
    let list = browser.get(ALL).await.page();
    assert!(
        list.contains(">acme</a>") && list.contains("The configuration"),
        "{list}"
    );
    assert!(list.contains("Not asked yet"), "no colour alone: {list}");
    let kinds = browser.get(NEW).await.page();
    assert!(kinds.contains("/ui/providers/new?kind=keycloak"), "{kinds}");
    let form = browser
        .get(&format!("{NEW}?kind=google&id=work"))
        .await
        .page();
    assert!(
        form.contains("/callback/work</code>"),
        "before it is saved: {form}"
    );
    assert!(form.contains("name=\"hosted_domains\"") && !form.contains("issuer_url"));
    let odd = browser.get(&format!("{NEW}?kind=google&id=a%20b")).await;
    assert_eq!(odd.status, 400);
    let added = browser.form(NEW, &FORM).await;
    assert_eq!(added.status, 303, "{}", added.page());
    assert!(added.location().starts_with("/ui/providers/google?done="));
    let page = browser.get(added.location()).await.page();
    assert!(page.contains("The provider was added."), "{page}");
    assert!(
        page.contains("https://gate.test/callback/google</code>"),
        "{page}"
    );
    assert!(
        page.contains("Our Google") && !page.contains("hush-hush"),
        "{page}"
    );
    assert!(page.contains("login/browser?provider=google"), "{page}");
    let twin = browser.form(NEW, &FORM).await;
    assert_eq!(twin.status, 409);
    assert!(
        twin.page().contains("value=\"Our Google\""),
        "what was typed stays"
    );
    assert!(!twin.page().contains("hush-hush"));
    assert!(twin.page().contains("What you typed is not shown again"));
}

#[tokio::test]
async fn a_form_changes_what_it_shows_and_keeps_the_rest() {
    let house = House::new();
    let browser = house.console(&[Role::ProviderManager]).await;
    browser.form(NEW, &FORM).await;
    let api = house.admin().await;
    let path = "/admin/x/providers/google";
    let kept = serde_json::json!({"order": 7});
    api.send(http::Method::PATCH, path, &kept).await;
    let form = browser.get("/ui/providers/google/change").await.page();
    assert!(form.contains("value=\"example.org example.net\""), "{form}");
    assert!(
        form.contains("There is one. Left empty, it stays."),
        "{form}"
    );
    let change = [
        ("client_id", "gate"),
        ("label", "Else"),
        ("create", "never"),
        ("hidden", "true"),
    ];
    let changed = browser.form("/ui/providers/google/change", &change).await;
    assert_eq!(changed.status, 303, "{}", changed.page());
    let shown = api.get(path).await.json();
    assert_eq!(
        (
            &shown["label"],
            &shown["create"],
            &shown["hidden"],
            &shown["order"]
        ),
        (&"Else".into(), &"never".into(), &true.into(), &7.into()),
        "{shown}"
    );
    assert_eq!(shown["has_client_secret"], true);
    assert_eq!(shown.get("hosted_domains"), None, "emptied: {shown}");
    let filed = browser.get("/ui/providers/acme/change").await;
    assert_eq!(filed.status, 409, "it stands in a file");
    let page = browser.get("/ui/providers/acme").await.page();
    assert!(
        page.contains("so it is changed there") && !page.contains("/remove"),
        "{page}"
    );
}

#[tokio::test]
async fn a_provider_goes_once_it_is_said_what_becomes_of_what_it_leaves() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    browser.form(NEW, &FORM).await;
    let ask = browser.get(&format!("{GOOGLE}/disable")).await.page();
    assert!(
        ask.contains("<dd>1</dd>") && ask.contains("value=\"keep\" checked"),
        "{ask}"
    );
    let choice = [("links", "keep"), ("sessions", "keep")];
    let off = browser.form(&format!("{GOOGLE}/disable"), &choice).await;
    let page = browser.get(off.location()).await.page();
    assert!(
        page.contains("Switched off") && page.contains("/enable"),
        "{page}"
    );
    let on = browser.form(&format!("{GOOGLE}/enable"), &[]).await;
    assert!(
        browser
            .get(on.location())
            .await
            .page()
            .contains("The provider is switched on.")
    );
    let refuse = [("links", "refuse"), ("sessions", "keep")];
    let refused = browser.form(&format!("{GOOGLE}/remove"), &refuse).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.page().contains("value=\"refuse\" checked"),
        "{}",
        refused.page()
    );
    let odd = browser
        .form(&format!("{GOOGLE}/remove"), &[("links", "perhaps")])
        .await;
    assert_eq!(odd.status, 400);
    let gone = browser
        .form(&format!("{GOOGLE}/remove"), &[("links", "unlink")])
        .await;
    assert!(
        gone.location().starts_with("/ui/providers?done="),
        "{gone:?}"
    );
    assert!(!browser.get(ALL).await.page().contains("Our Google"));
}

#[tokio::test]
async fn claims_that_are_none_are_told_beside_what_was_typed() {
    let house = House::new();
    let browser = house.console(&[Role::ProviderManager]).await;
    let form = browser.get("/ui/providers/acme/try").await.page();
    assert!(form.contains("https://acme.test"), "{form}");
    for odd in ["[]", "{\"sub\":"] {
        let refused = browser
            .form("/ui/providers/acme/try", &[("claims", odd)])
            .await;
        assert_eq!(refused.status, 400, "{odd}");
        assert!(refused.page().contains("id=\"claims-trouble\""), "{odd}");
    }
}

#[tokio::test]
async fn who_only_looks_is_offered_nothing_else() {
    let house = House::new();
    house.console(&[Role::Admin]).await.form(NEW, &FORM).await;
    let browser = house.console(&[Role::Viewer]).await;
    assert!(!browser.get(ALL).await.page().contains(NEW));
    let page = browser.get(GOOGLE).await.page();
    for way in ["/change", "/disable", "/remove", "/try", "/enable"] {
        assert!(!page.contains(way), "{way}: {page}");
    }
}

/// CU-10: neither by the console nor by the API, and it is said what to do instead.
#[tokio::test]
async fn what_alone_lets_administrators_in_is_neither_switched_off_nor_removed() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let mut form = FORM;
    form[1] = ("id", ONLY_WAY_IN);
    assert_eq!(browser.form(NEW, &form).await.status, 303);
    let page = format!("{ALL}/{ONLY_WAY_IN}");
    let choice = [("links", "keep"), ("sessions", "keep")];
    for way in ["disable", "remove"] {
        let refused = browser.form(&format!("{page}/{way}"), &choice).await;
        assert_eq!(refused.status, 409, "{way}");
        let told = refused.page();
        assert!(
            told.contains("give one of them another way in first"),
            "{told}"
        );
        let german = browser.clone().with("accept-language", "de");
        let refused = german.form(&format!("{page}/{way}"), &choice).await;
        let told = refused.page();
        assert!(told.contains("Geben Sie zuerst jemandem davon"), "{told}");
    }
    let api = house.admin().await;
    let path = format!("/admin/x/providers/{ONLY_WAY_IN}");
    let off = json!({"enabled": false});
    let refused = [
        api.send(Method::PATCH, &path, &off).await,
        api.delete(&path).await,
    ];
    for refused in refused {
        let expected = (409, "last_administrator".to_owned());
        assert_eq!((refused.status, refused.error()), expected);
        assert_eq!(api.get(&path).await.json()["enabled"], true);
    }
}
