//! Identity schemas: which traits an identity has, which of them it signs in with, who may see and
//! change them, and the form that asks for them. JSON Schema draft-07 with the `ory.sh/kratos`
//! keyword, and `x-profile` beside it.
//!
//! A document describes `{"traits": …}` in its `properties.traits`, or the traits themselves.

mod access;
mod addresses;
mod annotations;
mod coerce;
mod collect;
mod complaint;
mod context;
mod document;
mod exposed;
mod field;
mod form;
mod formats;
pub mod groups;
mod judge;
mod lint;
mod marks;
mod normal;
mod partial;
mod pickers;
mod profile;
mod projection;
mod rules;
pub mod runtime;
mod schemas;
mod searchable;
mod undescribed;
mod unmanaged;
mod validators;

use serde_json::{Value, json};

pub use self::{
    addresses::FoundAddress,
    context::{Evaluation, ProfileContext, Viewer},
    document::not_allowed,
    lint::Lint,
    pickers::shown_in,
    rules::Rules,
    schemas::Schemas,
    unmanaged::{ABOUT_NAME, ATTRIBUTES, Unmanaged, UnmanagedPolicy, attributes_of_rows},
    validators::{TraitValidator, Validators},
};
use self::{complaint::Complaints, field::Field, profile::Root};
use crate::message::Message;

/// A schema.
#[derive(Debug)]
pub struct Schema {
    id: String,
    document: Value,
    validator: jsonschema::Validator,
    layout: Layout,
    fields: Vec<Field>,
    root: Root,
    rules: Rules,
    validators: Validators,
}

/// What a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// An identity, whose `traits` are one property.
    Identity,
    /// The traits themselves.
    Traits,
}

impl Layout {
    /// Where the document describes the traits, as a JSON pointer.
    fn pointer(self) -> &'static str {
        match self {
            Self::Identity => "/properties/traits",
            Self::Traits => "",
        }
    }

    /// What the document says of the traits.
    fn traits(self, document: &Value) -> &Value {
        document.pointer(self.pointer()).unwrap_or(&Value::Null)
    }
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

impl TraitError {
    /// Whether it is what was wrong `before`. Of the traits as a whole many things can be, and what has
    /// no message of its own is told by its words.
    fn is_still(&self, before: &Self) -> bool {
        match self.path.is_empty() || self.message.id == Message::invalid("").id {
            true => self == before,
            false => self.path == before.path && self.message.id == before.message.id,
        }
    }
}

impl Schema {
    /// Reads a document; `$ref` outside of it is refused.
    pub fn parse(id: &str, document: Value) -> Result<Self, InvalidSchema> {
        document::check(&document)?;
        let layout = match document.pointer("/properties/traits/properties") {
            Some(_) => Layout::Identity,
            None => Layout::Traits,
        };
        let collected = collect::collect(&document, layout)?;
        Ok(Self {
            id: id.to_owned(),
            validator: document::validator(&document, &collected.relaxed)?,
            fields: collected.fields,
            root: collected.root,
            rules: Rules::default(),
            validators: Validators::new(),
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

    /// Everything that is wrong with `traits` wherever they are; empty when they are valid.
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
        let mut errors = self.further_errors(traits);
        errors.extend(self.own_errors(traits));
        for error in self.validator.iter_errors(instance) {
            for complaint in complaints.of(&error) {
                if !errors.contains(&complaint) {
                    errors.push(complaint);
                }
            }
        }
        // An address need not look like the username it stands for.
        if let Some(field) = self.fields.iter().find(|field| field.is_substituted) {
            let path = field.dotted();
            errors.retain(|error| error.path != path);
        }
        errors
    }

    /// The dotted paths of the traits it describes.
    pub fn paths(&self) -> Vec<String> {
        self.fields.iter().map(Field::dotted).collect()
    }

    /// Whether it has no place for a trait of this dotted path: it neither describes nor allows it.
    pub fn forbids(&self, path: &str) -> bool {
        self.forbids_at(path.split('.'))
    }

    fn forbids_at<'a>(&self, path: impl Iterator<Item = &'a str>) -> bool {
        let mut place = self.layout.traits(&self.document);
        for name in path {
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
}

#[cfg(test)]
mod tests;
