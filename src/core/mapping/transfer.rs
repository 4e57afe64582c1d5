//! One transfer of claims to what is known of an identity: what is due, and who said it.

use jiff::Timestamp;
use serde_json::Value;

use super::{Facts, Mapping, MappingEntry, Sync, Target};
use crate::{
    claims::Claims,
    id::ProviderId,
    link::LinkKey,
    provenance::{Origin, Provenance, is_within},
    schema::Schema,
    secret::TokenHash,
};

/// When a transfer takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The identity is being made: everything is due.
    Creation,
    /// Somebody has completed the traits of a new identity: theirs stand, except for forced ones.
    Completion,
    /// A known identity signs in, or is linked: what keeps up to date is due.
    SignIn,
}

/// Who says the claims, and where they go.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The provider.
    pub provider: &'a ProviderId,
    /// What the identity's traits obey.
    pub schema: &'a Schema,
    /// The providers the identity is linked to; what one of them forces, no other takes over.
    pub linked: &'a [ProviderId],
    /// Now.
    pub now: Timestamp,
}

/// What claims change on one occasion.
#[derive(Debug)]
pub struct Transfer<'a> {
    said: Vec<Said<'a>>,
    /// What the provider kept up to date and says no longer.
    unsaid: Vec<&'a MappingEntry>,
    source: Source<'a>,
    /// The account that says it.
    account: TokenHash,
}

#[derive(Debug)]
struct Said<'a> {
    entry: &'a MappingEntry,
    value: Value,
    /// It is taken over, and not only noted where somebody has let it stand.
    is_due: bool,
}

impl Mapping {
    /// What these claims change of `facts` on this occasion.
    pub fn transfer<'a>(
        &'a self,
        claims: &Claims,
        facts: &Facts,
        occasion: Occasion,
        source: Source<'a>,
    ) -> Transfer<'a> {
        let is_allowed = |entry: &&MappingEntry| {
            (self.allow_privileged || !entry.is_privileged(source.schema))
                && !is_held(&facts.provenance, &entry.key(), &source)
                && entry.has_place(source.schema)
        };
        let (mut said, mut unsaid) = (Vec::new(), Vec::new());
        for entry in self.entries.iter().filter(is_allowed) {
            let is_due = entry.is_due(occasion, facts);
            if !is_due && occasion != Occasion::Completion {
                continue;
            }
            let value = entry.value_of(claims).map(|value| match entry.target {
                Target::Traits => source.schema.normalised_at(&entry.path, value),
                _ => value,
            });
            match value.or_else(|| entry.taken_back(facts, &source)) {
                Some(value) => said.push(Said {
                    entry,
                    value,
                    is_due,
                }),
                None if entry.is_kept(facts, &source) => unsaid.push(entry),
                None => {}
            }
        }
        unsaid.retain(|entry| !said.iter().any(|said| said.overlaps(entry)));
        let account = LinkKey {
            provider: source.provider.clone(),
            issuer: claims.issuer.clone(),
            subject: claims.subject.clone(),
        };
        Transfer {
            said,
            unsaid,
            source,
            account: account.mark(),
        }
    }
}

impl Said<'_> {
    /// Whether it sets the same as the other entry, or a part of it.
    fn overlaps(&self, other: &MappingEntry) -> bool {
        let (own, other) = (self.entry.key(), other.key());
        is_within(&own, &other) || is_within(&other, &own)
    }
}

