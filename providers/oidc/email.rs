//! One set of claims of two documents. An address and the word that it is verified must come from
//! the same one: mixing two documents is CVE-2026-14781.

use serde_json::{Map, Value};

/// A claim, and those that say whether it is verified: they mean nothing without it. `xms_edov` is
/// Microsoft's word that the domain of an address is its owner's.
const GROUPS: [(&str, &[&str]); 2] = [
    ("email", &["email_verified", "xms_edov"]),
    ("phone_number", &["phone_number_verified"]),
];

/// The ID token's claims, completed by userinfo's; groups are taken from one of them as a whole.
pub(crate) fn complete(
    mut claims: Map<String, Value>,
    mut userinfo: Map<String, Value>,
) -> Map<String, Value> {
    for (value, words) in GROUPS {
        let is_whole = |claims: &Map<String, Value>| {
            claims.contains_key(value) && words.iter().any(|word| claims.contains_key(*word))
        };
        let own = claims.contains_key(value) && (is_whole(&claims) || !is_whole(&userinfo));
        let loser = if own { &mut userinfo } else { &mut claims };
        loser.remove(value);
        words.iter().for_each(|word| drop(loser.remove(*word)));
    }
    for (name, value) in userinfo {
        claims.entry(name).or_insert(value);
    }
    claims
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_verification_never_moves_to_the_address_of_another_document() {
        for (id_token, userinfo, expected) in [
            (
                json!({"email_verified": true}),
                json!({"email": "e@x"}),
                json!({"email": "e@x"}),
            ),
            (
                json!({"email": "e@x"}),
                json!({"email_verified": true}),
                json!({"email": "e@x"}),
            ),
            (
                json!({"email": "a@x", "email_verified": false}),
                json!({"email": "b@x", "email_verified": true}),
                json!({"email": "a@x", "email_verified": false}),
            ),
            (
                json!({"email": "a@x"}),
                json!({"email": "b@x", "email_verified": true}),
                json!({"email": "b@x", "email_verified": true}),
            ),
            (
                json!({"xms_edov": true}),
                json!({"email": "e@x"}),
                json!({"email": "e@x"}),
            ),
            (
                json!({"email": "a@x", "xms_edov": true}),
                json!({"email": "b@x", "email_verified": true}),
                json!({"email": "a@x", "xms_edov": true}),
            ),
            (
                json!({"a": 1}),
                json!({"a": 2, "b": 3}),
                json!({"a": 1, "b": 3}),
            ),
        ] {
            assert_eq!(
                Value::Object(complete(map(id_token), map(userinfo))),
                expected
            );
        }
    }
}
