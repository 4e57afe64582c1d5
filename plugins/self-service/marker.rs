//! Markers: that something has happened or lasts, kept as a flow that nobody can open, whose id
//! follows from what it is about.

use jiff::Timestamp;
use portcullis_core::{
    flow::{Flow, FlowKind},
    id::{FlowId, IdentityId},
    store::StoreError,
};

use crate::{desk::Desk, remembered};

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
