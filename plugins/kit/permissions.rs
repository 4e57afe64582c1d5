//! The permissions policy of own answers: what their pages may use of a browser.

use http::{HeaderName, HeaderValue};

/// The header's name.
pub(crate) const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What own pages may use: keys and passkeys, and nothing else that asks a person.
const OWN: [(&str, &str); 14] = [
    ("accelerometer", "()"),
    ("camera", "()"),
    ("display-capture", "()"),
    ("geolocation", "()"),
    ("gyroscope", "()"),
    ("hid", "()"),
    ("magnetometer", "()"),
    ("microphone", "()"),
    ("midi", "()"),
    ("payment", "()"),
    ("serial", "()"),
    ("usb", "()"),
    ("publickey-credentials-create", "(self)"),
    ("publickey-credentials-get", "(self)"),
];

/// The policy; what the operator says of a feature takes the place of what we say of it.
pub(crate) fn policy(said: &[(String, String)]) -> HeaderValue {
    let mut all = OWN
        .map(|(name, who)| (name.to_owned(), who.to_owned()))
        .to_vec();
    for (name, who) in said {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => who.clone_into(known),
            None => all.push((name.clone(), who.clone())),
        }
    }
    let all = all.iter().map(|(name, who)| format!("{name}={who}"));
    let all = all.collect::<Vec<_>>().join(", ");
    // What cannot stand in a header lets nobody use what we know of.
    HeaderValue::from_str(&all).unwrap_or(HeaderValue::from_static(
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// KC-141.
    #[test]
    fn own_pages_use_keys_and_nothing_else_unless_the_operator_says_so() {
        let usual = policy(&[]);
        let usual = usual.to_str().unwrap();
        for part in ["camera=(), ", "microphone=(), ", "geolocation=(), "] {
            assert!(usual.contains(part), "{usual}");
        }
        // Browsers complain on every page of a feature that they do not know.
        assert!(!usual.contains("bluetooth"), "{usual}");
        let keys = "publickey-credentials-create=(self), publickey-credentials-get=(self)";
        assert!(usual.ends_with(keys), "{usual}");
        let said = [("geolocation", "(self)"), ("fullscreen", "()")];
        let said = said.map(|(name, who)| (name.to_owned(), who.to_owned()));
        let own = policy(&said);
        let own = own.to_str().unwrap();
        assert!(own.contains("geolocation=(self), "), "{own}");
        assert!(!own.contains("geolocation=()"), "{own}");
        assert!(own.ends_with(", fullscreen=()"), "{own}");
    }
}
