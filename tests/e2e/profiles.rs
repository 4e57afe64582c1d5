//! Profiles at the gate: what applications are told, what routes ask for, what people keep of their
//! own, and how an account goes.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    ALICE, Browser, Postgres, Raw, Route, SELF_SERVICE, TestGateway, Upstream, person::whoami,
};

/// Traits with a telephone number for whoever calls, a team that applications are told, a number that
/// only administrators see, and attributes of people's own.
pub(super) fn schema() -> String {
    let hidden = json!({"view": ["admin"], "edit": ["admin"]});
    let mut number = hidden.clone();
    number["expose"] = json!({"header": "X-Customer"});
    let traits = json!({
        "type": "object", "required": ["email"], "additionalProperties": false,
        "x-profile": {"unmanaged": "ENABLED"},
        "properties": {
            "email": {
                "type": "string", "format": "email", "title": "Email address", "maxLength": 320,
                "ory.sh/kratos": {
                    "credentials": {"password": {"identifier": true}},
                    "verification": {"via": "email"}, "recovery": {"via": "email"},
                },
            },
            "name": {"type": "object", "properties": {
                "first": {"type": "string", "title": "First name", "maxLength": 40},
                "last": {"type": "string", "title": "Last name", "maxLength": 40},
            }},
            "phone": {"type": "string", "title": "Phone number", "maxLength": 40, "x-profile": {
                "required_for": {"roles": ["user"], "scopes": ["phone"]},
                "enabled_scopes": ["phone"],
            }},
            "team": {"type": "string", "title": "Team", "maxLength": 40, "x-profile": {
                "expose": {"header": "X-Team"},
            }},
            "number": {"type": "string", "maxLength": 40, "default": "7", "x-profile": number},
            "groups": {
                "type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 9,
                "default": ["secret"], "x-profile": hidden,
            },
        },
    });
    let document = json!({"type": "object", "properties": {"traits": traits}});
    format!(
        "[identity]\ndefault_schema = \"told\"\n\
         [[identity.schemas]]\nid = \"told\"\ninline = '''{document}'''"
    )
}

async fn gateway(upstream: &str) -> TestGateway {
    TestGateway::builder()
        .registration()
        .route(&Route::signed_in("/", upstream))
        .route(&Route::signed_in("/call", upstream).with("scopes = [\"phone\"]"))
        .table(&schema())
        .start()
        .await
}

fn own(gateway: &TestGateway, page: &str) -> String {
    format!("{}/.portcullis/{page}", gateway.url().trim_end_matches('/'))
}

/// KC-010, KC-013, HA-04: what applications are told and people are not.
#[tokio::test]
async fn applications_are_told_what_the_schema_exposes_and_nobody_else_is() {
    let upstream = Upstream::start().await;
    let gateway = gateway(&upstream.url()).await;
    let traits = json!({"email": ALICE.email, "name": {"first": "Alice"}, "team": "red"});
    let alice = ALICE.sign_up_with(&gateway, traits).await;
    let request = Raw::get(&gateway, "/private").header("Cookie", &alice.cookie);
    let answer = request
        .header("X-Team", "forged")
        .header("X_Customer", "forged")
        .send(&gateway)
        .await;
    assert_eq!(answer.status, 200);
    let received = upstream.last();
    let values = |name: &str| -> Vec<&str> { received.header_values(name).collect() };
    assert_eq!(values("x-team"), ["red"]);
    assert_eq!(
        values("x-customer"),
        [""; 0],
        "her customer number is not hers to see"
    );
    assert_eq!(values("x-forwarded-groups"), [""; 0]);
    assert_eq!(values("x_customer"), [""; 0]);
    let known = whoami(&alice.client).await["identity"].take();
    assert_eq!(known["traits"]["team"], "red");
    for hidden in ["number", "groups"] {
        assert!(known["traits"].get(hidden).is_none(), "{known}");
    }
    let shown = gateway.run(
        &["get-identity", "--email", ALICE.email, "--output", "json"],
        "",
    );
    assert_eq!(
        shown.json()["traits"]["number"],
        "7",
        "administrators see it"
    );
}

/// KC-012, KC-014, KC-032: from the gate to the form and back.
#[tokio::test]
async fn a_route_asks_for_what_its_scopes_require() {
    let gateway = gateway("echo:").await;
    let alice = ALICE.sign_up(&gateway).await;
    assert_eq!(alice.status("/elsewhere").await, 200);
    let held = alice.get("/call").await;
    assert_eq!(held.status(), 403);
    let held: Value = held.json().await.unwrap();
    assert_eq!(held["code"], "session_required_actions_pending");
    let begin = "/.portcullis/self-service/settings/browser\
                 ?kc_action=VERIFY_PROFILE&required=true&scope=phone";
    assert_eq!(
        held["redirect_browser_to"],
        format!("{}{begin}", gateway.url())
    );
    let browser = Browser::open_without_scripts().await;
    browser.goto(&format!("{}/call?x=1", gateway.url())).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Complete your profile").await;
    browser.fill("traits.phone", "+49 30 12345").await;
    browser.press("Continue").await;
    browser.see("You are through the gate").await;
    assert_eq!(browser.url().await, format!("{}/call?x=1", gateway.url()));
    let known = whoami(&alice.client).await["identity"].take();
    assert_eq!(known["traits"]["phone"], "+49 30 12345");
}

