//! Who is let in, and from where.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, Request, Response};
use portcullis_core::{
    head::Scheme,
    identity::{IdentityState, IdentityStore},
    pages::{Pages, Visitor},
};
use serde_json::{Value, json};

use super::house::{ADMIN, House, config};
use crate::{Auth, Config, Named, Role};

/// HA-19.
#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let path = format!("/admin/identities/{}", ada.id);
    let refused = house.stranger().get(&path).await;
    assert_eq!(
        (refused.status, refused.error()),
        (401, "unauthorized".to_owned())
    );
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    for token in ["ory_st_nothing", "x.y", ""] {
        let value = format!("Bearer {token}");
        let refused = house
            .stranger()
            .with("authorization", &value)
            .get(&path)
            .await;
        assert_eq!(refused.status, 401);
        assert_eq!(
            refused.header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
    }
    assert_eq!(house.stranger().get("/version").await.status, 200);
    let nowhere = house.stranger().get("/admin/nowhere").await;
    assert_eq!(
        (nowhere.status, nowhere.error()),
        (404, "not_found".to_owned())
    );
    let wrong = house.stranger().delete("/version").await;
    assert_eq!(
        (wrong.status, wrong.error()),
        (405, "method_not_allowed".to_owned())
    );
    let told = [("/version", "GET, HEAD"), ("/oauth2/token", "POST")];
    let of_many = [
        ("/admin/identities", "GET, HEAD, POST, PATCH"),
        ("/ui", "GET, HEAD"),
    ];
    for (path, methods) in told.into_iter().chain(of_many) {
        let wrong = house.stranger().delete(path).await;
        assert_eq!((wrong.status, wrong.header("allow")), (405, methods));
    }
}

#[tokio::test]
async fn an_administrators_session_is_good_until_it_ends() {
    let house = House::new();
    let admin = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let token = house.session(&admin).await;
    let path = format!("/admin/identities/{}", admin.id);
    let bearer = house
        .stranger()
        .with("authorization", &format!("Bearer {token}"));
    let header = house.stranger().with("x-session-token", &token);
    assert_eq!(bearer.get(&path).await.status, 200);
    assert_eq!(header.get(&path).await.status, 200);
    house
        .services
        .sessions
        .store()
        .revoke_all(admin.id, None)
        .await
        .unwrap();
    assert_eq!(bearer.get(&path).await.status, 401);
}

#[tokio::test]
async fn whoever_is_no_administrator_may_nothing() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let token = house.session(&ada).await;
    let program = house.stranger().with("x-session-token", &token);
    let refused = program.get(&format!("/admin/identities/{}", ada.id)).await;
    assert_eq!(
        (refused.status, refused.error()),
        (403, "insufficient_role".to_owned())
    );
    assert!(refused.json()["error"]["details"]["roles"].is_array());
}

/// A role alone is told in the singular, in every language.
#[tokio::test]
async fn what_is_needed_is_told_as_one_role_or_as_one_of_several() {
    let house = House::new();
    let viewer = house.acting_as(&[Role::Viewer]).await;
    let refused = viewer.get("/admin/x/api-credentials").await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let reason = |told: &Value| told["error"]["reason"].clone();
    assert_eq!(reason(&refused.json()), "This needs the role admin.");
    let body = json!({"traits": {"email": "ada@example.org"}});
    let refused = viewer.post("/admin/identities", &body).await.json();
    let several = "This needs one of the roles user-manager, admin.";
    assert_eq!(reason(&refused), several);
    let browser = house.console(&[Role::Viewer]).await;
    let browser = browser.with("accept-language", "de");
    let page = browser.get("/ui/api-credentials").await;
    assert_eq!(page.status, 403);
    let page = page.page();
    assert!(page.contains("Dafür ist die Rolle admin nötig."), "{page}");
}

