//! The form of somebody's traits, and of what their schema does not describe.

use portcullis_core::{
    identity::Identity,
    message::Message,
    schema::{ATTRIBUTES, Evaluation, ProfileContext, Schema, Viewer, attributes_of_rows},
    ui::{Node, Ui},
};
use portcullis_kit::Failure;
use serde_json::{Map, Value};

use super::call::Call;
use crate::{
    console::{
        people::taken::{Holder, Taken},
        told::bare,
    },
    people::Wanted,
};

/// The group of its nodes.
const GROUP: &str = "profile";
/// What the names of traits begin with.
pub(super) const TRAITS: &str = "traits";

/// The form as it is stored, in the reader's language.
pub(super) fn form(call: &Call) -> Ui {
    let mut ui = of_stored(call);
    call.locale.form(&mut ui);
    ui
}

/// The form with what was sent, and what is wrong with it beside its fields; and whoever has already what
/// is nobody else's.
pub(super) async fn refused(call: &Call, failure: &Failure) -> Result<(Ui, Vec<Holder>), Failure> {
    let mut ui = of_stored(call);
    let identity = &call.identity;
    let wanted = wanted(call, identity);
    let what = (Some(identity), &wanted);
    let taken = Taken::of(&call.desk, &call.caller, what, failure).await?;
    tell(call, &mut ui, (failure, &taken));
    Ok((ui, taken.holders))
}

/// Puts what was sent into a form, and what is wrong with it beside its fields, in the reader's
/// language.
pub(super) fn tell(call: &Call, ui: &mut Ui, (failure, taken): (&Failure, &Taken)) {
    fill(ui, &call.fields);
    if !taken.mark(ui) {
        complain_of(ui, failure);
    }
    call.locale.form(ui);
}

fn complain_of(ui: &mut Ui, failure: &Failure) {
    let errors = failure.detail_of("errors").and_then(Value::as_array);
    for error in errors.into_iter().flatten() {
        let part = |name: &str| error[name].as_str().unwrap_or_default();
        complain(ui, part("path"), Message::invalid(part("message")));
    }
    if errors.is_none_or(Vec::is_empty) {
        let reason = failure.reason().unwrap_or(failure.code().meaning());
        ui.messages.push(Message::invalid(bare(reason)));
    }
}

/// What the sent form wants of somebody. What it has no fields for stays.
pub(super) fn wanted(call: &Call, identity: &Identity) -> Wanted {
    let schemas = &call.desk.services.schemas;
    let Some(schema) = schemas.find(&identity.schema_id) else {
        return Wanted::default();
    };
    let mut traits = schema.visible(Viewer::Administrator, &identity.traits);
    if let Some(sent) = call.fields.get(TRAITS) {
        lay_over(&mut traits, sent);
    }
    let is_kept = schema.unmanaged_policy().lets_edit(Viewer::Administrator);
    let rows = call.fields.get(ATTRIBUTES).filter(|_| is_kept);
    Wanted {
        traits: Some(traits),
        unmanaged: rows.map(attributes_of_rows),
        ..Wanted::default()
    }
}

fn of_stored(call: &Call) -> Ui {
    let identity = &call.identity;
    let schema = call.desk.services.schemas.find(&identity.schema_id);
    let mut nodes = schema.map_or_else(Vec::new, |schema| nodes(&schema, identity));
    if nodes.iter().any(|node| !node.attributes.disabled) {
        nodes.push(Node::submit(GROUP, "method", GROUP, Message::save()));
    }
    Ui {
        action: call.action(""),
        method: "POST".to_owned(),
        nodes,
        messages: Vec::new(),
    }
}

/// The fields of another schema over these traits.
pub(super) fn fields(schema: &Schema, traits: &Value, action: String) -> Ui {
    let place = Evaluation::of(ProfileContext::Admin);
    Ui {
        action,
        method: "POST".to_owned(),
        nodes: schema.nodes(&place, traits, GROUP),
        messages: Vec::new(),
    }
}

fn nodes(schema: &Schema, identity: &Identity) -> Vec<Node> {
    let place = Evaluation::of(ProfileContext::Admin);
    let mut nodes = schema.nodes(&place, &identity.traits, GROUP);
    nodes.extend(schema.unmanaged_nodes(Viewer::Administrator, &identity.unmanaged, GROUP));
    nodes
}

/// Puts the sent members over the stored ones, however deep.
pub(super) fn lay_over(stored: &mut Value, sent: &Value) {
    match (stored, sent) {
        (Value::Object(stored), Value::Object(sent)) => {
            for (name, value) in sent {
                lay_over(stored.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (stored, sent) => *stored = sent.clone(),
    }
}

/// Keeps what was entered.
fn fill(ui: &mut Ui, fields: &Map<String, Value>) {
    for node in &mut ui.nodes {
        let input = &mut node.attributes;
        if input.disabled || matches!(input.kind.as_str(), "hidden" | "submit" | "password") {
            continue;
        }
        if let Some(value) = lookup(fields, &input.name) {
            input.value = Some(match input.kind.as_str() {
                "checkbox" if input.options.is_empty() => Value::Bool(is_ticked(value)),
                _ => value.clone(),
            });
        }
    }
}

/// Whether a box is ticked. A hidden field stands before it: the last one counts.
fn is_ticked(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.last().is_some_and(is_ticked),
        value => value == "true",
    }
}

fn lookup<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('.');
    let first = fields.get(parts.next()?)?;
    let value = parts.try_fold(first, |value, part| value.get(part))?;
    (!value.is_object()).then_some(value)
}

/// Says what is wrong beside its field; above the form where there is none.
pub(super) fn complain(ui: &mut Ui, path: &str, message: Message) {
    let row = row_of(ui, path);
    let name = row.unwrap_or_else(|| path.to_owned());
    let mut nodes = ui.nodes.iter_mut();
    match nodes.find(|node| node.attributes.name == name) {
        Some(node) => node.messages.push(message),
        None => ui.messages.push(message),
    }
}

/// The field with the value of an attribute, by the attribute's name.
fn row_of(ui: &Ui, path: &str) -> Option<String> {
    let own = path.strip_prefix("unmanaged.")?;
    let inputs = ui.nodes.iter().map(|node| &node.attributes);
    let mut names = inputs.filter(|input| input.name.starts_with(ATTRIBUTES));
    let found = names.find(|input| input.value.as_ref().is_some_and(|value| value == own))?;
    let place = found.name.strip_suffix(".name")?;
    Some(format!("{place}.value"))
}
