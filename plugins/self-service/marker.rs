//! Markers: that something has happened or lasts, kept as a flow that nobody can open, whose id
//! follows from what it is about.

use jiff::Timestamp;
use portcullis_core::{
    flow::{Flow, FlowKind},
    id::{FlowId, IdentityId},
    store::StoreError,
};

use serde_json::json;

use crate::{desk::Desk, remembered};

/// Who has set a marker.
const BY: &str = "set_by";

/// Until when the marker of this name stands, if it does.
pub(crate) async fn stands(desk: &Desk, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let marker = desk.services.flows.find(FlowId::of(name)).await?;
    let until = marker.map(|marker| marker.expires_at);
    Ok(until.filter(|until| desk.now() < *until))
}

/// Sets the marker of this name.
pub(crate) async fn set(desk: &Desk, name: &str, until: Timestamp) -> Result<(), StoreError> {
    let marker = marker(FlowId::of(name), desk.now(), until);
    desk.services.flows.put(&marker).await
}

/// Sets the marker of this name, which does not stand for this identity itself.
pub(crate) async fn set_by(
    desk: &Desk,
    (name, by): (&str, IdentityId),
    until: Timestamp,
) -> Result<(), StoreError> {
    let mut marker = marker(FlowId::of(name), desk.now(), until);
    marker.context = json!({BY: by});
    desk.services.flows.put(&marker).await
}

/// Whether the marker of this name stands for this identity: it was set by another one.
pub(crate) async fn stands_for(
    desk: &Desk,
    (name, whom): (&str, IdentityId),
) -> Result<bool, StoreError> {
    let marker = desk.services.flows.find(FlowId::of(name)).await?;
    let marker = marker.filter(|marker| desk.now() < marker.expires_at);
    Ok(marker.is_some_and(|marker| marker.context[BY] != json!(whom)))
}

/// The same for what goes with the flows of this identity, once somebody has got it back.
pub(crate) async fn set_of(
    desk: &Desk,
    (name, owner): (&str, IdentityId),
    until: Timestamp,
) -> Result<(), StoreError> {
    let mut marker = marker(FlowId::of(name), desk.now(), until);
    marker.context = remembered::owner(owner);
    desk.services.flows.put(&marker).await
}

fn marker(id: FlowId, issued_at: Timestamp, expires_at: Timestamp) -> Flow {
    Flow {
        state: "marker".to_owned(),
        ..Flow::blank(FlowKind::Error, id, issued_at, expires_at)
    }
}
