//! `/admin/x/providers`: who else may say who somebody is.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use http::{Method, StatusCode, header::LOCATION};
use portcullis_core::administration::{Attached, Change, Departed, Leave, Problem, ProviderRecord};
use portcullis_kit::{Failure, Outcome};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::document::Document;
use crate::{
    caller::Caller,
    desk::Desk,
    doc::providers as docs,
    endpoints::Endpoints,
    need::Need,
    people::refusal::{mistaken, refused},
    providers,
    role::Permission::{ReadProviders, WriteProviders},
};

const ALL: &str = "/admin/x/providers";
const ONE: &str = "/admin/x/providers/{id}";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let (reads, writes) = (
        Need::Permission(ReadProviders),
        Need::Permission(WriteProviders),
    );
    table
        .at(
            (Method::GET, ALL),
            reads,
            "Lists the providers of all sources.",
            list,
        )
        .told(docs::list)
        .at(
            (Method::POST, ALL),
            writes,
            "Adds a provider to the store.",
            add,
        )
        .told(docs::add)
        .at((Method::GET, ONE), reads, "Shows one provider.", find)
        .told(docs::find)
        .at(
            (Method::PUT, ONE),
            writes,
            "Replaces the table of a provider of the store.",
            replace,
        )
        .told(docs::replace)
        .at(
            (Method::PATCH, ONE),
            writes,
            "Changes a provider of the store by a merge patch, or switches it on or off.",
            patch,
        )
        .told(docs::patch)
        .at(
            (Method::DELETE, ONE),
            writes,
            "Removes a provider of the store, or with `dry_run=true` tells what hangs on it.",
            remove,
        )
        .told(docs::remove)
        .at(
            (Method::GET, "/admin/x/providers/{id}/status"),
            reads,
            "Asks a provider itself how it is.",
            status,
        )
        .told(docs::status)
        .at(
            (Method::POST, "/admin/x/providers/{id}/dry-run"),
            writes,
            "Tells what would become of claims, and changes nothing.",
            dry_run,
        )
        .told(docs::dry_run)
}

/// One provider with what is weak about it.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    record: ProviderRecord,
    warnings: Vec<Problem>,
}

/// What became of a provider, or would.
#[derive(Debug, Serialize)]
struct Gone<T> {
    id: String,
    removed: bool,
    #[serde(flatten)]
    what: T,
}

/// What is asked for in the query.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn leave(&self) -> Result<Leave, Failure> {
        Ok(Leave {
            links: self.one_of("links", "keep, unlink or refuse")?,
            sessions: self.one_of("sessions", "keep or revoke")?,
        })
    }

    fn is_dry_run(&self) -> Result<bool, Failure> {
        match self.value("dry_run") {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(mistaken("dry_run", "this has to be true or false.")),
        }
    }

    fn one_of<T: DeserializeOwned>(&self, name: &str, all: &str) -> Result<Option<T>, Failure> {
        let read = |value: &str| serde_json::from_value(value.into());
        let read = self.value(name).map(read).transpose();
        read.map_err(|_| mistaken(name, format!("this has to be {all}.")))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value.as_str())
    }
}

async fn list(State(desk): State<Arc<Desk>>) -> Outcome {
    Ok(Json(providers::list(&desk).await?).into_response())
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let record = providers::find(&desk, &id).await?;
    Ok(Json(shown(&desk, record).await).into_response())
}

async fn add(State(desk): State<Arc<Desk>>, caller: Caller, document: Document) -> Outcome {
    let added = providers::add(&desk, &caller, table(document)?).await?;
    let base = desk.config.public_url.as_str().trim_end_matches('/');
    let place = [(LOCATION, format!("{base}{ALL}/{}", added.id))];
    let shown = Json(shown(&desk, added).await);
    Ok((StatusCode::CREATED, place, shown).into_response())
}

async fn replace(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    document: Document,
) -> Outcome {
    let wish = (Change::Replace(table(document)?), Asked(query).leave()?);
    let changed = providers::change(&desk, &caller, &id, wish).await?;
    Ok(Json(shown(&desk, changed).await).into_response())
}

async fn patch(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    document: Document,
) -> Outcome {
    let wish = (Change::Merge(table(document)?), Asked(query).leave()?);
    let changed = providers::change(&desk, &caller, &id, wish).await?;
    Ok(Json(shown(&desk, changed).await).into_response())
}

async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Outcome {
    let asked = Asked(query);
    let leave = asked.leave()?;
    if asked.is_dry_run()? {
        providers::find(&desk, &id).await?;
        let what: Attached = providers::attached(&desk, &id).await?;
        let removed = false;
        return Ok(Json(Gone { id, removed, what }).into_response());
    }
    let what: Departed = providers::remove(&desk, &caller, &id, leave).await?;
    let removed = true;
    Ok(Json(Gone { id, removed, what }).into_response())
}

async fn status(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    Ok(Json(providers::reach(&desk, &id).await?).into_response())
}

async fn dry_run(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let claims = Value::Object(table(document)?);
    Ok(Json(providers::dry_run(&desk, &caller, &id, claims).await?).into_response())
}

async fn shown(desk: &Desk, record: ProviderRecord) -> Shown {
    let warnings = providers::weakness(desk, &record).await;
    Shown { record, warnings }
}

fn table(document: Document) -> Result<Map<String, Value>, Failure> {
    match document.value {
        Value::Object(table) => Ok(table),
        _ => Err(refused("The body has to be an object.")),
    }
}
