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
    leave_out_same(&mut old, &mut new);
    note(desk, caller, on(verb, after.id).from(old).to(new)).await;
}

/// Leaves only what is different, however deep: a log of names tells no addresses.
fn leave_out_same(old: &mut Value, new: &mut Value) {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return;
    };
    let names: Vec<String> = old.keys().cloned().collect();
    for name in names {
        match (old.get_mut(&name), new.get_mut(&name)) {
            (Some(before), Some(after)) if before == after => {
                old.remove(&name);
                new.remove(&name);
            }
            (Some(before), Some(after)) => leave_out_same(before, after),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_different_is_written_down() {
        let mut old =
            json!({"traits": {"email": "a", "name": {"first": "A", "last": "B"}}, "roles": []});
        let mut new =
            json!({"traits": {"email": "a", "name": {"first": "C", "last": "B"}}, "roles": []});
        leave_out_same(&mut old, &mut new);
        assert_eq!(old, json!({"traits": {"name": {"first": "A"}}}));
        assert_eq!(new, json!({"traits": {"name": {"first": "C"}}}));
    }
}
