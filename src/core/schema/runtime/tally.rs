//! How many stored identities a new schema would turn away, and where.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::taken::{Gain, Gained, TakenIdentifier, Wanted};
use crate::{
    identity::{Identity, IdentityStore},
    message::Message,
    schema::{
        Evaluation, FoundAddress, ProfileContext, Schema, TraitError,
        groups::{self, LostGroup},
    },
    store::StoreError,
};

/// How many identities are read at a time.
const PAGE: u32 = 500;

/// How many are listed, however many are counted.
const MOST_LISTED: usize = 20;

/// What became of the identities that were checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaCheck {
    /// How many obey the schema.
    pub checked: u64,
    /// How many of them do not fit.
    pub failing: u64,
    /// How many sign in with something now, and with nothing under the new schema.
    pub without_identifier: u64,
    /// How many sign in with something that the new schema does not let them sign in with.
    pub dropped_identifier: u64,
    /// How many have proved an address that is none of theirs under the new schema.
    pub dropped_address: u64,
    /// How many would sign in with what somebody else signs in with, or would, too, and do not.
    pub taken_identifier: u64,
    /// Some of them.
    pub taken: Vec<TakenIdentifier>,
    /// Where they do not fit, by dotted path; empty for all traits together.
    pub traits: BTreeMap<String, TraitCheck>,
    /// The groups that traits of the new schema are shown in, and that only the one before declares.
    #[serde(default)]
    pub groups: Vec<LostGroup>,
}

/// How many identities do not fit at one trait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraitCheck {
    /// How many.
    pub identities: u64,
    /// How many of them because it is missing.
    pub missing: u64,
}

impl SchemaCheck {
    /// Checks one more identity, which is told with whose it is where it gets none of what it would
    /// begin to sign in with.
    fn add(&mut self, schema: &Schema, identity: &Identity, taken: Option<TakenIdentifier>) {
        self.checked += 1;
        let traits = schema.normalised(identity.traits.clone());
        let errors = errors(schema, &traits);
        let kept = schema.identifiers(&traits);
        let loses_all = !identity.identifiers.is_empty() && kept.is_empty();
        let loses_one = identity.identifiers.iter().any(|one| !kept.contains(one));
        let loses_proof = loses_proof(schema, &traits, identity);
        let is_failing = loses_one || loses_proof || taken.is_some() || !errors.is_empty();
        self.failing += u64::from(is_failing);
        self.without_identifier += u64::from(loses_all);
        self.dropped_identifier += u64::from(loses_one);
        self.dropped_address += u64::from(loses_proof);
        self.taken_identifier += u64::from(taken.is_some());
        let room = self.taken.len() < MOST_LISTED;
        self.taken.extend(taken.filter(|_| room));
        let missing = Message::required("").id;
        let wrong: BTreeSet<_> = errors.iter().map(|error| &error.path).collect();
        for path in wrong {
            let place = self.traits.entry(path.clone()).or_default();
            place.identities += 1;
            let is_missing = |e: &TraitError| e.path == *path && e.message.id == missing;
            place.missing += u64::from(errors.iter().any(is_missing));
        }
    }
}

/// Checks what becomes of everybody who obeys a schema of this name, and of the groups that the document
/// before it declares.
pub async fn check(
    (before, schema): (Option<&Value>, &Schema),
    identities: &dyn IdentityStore,
) -> Result<SchemaCheck, StoreError> {
    let mut check = tally(schema, identities).await?;
    if let Some(before) = before {
        check.groups = groups::lost(before, schema.document());
    }
    Ok(check)
}

/// Checks everybody who obeys a schema of this name.
pub async fn tally(
    schema: &Schema,
    identities: &dyn IdentityStore,
) -> Result<SchemaCheck, StoreError> {
    let (mut check, mut wanted) = (SchemaCheck::default(), Wanted::default());
    let (mut gaining, mut after) = (false, None);
    loop {
        let page = identities.list_of(schema.id(), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for one in &page {
            gaining |= wanted.note(schema, one) == Gain::Some;
            check.add(schema, one, None);
        }
    }
    // Who gets what is known only once everybody has said what they would begin to sign in with.
    match gaining {
        true => shared_out(schema, identities, &wanted).await,
        false => Ok(check),
    }
}

/// The same, of those who would begin to sign in with something.
async fn shared_out(
    schema: &Schema,
    identities: &dyn IdentityStore,
    wanted: &Wanted,
) -> Result<SchemaCheck, StoreError> {
    let (mut check, mut gained) = (SchemaCheck::default(), Gained::default());
    let mut after = None;
    loop {
        let page = identities.list_of(schema.id(), after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(check);
        };
        after = Some(last.id);
        let taken = gained.taken(schema, &page, (identities, wanted)).await?;
        let mut taken = taken.into_iter().peekable();
        for identity in &page {
            let its = taken.next_if(|one| one.identity == identity.id);
            check.add(schema, identity, its);
        }
    }
}

/// Whether somebody with these traits has proved an address that is none of theirs any more.
fn loses_proof(schema: &Schema, traits: &Value, identity: &Identity) -> bool {
    let kept = schema.addresses(traits);
    let mut proved = identity.addresses.iter();
    proved.any(|one| {
        let is_kept = |found: &FoundAddress| found.value == one.value && found.via == one.via;
        one.verified_at.is_some() && !kept.iter().any(is_kept)
    })
}

/// Everything wrong with these traits, and what people would be asked for at their next sign-in.
fn errors(schema: &Schema, traits: &Value) -> Vec<TraitError> {
    let mut errors = schema.errors(traits);
    for context in [ProfileContext::Admin, ProfileContext::VerifyProfile] {
        let asked = schema.errors_in(&Evaluation::of(context), traits);
        // What people cannot see is told without its name, and named already.
        let named = asked.into_iter().filter(|error| !error.path.is_empty());
        let new: Vec<_> = named.filter(|error| !errors.contains(error)).collect();
        errors.extend(new);
    }
    errors
}
