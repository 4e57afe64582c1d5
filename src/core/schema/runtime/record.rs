//! Schemas as administrators see them, and what keeps one from being changed.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::SchemaCheck;
use crate::{schema::Lint, store::StoreError};

/// A schema as administrators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaRecord {
    /// Its name.
    pub id: String,
    /// Where it stands.
    pub source: SchemaSource,
    /// Whether new identities obey it unless something else is said.
    pub is_default: bool,
    /// Whether people who register may choose it.
    pub is_selectable: bool,
    /// Names this very document.
    pub etag: String,
    /// When it was last written at run time.
    pub updated_at: Option<Timestamp>,
    /// Why what its file says, or its address, is not served with; what counted before stays.
    pub refused: Option<String>,
    /// What is odd in it.
    pub lints: Vec<Lint>,
    /// The document.
    pub schema: Value,
}

/// Where a schema stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SchemaSource {
    /// In the configuration, or built in.
    Config,
    /// At run time only.
    Runtime,
    /// At run time, over one of the configuration.
    Overlay,
}

impl SchemaSource {
    /// The source's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Runtime => "runtime",
            Self::Overlay => "overlay",
        }
    }
}

/// The name of a document: another document has another.
pub(super) fn etag(document: &Value) -> String {
    let digest = Sha256::digest(document.to_string());
    let digest = digest.iter().take(12);
    digest.map(|byte| format!("{byte:02x}")).collect()
}

/// On which terms a schema is changed.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What has to be there.
    pub expected: Option<Expected>,
    /// Whether to change it although stored identities do not fit, or groups that are in use go.
    pub force: bool,
}

impl Terms {
    /// Whether what is there, by the name of its document, is what has to be.
    pub fn hold_for(&self, etag: Option<&str>) -> bool {
        match (&self.expected, etag) {
            (None, _) | (Some(Expected::Absent), None) | (Some(Expected::Present), Some(_)) => true,
            (Some(Expected::OneOf(tags)), Some(etag)) => tags.iter().any(|tag| tag == etag),
            _ => false,
        }
    }
}

/// What has to be there for a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Absent,
    /// Something.
    Present,
    /// One of these documents.
    OneOf(Vec<String>),
}

/// Something that makes a document unusable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaProblem {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
}

/// A wish about a schema was not followed.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// There is no such schema.
    #[error("there is no schema of this name")]
    Unknown,
    /// No schema can be called so.
    #[error("this is no name of a schema; write letters, digits, `-`, `_` and `.`")]
    Name,
    /// The document cannot be used; these are all its problems.
    #[error("this cannot be a schema")]
    Invalid(Vec<SchemaProblem>),
    /// Groups would go in which its traits are shown; and what would become of stored identities.
    #[error("{} groups in use would go", .0.groups.len())]
    Grouped(Box<SchemaCheck>),
    /// Stored identities do not fit.
    #[error("{} of {} identities do not fit", .0.failing, .0.checked)]
    Unfit(Box<SchemaCheck>),
    /// Somebody else changed it meanwhile; reading it again helps.
    #[error("somebody else has changed the schema meanwhile")]
    Changed,
    /// It stands in the configuration, so that it cannot be removed here.
    #[error("the schema stands in the configuration")]
    Configured,
    /// Identities obey it.
    #[error("identities obey the schema")]
    InUse,
    /// The store did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SchemaProblem {
    /// The same on one line.
    pub fn told(&self) -> String {
        format!("no usable schema at {:?}: {}", self.pointer, self.reason)
    }
}

/// How many traits are named in which people do not fit.
const MOST_NAMED: usize = 5;

impl SchemaError {
    /// Why a document is refused, for whoever wrote it.
    pub fn told(&self) -> String {
        match self {
            Self::Invalid(problems) => {
                let problems = problems.iter();
                let all: Vec<_> = problems.map(SchemaProblem::told).collect();
                all.join("; ")
            }
            Self::Unfit(check) => {
                let traits = check.traits.keys().filter(|path| !path.is_empty());
                let traits: Vec<&str> = traits.take(MOST_NAMED).map(String::as_str).collect();
                match traits.is_empty() {
                    true => self.to_string(),
                    false => format!("{self}: {}", traits.join(", ")),
                }
            }
            other => other.to_string(),
        }
    }
}
