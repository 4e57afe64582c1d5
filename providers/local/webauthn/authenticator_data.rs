//! What an authenticator says of a ceremony, byte by byte (section 6.1).

use ciborium::Value;
use sha2::{Digest, Sha256};

use super::{Refusal, public_key::DEEPEST, purpose::Purpose, relying_party::RelyingParty};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_KEY: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// No id of a key is longer (section 7.1).
const LONGEST_ID: usize = 1023;

/// What an authenticator says.
#[derive(Debug)]
pub(crate) struct AuthenticatorData<'a> {
    party_hash: &'a [u8],
    flags: u8,
    /// How often it has signed, as far as it counts.
    pub(crate) sign_count: u32,
    /// The key it has made.
    pub(crate) made: Option<MadeKey<'a>>,
}

/// A key that an authenticator has made.
#[derive(Debug)]
pub(crate) struct MadeKey<'a> {
    /// The model of the authenticator, as far as it tells.
    pub(crate) aaguid: [u8; 16],
    /// The key's id.
    pub(crate) id: &'a [u8],
    /// Its public half (COSE).
    pub(crate) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads it; nothing may be missing, and nothing left over.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut rest = bytes;
        let party_hash = take(&mut rest, 32)?;
        let flags = array::<1>(&mut rest)?[0];
        let sign_count = u32::from_be_bytes(array(&mut rest)?);
        let made = match flags & HAS_KEY {
            0 => None,
            _ => Some(MadeKey::parse(&mut rest)?),
        };
        if flags & HAS_EXTENSIONS != 0 {
            // Nothing was asked for, so whatever they say is ignored.
            let extensions = item(&mut rest)?;
            let _: Vec<_> = extensions.into_map().map_err(|_| Refusal::Unreadable)?;
        }
        match rest {
            [] => Ok(Self {
                party_hash,
                flags,
                sign_count,
                made,
            }),
            _ => Err(Refusal::Unreadable),
        }
    }

    /// Whether it was made for us, with somebody there, as the purpose needs it.
    pub(crate) fn check(&self, party: &RelyingParty, purpose: Purpose) -> Result<(), Refusal> {
        if self.party_hash != Sha256::digest(party.id().as_bytes()).as_slice() {
            return Err(Refusal::OtherRelyingParty);
        }
        if !self.has(USER_PRESENT) {
            return Err(Refusal::NobodyPresent);
        }
        if purpose.needs_verification() && !self.is_verified() {
            return Err(Refusal::NobodyVerified);
        }
        if self.is_backed_up() && !self.can_be_backed_up() {
            return Err(Refusal::ImpossibleFlags);
        }
        Ok(())
    }

    /// Whether the authenticator has found out who was there.
    pub(crate) fn is_verified(&self) -> bool {
        self.has(USER_VERIFIED)
    }

    /// Whether the key can be on several devices; that never changes (section 6.1.3).
    pub(crate) fn can_be_backed_up(&self) -> bool {
        self.has(BACKUP_ELIGIBLE)
    }

    /// Whether it is kept somewhere else, too.
    pub(crate) fn is_backed_up(&self) -> bool {
        self.has(BACKED_UP)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl<'a> MadeKey<'a> {
    fn parse(rest: &mut &'a [u8]) -> Result<Self, Refusal> {
        let aaguid = array(rest)?;
        let length = usize::from(u16::from_be_bytes(array(rest)?));
        if length == 0 || length > LONGEST_ID {
            return Err(Refusal::Unreadable);
        }
        let id = take(rest, length)?;
        let before = *rest;
        item(rest)?;
        let length = before.len() - rest.len();
        let public_key = before.get(..length).ok_or(Refusal::Unreadable)?;
        Ok(Self {
            aaguid,
            id,
            public_key,
        })
    }
}

/// One item of CBOR.
fn item(rest: &mut &[u8]) -> Result<Value, Refusal> {
    ciborium::de::from_reader_with_recursion_limit(rest, DEEPEST).map_err(|_| Refusal::Unreadable)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Refusal> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Refusal::Unreadable)?;
    *rest = left;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Refusal> {
    let taken = take(rest, N)?;
    taken.try_into().map_err(|_| Refusal::Unreadable)
}
