//! Backup codes that another system has made: kept as digests like ours, and used ones stay used.

use portcullis_core::{
    credential::{Credential, CredentialKind},
    factor::Misfit,
};
use serde_json::json;

use super::{code, list::List, list_of, present};
use crate::imports::{
    said::Said,
    tools::{Tools, Whose},
};

/// The most codes that somebody has.
const MOST: usize = 100;
/// The longest code as it is written, in bytes.
const LONGEST: usize = 128;

/// The list with these codes, in place of those that the identity has.
pub(crate) fn credential(
    kept: &Said<'_>,
    whose: Whose<'_>,
    tools: &Tools,
) -> Result<Credential, Misfit> {
    let (owner, own) = whose;
    // What is exported is called otherwise than what is imported.
    let exported = kept.member("recovery_codes");
    let all = match exported.is_absent() {
        true => kept.member("codes"),
        false => exported,
    };
    let now = tools.clock.now();
    let mut codes = Vec::new();
    for one in all.items(MOST)? {
        let at = one.member("code");
        let code = code::read_foreign(at.required(LONGEST)?);
        let code = code.ok_or_else(|| at.wrong("a code has 8 to 64 letters, digits and signs"))?;
        if codes.iter().any(|(known, _)| *known == code) {
            return Err(at.wrong("this code is there twice"));
        }
        let used_at = one.member("used_at").time()?;
        codes.push((code, used_at.map(|at| at.min(now))));
    }
    let keys = (owner, &tools.seals);
    let unreadable = |_| all.wrong("the codes that there are cannot be read");
    let list = match present(own) {
        Some(credential) => list_of(credential).map_err(|_| unreadable(()))?,
        None => List::new(&[], keys, &*tools.entropy).map_err(|_| unreadable(()))?,
    };
    let list = list.replaced_by(&codes, keys);
    let list = list.map_err(|_| unreadable(()))?;
    let name = (CredentialKind::LookupSecret, owner.to_string());
    Ok(tools.credential(name, json!(list), whose))
}
