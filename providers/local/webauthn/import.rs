//! Security keys and passkeys that another system has had made. They go on where the host is the same;
//! what could never be verified here is refused.

use portcullis_core::{credential::Credential, factor::Misfit};
use serde_json::json;

use super::{
    Refusal,
    answer::encoded,
    enrolment::{MOST, of_purpose},
    kept::{Flags, Foreign, Kept},
    purpose::Purpose,
};
use crate::{
    imports::{
        said::Said,
        tools::{Tools, Whose},
    },
    naming,
};

/// The longest id of a key (section 7.1), public key, and name of a person (section 5.4.3), in bytes.
const LONGEST_ID: usize = 1023;
const LONGEST_KEY: usize = 2048;
const LONGEST_HANDLE: usize = 64;
/// The longest name of a key as it is said, in bytes.
const LONGEST_NAME: usize = 1024;
/// How many ways to a key are said at most.
const TRANSPORTS: usize = 16;

/// The keys, beside those that the identity has; one of the same id takes the other's place.
pub(crate) fn credentials(
    purpose: Purpose,
    kept: &Said<'_>,
    whose: Whose<'_>,
    tools: &Tools,
) -> Result<Vec<Credential>, Misfit> {
    let (owner, own) = whose;
    let handle = kept.member("user_handle");
    let handle = match (handle.bytes(LONGEST_HANDLE)?, purpose) {
        (Some(said), _) => said,
        // Whoever said nothing named people by the bytes of their id.
        (None, Purpose::SecondFactor) => owner.bytes().to_vec(),
        (None, Purpose::Passkey) => {
            let reason = "this is missing: a passkey says by it whose it is";
            return Err(handle.wrong(reason));
        }
    };
    let all = kept.member("credentials");
    let before = of_purpose(own, purpose).len();
    let mut keys: Vec<Credential> = Vec::new();
    for said in all.items(MOST)? {
        let id = said.member("id");
        let name = id.bytes(LONGEST_ID)?;
        let name = encoded(&name.ok_or_else(|| id.wrong("this is missing"))?);
        if keys
            .iter()
            .any(|key| key.identifier.as_ref() == Some(&name))
        {
            return Err(id.wrong("this key is there twice"));
        }
        let config = json!(read(purpose, &said, &handle)?);
        let mut key = tools.credential((purpose.kind(), name), config, whose);
        let added_at = said.member("added_at").time()?;
        key.created_at = added_at.map_or(key.created_at, |at| at.min(key.updated_at));
        let label = said.member("display_name").text(LONGEST_NAME)?;
        let label = label.and_then(naming::cleaned).or(key.label);
        key.label = label.or_else(|| Some(purpose.default_name(before + keys.len() + 1)));
        keys.push(key);
    }
    let is_new = |key: &&Credential| own.iter().all(|one| one.id != key.id);
    match before + keys.iter().filter(is_new).count() <= MOST {
        true => Ok(keys),
        false => Err(all.wrong(format!("nobody has more than {MOST} keys of one kind"))),
    }
}

/// One key as it is kept.
fn read(purpose: Purpose, said: &Said<'_>, handle: &[u8]) -> Result<Kept, Misfit> {
    let alone = said.member("is_passwordless");
    if alone.flag()? && purpose == Purpose::SecondFactor {
        return Err(alone.wrong(
            "what needs no password here is a passkey, which its authenticator has to keep; set one up \
             anew",
        ));
    }
    let within = said.member("authenticator");
    let authenticator = match within.is_absent() {
        true => said,
        false => &within,
    };
    let copied = authenticator.member("clone_warning");
    if copied.flag()? {
        return Err(copied.wrong("there may be a copy of this key; set another one up"));
    }
    let at = said.member("public_key");
    let public_key = at.bytes(LONGEST_KEY)?;
    let public_key = public_key.ok_or_else(|| at.wrong("this is missing"))?;
    let mut transports = Vec::new();
    let ways = said.member("transport");
    if !ways.is_absent() && !ways.is_empty_list() {
        for way in ways.items(TRANSPORTS)? {
            transports.extend(way.text(64)?.map(str::to_owned));
        }
    }
    let key = Foreign {
        public_key,
        sign_count: authenticator.member("sign_count").count()?.unwrap_or(0),
        transports,
        flags: flags(&said.member("flags"))?,
        aaguid: aaguid(&authenticator.member("aaguid"))?,
        user_handle: handle.to_vec(),
    };
    Kept::foreign(key).map_err(|refusal| match refusal {
        Refusal::UnusableKey => at.wrong("only keys of ES256, EdDSA and RS256 are taken"),
        _ => at.wrong("this is no public key (COSE)"),
    })
}

/// What the authenticator said; nothing where nobody was there when it did, for then nothing was kept.
fn flags(said: &Said<'_>) -> Result<Option<Flags>, Misfit> {
    let flags = Flags {
        user_verified: said.member("user_verified").flag()?,
        backup_eligible: said.member("backup_eligible").flag()?,
        backed_up: said.member("backup_state").flag()?,
    };
    Ok(said.member("user_present").flag()?.then_some(flags))
}

/// The model: 16 bytes, or the same with hyphens.
fn aaguid(said: &Said<'_>) -> Result<Option<[u8; 16]>, Misfit> {
    if let Some(id) = said.hyphenated() {
        return Ok(Some(id));
    }
    let Some(bytes) = said.bytes(16)? else {
        return Ok(None);
    };
    let wrong = |_| said.wrong("this has to have 16 bytes");
    bytes.try_into().map(Some).map_err(wrong)
}
