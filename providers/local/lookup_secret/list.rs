//! A list of backup codes as it is kept: a keyed digest of each, and when it was used.
//!
//! The codes are random, so that a slow hash gains nothing: it would only let somebody keep the machine
//! busy. The key is one of the list's own, sealed, so that the record alone tells nothing at all.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use portcullis_core::{clock::Clock, entropy::Entropy, id::IdentityId, method::MethodError};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::code;
use crate::seals::Seals;

/// What the key is sealed for.
const PURPOSE: &str = "lookup_secret key";

/// A list, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct List {
    /// The sealed key of the digests.
    key: String,
    codes: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_at: Option<Timestamp>,
}

/// Why a code cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is none of these.
    Unknown,
    /// It has been used.
    Used,
    /// The key is sealed with one that is gone.
    Unreadable,
}

/// Whose list it is, and what seals its key.
type Keys<'a> = (IdentityId, &'a Seals);

impl List {
    /// The list of these codes.
    pub(super) fn new(
        codes: &[String],
        (owner, seals): Keys<'_>,
        entropy: &dyn Entropy,
    ) -> Result<Self, MethodError> {
        let key = entropy.bytes::<32>();
        let read = codes.iter().filter_map(|code| code::read(code));
        let entries = read.filter_map(|code| {
            Some(Entry {
                digest: digest(&key, &code)?,
                used_at: None,
            })
        });
        Ok(Self {
            codes: entries.collect(),
            key: seals.close((PURPOSE, owner), &key, entropy)?,
        })
    }

    /// The list with these codes of another system in place of its own, and those used that were used there
    /// or here: what was good once is not good again.
    pub(super) fn replaced_by(
        mut self,
        codes: &[(String, Option<Timestamp>)],
        (owner, seals): Keys<'_>,
    ) -> Result<Self, Misfit> {
        let opened = seals.open((PURPOSE, owner), &self.key);
        let opened = opened.ok_or(Misfit::Unreadable)?;
        let before = std::mem::take(&mut self.codes);
        for (code, used_at) in codes {
            let digest = digest(&opened.plain, code).ok_or(Misfit::Unreadable)?;
            let known = before.iter().find(|one| one.digest == digest);
            self.codes.push(Entry {
                used_at: known.and_then(|known| known.used_at).or(*used_at),
                digest,
            });
        }
        Ok(self)
    }

    /// How many codes there are.
    pub(super) fn total(&self) -> usize {
        self.codes.len()
    }

    /// How many of them can still be used.
    pub(super) fn left(&self) -> usize {
        self.total() - self.uses().count()
    }

    /// When others were used.
    pub(super) fn uses(&self) -> impl Iterator<Item = Timestamp> {
        self.codes.iter().filter_map(|entry| entry.used_at)
    }

    /// The list once this code is used.
    pub(super) fn with_used(
        mut self,
        typed: &str,
        (owner, seals): Keys<'_>,
        (clock, entropy): (&dyn Clock, &dyn Entropy),
    ) -> Result<Self, Misfit> {
        let opened = seals.open((PURPOSE, owner), &self.key);
        let opened = opened.ok_or(Misfit::Unreadable)?;
        let readings = [code::read(typed), code::read_foreign(typed)];
        let readings = readings.iter().flatten();
        let digests: Vec<String> = readings
            .filter_map(|code| digest(&opened.plain, code))
            .collect();
        // How long the comparison takes tells of a digest, and that tells nothing without the key.
        let mut entries = self.codes.iter_mut();
        let entry = entries.find(|entry| digests.contains(&entry.digest));
        let entry = entry.ok_or(Misfit::Unknown)?;
        if entry.used_at.is_some() {
            return Err(Misfit::Used);
        }
        entry.used_at = Some(clock.now());
        if opened.is_outdated {
            let sealed = seals.close((PURPOSE, owner), &opened.plain, entropy);
            self.key = sealed.map_err(|_| Misfit::Unreadable)?;
        }
        Ok(self)
    }
}

/// `None` for no key: one of any length will do (RFC 2104, section 3).
fn digest(key: &[u8], code: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(code.as_bytes());
    let digest = mac.finalize().into_bytes();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
