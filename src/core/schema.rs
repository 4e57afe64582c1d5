//! Identity schemas: which traits an identity has, which of them it signs in with, and the form
//! that asks for them. JSON Schema draft-07 with the `ory.sh/kratos` keyword.
//!
//! A document describes `{"traits": …}` in its `properties.traits`, or the traits themselves.

mod complaint;
mod context;
mod document;
mod field;
mod form;
mod schemas;

use serde_json::{Value, json};

use self::{complaint::Complaints, field::Field};
pub use self::{
    context::{Evaluation, ProfileContext, Viewer},
    schemas::Schemas,
};
use crate::{
    identity::AddressPurpose,
    mapping::{put, remove},
    message::Message,
    provenance::is_within,
};

/// A schema.
#[derive(Debug)]
pub struct Schema {
    id: String,
    document: Value,
    validator: jsonschema::Validator,
    layout: Layout,
    fields: Vec<Field>,
}

/// What a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// An identity, whose `traits` are one property.
    Identity,
    /// The traits themselves.
    Traits,
}

/// A document is no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {reason}")]
pub struct InvalidSchema {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

/// What is wrong with one trait.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitError {
    /// The trait's dotted path, such as `name.first`; empty for the traits as a whole.
    pub path: String,
    /// What to tell people.
    pub message: Message,
}

/// An address a schema finds in traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAddress {
    /// The address, normalised.
    pub value: String,
    /// `email` or `sms`.
    pub via: String,
    /// What it may be used for.
    pub purpose: AddressPurpose,
}

