//! `/admin/identities`: people, in the dialect.

mod batch;
mod list;
mod patch;
mod wanted;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{HeaderName, Method, StatusCode, header::LOCATION};
use portcullis_core::{credential::CredentialKind, identity::Identity};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::{Value, json};

use super::{
    document::Document,
    pages::{all, flag},
};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as docs,
    endpoints::Endpoints,
    need::Need,
    people::{self, credentials::UNKEPT, refusal::mistaken},
    role::Permission::{ReadIdentities, WriteIdentities},
};

const ONE: &str = "/admin/identities/{id}";
const ALL: &str = "/admin/identities";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let (reads, writes) = (
        Need::Permission(ReadIdentities),
        Need::Permission(WriteIdentities),
    );
    table
        .at((Method::GET, ALL), reads, "Lists identities.", list::list)
        .told(docs::list_identities)
        .at((Method::POST, ALL), writes, "Creates an identity.", create)
        .told(docs::create_identity)
        .at(
            (Method::PATCH, ALL),
            writes,
            "Creates up to 1,000 identities, each by itself.",
            batch::create,
        )
        .told(docs::create_many)
        .at((Method::GET, ONE), reads, "Shows one identity.", find)
        .told(docs::find_identity)
        .at(
            (Method::GET, "/admin/identities/by/external/{external_id}"),
            reads,
            "Shows the identity that is called this elsewhere.",
            find_by_external_id,
        )
        .told(docs::find_by_external_id)
        .at(
            (Method::GET, "/admin/identities/by/external"),
            reads,
            "Shows the identity that is called what `external_id` says, though no path can hold it.",
            find_by_any_external_id,
        )
        .told(docs::find_by_any_external_id)
        .at(
            (Method::PUT, ONE),
            writes,
            "Replaces schema, state, traits and metadata of an identity.",
            replace,
        )
        .told(docs::replace_identity)
        .at(
            (Method::PATCH, ONE),
            writes,
            "Changes an identity by a JSON Patch or a merge patch.",
            patch::change,
        )
        .told(docs::patch_identity)
        .at(
            (Method::DELETE, ONE),
            writes,
            "Deletes an identity, or with `dry_run=true` tells what would go.",
            delete,
        )
        .told(docs::delete_identity)
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>, visit: Visit) -> Outcome {
    let declassified = declassified(&visit)?;
    let identity = people::find(&desk, &id).await?;
    let json = shown(&desk, &identity, &declassified).await?;
    Ok(Json(json).into_response())
}

async fn find_by_external_id(
    State(desk): State<Arc<Desk>>,
    Path(name): Path<String>,
    visit: Visit,
) -> Outcome {
    called(&desk, &name, &visit).await
}

/// Not every name can stand in a path: a backslash, or a dot alone, would lead elsewhere there.
async fn find_by_any_external_id(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    const NAME: &str = "external_id";
    let given = visit.parameters().iter();
    let mut given = given.filter(|(name, value)| name == NAME && !value.is_empty());
    match (given.next(), given.next()) {
        (Some((_, name)), None) => called(&desk, name, &visit).await,
        (None, _) => Err(mistaken(NAME, "this is missing.")),
        (Some(_), Some(_)) => Err(mistaken(NAME, "this stands there twice.")),
    }
}

async fn called(desk: &Desk, name: &str, visit: &Visit) -> Outcome {
    let declassified = declassified(visit)?;
    let identity = people::find_by_external_id(desk, name).await?;
    let json = shown(desk, &identity, &declassified).await?;
    Ok(Json(json).into_response())
}

async fn create(State(desk): State<Arc<Desk>>, caller: Caller, document: Document) -> Outcome {
    let wanted = wanted::read_new(&document.members()?)?;
    let identity = people::create(&desk, &caller, &wanted).await?;
    let json = shown(&desk, &identity, &[]).await?;
    let place = location(&desk, &identity);
    Ok((StatusCode::CREATED, [place], Json(json)).into_response())
}

async fn replace(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let wanted = wanted::read_whole(&document.members()?)?;
    let identity = people::change(&desk, &caller, &id, |_| Ok(wanted.clone())).await?;
    let json = shown(&desk, &identity, &[]).await?;
    Ok(Json(json).into_response())
}

async fn delete(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    if flag(&visit, "dry_run")? != Some(true) {
        people::delete(&desk, &caller, &id).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let (identity, belongings) = people::rehearse(&desk, &caller, &id).await?;
    let mut told = json!(belongings);
    told["identity_id"] = json!(identity.id);
    told["deleted"] = json!(false);
    Ok(Json(told).into_response())
}

/// Where a new identity is.
fn location(desk: &Desk, identity: &Identity) -> (HeaderName, String) {
    let base = desk.config.public_url.as_str().trim_end_matches('/');
    (LOCATION, format!("{base}{ALL}/{}", identity.id))
}

/// An identity with what it signs in with.
async fn shown(
    desk: &Desk,
    identity: &Identity,
    declassified: &[CredentialKind],
) -> Result<Value, Failure> {
    let credentials = desk.services.credentials.list(identity.id).await?;
    let mut json = dialect::identity_for_administrators(&desk.services, identity);
    json["credentials"] = dialect::credentials(identity, &credentials, declassified);
    Ok(json)
}

/// The kinds of credentials that are to be told more of: `include_credential`, any number of times.
fn declassified(visit: &Visit) -> Result<Vec<CredentialKind>, Failure> {
    let named = all(visit, "include_credential").into_iter();
    let named = named.filter(|name| !UNKEPT.contains(name));
    let read = |value: &str| {
        value
            .parse()
            .map_err(|_| mistaken("include_credential", format!("there is no kind {value:?}.")))
    };
    named.map(read).collect()
}
