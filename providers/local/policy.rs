//! What a password must be like.

use std::fmt;

use portcullis_core::{message::Message, schema::normalise_identifier};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// NFKC makes a text at most 18 times as long, so the input is measured before it is normalised.
const MOST_BYTES: usize = 8 * 1024;

/// What a password must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// The shortest password, in characters; default 8.
    pub min_length: usize,
    /// The longest password, in characters; default 1024.
    pub max_length: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            min_length: 8,
            max_length: 1024,
        }
    }
}

/// A password in the form in which it is hashed: NFKC, so that it is the same from every keyboard
/// (NIST SP 800-63B, section 5.1.1.2).
#[derive(Clone)]
pub(crate) struct Normalised {
    normal: String,
    /// What was typed, where that is something else: hashes of other systems are made of it.
    typed: Option<String>,
}

impl Normalised {
    /// The password's normal form; `None` when it is longer than any password may be.
    pub(crate) fn new(password: &str) -> Option<Self> {
        (password.len() <= MOST_BYTES).then(|| {
            let normal: String = password.nfkc().collect();
            let typed = (normal != password).then(|| password.to_owned());
            Self { normal, typed }
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.normal.as_bytes()
    }

    /// What was typed, where that is something else.
    pub(crate) fn as_typed(&self) -> Option<&[u8]> {
        self.typed.as_deref().map(str::as_bytes)
    }
}

impl fmt::Debug for Normalised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Normalised(…)")
    }
}

impl Policy {
    /// What people have to know who choose a password.
    pub(crate) fn in_words(&self) -> String {
        format!("At least {} characters.", self.min_length)
    }

    /// Whether somebody with these identifiers may choose this password; what to tell them if not.
    pub fn check(&self, password: &str, identifiers: &[String]) -> Result<(), Box<Message>> {
        self.normalise(password, identifiers).map(drop)
    }

    pub(crate) fn normalise(
        &self,
        password: &str,
        identifiers: &[String],
    ) -> Result<Normalised, Box<Message>> {
        let Some(normalised) = Normalised::new(password) else {
            let length = password.chars().count();
            return Err(Box::new(Message::password_too_long(
                self.max_length,
                length,
            )));
        };
        let length = normalised.normal.chars().count();
        if length < self.min_length {
            return Err(Box::new(Message::password_too_short(
                self.min_length,
                length,
            )));
        }
        if length > self.max_length {
            return Err(Box::new(Message::password_too_long(
                self.max_length,
                length,
            )));
        }
        let plain = normalise_identifier(password);
        if identifiers
            .iter()
            .any(|identifier| normalise_identifier(identifier) == plain)
        {
            return Err(Box::new(Message::password_is_identifier()));
        }
        Ok(normalised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Option<u32> {
        let identifiers = ["anna@example.org".to_owned()];
        let verdict = Policy::default().check(password, &identifiers);
        verdict.err().map(|message| message.id)
    }

    #[test]
    fn the_length_is_counted_in_characters_after_normalising() {
        assert_eq!(verdict("1234567"), Some(4_000_032));
        assert_eq!(verdict("12345678"), None);
        assert_eq!(verdict("ääääääää"), None);
        // Two code points that are one character once composed.
        assert_eq!(verdict(&"a\u{308}".repeat(7)), Some(4_000_032));
        assert_eq!(verdict(&"🔑".repeat(1024)), None);
        assert_eq!(verdict(&"x".repeat(1025)), Some(4_000_033));
        // One code point that becomes eighteen.
        assert_eq!(verdict(&"\u{fdfa}".repeat(60)), Some(4_000_033));
        assert_eq!(verdict(&"x".repeat(10_000_000)), Some(4_000_033));
    }

    #[test]
    fn the_identifier_is_no_password() {
        assert_eq!(verdict("anna@example.org"), Some(4_000_031));
        assert_eq!(verdict(" ANNA@Example.ORG "), Some(4_000_031));
        assert_eq!(verdict("anna@example.org!"), None);
    }

    #[test]
    fn a_password_never_prints() {
        let password = Normalised::new("correct horse").unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
