//! Sealing: what a browser carries for us, unreadable and unchangeable to it.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};

use crate::entropy::Entropy;

/// The bytes of a nonce; 192 random bits never repeat in practice.
const NONCE: usize = 24;

/// A sealing key (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct Seal {
    cipher: XChaCha20Poly1305,
}

impl Seal {
    /// The key derived from a configured or stored secret.
    pub fn new(secret: &[u8]) -> Self {
        let key = Sha256::new()
            .chain_update(b"portcullis seal v1\0")
            .chain_update(secret)
            .finalize();
        Self {
            cipher: XChaCha20Poly1305::new(&<[u8; 32]>::from(key).into()),
        }
    }

    /// Seals `plain` for one `purpose`; another purpose cannot open it. `None` only when the
    /// text is too long for the cipher.
    pub fn close(&self, purpose: &str, plain: &[u8], entropy: &dyn Entropy) -> Option<String> {
        let nonce = entropy.bytes::<NONCE>();
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let mut sealed = nonce.to_vec();
        sealed.extend(self.cipher.encrypt(&nonce.into(), payload).ok()?);
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what [`Seal::close`] sealed for the same purpose; `None` for anything else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, body) = bytes.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload {
            msg: body,
            aad: purpose.as_bytes(),
        };
        self.cipher.decrypt(&nonce.into(), payload).ok()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn only_the_same_key_and_purpose_open_a_seal() {
        let entropy = SeededEntropy::new(1);
        let sealed = Seal::new(b"k")
            .close("attempts", b"plain", &entropy)
            .unwrap();
        assert_eq!(
            Seal::new(b"k").open("attempts", &sealed).as_deref(),
            Some(&b"plain"[..])
        );
        assert_eq!(Seal::new(b"k").open("other", &sealed), None);
        assert_eq!(Seal::new(b"j").open("attempts", &sealed), None);
        assert_eq!(Seal::new(b"k").open("attempts", "AAAA"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else_does(
            plain in proptest::collection::vec(0_u8.., 0..300),
            seed in 0_u64..,
            bit in 0_usize..,
        ) {
            let (seal, entropy) = (Seal::new(b"k"), SeededEntropy::new(seed));
            let sealed = seal.close("p", &plain, &entropy).unwrap();
            proptest::prop_assert_eq!(seal.open("p", &sealed), Some(plain));

            let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
            let at = bit % (bytes.len() * 8);
            bytes[at / 8] ^= 1 << (at % 8);
            proptest::prop_assert_eq!(seal.open("p", &URL_SAFE_NO_PAD.encode(&bytes)), None);
            bytes.truncate(at / 8);
            proptest::prop_assert_eq!(seal.open("p", &URL_SAFE_NO_PAD.encode(&bytes)), None);
        }

        #[test]
        fn no_text_makes_opening_panic(text in ".{0,200}") {
            proptest::prop_assert_eq!(Seal::new(b"k").open("p", &text), None);
        }
    }
}
