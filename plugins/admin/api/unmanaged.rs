//! `/admin/identities/{id}/unmanaged`: attributes that no schema describes.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::Method;
use portcullis_core::{
    catalogue::Code,
    identity::Identity,
    schema::{Unmanaged, Viewer},
};
use portcullis_kit::{Failure, Outcome};

use super::document::Document;
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as docs,
    endpoints::Endpoints,
    need::Need,
    people::{self, Wanted},
    role::Permission::{ReadIdentities, WriteIdentities},
};

const PATH: &str = "/admin/identities/{id}/unmanaged";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, PATH),
            Need::Permission(ReadIdentities),
            "Shows the attributes of an identity that its schema does not describe.",
            find,
        )
        .told(docs::find_attributes)
        .at(
            (Method::PUT, PATH),
            Need::Permission(WriteIdentities),
            "Replaces them.",
            replace,
        )
        .told(docs::replace_attributes)
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let identity = people::find(&desk, &id).await?;
    Ok(Json(visible(&desk, &identity)?).into_response())
}

async fn replace(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    document.members()?;
    let want = |identity: &Identity| {
        visible(&desk, identity)?;
        Ok(Wanted {
            unmanaged: Some(document.value.clone()),
            ..Wanted::default()
        })
    };
    let changed = people::change(&desk, &caller, &id, want).await?;
    Ok(Json(visible(&desk, &changed)?).into_response())
}

/// The attributes. Where the schema keeps none there is nothing at this address, which is not to be
/// mistaken for an identity that is not there.
fn visible<'a>(desk: &Desk, identity: &'a Identity) -> Result<&'a Unmanaged, Failure> {
    let schema = desk.services.schemas.find(&identity.schema_id);
    let seen = schema.and_then(|schema| {
        let stored = &identity.unmanaged;
        schema.visible_unmanaged(Viewer::Administrator, stored)
    });
    seen.ok_or_else(|| {
        Failure::from(Code::RecordNotFound)
            .because("The schema of this identity keeps no attributes that it does not describe.")
    })
}
