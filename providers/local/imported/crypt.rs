//! The hashes of crypt(3) on Unix: MD5, SHA-256 and SHA-512 in many rounds.

use argon2::PasswordVerifier;
use sha_crypt::ShaCrypt;
use subtle::ConstantTimeEq;

use super::{UnusableHash, digest::Digest, fields::split};

/// The most rounds of SHA-2: a second or two.
const MOST_ROUNDS: u32 = 1_000_000;

/// The longest password, in bytes; each round reads all of it, and crypt(3) takes no longer one.
const LONGEST_PASSWORD: usize = 512;

/// The digits of crypt(3).
const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How often MD5 is repeated.
const MD5_ROUNDS: usize = 1000;

/// A hash of crypt(3).
#[derive(Clone)]
pub(crate) enum Crypt {
    /// With MD5.
    Md5 {
        /// Up to eight characters.
        salt: String,
        /// 22 digits.
        hash: String,
    },
    /// With SHA-2, whole.
    Sha(String),
}

impl Crypt {
    /// Reads `salt$hash`.
    pub(super) fn md5(rest: &str) -> Result<Self, UnusableHash> {
        let [salt, hash] = split(rest)?;
        let is_hash = hash.len() == 22 && is_digits(hash);
        match is_hash && salt.len() <= 8 {
            true => Ok(Self::Md5 {
                salt: salt.to_owned(),
                hash: hash.to_owned(),
            }),
            false => Err(UnusableHash::Malformed),
        }
    }

    /// Reads `rounds=5000$salt$hash`, or `salt$hash`.
    pub(super) fn sha(name: &str, rest: &str) -> Result<Self, UnusableHash> {
        let (rounds, salted) = match rest.strip_prefix("rounds=") {
            Some(rest) => {
                let (rounds, salted) = rest.split_once('$').ok_or(UnusableHash::Malformed)?;
                let rounds = rounds.parse().map_err(|_| UnusableHash::Malformed)?;
                (rounds, salted)
            }
            None => (5000, rest),
        };
        let [salt, hash] = split(salted)?;
        let length = if name == "5" { 43 } else { 86 };
        if hash.len() != length || !is_digits(hash) || salt.len() > 16 || !salt.is_ascii() {
            return Err(UnusableHash::Malformed);
        }
        match rounds {
            0..1000 => Err(UnusableHash::Malformed),
            1000..=MOST_ROUNDS => Ok(Self::Sha(format!("${name}${rest}"))),
            _ => Err(UnusableHash::TooCostly),
        }
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        if password.len() > LONGEST_PASSWORD {
            return false;
        }
        match self {
            Self::Md5 { salt, hash } => {
                let found = md5_crypt(password, salt.as_bytes());
                found.ct_eq(hash.as_bytes()).into()
            }
            Self::Sha(hash) => ShaCrypt::default()
                .verify_password(password, &**hash)
                .is_ok(),
        }
    }
}

fn is_digits(hash: &str) -> bool {
    hash.bytes().all(|byte| DIGITS.contains(&byte))
}

/// MD5 as crypt(3) of FreeBSD 2.0 stretches it.
fn md5_crypt(password: &[u8], salt: &[u8]) -> Vec<u8> {
    let twice = Digest::Md5.of(&[password, salt, password].concat());
    let mut text = [password, b"$1$", salt].concat();
    text.extend(twice.iter().cycle().take(password.len()));
    let mut length = password.len();
    while length > 0 {
        text.push(match length & 1 {
            1 => 0,
            _ => password[0],
        });
        length >>= 1;
    }
    let mut hash = Digest::Md5.of(&text);
    for round in 0..MD5_ROUNDS {
        let (first, last) = match round % 2 {
            0 => (&*hash, password),
            _ => (password, &*hash),
        };
        let salt = if round % 3 == 0 { b"" } else { salt };
        let middle = if round % 7 == 0 { b"" } else { password };
        hash = Digest::Md5.of(&[first, salt, middle, last].concat());
    }
    md5_digits(&hash)
}

/// The digits in the order that crypt(3) gives them.
fn md5_digits(hash: &[u8]) -> Vec<u8> {
    let groups = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let mut digits = Vec::with_capacity(22);
    let mut write = |mut number: usize, count: usize| {
        for _ in 0..count {
            digits.push(DIGITS[number % 64]);
            number /= 64;
        }
    };
    for [high, middle, low] in groups {
        let byte = |index: usize| usize::from(hash[index]);
        write(byte(high) << 16 | byte(middle) << 8 | byte(low), 4);
    }
    write(usize::from(hash[11]), 2);
    digits
}
