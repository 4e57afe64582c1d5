//! `/admin/identities`: people, in the dialect.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::Method;
use portcullis_core::{catalogue::Code, credential::CredentialKind};
use portcullis_kit::{Failure, Outcome, Visit, dialect};

use crate::{
    desk::Desk,
    endpoints::{Endpoints, Need},
    people,
    role::Permission,
};

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table.at(
        (Method::GET, "/admin/identities/{id}"),
        Need::Permission(Permission::ReadIdentities),
        "Shows one identity.",
        find,
    )
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>, visit: Visit) -> Outcome {
    let declassified = declassified(&visit)?;
    let identity = people::find(&desk, &id).await?;
    let credentials = desk.services.credentials.list(identity.id).await?;
    let mut json = dialect::identity_for_administrators(&desk.services, &identity);
    json["credentials"] = dialect::credentials(&identity, &credentials, &declassified);
    Ok(Json(json).into_response())
}

/// The kinds of credentials that are to be told more of: `include_credential`, any number of times.
fn declassified(visit: &Visit) -> Result<Vec<CredentialKind>, Failure> {
    let named = visit.parameters().iter();
    let named = named.filter(|(name, value)| name == "include_credential" && !value.is_empty());
    let read = |value: &str| {
        value.parse().map_err(|_| {
            Failure::from(Code::BadRequest)
                .because(format!("include_credential: there is no kind {value:?}."))
        })
    };
    named.map(|(_, value)| read(value)).collect()
}
