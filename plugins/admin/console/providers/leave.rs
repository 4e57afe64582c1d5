//! Switching a provider on and off, and removing it: what it leaves behind is told first, and what
//! becomes of it is chosen.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use portcullis_core::administration::{
    Attached, Change, Leave, LinkFate, ProviderRecord, SessionFate,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde::Serialize;

use super::{label, place, typed};
use crate::{
    caller::Caller,
    console::{
        areas::PROVIDERS,
        notice,
        told::told,
        view::{self, Page},
    },
    desk::Desk,
    people::refusal::mistaken,
    providers,
};

/// What a provider leaves behind, as a template reads it.
#[derive(Debug, Serialize)]
struct Going {
    place: String,
    label: String,
    is_removal: bool,
    attached: Attached,
    /// What its own table says.
    links: String,
    sessions: String,
    trouble: Option<String>,
}

/// How a provider goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Disable,
    Remove,
}

pub(super) async fn enable(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Outcome {
    let wish = (Change::enabled(true), Leave::default());
    providers::change(&desk, &caller, &id, wish).await?;
    notice::redirect(&desk, &place(&id), "The provider is switched on.")
}

pub(super) async fn ask_disable(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    ask(&desk, (&caller, &visit), (&id, Way::Disable), None).await
}

pub(super) async fn ask_remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    ask(&desk, (&caller, &visit), (&id, Way::Remove), None).await
}

pub(super) async fn disable(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let wish = (Change::enabled(false), leave(&visit)?);
    match providers::change(&desk, &caller, &id, wish).await {
        Ok(_) => notice::redirect(&desk, &place(&id), "The provider is switched off."),
        Err(failure) => again(&desk, (&caller, &visit), (&id, Way::Disable), failure).await,
    }
}

pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    visit: Visit,
) -> Outcome {
    let leave = leave(&visit)?;
    match providers::remove(&desk, &caller, &id, leave).await {
        Ok(_) => notice::redirect(&desk, PROVIDERS.path, "The provider was removed."),
        Err(failure) => again(&desk, (&caller, &visit), (&id, Way::Remove), failure).await,
    }
}

/// What was chosen; everybody chooses both.
fn leave(visit: &Visit) -> Result<Leave, Failure> {
    let typed = typed(visit);
    let links = match typed.get("links").map(String::as_str) {
        None => None,
        Some("keep") => Some(LinkFate::Keep),
        Some("unlink") => Some(LinkFate::Unlink),
        Some("refuse") => Some(LinkFate::Refuse),
        Some(_) => return Err(mistaken("links", "this has to be keep, unlink or refuse.")),
    };
    let sessions = match typed.get("sessions").map(String::as_str) {
        None => None,
        Some("keep") => Some(SessionFate::Keep),
        Some("revoke") => Some(SessionFate::Revoke),
        Some(_) => return Err(mistaken("sessions", "this has to be keep or revoke.")),
    };
    Ok(Leave { links, sessions })
}

async fn again(
    desk: &Desk,
    asked: (&Caller, &Visit),
    about: (&str, Way),
    failure: Failure,
) -> Outcome {
    let code = failure.code();
    if !code.status().is_client_error() {
        return Err(failure);
    }
    let reason = told(&view::locale(desk, asked.1), &failure);
    let drawn = ask(desk, asked, about, Some(reason)).await?;
    Ok((code.status(), drawn).into_response())
}

async fn ask(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (id, way): (&str, Way),
    trouble: Option<String>,
) -> Outcome {
    let record = providers::changeable(desk, id).await?;
    let chosen = typed(asked.1);
    let own = |key: &str| match chosen.get(key) {
        Some(chosen) => chosen.clone(),
        None => fate(&record, key).to_owned(),
    };
    let going = Going {
        place: place(id),
        label: label(&record),
        is_removal: way == Way::Remove,
        attached: providers::attached(desk, id).await?,
        links: own("links"),
        sessions: own("sessions"),
        trouble,
    };
    let title = match way {
        Way::Disable => "Switch the provider off?",
        Way::Remove => "Remove the provider?",
    };
    let page = Page {
        area: PROVIDERS,
        title,
        template: "provider-leave.html",
    };
    Ok(view::draw(desk, asked, page, going))
}

/// What its table says becomes of what it leaves behind.
fn fate<'r>(record: &'r ProviderRecord, key: &str) -> &'r str {
    let table = record.table.get("on_disable");
    let fate = table.and_then(|fates| fates[key].as_str());
    fate.unwrap_or("keep")
}
