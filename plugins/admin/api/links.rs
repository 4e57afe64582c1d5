//! `/admin/identities/{id}/links`: the accounts at providers that an identity is linked to.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::Method;
use portcullis_core::link::ListedLink;
use portcullis_kit::Outcome;

use crate::{
    desk::Desk, doc::people as doc, endpoints::Endpoints, need::Need, people,
    role::Permission::ReadIdentities,
};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, "/admin/identities/{id}/links"),
            Need::Permission(ReadIdentities),
            "Lists the accounts at providers that an identity is linked to, and those prepared.",
            list,
        )
        .told(doc::list_links)
}

async fn list(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let identity = people::find(&desk, &id).await?;
    let own = desk.services.credentials.list(identity.id).await?;
    let links: Vec<ListedLink> = own.iter().filter_map(ListedLink::of).collect();
    Ok(Json(links).into_response())
}
