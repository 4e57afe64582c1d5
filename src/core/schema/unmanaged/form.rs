//! Attributes as a form without scripts has them: a row for each value, and one more to fill in.

use serde_json::{Map, Value, json};

use super::{MAX_NAME, MAX_VALUE, Unmanaged};
use crate::{
    message::Message,
    schema::{Schema, Viewer},
    ui::Node,
};

/// The field of the rows: `attributes.0.name`, `attributes.0.value` and so on.
pub const ATTRIBUTES: &str = "attributes";

impl Schema {
    /// The rows of the attributes that this viewer sees, with an empty one where they may change
    /// them. A value that is emptied goes.
    pub fn unmanaged_nodes(&self, viewer: Viewer, stored: &Unmanaged, group: &str) -> Vec<Node> {
        let policy = self.root.unmanaged;
        if !policy.lets_view(viewer) {
            return Vec::new();
        }
        let is_fixed = !policy.lets_edit(viewer);
        let values = stored
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let mut nodes = Vec::new();
        for (place, (name, value)) in values.enumerate() {
            let own = field(place, "name");
            nodes.push(Node::input(group, &own, "hidden").with_value(name.as_str()));
            let mut node = text(group, &field(place, "value"), MAX_VALUE);
            node.meta.label = Some(Message::titled(name, &own));
            node.attributes.value = Some(value.as_str().into());
            node.attributes.disabled = is_fixed;
            nodes.push(node);
        }
        if !is_fixed {
            let next = stored.values().map(Vec::len).sum();
            let name = text(group, &field(next, "name"), MAX_NAME);
            nodes.push(name.with_label(Message::attribute_name()));
            let value = text(group, &field(next, "value"), MAX_VALUE);
            nodes.push(value.with_label(Message::attribute_value()));
        }
        nodes
    }
}

/// The rows of a form as the object that [`Schema::accept_unmanaged`] reads.
pub fn attributes_of_rows(rows: &Value) -> Value {
    let mut attributes: Map<String, Value> = Map::new();
    for row in rows.as_object().into_iter().flat_map(Map::values) {
        let part = |name: &str| row[name].as_str().unwrap_or_default();
        let (name, value) = (part("name").trim(), part("value"));
        if name.is_empty() && value.is_empty() {
            continue;
        }
        let values = attributes.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.into());
        }
    }
    Value::Object(attributes)
}

fn text(group: &str, name: &str, longest: usize) -> Node {
    let mut node = Node::input(group, name, "text");
    node.attributes.maxlength = u64::try_from(longest).ok();
    let own = json!({"name": ATTRIBUTES, "header": "Further attributes", "description": null});
    node.attributes.ext.insert("group".to_owned(), own);
    node
}

fn field(place: usize, part: &str) -> String {
    format!("{ATTRIBUTES}.{place}.{part}")
}

#[cfg(test)]
mod tests;
