//! One pass of a digest over password and salt, and keyed digests. They protect nobody who lost
//! them, so they are replaced as soon as the password is known.

use subtle::ConstantTimeEq;

use super::{
    UnusableHash,
    digest::Digest,
    fields::{bytes, split},
};

/// Where the password stands in a layout.
const PASSWORD: &[u8] = b"{PASSWORD}";

/// Where the salt stands in a layout.
const SALT: &[u8] = b"{SALT}";

/// The longest layout, in bytes.
const LONGEST_LAYOUT: usize = 256;

/// A digest of password and salt.
#[derive(Clone)]
pub(crate) struct Salted {
    digest: Digest,
    /// What is digested, with the words for password and salt in it.
    layout: Vec<u8>,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Salted {
    /// Reads `pf=layout$salt$hash`; MD5 also comes without a salt.
    pub(super) fn of(digest: &str, rest: &str) -> Result<Self, UnusableHash> {
        let digest = Digest::named(digest).ok_or(UnusableHash::Unknown)?;
        if digest == Digest::Md5 && !rest.contains('$') {
            return Self::with(digest, PASSWORD.to_vec(), Vec::new(), bytes(rest)?);
        }
        let [layout, salt, hash] = split(rest)?;
        let layout = layout.strip_prefix("pf=").ok_or(UnusableHash::Malformed)?;
        Self::with(digest, bytes(layout)?, bytes(salt)?, bytes(hash)?)
    }

    /// Reads `{SSHA}`, `{SSHA256}` and `{SSHA512}` with hash and salt as directories keep them.
    pub(super) fn of_ldap(text: &str) -> Result<Self, UnusableHash> {
        let schemes = [
            ("{SSHA}", Digest::Sha1),
            ("{SSHA256}", Digest::Sha256),
            ("{SSHA512}", Digest::Sha512),
        ];
        let found = schemes
            .iter()
            .find_map(|(scheme, digest)| Some((*digest, text.strip_prefix(scheme)?)));
        let (digest, encoded) = found.ok_or(UnusableHash::Unknown)?;
        let mut hash = bytes(encoded)?;
        if hash.len() <= digest.length() {
            return Err(UnusableHash::Malformed);
        }
        let salt = hash.split_off(digest.length());
        Self::with(digest, [PASSWORD, SALT].concat(), salt, hash)
    }

    fn with(
        digest: Digest,
        layout: Vec<u8>,
        salt: Vec<u8>,
        hash: Vec<u8>,
    ) -> Result<Self, UnusableHash> {
        // Without the password in it, every password would be right.
        let has_password = layout.windows(PASSWORD.len()).any(|part| part == PASSWORD);
        if !has_password || layout.len() > LONGEST_LAYOUT || hash.len() != digest.length() {
            return Err(UnusableHash::Malformed);
        }
        Ok(Self {
            digest,
            layout,
            salt,
            hash,
        })
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut text = Vec::new();
        let mut rest = &*self.layout;
        while let Some((first, others)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(PASSWORD) {
                text.extend_from_slice(password);
                rest = after;
            } else if let Some(after) = rest.strip_prefix(SALT) {
                text.extend_from_slice(&self.salt);
                rest = after;
            } else {
                text.push(*first);
                rest = others;
            }
        }
        self.digest.of(&text).ct_eq(&self.hash).into()
    }
}

/// A keyed digest of the password.
#[derive(Clone)]
pub(crate) struct Keyed {
    digest: Digest,
    key: Vec<u8>,
    hash: Vec<u8>,
}

impl Keyed {
    /// Reads `hash$key`; the hash is written in hexadecimal digits before it is encoded.
    pub(super) fn of(digest: &str, rest: &str) -> Result<Self, UnusableHash> {
        let digest = Digest::named(digest).ok_or(UnusableHash::Unknown)?;
        let [hash, key] = split(rest)?;
        let (hash, key) = (bytes(hash)?, bytes(key)?);
        match hash.len() == 2 * digest.length() {
            true => Ok(Self { digest, key, hash }),
            false => Err(UnusableHash::Malformed),
        }
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let hash = self.digest.keyed(&self.key, password);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        hash.as_bytes()
            .ct_eq(&self.hash.to_ascii_lowercase())
            .into()
    }
}
