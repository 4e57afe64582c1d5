//! Acting as somebody else through the API (KC-130, KC-131).

use std::time::Duration;

use http::Method;
use portcullis_core::{
    audit::{AuditEntry, AuditFilter},
    clock::Clock,
    cookie::Cookies,
    identity::{Identity, IdentityState, IdentityStore},
    part::Part,
    session::SessionStore,
};
use serde_json::{Value, json};

use super::{
    api_credentials::{bearing, made, text, token_of},
    house::{ADMIN, House, Program, Reply},
};
use crate::{Auth, Config, Role};

fn path(identity: &Identity) -> String {
    format!("/admin/identities/{}/impersonate", identity.id)
}

async fn begin(program: &Program<'_>, identity: &Identity, body: Value) -> Reply {
    program.send(Method::POST, &path(identity), &body).await
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.error())
}

fn expected(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// An administrator of these roles with a program that shows their session in a header.
async fn grace<'a>(house: &'a House, roles: &[Role]) -> (Identity, Program<'a>) {
    let grace = house.resident_with("grace@example.org", roles).await;
    let token = house.session(&grace).await;
    let program = house.stranger().with("x-session-token", &token);
    (grace, program)
}

async fn written(house: &House) -> Vec<AuditEntry> {
    let filter = AuditFilter::default();
    let mut all = house
        .services
        .audit
        .list(&filter, Part::First, 50)
        .await
        .unwrap();
    all.sort_by_key(|entry| entry.at);
    all
}

/// KC-130.
#[tokio::test]
async fn kc_130_a_program_gets_the_token_of_a_session_that_names_its_administrator() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let (grace, program) = grace(&house, &[Role::Impersonator]).await;
    let body = json!({"reason": " A ticket ", "ttl": "2h", "read_only": false});
    let begun = begin(&program, &ada, body).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let json = begun.json();
    assert_eq!(json["session"]["actor"], grace.id.to_string());
    assert_eq!(json["session"]["read_only"], false);
    assert_eq!(json["session"]["identity"]["id"], ada.id.to_string());
    assert_eq!(json["session"]["expires_at"], "2026-11-22T14:00:00Z");
    assert!(begun.header("set-cookie").is_empty());
    let token = json["session_token"].as_str().unwrap();
    assert!(token.starts_with("ory_st_"));
    let acting = house.stranger().with("x-session-token", token);
    // Whoever acts calls nothing here, and acts as nobody further.
    let nested = begin(&acting, &grace, json!({"reason": "more"})).await;
    assert_eq!(refusal(&nested), expected(403, "impersonated_session"));
    let seen = acting.get(&format!("/admin/identities/{}", ada.id)).await;
    assert_eq!(refusal(&seen), expected(403, "impersonated_session"));
    let entry = written(&house).await.remove(0);
    assert_eq!(entry.verb, "identity.impersonate");
    assert_eq!(entry.object_id, Some(ada.id.to_string()));
    let after = entry.after.unwrap();
    assert_eq!(after["reason"], "A ticket");
    assert_eq!(after["read_only"], false);
    // The token ends itself, and its administrator ends it.
    assert_eq!(acting.delete(&path(&ada)).await.status, 204);
    assert_eq!(acting.delete(&path(&ada)).await.status, 401);
    begin(&program, &ada, json!({"reason": "again"})).await;
    assert_eq!(program.delete(&path(&ada)).await.status, 204);
    let gone = program.delete(&path(&ada)).await;
    assert_eq!(refusal(&gone), expected(404, "record_not_found"));
    let verbs = written(&house).await.into_iter().map(|one| one.verb);
    let ends = verbs.filter(|verb| verb == "identity.impersonate.end");
    assert_eq!(ends.count(), 2);
}

/// KC-130, CU-26: whichever way administrators end the session of another one that acts in it.
#[tokio::test]
async fn kc_130_an_administrator_who_ends_the_session_is_told_of_as_such() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let (grace, program) = grace(&house, &[Role::Impersonator]).await;
    let boss = house.admin().await;
    let many = "/admin/sessions";
    for way in ["one", "some", "theirs", "everybody's"] {
        let begun = begin(&program, &ada, json!({"reason": "a ticket"})).await;
        let begun = begun.json();
        let session = begun["session"]["id"].as_str().unwrap();
        let body = json!({"action": "delete", "sessions": [session]});
        let theirs = json!({"action": "delete", "identities": [ada.id]});
        let ended = match way {
            "one" => boss.delete(&format!("{many}/{session}")).await,
            "some" => boss.post(many, &body).await,
            "theirs" => {
                let path = format!("/admin/identities/{}/sessions", ada.id);
                boss.delete(&path).await
            }
            _ => boss.post(many, &theirs).await,
        };
        assert!(ended.status < 300, "{ended:?}");
        house.clock.advance(Duration::from_secs(1));
    }
    let log = written(&house).await;
    let ends = log
        .iter()
        .filter(|one| one.verb == "identity.impersonate.end");
    let ends: Vec<_> = ends.collect();
    assert_eq!(ends.len(), 4, "{log:?}");
    let revoked = log.iter().find(|one| one.verb == "session.revoke").unwrap();
    for end in ends {
        assert_eq!(end.object_id, Some(ada.id.to_string()));
        assert_eq!(
            (&end.actor, &end.actor_label),
            (&revoked.actor, &revoked.actor_label)
        );
        let acted = json!({"actor": format!("identity:{}", grace.id)});
        assert_eq!(end.before, Some(acted));
    }
}

