//! `[identity]`: what is known about people and how local ones prove who they are.

use portcullis_core::schema::Schema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{finding::Check, password::Password, schema::SchemaSource};

/// Identities.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The schema of new identities; default `default`.
    pub default_schema: String,
    /// Schemas besides the built-in `default`.
    pub schemas: Vec<SchemaSource>,
    /// Local sign-in.
    pub local: Local,
    /// What a password must be like and how it is hashed.
    pub password: Password,
}

/// `[identity.local]`: sign-in with local identities.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Local {
    /// Whether it is offered; default `true`.
    pub enabled: bool,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            default_schema: SchemaSource::PRESET.to_owned(),
            schemas: Vec::new(),
            local: Local::default(),
            password: Password::default(),
        }
    }
}

impl Default for Local {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Identity {
    /// Id and document of every schema, the built-in one included unless it is replaced.
    pub fn schema_documents(&self) -> Vec<(String, Value)> {
        let read = |source: &SchemaSource| Some((source.id.clone(), source.document.clone()?));
        let mut documents: Vec<_> = self.schemas.iter().filter_map(read).collect();
        if !documents.iter().any(|(id, _)| id == SchemaSource::PRESET)
            && let Some(preset) = SchemaSource::preset_document()
        {
            documents.insert(0, (SchemaSource::PRESET.to_owned(), preset));
        }
        documents
    }

    /// Every schema that can be read.
    pub(super) fn schemas(&self) -> Vec<Schema> {
        let documents = self.schema_documents().into_iter();
        documents
            .filter_map(|(id, document)| Schema::parse(&id, document).ok())
            .collect()
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let mut known = vec![SchemaSource::PRESET];
        for (index, schema) in self.schemas.iter().enumerate() {
            schema.validate(&mut check.under("schemas").item(index));
            let earlier = &self.schemas[..index];
            if earlier.iter().any(|one| one.id == schema.id) && !schema.id.is_empty() {
                check
                    .under("schemas")
                    .item(index)
                    .under("id")
                    .problem(format!(
                        "another schema is already called {:?}; give each one its own id",
                        schema.id
                    ));
            }
            known.push(&schema.id);
        }
        if !known.contains(&self.default_schema.as_str()) {
            check.under("default_schema").problem(format!(
                "there is no schema {:?}; write one of {}, or add [[identity.schemas]]",
                self.default_schema,
                known
                    .iter()
                    .map(|id| format!("{id:?}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
        }
        self.password.validate(&mut check.under("password"));
    }
}
