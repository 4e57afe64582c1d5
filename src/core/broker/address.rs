//! Which addresses of claims count as verified.

use serde_json::Value;

use crate::{identifier::normalise_identifier, provider::Claims};

/// Whether the provider vouches for this address.
pub(super) fn is_trusted(address: &str, claims: &Claims) -> bool {
    let trusted = claims.trusted_email().map(normalise_identifier);
    trusted.is_some_and(|trusted| trusted == normalise_identifier(address))
}

/// Whether a text is an e-mail address that came with the claims, but that the provider does not
/// vouch for: `email` without `email_verified`, or a user name that looks like an address.
pub(super) fn is_unverified(text: &str, claims: &Claims) -> bool {
    let text = normalise_identifier(text);
    text.contains('@') && !is_trusted(&text, claims) && says(&claims.document, &text)
}

/// Whether a normalised text is anywhere in a document.
fn says(document: &Value, text: &str) -> bool {
    match document {
        Value::String(own) => normalise_identifier(own) == text,
        Value::Array(items) => items.iter().any(|item| says(item, text)),
        Value::Object(members) => members.values().any(|member| says(member, text)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_a_claim_however_deep_it_is() {
        let document = json!({
            "emails": ["a@deep.test"], "profile": {"contact": [{"mail": "B@deep.test"}]},
        });
        let claims = Claims::new("https://idp.test", "1", document);
        for address in ["a@deep.test", "b@DEEP.test"] {
            assert!(is_unverified(address, &claims), "{address}");
        }
        assert!(!is_unverified("c@deep.test", &claims));
    }
}
