//! Forms after a submission: what was entered stays, and each complaint stands where it belongs.

use portcullis_core::{message::Message, schema::TraitError, ui::Ui};
use serde_json::{Map, Value};

/// What is wrong, with the field it is wrong in; `None` for the form as a whole.
pub(crate) type Complaint = (Option<String>, Message);

/// What is said of a button that the page does not have.
pub(crate) fn unknown() -> Message {
    Message::error(
        4_010_004,
        "This cannot be changed here. Please choose one of the buttons of this page.",
        Value::Null,
    )
}

/// The complaints about traits.
pub(crate) fn about_traits(errors: Vec<TraitError>) -> Vec<Complaint> {
    let field = |path: &str| (!path.is_empty()).then(|| format!("traits.{path}"));
    let complaint = |error: TraitError| (field(&error.path), error.message);
    errors.into_iter().map(complaint).collect()
}

/// Keeps what was entered. Passwords are never kept, nor does a form accept values for its
/// hidden and disabled fields and its buttons.
pub(crate) fn fill(ui: &mut Ui, fields: &Map<String, Value>) {
    for node in &mut ui.nodes {
        let input = &mut node.attributes;
        let is_fixed = matches!(
            input.kind.as_str(),
            "password" | "hidden" | "submit" | "button"
        );
        if is_fixed || input.disabled {
            continue;
        }
        if let Some(value) = lookup(fields, &input.name) {
            input.value = Some(match input.kind.as_str() {
                "checkbox" => Value::Bool(is_ticked(value)),
                _ => value.clone(),
            });
        }
    }
}

/// Whether a box is ticked. It comes with a hidden field before it: the last one counts.
fn is_ticked(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.last().is_some_and(is_ticked),
        Value::String(text) => text == "true" || text == "on",
        value => *value == Value::Bool(true),
    }
}

fn lookup<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('.');
    let first = fields.get(parts.next()?)?;
    let value = parts.try_fold(first, |value, part| value.get(part))?;
    (!value.is_object()).then_some(value)
}

/// Whether a message says what the form is for.
fn explains(message: &Message) -> bool {
    matches!(
        message.id,
        1_010_003 | 1_010_004 | 1_010_014 | 1_010_016 | 1_060_001
    )
}

/// Whether a message says what a proof releases. Whoever gives the proof reads it in any case.
pub(crate) fn warns(message: &Message) -> bool {
    matches!(message.id, 1_990_070..=1_990_076)
}

/// Whether a complaint about `field` stands at the node of this name: at its own, or at the list
/// whose item it is about.
fn is_about(field: Option<&str>, name: &str) -> bool {
    let rest = field.and_then(|field| field.strip_prefix(name));
    let index = rest.and_then(|rest| rest.strip_prefix('.'));
    rest == Some("") || index.is_some_and(|index| index.parse::<usize>().is_ok())
}

/// Replaces the form's complaints by these. What the form is for stays, until it is for something
/// else, and what it releases always.
pub(crate) fn complain(ui: &mut Ui, complaints: Vec<Complaint>) {
    let mut explanations = std::mem::take(&mut ui.messages);
    let is_other = |(field, message): &Complaint| field.is_none() && explains(message);
    let is_explained_anew = complaints.iter().any(is_other);
    let stays = |one: &Message| warns(one) || (explains(one) && !is_explained_anew);
    explanations.retain(stays);
    ui.nodes.iter_mut().for_each(|node| node.messages.clear());
    for (field, message) in complaints {
        let node = ui
            .nodes
            .iter_mut()
            .find(|node| is_about(field.as_deref(), &node.attributes.name));
        match node {
            Some(node) => node.messages.push(message),
            None => ui.messages.push(message),
        }
    }
    ui.messages.extend(explanations);
}

#[cfg(test)]
mod tests {
    use portcullis_core::ui::Node;

    use super::*;

    #[test]
    fn what_is_wrong_with_an_item_stands_at_its_list() {
        let node = |name| Node::input("profile", name, "text");
        let mut ui = Ui {
            action: "/".to_owned(),
            method: "POST".to_owned(),
            nodes: vec![node("traits.tag"), node("traits.tags")],
            messages: Vec::new(),
        };
        let about = |path: &str| (Some(path.to_owned()), Message::not_an_email("x"));
        complain(
            &mut ui,
            vec![about("traits.tags.1"), about("traits.tags.x")],
        );
        assert!(ui.nodes[0].messages.is_empty());
        assert_eq!(ui.nodes[1].messages.len(), 1);
        assert_eq!(
            ui.messages.len(),
            1,
            "what stands nowhere is about the whole form"
        );
    }
}
