//! `/admin/x/required-actions` and `…/required-actions` of an identity: what people can be asked to do,
//! most of it before they are let through, and what somebody has been asked to.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::Method;
use portcullis_core::identity::Identity;
use portcullis_kit::Outcome;
use serde_json::{Value, json};

use super::document::Document;
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as doc,
    endpoints::Endpoints,
    need::Need,
    people::{self, Wanted, refusal::mistaken},
    role::Permission::{ReadIdentities, WriteIdentities},
};

const OF_ONE: &str = "/admin/identities/{id}/required-actions";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/admin/x/required-actions"),
            Need::Permission(ReadIdentities),
            "Lists what people can be asked to do, in the order in which it is asked for.",
            list,
        )
        .told(doc::required_actions)
        .at(
            (Method::GET, OF_ONE),
            Need::Permission(ReadIdentities),
            "Tells what an identity has been asked to do, pending or not.",
            find,
        )
        .told(doc::asked_actions)
        .at(
            (Method::PATCH, OF_ONE),
            Need::Permission(WriteIdentities),
            "Asks an identity to do actions (`add`), or no more (`remove`).",
            change,
        )
        .told(doc::ask_actions)
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    Ok(told(&people::find(&desk, &id).await?))
}

async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    members.only(&["add", "remove"])?;
    let added = members.texts("add")?.unwrap_or_default();
    let removed = members.texts("remove")?.unwrap_or_default();
    if let Some(at) = removed.iter().position(|alias| added.contains(alias)) {
        let at = format!("remove[{at}]");
        return Err(mistaken(&at, "this stands in add as well."));
    }
    let want = |_: &Identity| {
        Ok(Wanted {
            actions_changed: Some((added.clone(), removed.clone())),
            ..Wanted::default()
        })
    };
    Ok(told(&people::change(&desk, &caller, &id, want).await?))
}

fn told(identity: &Identity) -> Response {
    Json(json!({
        "identity_id": identity.id, "required_actions": identity.required_actions,
    }))
    .into_response()
}

async fn list(State(desk): State<Arc<Desk>>) -> Outcome {
    let all = desk.services.actions.all().into_iter();
    let listed: Vec<Value> = all
        .map(|(action, settings)| {
            let age = humantime::format_duration(settings.max_auth_age).to_string();
            json!({
                "alias": action.alias(), "enabled": settings.enabled,
                "default": desk.services.actions.is_default(action),
                "priority": settings.priority, "max_auth_age": age,
            })
        })
        .collect();
    Ok(Json(listed).into_response())
}
