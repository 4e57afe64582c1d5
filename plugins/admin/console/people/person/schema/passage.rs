//! What becomes of somebody's traits in another schema, before anything becomes of them.

use portcullis_core::{
    identity::Identity,
    schema::{Schema, Viewer},
};
use serde_json::Value;

use crate::desk::Desk;

/// What becomes of somebody in another schema.
pub(super) struct Passage {
    /// What the schema has a place for, as far as administrators see it.
    pub(super) kept: Value,
    /// What it has none for, by dotted path.
    pub(super) lost: Vec<(String, Value)>,
    /// What else goes or is not seen any more, in English.
    pub(super) notes: Vec<String>,
}

impl Passage {
    /// What becomes of this identity there.
    pub(super) fn of(desk: &Desk, identity: &Identity, to: &Schema) -> Self {
        let stored = &identity.traits;
        let from = desk.services.schemas.find(&identity.schema_id);
        let seen = from.map_or_else(
            || stored.clone(),
            |from| from.visible(Viewer::Administrator, stored),
        );
        let mut kept = to.visible(Viewer::Administrator, &seen);
        prune(to, "", &mut kept);
        let mut lost = leaves(&seen);
        lost.retain(|(path, _)| to.forbids(path));
        let mut notes = Vec::new();
        if is_unseen_lost(to, (stored, &seen)) {
            notes.push("Something that administrators do not see goes, too.".to_owned());
        }
        notes.extend(ways(identity, to, &kept));
        let others = identity.unmanaged.len();
        if others > 0 && !to.unmanaged_policy().lets_view(Viewer::Administrator) {
            notes.push(format!(
                "Other attributes that stay stored and are not seen there: {others}"
            ));
        }
        Self { kept, lost, notes }
    }
}

/// What they sign in with, and what they are reached by, that nothing of it makes any more.
fn ways(identity: &Identity, to: &Schema, kept: &Value) -> Vec<String> {
    let (names, addresses) = (to.identifiers(kept), to.addresses(kept));
    let gone = identity.identifiers.iter();
    let gone = gone.filter(|name| !names.contains(name));
    let gone = gone.map(|name| format!("They do not sign in with this any more: {name}"));
    let forgotten = identity.addresses.iter().filter(|one| {
        let mut known = addresses.iter();
        !known.any(|found| found.value == one.value && found.via == one.via)
    });
    let forgotten =
        forgotten.map(|one| format!("This is no address of theirs any more: {}", one.value));
    gone.chain(forgotten).collect()
}

/// Whether something goes that only they themselves see. What the other schema keeps from
/// administrators as well stays.
fn is_unseen_lost(to: &Schema, (stored, seen): (&Value, &Value)) -> bool {
    let seen = leaves(seen);
    let shown = leaves(&to.visible(Viewer::Administrator, stored));
    let all = leaves(stored).into_iter();
    let mut unseen = all.filter(|(path, _)| !seen.iter().any(|(known, _)| known == path));
    unseen.any(|(path, _)| shown.iter().any(|(known, _)| *known == path))
}

/// Takes away what a schema has no place for.
fn prune(to: &Schema, at: &str, traits: &mut Value) {
    let Value::Object(members) = traits else {
        return;
    };
    members.retain(|name, member| {
        let path = below(at, name);
        let has_place = !to.forbids(&path);
        if has_place {
            prune(to, &path, member);
        }
        has_place
    });
}

/// Every value that is no object, by its dotted path.
fn leaves(traits: &Value) -> Vec<(String, Value)> {
    fn collect(at: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    collect(&below(at, name), member, found);
                }
            }
            value => found.push((at.to_owned(), value.clone())),
        }
    }
    let mut found = Vec::new();
    collect("", traits, &mut found);
    found
}

fn below(at: &str, name: &str) -> String {
    match at {
        "" => name.to_owned(),
        at => format!("{at}.{name}"),
    }
}
