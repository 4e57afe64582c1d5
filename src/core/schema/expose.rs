//! What applications are told of traits, in headers that the schema names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{InvalidSchema, Schema, document::invalid, field::Field, profile::KEYWORD};

impl Schema {
    /// The headers in which applications are told of traits, in the schema's order.
    pub fn exposed_headers(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter();
        fields.filter_map(|field| field.profile.header.as_deref())
    }

    /// The traits that applications are told of, each with its header; whoever wrote the schema
    /// decided that, also of what people do not see.
    pub fn exposed<'a>(&'a self, traits: &'a Value) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.fields.iter().filter_map(|field| {
            let header = field.profile.header.as_deref()?;
            Some((header, field.value(traits)?))
        })
    }

    /// Where the document exposes the trait that is told in this header, as a JSON pointer.
    pub fn exposure(&self, header: &str) -> Option<String> {
        let is_it = |field: &&Field| field.profile.header.as_deref() == Some(header);
        self.fields.iter().find(is_it).map(pointer)
    }
}

/// Refuses two traits in one header: applications would read only one of them.
pub(super) fn check(fields: &[Field]) -> Result<(), InvalidSchema> {
    let mut known: BTreeMap<String, &Field> = BTreeMap::new();
    for field in fields {
        let Some(header) = &field.profile.header else {
            continue;
        };
        if let Some(other) = known.insert(header.to_ascii_lowercase(), field) {
            let reason = format!("{} is told in this header already", other.dotted());
            return Err(invalid(&pointer(field), &reason));
        }
    }
    Ok(())
}

fn pointer(field: &Field) -> String {
    format!("{}/{KEYWORD}/expose/header", field.pointer)
}

#[cfg(test)]
mod tests;
