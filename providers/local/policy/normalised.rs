//! A password in the form in which it is hashed.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// NFKC makes a text at most 18 times as long, so the input is measured before it is normalised.
const MOST_BYTES: usize = 8 * 1024;

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

    pub(crate) fn as_str(&self) -> &str {
        &self.normal
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
