//! Every lie of the list in the hardening rules (D.3): each is explained to people, named to
//! scripts, signs nobody in, and the next person gets in all the same.

use serde_json::json;

use super::refusal::{Case, SECRET, gate};
use crate::support::HostileProvider;

type Lie = fn(HostileProvider) -> HostileProvider;

const INVALID: &str = "provider_invalid";
const UNEXPECTED: &str = "provider_answer_unexpected";

async fn told(lies: &[(&str, Lie)]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, lie) in lies {
        let provider = lie(HostileProvider::start().await);
        cases.push(Case::new(name, provider, INVALID));
    }
    cases
}

async fn all_are_refused(cases: Vec<Case>) {
    let honest = HostileProvider::start().await;
    let gateway = gate(&honest, &cases).await;
    for (number, case) in cases.iter().enumerate() {
        case.is_refused(&gateway, &format!("p{number}")).await;
    }
}

/// XP-01.
#[tokio::test]
async fn every_lie_in_an_id_token_is_refused() {
    let cases = told(&[
        ("wrong issuer", HostileProvider::wrong_issuer),
        ("wrong audience", HostileProvider::wrong_audience),
        ("several audiences", HostileProvider::several_audiences),
        (
            "authorized for another",
            HostileProvider::authorized_for_another,
        ),
        ("wrong nonce", HostileProvider::wrong_nonce),
        ("missing nonce", HostileProvider::missing_nonce),
        ("expired", HostileProvider::expired_token),
        (
            "issued in the future",
            HostileProvider::issued_in_the_future,
        ),
        ("missing subject", HostileProvider::missing_subject),
        ("empty subject", |provider| {
            provider.id_token_with(&json!({ "sub": "" }))
        }),
        (
            "subject that is no text",
            HostileProvider::subject_that_is_no_text,
        ),
        (
            "userinfo of somebody else",
            HostileProvider::userinfo_of_somebody_else,
        ),
    ]);
    all_are_refused(cases.await).await;
}

/// XP-01.
#[tokio::test]
async fn every_lie_in_a_signature_is_refused() {
    let cases = told(&[
        ("unsigned", HostileProvider::unsigned_token),
        (
            "signed with the public key",
            HostileProvider::signed_with_public_key,
        ),
        ("signed with the client secret", |provider| {
            provider.signed_with_client_secret(SECRET)
        }),
        ("unknown key", HostileProvider::unknown_key),
        ("forged signature", HostileProvider::forged_signature),
        (
            "another issuer in discovery",
            HostileProvider::discovery_of_another_issuer,
        ),
    ]);
    all_are_refused(cases.await).await;
}

/// What stands between browser and gateway may be anybody: wrong state, mix-up, replay.
#[tokio::test]
async fn every_lie_on_the_way_back_is_refused() {
    type WayBack = fn(&str) -> String;
    let ways_back: [(&str, WayBack, &str); 9] = [
        (
            "wrong state",
            |back| back.replace("state=", "state=x"),
            UNEXPECTED,
        ),
        (
            "no state",
            |back| back.replace("state=", "xstate="),
            UNEXPECTED,
        ),
        ("two codes", |back| format!("{back}&code=other"), UNEXPECTED),
        (
            "two states",
            |back| format!("{back}&state=other"),
            UNEXPECTED,
        ),
        ("two issuers", |back| format!("{back}&iss=x"), UNEXPECTED),
        ("no code", |back| back.replace("code=", "xcode="), INVALID),
        ("no issuer", |back| back.replace("iss=", "xiss="), INVALID),
        (
            "another issuer",
            |back| back.replace("iss=http", "iss=https"),
            INVALID,
        ),
        ("mixed up", |back| mixed_up(back), UNEXPECTED),
    ];
    let mut cases = Vec::new();
    for (name, way_back, code) in ways_back {
        let case = Case::new(name, HostileProvider::start().await, code);
        cases.push(case.on_the_way_back(way_back));
    }
    all_are_refused(cases).await;
}

/// The answer of one provider at the address of another.
fn mixed_up(back: &str) -> String {
    let (before, after) = back.split_once("/callback/").unwrap();
    let (_, query) = after.split_once('?').unwrap();
    format!("{before}/callback/honest?{query}")
}

/// RFC 9700, section 4.5: a code that was used, or belongs to another sign-in, is worth nothing.
#[tokio::test]
async fn a_code_that_is_used_or_made_up_is_refused() {
    let made_up: fn(&str) -> String = |back| back.replace("code=code-", "code=used-");
    let case = Case::new("made-up code", HostileProvider::start().await, INVALID);
    all_are_refused(vec![case.on_the_way_back(made_up)]).await;
}