#[tokio::test]
async fn it_is_to_look_only_for_half_an_hour_and_never_longer_than_ones_own_session() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let (grace, program) = grace(&house, &[Role::Admin]).await;
    let begun = begin(&program, &ada, json!({"reason": "x"})).await.json();
    assert_eq!(begun["session"]["read_only"], true);
    assert_eq!(begun["session"]["expires_at"], "2026-11-22T12:30:00Z");
    assert_eq!(begun["session"]["authenticator_assurance_level"], "aal1");
    let sessions: &dyn SessionStore = &*house.store;
    let mut own = sessions.list(grace.id).await.unwrap().remove(0);
    own.expires_at = house.clock.now() + Duration::from_secs(60);
    sessions.replace(&own.token_hash, &own).await.unwrap();
    let begun = begin(&program, &ada, json!({"reason": "x", "ttl": "4h"})).await;
    assert_eq!(
        begun.json()["session"]["expires_at"],
        "2026-11-22T12:01:00Z"
    );
}

/// KC-130: the time that was said is not made longer by another way.
#[tokio::test]
async fn a_session_that_somebody_acts_in_is_not_prolonged() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let (_, program) = grace(&house, &[Role::Admin]).await;
    let begun = begin(&program, &ada, json!({"reason": "a ticket"})).await;
    let json = begun.json();
    let session = json["session"]["id"].as_str().unwrap();
    let extend = format!("/admin/sessions/{session}/extend");
    let refused = program.send(Method::PATCH, &extend, &json!({})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let shown = program.get(&format!("/admin/sessions/{session}")).await;
    assert_eq!(shown.json()["expires_at"], json["session"]["expires_at"]);
}

#[tokio::test]
async fn a_reason_has_to_be_given_and_a_time_that_is_allowed() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let program = house.admin().await;
    for (body, field) in [
        (json!({}), "reason"),
        (json!({"reason": "  "}), "reason"),
        (json!({"reason": "x".repeat(501)}), "reason"),
        (json!({"reason": 5}), "reason"),
        (json!({"reason": "x", "ttl": "5h"}), "ttl"),
        (json!({"reason": "x", "ttl": "0s"}), "ttl"),
        (
            json!({"reason": "x", "ttl": "99999999999999999999h"}),
            "ttl",
        ),
        (json!({"reason": "x", "ttl": 30}), "ttl"),
        (json!({"reason": "x", "read_only": "perhaps"}), "read_only"),
        (json!({"reason": "x", "readonly": true}), "readonly"),
    ] {
        let refused = begin(&program, &ada, body.clone()).await;
        assert_eq!(refusal(&refused), expected(400, "bad_request"), "{body}");
        assert_eq!(
            refused.json()["error"]["details"]["errors"][0]["path"],
            field,
            "{body}"
        );
    }
    let longest = json!({"reason": "ä".repeat(500), "ttl": "4h"});
    assert_eq!(begin(&program, &ada, longest).await.status, 201);
}

#[tokio::test]
async fn nobody_acts_as_themselves_as_more_than_they_are_or_as_who_is_switched_off() {
    let house = House::new();
    let (grace, program) = grace(&house, &[Role::Impersonator]).await;
    let why = || json!({"reason": "x"});
    let own = begin(&program, &grace, why()).await;
    assert_eq!(refusal(&own), expected(400, "bad_request"));
    for role in [Role::UserManager, Role::ProviderManager, Role::Admin] {
        let email = format!("{role}@example.org");
        let other = house.resident_with(&email, &[role]).await;
        let refused = begin(&program, &other, why()).await;
        assert_eq!(refusal(&refused), expected(403, "insufficient_role"));
    }
    let peer = house
        .resident_with("peer@example.org", &[Role::Viewer])
        .await;
    assert_eq!(begin(&program, &peer, why()).await.status, 201);
    let mut off = house.resident("off@example.org").await;
    off.state = IdentityState::Inactive;
    IdentityStore::update(&*house.store, &off).await.unwrap();
    let refused = begin(&program, &off, why()).await;
    assert_eq!(refusal(&refused), expected(400, "identity_disabled"));
    let open = House::with(Config {
        auth: Auth::None,
        ..super::house::config()
    });
    let ada = open.resident("ada@example.org").await;
    let anybody = begin(&open.stranger(), &ada, why()).await;
    assert_eq!(refusal(&anybody), expected(403, "insufficient_role"));
}

