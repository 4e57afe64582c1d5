//! A schema as a form: the fields that people fill in.

use serde_json::{Value, json};

use super::{Evaluation, ProfileContext, Schema, annotations, complaint, field::Field};
use crate::{
    message::Message,
    ui::{Choice, Node},
};

/// The most values that a form lists; more are for a search to find.
const MAX_OPTIONS: usize = 500;

impl Schema {
    /// The form fields of this place for the traits, filled with `traits`; all names begin with
    /// `traits.`. They stand by their `order`, the others after them as in the document, those of a
    /// group together. Objects, and lists of anything but texts and numbers, have none.
    pub fn nodes(&self, evaluation: &Evaluation, traits: &Value, group: &str) -> Vec<Node> {
        let viewer = evaluation.context.viewer();
        let begins = matches!(
            evaluation.context,
            ProfileContext::Registration | ProfileContext::BrokerReview
        );
        let is_shown = |field: &&Field| {
            field.is_entered()
                && field.is_visible(viewer)
                && field.is_enabled(evaluation)
                // What nobody has filled in yet, and its person cannot, is nothing to look at.
                && (!begins || field.is_editable(evaluation) || !field.is_absent(traits))
        };
        let mut fields: Vec<&Field> = self.fields.iter().filter(is_shown).collect();
        fields.sort_by(|one, other| one.rank.cmp(&other.rank));
        let places: Vec<usize> = fields
            .iter()
            .map(|field| {
                let is_together =
                    |other: &&Field| field.group.is_some() && other.group == field.group;
                let is_it = |other: &&Field| is_together(other) || std::ptr::eq(*other, *field);
                fields.iter().position(is_it).unwrap_or_default()
            })
            .collect();
        let mut placed: Vec<(usize, &Field)> = places.into_iter().zip(fields).collect();
        placed.sort_by_key(|(place, _)| *place);
        placed
            .into_iter()
            .map(|(_, field)| self.node(field, evaluation, traits, group))
            .collect()
    }

    fn node(&self, field: &Field, evaluation: &Evaluation, traits: &Value, group: &str) -> Node {
        let name = format!("traits.{}", field.dotted());
        let kind = annotations::wire_type(field).unwrap_or_else(|| input_type(field));
        let label = Message::titled(field.label(), &name);
        let mut node = Node::input(group, &name, kind).with_label(label);
        let attributes = &mut node.attributes;
        let value = field.value(traits).filter(|value| !value.is_null());
        let default = field.default.as_ref();
        let default = default.filter(|_| evaluation.context == ProfileContext::Registration);
        attributes.value = value.or(default).cloned();
        let is_asked = field.is_required || field.is_required_in(evaluation);
        // A box that must be there need not be ticked, unless true is all it may be.
        attributes.required =
            is_asked && (kind != "checkbox" || field.constant == Some(true.into()));
        attributes.disabled = field.is_disabled || !field.is_editable(evaluation);
        if matches!(kind, "email" | "tel" | "url") {
            attributes.autocomplete = Some(kind.to_owned());
        }
        attributes.pattern = field.pattern.as_deref().map(html_pattern);
        attributes.maxlength = field.max_length;
        if field.options.len() <= MAX_OPTIONS {
            let value = |value: &Value| Choice {
                value: value.clone(),
            };
            attributes.options = field.options.iter().map(value).collect();
        }
        if field.is("array") {
            attributes.ext.insert("multiple".to_owned(), true.into());
        }
        for (name, bound) in ["min", "max"].into_iter().zip(&field.bounds) {
            if let Some(bound) = bound {
                attributes.ext.insert(name.to_owned(), bound.clone());
            }
        }
        annotations::apply(field, attributes);
        let words = complaint::own_words(field, "pattern");
        if let Some(words) = words.filter(|_| attributes.pattern.is_some()) {
            attributes.explain_pattern(&words.text);
        }
        if let Some(name) = &field.group {
            let group = self.root.groups.iter().find(|group| group.name == *name);
            let group = json!({
                "name": name,
                "header": group.and_then(|group| group.header.as_deref()),
                "description": group.and_then(|group| group.description.as_deref()),
            });
            attributes.ext.insert("group".to_owned(), group);
        }
        node
    }
}

fn input_type(field: &Field) -> &'static str {
    if field.is("boolean") {
        return "checkbox";
    }
    if field.is("number") || field.is("integer") {
        return "number";
    }
    if field.is("array") {
        return "text";
    }
    match field.format.as_deref() {
        Some("email" | "idn-email") => "email",
        Some("tel") => "tel",
        Some("uri" | "iri") => "url",
        Some("date" | "iso-date") => "date",
        // `date-time` too: a published client cannot render `datetime-local`.
        _ => "text",
    }
}

/// A browser's pattern must match all of a value, a schema's need only be found in it.
fn html_pattern(pattern: &str) -> String {
    let is_whole = pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains('|');
    let is_wrapped = pattern.starts_with("^(?:") && pattern.ends_with(")$");
    match is_whole || is_wrapped {
        true => pattern.to_owned(),
        false => format!(".*(?:{pattern}).*"),
    }
}

#[cfg(test)]
mod tests;
