//! `[identity]`: what is known about people and how local ones prove who they are.

use std::path::PathBuf;

use portcullis_core::schema::{Rules, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    finding::Check,
    mfa::{Code, Mfa, Passkey},
    password::Password,
    schema::{OnUnknown, SchemaSource},
    schema_folder::SchemaFolder,
    size::ByteSize,
    text,
};

/// Identities.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The schema of new identities; default `default`.
    pub default_schema: String,
    /// Schemas besides the built-in ones.
    pub schemas: Vec<SchemaSource>,
    /// A folder of more schemas, a file for each, called by its id, with `.json` behind it or without;
    /// its file `default.schema` names the schema of new identities. None by default.
    pub schemas_dir: Option<PathBuf>,
    /// What that folder says.
    #[serde(skip)]
    pub(super) folder: SchemaFolder,
    /// What becomes of sent traits that a schema does not describe; default `reject`.
    #[serde(deserialize_with = "text::word")]
    pub on_unknown: OnUnknown,
    /// The most that all traits of an identity may take, as JSON; default `64KiB`.
    pub max_trait_bytes: ByteSize,
    /// What people sign in with.
    pub login: Login,
    /// Local sign-in.
    pub local: Local,
    /// What a password must be like and how it is hashed.
    pub password: Password,
    /// Second factors.
    pub mfa: Mfa,
    /// Passkeys.
    pub passkey: Passkey,
    /// Codes by mail.
    pub code: Code,
}

/// `[identity.login]`: what people sign in with.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Login {
    /// Whether the e-mail address stands for the username; default `false`.
    pub email_as_username: bool,
    /// Whether people may change the username they once chose; default `true`.
    pub edit_username: bool,
}

impl Default for Login {
    fn default() -> Self {
        Self {
            email_as_username: false,
            edit_username: true,
        }
    }
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
            schemas_dir: None,
            folder: SchemaFolder::default(),
            on_unknown: OnUnknown::default(),
            max_trait_bytes: ByteSize::kib(64),
            login: Login::default(),
            local: Local::default(),
            password: Password::default(),
            mfa: Mfa::default(),
            passkey: Passkey::default(),
            code: Code::default(),
        }
    }
}

impl Default for Local {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Identity {
    /// Id and document of every schema: those that are written, and the built-in ones that are
    /// used and not replaced.
    pub fn schema_documents(&self) -> Vec<(String, Value)> {
        let is_written = |id: &str| self.sources().any(|source| source.id == id);
        let is_used = |id: &str| id == SchemaSource::PRESET || id == self.default_id();
        let built_in = SchemaSource::built_in()
            .filter(|id| is_used(id) && !is_written(id))
            .map(|id| SchemaSource {
                id: id.to_owned(),
                ..SchemaSource::default()
            });
        let read = |source: &SchemaSource| Some((source.id.clone(), source.read_document()?));
        let mut documents: Vec<_> = built_in.filter_map(|source| read(&source)).collect();
        documents.extend(self.sources().filter_map(read));
        documents
    }

    /// The id of the schema of new identities: what the folder of schemas says, or `default_schema`.
    pub fn default_id(&self) -> &str {
        self.folder
            .default
            .as_deref()
            .unwrap_or(&self.default_schema)
    }

    /// Where all schemas come from that are written somewhere.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &SchemaSource> {
        self.schemas.iter().chain(&self.folder.sources)
    }

    /// Whether a schema may change without the configuration file: at an address, or in the folder.
    pub(crate) fn is_outside(&self, source: &SchemaSource) -> bool {
        source.url.is_some() || self.folder.ids().any(|id| id == source.id)
    }

    /// Gives the schema of this id its document.
    pub(crate) fn fill(&mut self, id: &str, document: &Value) {
        let all = self.schemas.iter_mut().chain(&mut self.folder.sources);
        for source in all.filter(|source| source.id == id) {
            source.document = Some(document.clone());
        }
    }

    /// Goes on with a schema that stands in the folder no more.
    pub(crate) fn keep(&mut self, id: &str, document: &Value) {
        self.folder.keep(id, document);
    }

    /// The same with what the folder of schemas says now.
    #[must_use]
    pub(crate) fn with_folder(mut self, folder: SchemaFolder) -> Self {
        self.folder = folder;
        self
    }

    /// The document of a built-in schema, whether it is used or not.
    pub fn built_in_schema(id: &str) -> Option<Value> {
        let source = SchemaSource {
            id: id.to_owned(),
            ..SchemaSource::default()
        };
        source.read_document()
    }

    /// The ids of the schemas that people may choose when they register, beside the default one.
    pub fn selectable_schemas(&self) -> Vec<String> {
        let sources = self.schemas.iter();
        let chosen = sources.filter(|source| source.selfservice_selectable);
        chosen.map(|source| source.id.clone()).collect()
    }

    /// Every schema that can be read.
    pub(super) fn schemas(&self) -> Vec<Schema> {
        let documents = self.schema_documents().into_iter();
        documents
            .filter_map(|(id, document)| {
                let rules = self.rules(&id);
                Some(Schema::parse(&id, document).ok()?.with_rules(rules))
            })
            .collect()
    }

    /// Whether people who register sign in with an address that mail proves and lets them back in by,
    /// with one at least of the schemas that they can have.
    pub(super) fn offers_sign_in_by_mail(&self) -> bool {
        let selectable = self.selectable_schemas();
        let is_offered = |schema: &Schema| {
            schema.id() == self.default_id() || selectable.iter().any(|one| one == schema.id())
        };
        let mut schemas = self.schemas().into_iter().filter(is_offered);
        schemas.any(|schema| schema.signs_in_by_mail())
    }

    /// What the gateway decides beside the schema of this name.
    pub fn rules(&self, schema: &str) -> Rules {
        let source = self.schemas.iter().find(|source| source.id == schema);
        let on_unknown = source.and_then(|source| source.on_unknown);
        Rules {
            ignores_unknown: on_unknown.unwrap_or(self.on_unknown) == OnUnknown::Ignore,
            max_trait_bytes: self.max_trait_bytes.as_usize(),
            email_as_username: self.login.email_as_username,
            edit_username: self.login.edit_username,
        }
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let mut known: Vec<&str> = SchemaSource::built_in().collect();
        for (index, schema) in self.schemas.iter().enumerate() {
            let mut check = check.under("schemas");
            let mut check = check.item(index);
            schema.validate(&mut check);
            let earlier = &self.schemas[..index];
            if earlier.iter().any(|one| one.id == schema.id) && !schema.id.is_empty() {
                check.under("id").problem(format!(
                    "another schema is already called {:?}; give each one its own id",
                    schema.id
                ));
            }
            known.push(&schema.id);
        }
        self.folder
            .validate(&self.schemas, &mut check.under("schemas_dir"));
        known.extend(self.folder.sources.iter().map(|source| &*source.id));
        self.validate_default(&known, check);
        self.password.validate(&mut check.under("password"));
    }

    fn validate_default(&self, known: &[&str], check: &mut Check<'_>) {
        if known.contains(&self.default_id()) {
            return;
        }
        let known: Vec<_> = known.iter().map(|id| format!("{id:?}")).collect();
        let message = format!(
            "there is no schema {:?}; write one of {}, or add [[identity.schemas]]",
            self.default_id(),
            known.join(", ")
        );
        match self.folder.place_of_default() {
            Some(place) => check.under("schemas_dir").problem_at(place, message),
            None => check.under("default_schema").problem(message),
        }
    }
}
