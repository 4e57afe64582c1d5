//! The digests that hashes are made of.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

/// A digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

macro_rules! with_digest {
    ($digest:expr, $D:ident => $body:expr) => {
        match $digest {
            Digest::Md5 => {
                type $D = Md5;
                $body
            }
            Digest::Sha1 => {
                type $D = Sha1;
                $body
            }
            Digest::Sha224 => {
                type $D = Sha224;
                $body
            }
            Digest::Sha256 => {
                type $D = Sha256;
                $body
            }
            Digest::Sha384 => {
                type $D = Sha384;
                $body
            }
            Digest::Sha512 => {
                type $D = Sha512;
                $body
            }
        }
    };
}

impl Digest {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// How many bytes it has.
    pub(super) fn length(self) -> usize {
        with_digest!(self, D => D::output_size())
    }

    pub(super) fn of(self, text: &[u8]) -> Vec<u8> {
        with_digest!(self, D => D::digest(text).to_vec())
    }

    /// The keyed digest (RFC 2104); nothing where the key cannot be one.
    pub(super) fn keyed(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        with_digest!(self, D => {
            let mac = Hmac::<D>::new_from_slice(key);
            mac.map_or_else(|_| Vec::new(), |mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        })
    }

    /// So many bytes of PBKDF2 (RFC 8018, section 5.2).
    pub(super) fn stretched(
        self,
        password: &[u8],
        salt: &[u8],
        rounds: u32,
        length: usize,
    ) -> Vec<u8> {
        let mut key = vec![0; length];
        with_digest!(self, D => pbkdf2::pbkdf2_hmac::<D>(password, salt, rounds, &mut key));
        key
    }
}
