//! What passwords are refused, and why.

use jiff::Timestamp;
use portcullis_core::{id::IdentityId, identity::IdentityState, testing::SeededEntropy};
use serde_json::json;

use super::*;

fn anna() -> Identity {
    let now = Timestamp::UNIX_EPOCH;
    Identity {
        id: IdentityId::generate(&SeededEntropy::new(1)),
        tenant: "default".to_owned(),
        schema_id: "default".to_owned(),
        state: IdentityState::Active,
        state_changed_at: now,
        traits: json!({
            "email": "anna@example.org", "locale": "en",
            "name": {"first": "Anna", "last": "Wagner-Petersen"},
            "phones": ["+493017171442"],
        }),
        metadata_public: None,
        metadata_admin: None,
        required_actions: Vec::new(),
        accepted_terms: Vec::new(),
        unmanaged: std::collections::BTreeMap::new(),
        provenance: portcullis_core::provenance::Provenance::new(),
        roles: Vec::new(),
        identifiers: vec!["anna@example.org".to_owned()],
        addresses: Vec::new(),
        external_id: None,
        second_factors: Default::default(),
        is_linked: false,
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

fn verdict_of(policy: Policy, password: &str) -> Option<u32> {
    let judged = policy.measure(password);
    let judged = judged.and_then(|normalised| policy.judgement(&anna()).judge(&normalised));
    judged.err().map(|message| message.id)
}

fn verdict(password: &str) -> Option<u32> {
    verdict_of(Policy::default(), password)
}

const GUESSABLE: u32 = 4_990_060;
const SIMILAR: u32 = 4_000_031;

/// The length of `[identity.password]`.
#[test]
fn the_length_is_counted_in_characters_after_normalising() {
    let length = |password: &str| {
        let policy = Policy {
            min_score: 0,
            ..Policy::default()
        };
        verdict_of(policy, password)
    };
    assert_eq!(length("1234567"), Some(4_000_032));
    assert_eq!(length("12345678"), None);
    assert_eq!(length("ääääääää"), None);
    // Two code points that are one character once composed.
    assert_eq!(length(&"a\u{308}".repeat(7)), Some(4_000_032));
    assert_eq!(length(&"🔑".repeat(1024)), None);
    assert_eq!(length(&"x".repeat(1025)), Some(4_000_033));
    // One code point that becomes eighteen.
    assert_eq!(length(&"\u{fdfa}".repeat(60)), Some(4_000_033));
    assert_eq!(length(&"x".repeat(10_000_000)), Some(4_000_033));
}

#[test]
fn the_identifier_is_no_password_whatever_is_configured() {
    let lax = Policy {
        min_score: 0,
        refuse_similar: false,
        ..Policy::default()
    };
    for policy in [Policy::default(), lax] {
        for password in ["anna@example.org", " ANNA@Example.ORG "] {
            assert_eq!(verdict_of(policy, password), Some(SIMILAR));
        }
    }
    assert_eq!(verdict_of(lax, "anna@example.org!"), None);
}

#[test]
fn what_is_known_of_somebody_is_no_password_of_theirs() {
    for password in [
        "anna@example.org!",
        "Wagner-Petersen",
        "wagner_petersen",
        "petersen-1987",
        "anna.wagner-petersen.1",
        "anna-07-anna",
        "annaANNA",
        "493017171442",
        "0493017171442x",
    ] {
        assert_eq!(verdict(password), Some(SIMILAR), "{password}");
    }
    for password in [
        "anna goes to the market",
        "turtles-all-the-way",
        "wagner tuba fanfare",
    ] {
        assert_eq!(verdict(password), None, "{password}");
    }
}

#[test]
fn what_is_guessed_first_is_no_password() {
    for password in ["password", "12345678", "qwertyuiop", "iloveyou", "PASSWORD"] {
        assert_eq!(verdict(password), Some(GUESSABLE), "{password}");
    }
    let strict = Policy {
        min_score: 4,
        ..Policy::default()
    };
    assert_eq!(verdict("blue-table"), None);
    assert_eq!(verdict_of(strict, "blue-table"), Some(GUESSABLE));
    assert_eq!(verdict_of(strict, "turtles-all-the-way-down"), None);
    let lax = Policy {
        min_score: 0,
        ..Policy::default()
    };
    assert_eq!(verdict_of(lax, "password"), None);
}

#[test]
fn a_password_never_prints() {
    let password = Normalised::new("correct horse").unwrap();
    assert!(!format!("{password:?}").contains("horse"));
}
