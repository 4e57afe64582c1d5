//! Keys that are derived from passwords at some cost: PBKDF2 and scrypt.

use aes::Aes256;
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit, StreamCipher},
};
use subtle::ConstantTimeEq;

use super::{
    UnusableHash,
    digest::Digest,
    fields::{bytes, numbers, split},
};
use crate::bearable::MOST_MEMORY;

/// The most rounds, over all blocks of the key: about a second.
const MOST_ROUNDS: u64 = 3_000_000;

/// The most memory that all lanes of scrypt together fill, in bytes.
const MOST_WORK: u64 = 4 * MOST_MEMORY;

/// The shortest and the longest key, in bytes: by less, wrong passwords would pass now and then.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=256;

/// How long the key of Firebase's cipher is.
const FIREBASE_KEY: usize = 32;

/// A key of PBKDF2.
#[derive(Clone)]
pub(crate) struct Pbkdf2 {
    digest: Digest,
    rounds: u32,
    salt: Vec<u8>,
    key: Vec<u8>,
}

impl Pbkdf2 {
    /// Reads `i=1000,l=32$salt$key`, or `1000$salt$key`.
    pub(super) fn of(digest: &str, rest: &str) -> Result<Self, UnusableHash> {
        let digest = Digest::named(digest).filter(|digest| *digest != Digest::Md5);
        let digest = digest.ok_or(UnusableHash::Unknown)?;
        let [cost, salt, key] = split(rest)?;
        let (salt, key) = (bytes(salt)?, bytes(key)?);
        let (rounds, length) = match cost.parse() {
            Ok(rounds) => (rounds, key.len()),
            Err(_) => {
                let [rounds, length] = numbers(cost, ["i", "l"])?;
                (rounds, length as usize)
            }
        };
        if rounds == 0 || length != key.len() || !LENGTHS.contains(&length) {
            return Err(UnusableHash::Malformed);
        }
        let blocks = length.div_ceil(digest.length()) as u64;
        if u64::from(rounds) * blocks > MOST_ROUNDS {
            return Err(UnusableHash::TooCostly);
        }
        Ok(Self {
            digest,
            rounds,
            salt,
            key,
        })
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let key = self
            .digest
            .stretched(password, &self.salt, self.rounds, self.key.len());
        key.ct_eq(&self.key).into()
    }
}

/// A key of scrypt, or what Firebase encrypts with it.
#[derive(Clone)]
pub(crate) struct Scrypt {
    params: scrypt::Params,
    salt: Vec<u8>,
    key: Vec<u8>,
    /// What Firebase encrypts: `key` is its cipher text.
    signer: Option<Vec<u8>>,
}

impl Scrypt {
    /// Reads `ln=16384,r=8,p=1$salt$key`; the cost stands as it is, or as its logarithm.
    pub(super) fn plain(rest: &str) -> Result<Self, UnusableHash> {
        let [cost, salt, key] = split(rest)?;
        let [cost, r, p] = numbers(cost, ["ln", "r", "p"])?;
        let logarithm = match cost {
            0 => return Err(UnusableHash::Malformed),
            1..64 => cost,
            _ if cost.is_power_of_two() => cost.trailing_zeros(),
            _ => return Err(UnusableHash::Malformed),
        };
        Self::with(logarithm, (r, p), bytes(salt)?, bytes(key)?)
    }

    /// Reads `ln=14,r=8,p=1$salt$hash$separator$signer`.
    pub(super) fn of_firebase(rest: &str) -> Result<Self, UnusableHash> {
        let [cost, salt, hash, separator, signer] = split(rest)?;
        let [logarithm, r, p] = numbers(cost, ["ln", "r", "p"])?;
        let mut salt = bytes(salt)?;
        salt.extend(bytes(separator)?);
        let (hash, signer) = (bytes(hash)?, bytes(signer)?);
        if hash.len() != signer.len() {
            return Err(UnusableHash::Malformed);
        }
        let read = Self::with(logarithm, (r, p), salt, hash)?;
        Ok(Self {
            signer: Some(signer),
            ..read
        })
    }

    fn with(
        logarithm: u32,
        (r, p): (u32, u32),
        salt: Vec<u8>,
        key: Vec<u8>,
    ) -> Result<Self, UnusableHash> {
        let block = 128 * u64::from(r);
        let memory = 1_u64
            .checked_shl(logarithm)
            .and_then(|cost| cost.checked_mul(block));
        let memory = memory.ok_or(UnusableHash::TooCostly)?;
        let work = memory.saturating_mul(u64::from(p));
        let blocks = block.saturating_mul(u64::from(p));
        if memory > MOST_MEMORY || work > MOST_WORK || blocks > MOST_MEMORY {
            return Err(UnusableHash::TooCostly);
        }
        let logarithm = u8::try_from(logarithm).map_err(|_| UnusableHash::TooCostly)?;
        let params = scrypt::Params::new(logarithm, r, p);
        let params = params.map_err(|_| UnusableHash::Malformed)?;
        if !LENGTHS.contains(&key.len()) {
            return Err(UnusableHash::Malformed);
        }
        Ok(Self {
            params,
            salt,
            key,
            signer: None,
        })
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let length = match self.signer {
            Some(_) => FIREBASE_KEY,
            None => self.key.len(),
        };
        let mut key = vec![0; length];
        if scrypt::scrypt(password, &self.salt, &self.params, &mut key).is_err() {
            return false;
        }
        let found = match &self.signer {
            Some(signer) => encrypted(&key, signer),
            None => key,
        };
        found.ct_eq(&self.key).into()
    }
}

/// The text encrypted with this key, from the first block on; nothing where it is no key.
fn encrypted(key: &[u8], text: &[u8]) -> Vec<u8> {
    let Ok(mut cipher) = Ctr128BE::<Aes256>::new_from_slices(key, &[0; 16]) else {
        return Vec::new();
    };
    let mut text = text.to_vec();
    cipher.apply_keystream(&mut text);
    text
}