impl Schema {
    /// Reads a document; `$ref` outside of it is refused.
    pub fn parse(id: &str, document: Value) -> Result<Self, InvalidSchema> {
        document::check(&document)?;
        let layout = match document.pointer("/properties/traits/properties") {
            Some(_) => Layout::Identity,
            None => Layout::Traits,
        };
        Ok(Self {
            id: id.to_owned(),
            validator: document::validator(&document)?,
            fields: field::collect(&document, layout)?,
            layout,
            document,
        })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The document as written.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Everything that is wrong with `traits`; empty when they are valid.
    pub fn errors(&self, traits: &Value) -> Vec<TraitError> {
        let wrapped;
        let (instance, depth) = match self.layout {
            Layout::Traits => (traits, 0),
            Layout::Identity => {
                wrapped = json!({ "traits": traits });
                (&wrapped, 1)
            }
        };
        let complaints = Complaints {
            fields: &self.fields,
            depth,
        };
        let mut errors: Vec<TraitError> = Vec::new();
        if has_nul(traits) {
            errors.push(TraitError {
                path: String::new(),
                message: Message::invalid("There is a character in this that cannot be kept."),
            });
        }
        for error in self.validator.iter_errors(instance) {
            for complaint in complaints.of(&error) {
                if !errors.contains(&complaint) {
                    errors.push(complaint);
                }
            }
        }
        errors
    }

    /// What is wrong with these traits where they are shown: what every place asks for, and what
    /// this one asks for besides.
    pub fn errors_in(&self, evaluation: &Evaluation, traits: &Value) -> Vec<TraitError> {
        let _ = evaluation;
        self.errors(traits)
    }

    /// The traits that somebody sends in this place: read as the types the schema asks for, what
    /// they may not change or see as it is in `stored`, normalised and judged. Every error when
    /// they are not accepted.
    pub fn accept(
        &self,
        evaluation: &Evaluation,
        submitted: Value,
        stored: &Value,
    ) -> Result<Value, Vec<TraitError>> {
        let traits = self.from_person(submitted, stored);
        let errors = self.errors_in(evaluation, &traits);
        match errors.is_empty() {
            true => Ok(traits),
            false => Err(errors),
        }
    }

    /// The traits that this viewer may see.
    pub fn visible(&self, viewer: Viewer, traits: &Value) -> Value {
        let _ = viewer;
        traits.clone()
    }

    /// What an identity with these traits signs in with, normalised.
    pub fn identifiers(&self, traits: &Value) -> Vec<String> {
        let mut identifiers = Vec::new();
        for field in self.fields.iter().filter(|field| field.is_identifier) {
            for text in field.texts(traits) {
                let identifier = normalise_identifier(text);
                if !identifier.is_empty() && !identifiers.contains(&identifier) {
                    identifiers.push(identifier);
                }
            }
        }
        identifiers
    }

    /// The addresses in these traits.
    pub fn addresses(&self, traits: &Value) -> Vec<FoundAddress> {
        let mut found: Vec<FoundAddress> = Vec::new();
        for field in &self.fields {
            let uses = [(&field.verification, true), (&field.recovery, false)];
            for (via, is_verification) in uses {
                let Some(via) = via else { continue };
                for text in field.texts(traits) {
                    let value = normalise_address(text, via);
                    if !value.is_empty() {
                        note(&mut found, value, via, is_verification);
                    }
                }
            }
        }
        found
    }

    /// The dotted paths of identifiers and addresses whose text is as asked.
    pub fn address_paths(&self, traits: &Value, is_asked: impl Fn(&str) -> bool) -> Vec<String> {
        let asked = |field: &&Field| field.is_address() && field.texts(traits).any(&is_asked);
        self.fields
            .iter()
            .filter(asked)
            .map(Field::dotted)
            .collect()
    }

    /// Puts identifiers and addresses back to what they were in `old`, where they have changed to
    /// a text that is not to be taken over.
    pub(crate) fn restore_addresses(
        &self,
        traits: &mut Value,
        old: &Value,
        is_refused: impl Fn(&str) -> bool,
    ) {
        for field in self.fields.iter().filter(|field| field.is_address()) {
            let before = field.value(old);
            if field.value(traits) != before && field.texts(traits).any(&is_refused) {
                match before.cloned() {
                    Some(before) => put(traits, &field.path, before),
                    None => remove(traits, &field.path),
                }
            }
        }
    }

    /// Puts identifiers and addresses back to what they were in `old`, where that was a text that
    /// must stay.
    pub(crate) fn keep_addresses(
        &self,
        traits: &mut Value,
        old: &Value,
        must_stay: impl Fn(&str) -> bool,
    ) {
        for field in self.fields.iter().filter(|field| field.is_address()) {
            if let Some(before) = field.value(old)
                && field.texts(old).any(&must_stay)
            {
                put(traits, &field.path, before.clone());
            }
        }
    }

    /// Whether people may edit all of the trait of this dotted path, and not only administrators.
    pub fn is_editable_by_person(&self, path: &str) -> bool {
        let overlaps = |field: &&Field| {
            let own = field.dotted();
            is_within(&own, path) || is_within(path, &own)
        };
        let mut fields = self.fields.iter().filter(overlaps);
        fields.all(|field| field.is_editable)
    }

    /// Whether somebody signs in with or is reached by the trait of this dotted path, or a part.
    pub(crate) fn is_reached_by(&self, path: &str) -> bool {
        let mut addresses = self.fields.iter().filter(|field| field.is_address());
        addresses.any(|field| is_within(&field.dotted(), path) || is_within(path, &field.dotted()))
    }

    /// The traits somebody sends of themselves: what only administrators may edit is as in `stored`.
    pub fn from_person(&self, submitted: Value, stored: &Value) -> Value {
        let mut traits = match submitted {
            Value::Null => json!({}),
            submitted => submitted,
        };
        self.keep_privileged(&mut traits, stored);
        self.coerce(traits)
    }

    /// The dotted paths of the traits it describes.
    pub fn paths(&self) -> Vec<String> {
        self.fields.iter().map(Field::dotted).collect()
    }

    /// Whether it has no place for a trait of this dotted path: it neither describes nor allows it.
    pub fn forbids(&self, path: &str) -> bool {
        let mut place = match self.layout {
            Layout::Identity => &self.document["properties"]["traits"],
            Layout::Traits => &self.document,
        };
        for name in path.split('.') {
            place = document::resolved(&self.document, place);
            match place["properties"].get(name) {
                Some(inner) => place = inner,
                None => {
                    let is_open = place.get("patternProperties").is_some();
                    return place["additionalProperties"] == false && !is_open;
                }
            }
        }
        false
    }

    /// Puts what only administrators may edit back to what it was in `old`.
    pub fn keep_privileged(&self, traits: &mut Value, old: &Value) {
        for field in self.fields.iter().filter(|field| !field.is_editable) {
            match field.value(old).cloned() {
                Some(before) => put(traits, &field.path, before),
                None => remove(traits, &field.path),
            }
        }
    }

    /// The e-mail address of somebody with these traits, as written.
    pub fn email<'a>(&self, traits: &'a Value) -> Option<&'a str> {
        let is_address = |field: &&Field| field.is_email_address();
        let is_email = |field: &&Field| field.format.as_deref() == Some("email");
        let addresses = self.fields.iter().filter(is_address);
        addresses
            .chain(self.fields.iter().filter(is_email))
            .find_map(|field| field.texts(traits).next())
    }
}

/// Whether a NUL character is anywhere in a value; not every store can keep one.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

fn note(found: &mut Vec<FoundAddress>, value: String, via: &str, is_verification: bool) {
    let known = |address: &FoundAddress| address.value == value && address.via == via;
    let index = found.iter().position(known).unwrap_or_else(|| {
        found.push(FoundAddress {
            value,
            via: via.to_owned(),
            purpose: AddressPurpose {
                verification: false,
                recovery: false,
            },
        });
        found.len() - 1
    });
    let purpose = &mut found[index].purpose;
    match is_verification {
        true => purpose.verification = true,
        false => purpose.recovery = true,
    }
}

/// An identifier as it is stored and looked up: NFKC, trimmed, lower case.
pub fn normalise_identifier(identifier: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    identifier.trim().nfkc().collect::<String>().to_lowercase()
}

/// An address as it is stored and looked up: telephone numbers as `+` and digits.
fn normalise_address(address: &str, via: &str) -> String {
    let address = normalise_identifier(address);
    match via {
        "sms" => address
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect(),
        _ => address,
    }
}

#[cfg(test)]
mod tests;
