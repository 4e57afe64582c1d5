//! Markers: that something has happened or lasts, kept as a flow that nobody can open, whose id
//! follows from what it is about.

use jiff::Timestamp;
use portcullis_core::{
    flow::{Flow, FlowKind, Transport},
    id::{FlowId, IdentityId},
    secret::TokenHash,
    store::StoreError,
    ui::Ui,
};
use serde_json::Value;

use crate::{desk::Desk, remembered};

/// Until when the marker of this name stands, if it does.
pub(crate) async fn stands(desk: &Desk, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let marker = desk.services.flows.find(id(name)?).await?;
    let until = marker.map(|marker| marker.expires_at);
    Ok(until.filter(|until| desk.now() < *until))
}

/// Sets the marker of this name.
pub(crate) async fn set(desk: &Desk, name: &str, until: Timestamp) -> Result<(), StoreError> {
    let marker = marker(id(name)?, desk.now(), until);
    desk.services.flows.put(&marker).await
}

/// The same for what goes with the flows of this identity, once somebody has got it back.
pub(crate) async fn set_of(
    desk: &Desk,
    (name, owner): (&str, IdentityId),
    until: Timestamp,
) -> Result<(), StoreError> {
    let mut marker = marker(id(name)?, desk.now(), until);
    marker.context = remembered::owner(owner);
    desk.services.flows.put(&marker).await
}

fn id(name: &str) -> Result<FlowId, StoreError> {
    let hex = TokenHash::of(name).to_hex();
    let id = hex.get(..32).and_then(|digits| digits.parse().ok());
    id.ok_or(StoreError::Corrupt { what: "marker" })
}

fn marker(id: FlowId, issued_at: Timestamp, expires_at: Timestamp) -> Flow {
    Flow {
        id,
        kind: FlowKind::Error,
        transport: Transport::Api,
        issued_at,
        expires_at,
        request_url: String::new(),
        return_to: None,
        csrf_hash: None,
        active: None,
        locale: String::new(),
        state: "marker".to_owned(),
        ui: Ui {
            action: String::new(),
            method: String::new(),
            nodes: Vec::new(),
            messages: Vec::new(),
        },
        context: Value::Null,
    }
}