impl Transfer<'_> {
    /// `facts` with what is due.
    pub fn apply(&self, facts: &Facts) -> Facts {
        let mut fresh = self.with_roles(facts);
        for said in self.said.iter().filter(|said| said.is_due) {
            fresh.set(said.entry, said.value.clone());
        }
        for entry in &self.unsaid {
            self.take_back(entry, &mut fresh);
        }
        fresh
    }

    /// `facts` with what is due, trait by trait: whoever spoils one must not keep by that what else
    /// the provider sets or takes away. Nobody signs in with or is reached by something else
    /// afterwards, and the traits are no less valid.
    pub fn apply_one_by_one(&self, facts: &Facts) -> Facts {
        let mut fresh = self.with_roles(facts);
        for said in self.said.iter().filter(|said| said.is_due) {
            let mut next = fresh.clone();
            next.set(said.entry, said.value.clone());
            if self.may_stand(said.entry, &next, &fresh) {
                fresh = next;
            }
        }
        for entry in &self.unsaid {
            self.take_back(entry, &mut fresh);
        }
        fresh
    }

    fn with_roles(&self, facts: &Facts) -> Facts {
        let mut fresh = facts.clone();
        let mut roles: Option<Vec<String>> = None;
        for said in self.said.iter().filter(|said| said.is_due) {
            if said.entry.target == Target::Roles {
                add(roles.get_or_insert_default(), &said.value);
            }
        }
        fresh.roles = roles.unwrap_or(fresh.roles);
        fresh
    }

    /// Removes what the provider says no longer. A trait stays where the schema wants it, and where
    /// somebody signs in or is reached with it: a claim that is missing once must not keep them out.
    fn take_back(&self, entry: &MappingEntry, facts: &mut Facts) {
        let mut fresh = facts.clone();
        fresh.clear(entry);
        if self.may_stand(entry, &fresh, facts) {
            *facts = fresh;
        }
    }

    /// Whether what an entry changes leaves the traits as valid as before, and nobody signs in
    /// with or is reached by it.
    fn may_stand(&self, entry: &MappingEntry, after: &Facts, before: &Facts) -> bool {
        let schema = self.source.schema;
        let errors = |facts: &Facts| schema.errors(&facts.traits).len();
        entry.target != Target::Traits
            || (!schema.is_reached_by(&entry.path) && errors(after) <= errors(before))
    }

    /// Notes in `after` who set what, as far as it came to stand there.
    pub fn note(&self, before: &Facts, after: &mut Facts) {
        for said in &self.said {
            let (stands, is_same) = match said.entry.target {
                Target::Roles => (said.is_due, before.roles == after.roles),
                _ => {
                    let now = after.value(said.entry);
                    (now == Some(&said.value), before.value(said.entry) == now)
                }
            };
            if stands {
                self.note_one(said.entry, is_same, &mut after.provenance);
            }
        }
        for entry in &self.unsaid {
            if after.value(entry).is_none() {
                after.provenance.remove(&entry.key());
            }
        }
    }

    fn note_one(&self, entry: &MappingEntry, is_same: bool, provenance: &mut Provenance) {
        let key = entry.key();
        let known = provenance
            .get(&key)
            .is_some_and(|origin| origin.source == *self.source.provider);
        // Two accounts of one provider may give different roles, and an administrator's hold by one only.
        let account = (entry.target == Target::Roles).then_some(self.account);
        match provenance.get_mut(&key) {
            Some(origin) if known && is_same => {
                origin.sync = entry.sync;
                origin.account = account;
            }
            _ => {
                let origin = Origin {
                    source: self.source.provider.clone(),
                    synced_at: self.source.now,
                    sync: entry.sync,
                    account,
                };
                provenance.insert(key, origin);
            }
        }
    }
}

impl MappingEntry {
    fn is_due(&self, occasion: Occasion, facts: &Facts) -> bool {
        match (occasion, self.sync) {
            (Occasion::Creation, _) | (_, Sync::Force) => true,
            (Occasion::Completion, _) => self.target != Target::Traits,
            (Occasion::SignIn, Sync::Import) => false,
            (Occasion::SignIn, Sync::IfEmpty) => facts.is_empty(self),
        }
    }

    /// Roles that the provider gave and does not name any more are none: nobody keeps them because
    /// a claim has gone.
    fn taken_back(&self, facts: &Facts, source: &Source<'_>) -> Option<Value> {
        let is_ours = self.target == Target::Roles && self.is_kept(facts, source);
        is_ours.then(|| Value::Array(Vec::new()))
    }

    /// Whether the provider keeps up to date what the entry sets.
    fn is_kept(&self, facts: &Facts, source: &Source<'_>) -> bool {
        let origin = facts.provenance.get(&self.key());
        self.sync == Sync::Force && origin.is_some_and(|origin| origin.source == *source.provider)
    }
}

/// Whether another provider that the identity is linked to forces this.
fn is_held(provenance: &Provenance, key: &str, source: &Source<'_>) -> bool {
    provenance.iter().any(|(other, origin)| {
        origin.sync == Sync::Force
            && origin.source != *source.provider
            && (is_within(other, key) || is_within(key, other))
            && source.linked.contains(&origin.source)
    })
}

fn add(roles: &mut Vec<String>, value: &Value) {
    let items = value.as_array().into_iter().flatten();
    for role in std::iter::once(value)
        .chain(items)
        .filter_map(Value::as_str)
    {
        if !role.is_empty() && !roles.iter().any(|known| known == role) {
            roles.push(role.to_owned());
        }
    }
}
