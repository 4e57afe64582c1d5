//! Identity schemas: which traits an identity has, which of them it signs in with, and the form
//! that asks for them. JSON Schema draft-07 with the `ory.sh/kratos` keyword.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    clock::Clock,
    entropy::Entropy,
    identity::{AddressPurpose, Identity},
    message::Message,
    ui::Node,
};

/// A schema.
#[derive(Debug)]
pub struct Schema {
    id: String,
    document: Value,
    validator: jsonschema::Validator,
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
        let _ = (id, document);
        todo!()
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
        let _ = (traits, &self.validator);
        todo!()
    }

    /// What an identity with these traits signs in with, normalised.
    pub fn identifiers(&self, traits: &Value) -> Vec<String> {
        let _ = traits;
        todo!()
    }

    /// The addresses in these traits.
    pub fn addresses(&self, traits: &Value) -> Vec<FoundAddress> {
        let _ = traits;
        todo!()
    }

    /// The e-mail address of somebody with these traits, as written.
    pub fn email<'a>(&self, traits: &'a Value) -> Option<&'a str> {
        let _ = traits;
        todo!()
    }

    /// The form fields for the traits, filled with `traits`, in the order of the document; all
    /// names begin with `traits.`.
    pub fn nodes(&self, traits: &Value, group: &str) -> Vec<Node> {
        let _ = (traits, group);
        todo!()
    }

    /// Traits with the types the schema asks for, from a form's texts: numbers and booleans are
    /// read, empty texts of optional traits dropped.
    pub fn coerce(&self, traits: Value) -> Value {
        traits
    }
}

/// The schemas of a gateway.
#[derive(Debug)]
pub struct Schemas {
    schemas: Vec<Arc<Schema>>,
    default: Arc<Schema>,
}

impl Schemas {
    /// These schemas, with the one called `default_id` as default; `None` when it is not among them.
    pub fn new(schemas: Vec<Arc<Schema>>, default_id: &str) -> Option<Self> {
        let default = schemas
            .iter()
            .find(|schema| schema.id == default_id)?
            .clone();
        Some(Self { schemas, default })
    }

    /// All of them, in the order configured.
    pub fn all(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// The schema of this name.
    pub fn find(&self, id: &str) -> Option<&Arc<Schema>> {
        self.schemas.iter().find(|schema| schema.id == id)
    }

    /// The schema for new identities.
    pub fn default_schema(&self) -> &Arc<Schema> {
        &self.default
    }

    /// A new active identity with these traits, not yet stored; every error when they are invalid.
    pub fn identity(
        &self,
        schema: &Schema,
        traits: Value,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Identity, Vec<TraitError>> {
        let _ = (schema, traits, clock, entropy);
        todo!()
    }
}

/// An identifier as it is stored and looked up: NFKC, trimmed, lower case.
pub fn normalise_identifier(identifier: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    identifier.trim().nfkc().collect::<String>().to_lowercase()
}
