//! Values at dotted paths.

use serde_json::Value;

/// The value at a dotted path.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(value, |value, name| value.get(name))
}

/// Sets a value below `traits`, making the objects it needs; does nothing where something else
/// stands in the way.
pub(crate) fn put(traits: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *traits = value;
        return;
    };
    if let Value::Object(members) = traits {
        let member = members
            .entry(first.clone())
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
        put(member, rest, value);
    }
}

/// Removes a value below `traits`.
pub(crate) fn remove(traits: &mut Value, path: &[String]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let parent = parents
        .iter()
        .try_fold(traits, |value, name| value.get_mut(name));
    if let Some(Value::Object(members)) = parent {
        members.shift_remove(last);
    }
}
