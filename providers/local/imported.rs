//! Password hashes that other systems made: read when identities are imported, checked at the first
//! sign-in, and replaced by one of our own then. The notation is the one that Ory Kratos imports.

mod crypt;
mod derived;
mod digest;
mod fields;
mod salted;

use std::str::FromStr;

use argon2::{Argon2, PasswordHash, PasswordVerifier};

use self::{
    crypt::Crypt,
    derived::{Pbkdf2, Scrypt},
    salted::{Keyed, Salted},
};
use crate::bearable;

/// The longest text that is read as a hash, in bytes.
const LONGEST: usize = 2048;

/// The highest cost of bcrypt: about a second.
const MOST_BCRYPT: u32 = 14;

/// A password hash cannot be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusableHash {
    /// No format that is known here begins like this.
    #[error("the format of the password hash is not known")]
    Unknown,
    /// It begins like a known format and does not go on like it.
    #[error("the password hash is malformed")]
    Malformed,
    /// Checking it would take so long, or so much memory, that sign-ins could bring the gateway down.
    #[error("the password hash takes too long or too much memory to check")]
    TooCostly,
}

/// Whether a hash that another system made can be taken over.
pub fn usable_hash(hash: &str) -> Result<(), UnusableHash> {
    hash.parse::<Imported>().map(drop)
}

/// A hash that another system made.
#[derive(Clone)]
pub(crate) enum Imported {
    /// argon2id and argon2i (RFC 9106).
    Argon2(String),
    /// bcrypt.
    Bcrypt(String),
    /// crypt(3) with MD5, SHA-256 and SHA-512.
    Crypt(Crypt),
    /// HMAC (RFC 2104) with a key that is no secret any more.
    Keyed(Keyed),
    /// PBKDF2 (RFC 8018).
    Pbkdf2(Pbkdf2),
    /// One pass of a digest, salted or not.
    Salted(Salted),
    /// scrypt (RFC 7914), also as Firebase uses it.
    Scrypt(Scrypt),
}

impl FromStr for Imported {
    type Err = UnusableHash;

    fn from_str(hash: &str) -> Result<Self, UnusableHash> {
        if hash.len() > LONGEST || hash.contains('\0') {
            return Err(UnusableHash::Malformed);
        }
        if hash.starts_with('{') {
            return Salted::of_ldap(hash).map(Self::Salted);
        }
        let rest = hash.strip_prefix('$').ok_or(UnusableHash::Unknown)?;
        let (name, rest) = rest.split_once('$').ok_or(UnusableHash::Unknown)?;
        match name {
            "argon2id" | "argon2i" => argon2(hash).map(Self::Argon2),
            "2a" | "2b" | "2y" | "2z" => bcrypt(rest).map(Self::Bcrypt),
            "1" | "md5-crypt" => Crypt::md5(rest).map(Self::Crypt),
            "5" | "sha256-crypt" => Crypt::sha("5", rest).map(Self::Crypt),
            "6" | "sha512-crypt" => Crypt::sha("6", rest).map(Self::Crypt),
            "scrypt" => Scrypt::plain(rest).map(Self::Scrypt),
            "firescrypt" => Scrypt::of_firebase(rest).map(Self::Scrypt),
            "md5" | "sha1" | "sha256" | "sha512" => Salted::of(name, rest).map(Self::Salted),
            _ => match name.split_once('-') {
                Some(("pbkdf2", digest)) => Pbkdf2::of(digest, rest).map(Self::Pbkdf2),
                Some(("hmac", digest)) => Keyed::of(digest, rest).map(Self::Keyed),
                _ => Err(UnusableHash::Unknown),
            },
        }
    }
}

impl Imported {
    /// Whether this password has the hash.
    pub(crate) fn verify(&self, password: &[u8]) -> bool {
        match self {
            Self::Argon2(hash) => PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok()),
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Crypt(crypt) => crypt.verify(password),
            Self::Keyed(keyed) => keyed.verify(password),
            Self::Pbkdf2(pbkdf2) => pbkdf2.verify(password),
            Self::Salted(salted) => salted.verify(password),
            Self::Scrypt(scrypt) => scrypt.verify(password),
        }
    }
}

fn argon2(hash: &str) -> Result<String, UnusableHash> {
    let parsed = PasswordHash::new(hash).map_err(|_| UnusableHash::Malformed)?;
    let params = argon2::Params::try_from(&parsed).map_err(|_| UnusableHash::Malformed)?;
    let is_known = bearable::ARGON2.contains(&parsed.algorithm);
    if !is_known || parsed.salt.is_none() || parsed.hash.is_none() {
        return Err(UnusableHash::Malformed);
    }
    match bearable::is_bearable(&params) {
        true => Ok(hash.to_owned()),
        false => Err(UnusableHash::TooCostly),
    }
}

fn bcrypt(rest: &str) -> Result<String, UnusableHash> {
    // The letters tell of mended mistakes of old makers, and mean the same to whoever made none.
    let hash = format!("$2b${rest}");
    let parts: bcrypt::HashParts = hash.parse().map_err(|_| UnusableHash::Malformed)?;
    match parts.get_cost() {
        4..=MOST_BCRYPT => Ok(hash),
        0..4 => Err(UnusableHash::Malformed),
        _ => Err(UnusableHash::TooCostly),
    }
}

#[cfg(test)]
mod tests;
