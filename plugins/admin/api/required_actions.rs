//! `/admin/x/required-actions`: what people can be made to do before they are let through.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::Method;
use portcullis_core::action::Action;
use portcullis_kit::Outcome;
use serde_json::{Value, json};

use crate::{desk::Desk, doc::people, endpoints::Endpoints, need::Need, role::Permission};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/admin/x/required-actions"),
            Need::Permission(Permission::ReadIdentities),
            "Lists what people can be made to do, in the order in which it is asked for.",
            list,
        )
        .told(people::required_actions)
}

async fn list(State(desk): State<Arc<Desk>>) -> Outcome {
    let all = desk.services.actions.all().into_iter();
    // Nobody is made to delete their account.
    let all = all.filter(|(action, _)| *action != Action::DeleteAccount);
    let listed: Vec<Value> = all
        .map(|(action, settings)| {
            let age = humantime::format_duration(settings.max_auth_age).to_string();
            json!({
                "alias": action.alias(), "enabled": settings.enabled, "default": settings.default,
                "priority": settings.priority, "max_auth_age": age,
            })
        })
        .collect();
    Ok(Json(listed).into_response())
}
