//! A flow as the dialect writes it, with its anti-forgery token masked for this one answer.

use std::collections::BTreeSet;

use portcullis_core::{
    flow::{Flow, FlowKind, Transport},
    identity::Identity,
    ui::Ui,
};
use portcullis_kit::{Locale, dialect};
use serde_json::{Value, json};

use crate::{
    csrf::{self, Csrf},
    desk::Desk,
    remembered,
};

/// The type of nodes that load something to run.
const SCRIPT: &str = "script";

/// The flow's form in a language, with the token filled in; native flows have none. Stores keep it
/// in English, so that each reader gets their own.
pub(crate) fn ui(desk: &Desk, flow: &Flow, csrf: Option<&Csrf>, locale: &Locale) -> Ui {
    let mut ui = flow.ui.clone();
    locale.form(&mut ui);
    // Security keys and passkeys each bring the same script, and readers take a node's id for its own.
    let mut scripts = BTreeSet::new();
    ui.nodes
        .retain(|node| node.kind != SCRIPT || scripts.insert(node.attributes.shown.id.clone()));
    let token = match (flow.transport, csrf) {
        (Transport::Browser, Some(csrf)) => csrf.masked(&*desk.services.entropy),
        _ => String::new(),
    };
    let is_token = |name: &str| name == csrf::FIELD;
    for node in &mut ui.nodes {
        if is_token(&node.attributes.name) {
            node.attributes.value = Some(token.as_str().into());
        }
    }
    ui
}

/// The flow as clients read it; a settings flow tells whom it is about.
pub(crate) fn flow(
    desk: &Desk,
    flow: &Flow,
    csrf: Option<&Csrf>,
    identity: Option<&Identity>,
    locale: &Locale,
) -> Value {
    let mut json = json!({
        "id": flow.id,
        "organization_id": null,
        "type": match flow.transport {
            Transport::Browser => "browser",
            Transport::Api => "api",
        },
        "expires_at": flow.expires_at,
        "issued_at": flow.issued_at,
        "request_url": flow.request_url,
        "ui": ui(desk, flow, csrf, locale),
        "state": flow.state,
    });
    if let Some(return_to) = &flow.return_to {
        json["return_to"] = return_to.as_str().into();
    }
    if let Some(active) = &flow.active {
        json["active"] = active.as_str().into();
    }
    if let Some(schema) = remembered::identity_schema(flow) {
        json["identity_schema"] = schema.into();
    }
    if flow.kind == FlowKind::Login {
        json["created_at"] = json!(flow.issued_at);
        json["updated_at"] = json!(flow.issued_at);
        json["refresh"] = json!(remembered::refreshes(flow));
        json["requested_aal"] = match remembered::steps_up(flow) {
            true => json!("aal2"),
            false => json!("aal1"),
        };
    }
    if let (FlowKind::Settings, Some(identity)) = (flow.kind, identity) {
        json["identity"] = dialect::identity(&desk.services, identity);
    }
    json
}
