//! Where everything that is done to people is written down.

use portcullis_core::{id::IdentityId, identity::Identity};
use serde_json::Value;

use super::facts;
use crate::{audit::Act, caller::Caller, desk::Desk};

/// Writes down what a caller did.
pub(super) async fn note(desk: &Desk, caller: &Caller, act: Act) {
    desk.audit(caller, act).await;
}

/// Something done to an identity.
pub(super) fn on(verb: &str, id: IdentityId) -> Act {
    Act::on(verb, "identity", id)
}

/// Writes down what became of an identity: only what is different.
pub(super) async fn note_change(
    desk: &Desk,
    caller: &Caller,
    verb: &str,
    (before, after): (&Identity, &Identity),
) {
    let (mut old, mut new) = (facts::of(desk, before), facts::of(desk, after));
    if let (Value::Object(old), Value::Object(new)) = (&mut old, &mut new) {
        let same: Vec<String> = old
            .iter()
            .filter(|(name, value)| new.get(*name) == Some(value))
            .map(|(name, _)| name.clone())
            .collect();
        for name in same {
            old.remove(&name);
            new.remove(&name);
        }
    }
    note(desk, caller, on(verb, after.id).from(old).to(new)).await;
}
