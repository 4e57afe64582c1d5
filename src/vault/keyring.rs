//! The keys that seal upstream tokens: the first one seals, all of them open, and every sealed text
//! names its key, so that keys can be replaced while tokens are kept.

use portcullis_core::{entropy::Entropy, seal::Seal};
use sha2::{Digest, Sha256};

/// Keys for what is kept long.
#[derive(Debug, Clone)]
pub struct Keyring {
    first: Key,
    others: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    /// A name that tells nothing of the key.
    id: String,
    seal: Seal,
}

impl Keyring {
    /// The key that seals, and others that still open what they once sealed.
    pub fn new<'a>(first: &[u8], others: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self {
            first: Key::new(first),
            others: others.into_iter().map(Key::new).collect(),
        }
    }

    /// Seals `plain` for one `purpose`; `None` only when it is too long for the cipher.
    pub(super) fn close(
        &self,
        purpose: &str,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Option<String> {
        let sealed = self.first.seal.close(purpose, plain, entropy)?;
        Some(format!("{}.{sealed}", self.first.id))
    }

    /// Opens what any of the keys sealed for this purpose; `None` for anything else.
    pub(super) fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let (id, sealed) = text.split_once('.')?;
        let mut keys = std::iter::once(&self.first).chain(&self.others);
        let key = keys.find(|key| key.id == id)?;
        key.seal.open(purpose, sealed)
    }
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"portcullis token key id v1\0")
            .chain_update(secret)
            .finalize();
        let id = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            seal: Seal::new(secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_core::testing::SeededEntropy;

    use super::*;

    #[test]
    fn what_an_older_key_sealed_opens_until_the_key_is_gone() {
        let entropy = SeededEntropy::new(1);
        let old = Keyring::new(b"old", []);
        let both = Keyring::new(b"new", [b"old".as_slice()]);
        let new = Keyring::new(b"new", []);
        let sealed = old.close("p", b"plain", &entropy).unwrap();
        assert_eq!(both.open("p", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(new.open("p", &sealed), None);
        let resealed = both.close("p", b"plain", &entropy).unwrap();
        assert_eq!(new.open("p", &resealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(old.open("p", &resealed), None);
        assert_eq!(both.open("another", &sealed), None);
        for broken in ["", ".", "00000000.AAAA", &sealed[1..]] {
            assert_eq!(both.open("p", broken), None, "{broken}");
        }
    }
}
