//! `/admin/x/schemas`: the schemas as documents, which are changed while the gateway runs.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, Method, StatusCode,
    header::{ETAG, IF_MATCH, IF_NONE_MATCH},
    request::Parts,
};
use jiff::Timestamp;
use portcullis_core::schema::{
    Lint,
    runtime::{SchemaCheck, SchemaRecord, SchemaSource, Terms},
};
use portcullis_kit::{Failure, Outcome};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

use super::document::Document;
use crate::{
    caller::Caller,
    desk::Desk,
    doc::upkeep,
    endpoints::Endpoints,
    need::Need,
    people::refusal::mistaken,
    role::Permission::{ReadSchemas, WriteSchemas},
    schemas::{self, failure},
};

const ALL: &str = "/admin/x/schemas";
const ONE: &str = "/admin/x/schemas/{id}";

/// A schema in a list.
#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    source: SchemaSource,
    is_default: bool,
    is_selectable: bool,
    etag: String,
    updated_at: Option<Timestamp>,
    refused: Option<String>,
}

/// What a check found.
#[derive(Debug, Serialize)]
struct Checked {
    #[serde(flatten)]
    check: SchemaCheck,
    /// What is odd in the document.
    lints: Vec<Lint>,
}

impl From<SchemaRecord> for Listed {
    fn from(record: SchemaRecord) -> Self {
        Self {
            id: record.id,
            source: record.source,
            is_default: record.is_default,
            is_selectable: record.is_selectable,
            etag: record.etag,
            updated_at: record.updated_at,
            refused: record.refused,
        }
    }
}

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, ALL),
            Need::Permission(ReadSchemas),
            "Lists the schemas and where they stand.",
            list,
        ).told(upkeep::list_schemas)
        .at(
            (Method::GET, ONE),
            Need::Permission(ReadSchemas),
            "Shows a schema as it is written, with what is odd in it.",
            find,
        ).told(upkeep::find_schema)
        .at(
            (Method::PUT, ONE),
            Need::Permission(WriteSchemas),
            "Writes a schema while the gateway runs, where everybody fits it (`force=true`: all the same).",
            put,
        ).told(upkeep::put_schema)
        .at(
            (Method::POST, "/admin/x/schemas/{id}/check"),
            Need::Permission(ReadSchemas),
            "Tells how many people would not fit a schema, trait by trait, and what is odd in it.",
            check,
        ).told(upkeep::check_schema)
        .at(
            (Method::DELETE, ONE),
            Need::Permission(WriteSchemas),
            "Removes what was written while the gateway runs; that of the configuration counts again.",
            remove,
        ).told(upkeep::remove_schema)
}

async fn list(State(desk): State<Arc<Desk>>) -> Outcome {
    let all = desk.services.schema_desk.list().await.map_err(failure)?;
    let all: Vec<Listed> = all.into_iter().map(Listed::from).collect();
    Ok(Json(all).into_response())
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let found = desk.services.schema_desk.find(&id).await;
    Ok(shown(StatusCode::OK, found.map_err(failure)?))
}

async fn put(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(terms): Asked,
    document: Document,
) -> Outcome {
    let schema = schema(&document)?.clone();
    let record = schemas::put(&desk, &caller, (&id, schema), &terms).await?;
    Ok(shown(StatusCode::OK, record))
}

async fn check(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let schema = schema(&document)?;
    let check = schemas::check(&desk, (&id, schema)).await?;
    let lints = desk.services.schema_desk.lints(&id, schema);
    let lints = lints.map_err(failure)?;
    Ok(Json(Checked { check, lints }).into_response())
}

async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(terms): Asked,
) -> Outcome {
    schemas::remove(&desk, &caller, &id, &terms).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What is shown of a schema beside its document: whoever writes back what they read sends it along.
const ONLY_SHOWN: [&str; 8] = [
    "id",
    "source",
    "is_default",
    "is_selectable",
    "etag",
    "updated_at",
    "refused",
    "lints",
];

/// The document in a body: the body itself, or its member `schema`, as it is shown. What could be
/// either is refused, and so is what says of no trait at all.
fn schema(document: &Document) -> Result<&Value, Failure> {
    let body = &document.value;
    let (at, why) = match (body.get("schema"), body.get("properties")) {
        (None, Some(traits)) if traits.is_object() => return Ok(body),
        (None, Some(_)) => ("properties", "this has to be an object."),
        (Some(schema), None) if schema.is_object() => {
            let known = [&["schema"][..], &ONLY_SHOWN].concat();
            document.members()?.only(&known)?;
            return Ok(schema);
        }
        (Some(_), None) => ("schema", "this has to be an object, the document."),
        (Some(_), Some(_)) => ("schema", "this cannot stand beside properties."),
        (None, None) => (
            "",
            "The body has to be the document, which has properties, or an object that has it as schema.",
        ),
    };
    Err(mistaken(at, why))
}

/// On which terms a change is asked for.
struct Asked(Terms);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok();
        let query = parts.uri.query().unwrap_or_default();
        let mut query = form_urlencoded::parse(query.as_bytes());
        let force = match query.find(|(name, _)| name == "force") {
            None => false,
            Some((_, value)) => value
                .parse()
                .map_err(|_| mistaken("force", "this has to be true or false."))?,
        };
        let expected = schemas::expected(text(IF_MATCH), text(IF_NONE_MATCH));
        Ok(Self(Terms { expected, force }))
    }
}

fn shown(status: StatusCode, record: SchemaRecord) -> Response {
    let etag = [(ETAG, format!("\"{}\"", record.etag))];
    (status, etag, Json(record)).into_response()
}
