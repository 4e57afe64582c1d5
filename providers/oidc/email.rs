//! Which e-mail address a provider vouches for. The address and the word that it is verified must
//! come from the same document: mixing two documents is CVE-2026-14781.

use serde_json::{Map, Value};

/// Claims that mean nothing without one another.
const PAIRS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// Whether a document says that its own `email` is verified; some providers say so with a text.
pub fn is_verified(document: &Map<String, Value>) -> bool {
    match document.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::String(verified)) => verified == "true",
        _ => false,
    }
}

/// The domain of an address, when it is certain where it begins.
///
/// `None` for anything with two `@`: readers differ in which one counts (CVE-2026-40574).
pub fn domain(address: &str) -> Option<&str> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    let (local, domain) = address.split_once('@')?;
    let certain = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    (certain && !address.contains(odd)).then_some(domain)
}

/// The ID token's claims, completed by userinfo's; pairs are taken from one of them as a whole.
pub(crate) fn complete(
    mut claims: Map<String, Value>,
    mut userinfo: Map<String, Value>,
) -> Map<String, Value> {
    for (value, verified) in PAIRS {
        let whole = claims.contains_key(value) && claims.contains_key(verified);
        let better = userinfo.contains_key(value) && userinfo.contains_key(verified);
        let own = claims.contains_key(value) && (whole || !better);
        let loser = if own { &mut userinfo } else { &mut claims };
        loser.remove(value);
        loser.remove(verified);
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

    #[test]
    fn only_true_means_verified() {
        for (value, verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!("TRUE"), false),
            (json!(1), false),
            (json!(false), false),
            (json!(null), false),
        ] {
            let document = map(json!({"email": "a@b", "email_verified": value}));
            assert_eq!(is_verified(&document), verified, "{document:?}");
        }
    }

    #[test]
    fn the_domain_is_certain_or_there_is_none() {
        assert_eq!(domain("a@example.org"), Some("example.org"));
        for odd in ["a", "@b", "a@", "a@evil.test@example.org", "a @b", "a@b\n"] {
            assert_eq!(domain(odd), None, "{odd}");
        }
    }
}