/// The cookies of an answer by name.
fn cookies(reply: &Reply) -> Vec<(String, String)> {
    let values = reply.headers.get_all("set-cookie").iter();
    let pairs = values.map(|value| {
        let (pair, _) = value.to_str().unwrap().split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    pairs.collect()
}

/// A page of ours in a browser with these cookies.
fn browser<'a>(house: &'a House, jar: &[(String, String)]) -> Program<'a> {
    let pairs: Vec<_> = jar.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let program = house.stranger().with("cookie", &pairs.join("; "));
    program.with("origin", &format!("https://{ADMIN}"))
}

fn named(house: &House) -> &Cookies {
    &house.services.cookies
}

/// KC-131.
#[tokio::test]
async fn kc_131_a_browser_that_shows_the_gateways_session_swaps_it_and_gets_it_back() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let boss = house
        .resident_with("boss@example.org", &[Role::Admin])
        .await;
    let own = house.session(&boss).await;
    let names = named(&house);
    let jar = [(names.session().to_owned(), own.clone())];
    let begun = begin(&browser(&house, &jar), &ada, json!({"reason": "x"})).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    assert!(begun.json().get("session_token").is_none());
    let kept = cookies(&begun);
    let names_kept: Vec<_> = kept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names_kept, [names.parked(), names.session()]);
    assert!(
        kept.iter().all(|(_, value)| !value.contains(&own)),
        "sealed"
    );
    let acting = browser(&house, &kept);
    let wrong = acting.delete(&path(&boss)).await;
    assert_eq!(refusal(&wrong), expected(404, "record_not_found"));
    let foreign = acting.clone().with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.delete(&path(&ada)).await.status, 403);
    let ended = acting.delete(&path(&ada)).await;
    assert_eq!(ended.status, 204);
    let back = cookies(&ended);
    let session = back.iter().find(|(name, _)| name == names.session());
    let jar = [session.unwrap().clone()];
    assert_ne!(jar[0].1, own, "under a new token");
    let seen = browser(&house, &jar);
    let seen = seen.get(&format!("/admin/identities/{}", ada.id)).await;
    assert_eq!(seen.status, 200, "they are themselves again");
    assert_eq!(acting.delete(&path(&ada)).await.status, 401);
}

#[tokio::test]
async fn whose_own_session_ends_acts_no_more() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let (grace, program) = grace(&house, &[Role::Impersonator]).await;
    let begun = begin(&program, &ada, json!({"reason": "x"})).await.json();
    let token = begun["session_token"].as_str().unwrap();
    let sessions: &dyn SessionStore = &*house.store;
    sessions.revoke_all(grace.id, None).await.unwrap();
    let acting = house.stranger().with("x-session-token", token);
    assert_eq!(acting.delete(&path(&ada)).await.status, 401);
    assert!(sessions.list(ada.id).await.unwrap().is_empty());
}

/// KC-130.
#[tokio::test]
async fn kc_130_a_program_acts_under_the_name_of_its_credential_as_long_as_it_may() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let admin = house.admin().await;
    let wish = json!({"name": "support desk", "roles": ["impersonator"]});
    for revoked in [false, true] {
        let made = made(&admin, &wish).await;
        let program = bearing(&house, &token_of(&house, &made, &[]).await);
        let begun = begin(&program, &ada, json!({"reason": "x"})).await;
        assert_eq!(begun.status, 201, "{begun:?}");
        let json = begun.json();
        let id = text(&made, "id");
        assert_eq!(json["session"]["actor"], format!("api-credential:{id}"));
        let method = &json["session"]["authentication_methods"][0];
        assert_eq!(method["aal"], "aal1");
        assert!(
            method.get("method").is_none(),
            "the dialect has no name for it: {method}"
        );
        let token = text(&json, "session_token");
        let acting = house.stranger().with("x-session-token", token);
        let one = format!("/admin/x/api-credentials/{id}");
        let changed = match revoked {
            true => admin.delete(&one).await,
            false => {
                let roles = json!({"roles": ["viewer"]});
                admin.send(Method::PATCH, &one, &roles).await
            }
        };
        assert!(changed.status < 300, "{changed:?}");
        assert_eq!(acting.delete(&path(&ada)).await.status, 401);
    }
}
