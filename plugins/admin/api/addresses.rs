//! `/admin/x/endpoints`: the addresses of the gateway that are to be known elsewhere.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::Method;
use portcullis_core::{id::ProviderId, link::PreparedLink};
use portcullis_kit::{Outcome, Visit};
use serde_json::json;

use crate::{
    desk::Desk, doc::providers as doc, endpoints::Endpoints, need::Need, people::refusal::mistaken,
    role::Permission::ReadProviders,
};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/admin/x/endpoints"),
            Need::Permission(ReadProviders),
            "Tells the gateway's addresses, and with `provider` those to register there.",
            list,
        )
        .told(doc::addresses)
}

/// A provider need not be there yet: its client cannot be made without the addresses.
async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let addresses = &desk.services.addresses;
    let mut told = json!({
        "public_url": addresses.public_url(),
        "own_pages": addresses.own("/"),
        "redirect_uri_pattern": addresses.redirect_uri_pattern(),
        "proxy_listener": desk.config.proxy_listener,
        "admin_listener": desk.config.listener.to_string(),
        "metrics_listener": desk.config.metrics_listener,
    });
    let mut parameters = visit.parameters().iter();
    if let Some((_, id)) = parameters.find(|(name, _)| name == "provider") {
        let id = id
            .parse()
            .ok()
            .filter(|id: &ProviderId| id.as_str() != PreparedLink::MARK);
        let id = id.ok_or_else(|| mistaken("provider", "this is no id of a provider."))?;
        let mut own = json!(addresses.sign_out(&id));
        own["id"] = json!(id);
        own["redirect_uri"] = json!(addresses.redirect_uri(&id));
        told["provider"] = own;
    }
    Ok(Json(told).into_response())
}
