//! A flow as the first profile API wrote it: its fields by name.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json},
};
use portcullis_core::{
    flow::{Flow, FlowKind},
    identity::Identity,
    message::Message,
    ui::Node,
};
use portcullis_kit::{Outcome, Visit, dialect};
use serde_json::{Map, Value, json};

use super::{BEGIN, REQUEST, wording};
use crate::{
    csrf::{self, Csrf},
    desk::Desk,
    fetch,
};

/// Answers with a flow, to the browser that began it and whoever it is about.
pub(crate) async fn fetch(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let flow = fetch::find(&desk, visit.query(REQUEST), FlowKind::Settings).await?;
    let csrf = fetch::bound(&desk, &visit, &flow)?;
    if flow.expires_at <= desk.now() {
        return Err(fetch::expired(&desk, &flow));
    }
    let principal = fetch::owned(&desk, &visit, &flow)?;
    fetch::require_strong(&desk, principal, &flow).await?;
    let payload = payload(&desk, &flow, csrf.as_ref(), &principal.identity);
    Ok(Json(payload).into_response())
}

/// The flow as it is written.
pub(super) fn payload(desk: &Desk, flow: &Flow, csrf: Option<&Csrf>, identity: &Identity) -> Value {
    let known = dialect::identity(&desk.services, identity);
    let action = desk.own(&format!("{BEGIN}/update?{REQUEST}={}", flow.id));
    let mut form = json!({
        "action": action,
        "method": "POST",
        "fields": fields(desk, flow, csrf),
    });
    let messages = flow.ui.messages.iter();
    let errors: Vec<Value> = messages
        .filter(|message| is_error(message))
        .map(|message| json!({"message": message.text}))
        .collect();
    if !errors.is_empty() {
        form["errors"] = errors.into();
    }
    json!({
        "id": flow.id,
        "expires_at": flow.expires_at,
        "issued_at": flow.issued_at,
        "request_url": flow.request_url,
        "form": form,
        "identity": {
            "id": known["id"],
            "traits_schema_id": known["schema_id"],
            "traits_schema_url": known["schema_url"],
            "traits": known["traits"],
        },
    })
}

fn fields(desk: &Desk, flow: &Flow, csrf: Option<&Csrf>) -> Map<String, Value> {
    let token = csrf.map(|csrf| csrf.masked(&*desk.services.entropy));
    let token = json!({
        "name": csrf::FIELD,
        "type": "hidden",
        "required": true,
        "value": token.unwrap_or_default(),
    });
    let mut fields = Map::from_iter([(csrf::FIELD.to_owned(), token)]);
    let nodes = flow.ui.nodes.iter();
    for node in nodes.filter(|node| node.attributes.name.starts_with("traits.")) {
        fields.insert(node.attributes.name.clone(), field(node));
    }
    fields
}

fn field(node: &Node) -> Value {
    let input = &node.attributes;
    // It knew these types and no others.
    let kind = match input.kind.as_str() {
        kind @ ("number" | "checkbox" | "hidden") => kind,
        _ => "text",
    };
    let mut field = json!({"name": input.name, "type": kind});
    // What need not be filled in was silent about it.
    if input.required {
        field["required"] = true.into();
    }
    if let Some(value) = &input.value {
        field["value"] = value.clone();
    }
    let errors = node.messages.iter().filter(|message| is_error(message));
    let errors: Vec<Value> = errors
        .map(|message| {
            let text = wording::of(message);
            json!({"message": format!("{}: {text}", input.name)})
        })
        .collect();
    if !errors.is_empty() {
        field["errors"] = errors.into();
    }
    field
}

fn is_error(message: &Message) -> bool {
    message.kind == "error"
}
