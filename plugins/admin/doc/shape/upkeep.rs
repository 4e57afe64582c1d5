//! Schemas, throttles and mail that waits.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::Moment;

/// Where a schema stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SchemaSource {
    Config,
    Runtime,
    /// At run time, over one of the configuration.
    Overlay,
}

/// A schema in a list.
#[derive(ToSchema)]
pub(crate) struct SchemaListed {
    id: String,
    source: SchemaSource,
    is_default: bool,
    /// Whether people who register may choose it.
    is_selectable: bool,
    /// Names this very document.
    etag: String,
    /// When it was last written at run time.
    #[schema(required = true)]
    updated_at: Option<Moment>,
    /// Why what its file says now, or its address, is not served with.
    #[schema(required = true)]
    refused: Option<String>,
}

/// A schema.
#[derive(ToSchema)]
pub(crate) struct SchemaShown {
    id: String,
    source: SchemaSource,
    is_default: bool,
    /// Whether people who register may choose it.
    is_selectable: bool,
    /// Names this very document.
    etag: String,
    /// When it was last written at run time.
    #[schema(required = true)]
    updated_at: Option<Moment>,
    /// Why what its file says now, or its address, is not served with.
    #[schema(required = true)]
    refused: Option<String>,
    lints: Vec<SchemaLint>,
    /// The document.
    #[schema(value_type = Object)]
    schema: Value,
}

/// Something odd in a schema.
#[derive(ToSchema)]
pub(crate) struct SchemaLint {
    /// Where, as a JSON pointer.
    pointer: String,
    /// What it is, by a name that stays.
    code: String,
    /// The same in words.
    text: String,
    /// What in the words differs from place to place, by its name.
    values: BTreeMap<String, String>,
}

/// A schema that is to be.
#[derive(ToSchema)]
#[schema(examples(json!({"schema": {"type": "object", "properties": {"traits": {
    "type": "object", "properties": {"email": {"type": "string", "format": "email"}},
}}}})))]
#[serde(untagged)]
#[expect(dead_code, reason = "only the shape is read")]
pub(crate) enum SchemaWritten {
    Document(SchemaDocument),
    Shown(Box<SchemaInside>),
}

/// The document itself.
#[derive(ToSchema)]
pub(crate) struct SchemaDocument {
    /// What it says of people.
    #[schema(value_type = Object)]
    properties: Value,
}

/// An object that has the document.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaInside {
    /// The document, as it is shown.
    #[schema(value_type = Object)]
    schema: Value,
    /// Not looked at, as all that is shown beside the document.
    id: Option<Value>,
    source: Option<Value>,
    is_default: Option<Value>,
    is_selectable: Option<Value>,
    etag: Option<Value>,
    updated_at: Option<Value>,
    refused: Option<Value>,
    lints: Option<Value>,
}

/// How people fit a schema.
#[derive(ToSchema)]
pub(crate) struct SchemaChecked {
    /// How many obey it.
    checked: u64,
    /// How many of them do not fit.
    failing: u64,
    /// How many sign in with something now, and with nothing under it.
    without_identifier: u64,
    /// How many sign in with something that it does not let them sign in with.
    dropped_identifier: u64,
    /// How many have proved an address that is none of theirs under it.
    dropped_address: u64,
    /// How many would sign in with what somebody else signs in with, and do not begin to: everything else
    /// of theirs follows, and whom nothing would be left goes on with what they had.
    taken_identifier: u64,
    /// Some of them.
    taken: Vec<IdentifierTaken>,
    /// Where they do not fit, by dotted path; empty for all traits together.
    traits: BTreeMap<String, TraitChecked>,
    /// The groups that attributes of it are shown in, and that only the document that counts declares.
    groups: Vec<GroupLost>,
    lints: Vec<SchemaLint>,
}

/// A group that a change would take from attributes which are still shown in it.
#[derive(ToSchema)]
pub(crate) struct GroupLost {
    name: String,
    /// The attributes by their dotted paths; those described elsewhere in the document by that place.
    attributes: Vec<String>,
}

/// Somebody who would sign in with what somebody else signs in with.
#[derive(ToSchema)]
pub(crate) struct IdentifierTaken {
    #[schema(format = "uuid")]
    identity: String,
    /// Whose it is, or would be before.
    #[schema(format = "uuid")]
    holder: String,
}

/// How people fit at one trait.
#[derive(ToSchema)]
pub(crate) struct TraitChecked {
    identities: u64,
    /// How many of them because it is missing.
    missing: u64,
}

/// A form.
#[derive(ToSchema)]
pub(crate) struct TraitsForm {
    /// The schema it is made of.
    schema_id: String,
    /// Its fields, as the dialect writes them.
    #[schema(value_type = Vec<Object>)]
    nodes: Vec<Value>,
}

/// Somebody has to wait before trying again.
#[derive(ToSchema)]
pub(crate) struct Throttle {
    id: String,
    /// What is held up.
    kind: String,
    /// Whom it is about.
    #[schema(required = true)]
    subject: Option<String>,
    /// Where it holds.
    #[schema(required = true)]
    network: Option<String>,
    since: Moment,
    until: Moment,
}

/// Mail that waits, was sent or was given up, without what it says.
#[derive(ToSchema)]
pub(crate) struct CourierMessage {
    #[schema(format = "uuid")]
    id: String,
    /// `queued` before anybody has tried to send it, `processing` from then on, `sent` or `abandoned`
    /// in the end.
    status: String,
    #[schema(rename = "type")]
    kind: String,
    channel: String,
    recipient: String,
    /// What it is about, in a word.
    subject: String,
    /// Never what it says.
    body: String,
    template_type: String,
    send_count: u32,
    created_at: Moment,
    updated_at: Moment,
    /// When it is tried next, while it waits.
    due_at: Option<Moment>,
    /// When it is not worth sending any more, while it waits.
    expires_at: Option<Moment>,
}