/// KC-024, KC-025: rows of a name and a value, with scripts off.
#[tokio::test]
async fn people_keep_attributes_of_their_own_without_scripts() {
    let gateway = gateway("echo:").await;
    ALICE.sign_up(&gateway).await;
    let browser = Browser::open_without_scripts().await;
    browser.goto(&own(&gateway, "settings")).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("Further attributes").await;
    browser.fill("attributes.0.name", "shoe.size").await;
    browser.fill("attributes.0.value", "9").await;
    browser.press("Save").await;
    browser.see("Your changes have been saved").await;
    let kept = || {
        let id = ["get-identity", "--email", ALICE.email, "--output", "json"];
        gateway.run(&id, "").json()["unmanaged"].take()
    };
    assert_eq!(kept(), json!({"shoe.size": ["9"]}));
    browser.fill("attributes.0.value", "10").await;
    browser.fill("attributes.1.name", "hat").await;
    browser.fill("attributes.1.value", "top").await;
    browser.press("Save").await;
    browser.see("Your changes have been saved").await;
    assert_eq!(kept(), json!({"hat": ["top"], "shoe.size": ["10"]}));
    browser.goto(&own(&gateway, "profile")).await;
    browser.see("shoe.size").await;
}

/// KC-100, KC-104, KC-120 to KC-123: an application sends somebody to delete their account.
#[tokio::test]
async fn somebody_deletes_their_account_on_the_way_from_an_application() {
    let database = Postgres::start().await;
    let gateway = TestGateway::builder()
        .registration()
        .postgres(&database)
        .route(&Route::signed_in("/", "echo:"))
        .route(&Route::public("/account", "echo:"))
        .table("[required_actions.delete_account]\nenabled = true")
        .start()
        .await;
    let alice = ALICE.sign_up(&gateway).await;
    let asked = "self-service/settings/browser?kc_action=delete_account&return_to=%2Faccount";
    let browser = Browser::open().await;
    browser.goto(&gateway.url()).await;
    ALICE.sign_in_in(&browser).await;
    browser.see("You are through the gate").await;
    // Without the role there is no such action for her.
    browser.goto(&own(&gateway, asked)).await;
    browser.arrive_at("/account?kc_action_status=error").await;
    database.query("UPDATE identities SET roles = '[\"delete-account\"]'");
    crate::support::wait_within(
        Duration::from_secs(15),
        "the role to be known",
        async || {
            browser.goto(&own(&gateway, "sessions/whoami")).await;
            let shown = browser.text().await;
            shown.contains("delete-account").then_some(())
        },
    )
    .await;
    browser.goto(&own(&gateway, asked)).await;
    browser.see("Delete your account").await;
    browser.press("Delete my account").await;
    browser.see("Confirm that it is you").await;
    browser.fill("password", ALICE.password).await;
    browser.submit().await;
    browser.see("go for good").await;
    browser.press("Yes, delete it for good").await;
    browser.arrive_at("/account?kc_action_status=success").await;
    let gone = gateway.run(&["get-identity", "--email", ALICE.email], "");
    assert_eq!(gone.code, 1, "{gone:?}");
    crate::support::wait_until("the other session to end", async || {
        (alice.status("/").await == 401).then_some(())
    })
    .await;
    assert_eq!(
        ALICE.try_to_sign_in(&gateway.anonymous()).await.status(),
        400
    );
    for table in [
        "identities",
        "credentials",
        "sessions",
        "identity_identifiers",
    ] {
        let left = database.query(&format!("SELECT count(*) FROM {table}"));
        assert_eq!(left.trim(), "0", "{table}");
    }
    gateway.wait_for_log("identity_deleted").await;
}

/// KP-08, KP-23: a UI server asks the admin listener with the browser's cookies, and not without.
#[tokio::test]
async fn a_ui_server_fetches_the_first_profile_api_from_the_admin_listener() {
    let gateway = gateway("echo:").await;
    let alice = ALICE.sign_up(&gateway).await;
    let flows = format!("{SELF_SERVICE}/browser/flows");
    let begun = alice.client.navigate(&format!("{flows}/profile")).await;
    let location = crate::support::actor::location(&begun).unwrap();
    let (_, id) = location.split_once("?request=").unwrap();
    let fetch = format!("/self-service/browser/flows/requests/profile?request={id}");
    let fetch = format!("{}{fetch}", gateway.admin_url().trim_end_matches('/'));
    let server = gateway.anonymous();
    let with = server.request(Method::GET, &fetch);
    let with = with
        .header("Cookie", alice.client.cookies().join("; "))
        .send()
        .await
        .unwrap();
    assert_eq!(with.status(), 200);
    let payload: Value = with.json().await.unwrap();
    assert_eq!(
        payload["form"]["fields"]["traits.email"]["value"],
        ALICE.email
    );
    let without = server.request(Method::GET, &fetch).send().await.unwrap();
    assert!(
        [401, 403].contains(&without.status().as_u16()),
        "{}",
        without.status()
    );
    let elsewhere = fetch.replace("/profile?", "/profile/other?");
    let elsewhere = server
        .request(Method::GET, &elsewhere)
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), 404);
}

#[tokio::test]
async fn password_managers_find_the_way_where_no_route_owns_it() {
    let gateway = TestGateway::builder()
        .route(&Route::signed_in("/app", "echo:"))
        .start()
        .await;
    let client = gateway.anonymous();
    let page = "/.well-known/change-password";
    let found = client.navigate(page).await;
    assert_eq!(found.status(), 303);
    assert_eq!(found.headers()["location"], format!("/.portcullis{page}"));
    let onward = client.navigate(&format!("/.portcullis{page}")).await;
    assert_eq!(onward.status(), 303);
    let owned = TestGateway::builder()
        .route(&Route::public("/", "echo:"))
        .start()
        .await;
    assert_eq!(owned.anonymous().navigate(page).await.status(), 200);
}
