//! What of a newcomer the schema does not describe, and nobody keeps.

use portcullis_core::schema::Schema;
use serde_json::Value;

use crate::migration::{Loss, Losses, newcomer::Newcomer};

/// How many attributes without a place are named before the rest is counted.
const NAMED: usize = 20;

/// Tells which attributes nobody keeps.
pub(super) fn unkept(newcomer: &Newcomer, losses: &mut Vec<Loss>) {
    let why = "the schema does not describe it and keeps nothing else (`unmanaged`)";
    for name in newcomer.unmanaged.keys().take(NAMED) {
        Losses::of(name, losses).add("the attribute", why);
    }
    let further = newcomer.unmanaged.len().saturating_sub(NAMED);
    if further > 0 {
        Losses::of("", losses).add(format!("{further} further attributes"), why);
    }
}

pub(super) fn leave_out_unknown(schema: &Schema, traits: &mut Value, losses: &mut Vec<Loss>) {
    let Value::Object(members) = traits else {
        return;
    };
    members.retain(|name, _| {
        let is_unknown = schema.forbids(name);
        if is_unknown && losses.len() < NAMED {
            let why = "the schema does not describe it, and unknown traits are left out here";
            Losses::of(name, losses).add("the trait", why);
        }
        !is_unknown
    });
}