#[tokio::test]
async fn an_administrator_who_is_switched_off_is_nobody() {
    let house = House::new();
    let mut admin = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let token = house.session(&admin).await;
    admin.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &admin).await.unwrap();
    let program = house.stranger().with("x-session-token", &token);
    assert_eq!(
        program
            .get(&format!("/admin/identities/{}", admin.id))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_cookie_counts_only_for_a_page_of_ours() {
    let house = House::new();
    let admin = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let token = house.session(&admin).await;
    let cookie = format!("{}={token}", house.services.cookies.session());
    let browser = house.stranger().with("cookie", &cookie);
    let path = format!("/admin/identities/{}", admin.id);
    assert_eq!(browser.get(&path).await.status, 401);
    for site in ["cross-site", "same-site", "none"] {
        let from = browser.clone().with("sec-fetch-site", site);
        assert_eq!(from.get(&path).await.status, 401, "{site}");
    }
    let own = browser.clone().with("sec-fetch-site", "same-origin");
    assert_eq!(own.get(&path).await.status, 200);
    let origin = browser.clone().with("origin", &format!("https://{ADMIN}"));
    assert_eq!(origin.get(&path).await.status, 200);
    let elsewhere = browser.with("origin", "https://evil.test");
    assert_eq!(elsewhere.get(&path).await.status, 401);
}

#[tokio::test]
async fn another_name_for_our_address_is_refused() {
    let house = House::new();
    let mut program = house.admin().await;
    for name in ["evil.test", "evil.test:4434", "admin.test.evil.test"] {
        program.authority = name.to_owned();
        let refused = program.get("/version").await;
        assert_eq!(
            (refused.status, refused.error()),
            (403, "host_refused".to_owned()),
            "{name}"
        );
    }
    for name in [
        "localhost:4434",
        "127.0.0.1:4434",
        "[::1]:1",
        "admin.test:8443",
    ] {
        program.authority = name.to_owned();
        assert_eq!(program.get("/version").await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_page_elsewhere_changes_nothing() {
    let house = House::new();
    let program = house.admin().await;
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let page = program.clone().with(name, value);
        let refused = page.ask(Method::POST, "/version", Vec::new()).await;
        assert_eq!(refused.error(), "origin_refused", "{name}: {value}");
        assert_eq!(page.get("/version").await.status, 200);
    }
    let own = program.with("origin", &format!("https://{ADMIN}"));
    let passed = own.ask(Method::POST, "/version", Vec::new()).await;
    assert_eq!(passed.status, 405);
}

#[tokio::test]
async fn where_nobody_is_asked_everybody_may_everything() {
    let house = House::with(Config {
        auth: Auth::None,
        ..config()
    });
    let ada = house.resident("ada@example.org").await;
    let program = house.stranger();
    assert_eq!(
        program
            .get(&format!("/admin/identities/{}", ada.id))
            .await
            .status,
        200
    );
}

/// Something that the gateway answers beside the plugin.
#[derive(Debug)]
struct Told;

#[async_trait]
impl Pages for Told {
    async fn respond(&self, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
        Response::new(b"told".to_vec())
    }
}

#[tokio::test]
async fn what_the_gateway_tells_itself_is_told_under_own_names_only() {
    let pages = Named::new(config(), Arc::new(Told));
    for (authority, status) in [
        (ADMIN, 200),
        ("127.0.0.1:4434", 200),
        ("evil.test", 403),
        ("", 403),
    ] {
        let visitor = Visitor {
            request_id: "r".to_owned(),
            client: [192, 0, 2, 1].into(),
            scheme: Scheme::Http,
            authority: authority.to_owned(),
            principal: None,
        };
        let mut request = Request::new(Vec::new());
        request.extensions_mut().insert(visitor);
        let response = pages.respond(request).await;
        assert_eq!(response.status(), status, "{authority}");
    }
    let unknown = pages.respond(Request::new(Vec::new())).await;
    assert_eq!(unknown.status(), 500);
}
