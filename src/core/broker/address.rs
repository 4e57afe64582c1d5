//! Which addresses of claims count as verified.

use crate::{provider::Claims, schema::normalise_identifier};

/// Whether the provider vouches for this address.
pub(super) fn is_trusted(address: &str, claims: &Claims) -> bool {
    let trusted = claims.trusted_email().map(normalise_identifier);
    trusted.is_some_and(|trusted| trusted == normalise_identifier(address))
}

/// Whether a text is an e-mail address that came with the claims, but that the provider does not
/// vouch for: `email` without `email_verified`, or a user name that looks like an address.
pub(super) fn is_unverified(text: &str, claims: &Claims) -> bool {
    let text = normalise_identifier(text);
    let is_claimed = || {
        let claimed = claims.document.as_object().into_iter().flatten();
        claimed
            .filter_map(|(_, value)| value.as_str())
            .any(|value| normalise_identifier(value) == text)
    };
    text.contains('@') && !is_trusted(&text, claims) && is_claimed()
}
