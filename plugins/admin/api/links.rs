//! `/admin/identities/{id}/links`: the accounts at providers that an identity is linked to.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode};
use portcullis_core::link::ListedLink;
use portcullis_kit::{Failure, Outcome};

use super::document::{Document, Members};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as doc,
    endpoints::Endpoints,
    need::Need,
    people::{
        self,
        linking::{Account, Linked},
    },
    role::Permission::{ReadIdentities, WriteIdentities},
};

const ALL: &str = "/admin/identities/{id}/links";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::GET, ALL),
            Need::Permission(ReadIdentities),
            "Lists the accounts at providers that an identity is linked to, and those prepared.",
            list,
        )
        .told(doc::list_links)
        .at(
            (Method::POST, ALL),
            Need::Permission(WriteIdentities),
            "Links an identity to an account at a provider (`subject`), or prepares that (`address`).",
            link,
        )
        .told(doc::link)
}

async fn list(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Outcome {
    let identity = people::find(&desk, &id).await?;
    let own = desk.services.credentials.list(identity.id).await?;
    let links: Vec<ListedLink> = own.iter().filter_map(ListedLink::of).collect();
    Ok(Json(links).into_response())
}

async fn link(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    members.only(&["provider", "subject", "issuer", "address"])?;
    let wish = (members.required("provider")?, account(&members)?);
    Ok(
        match people::linking::link(&desk, &caller, &id, wish).await? {
            Linked::Now(link) => (StatusCode::CREATED, Json(link)).into_response(),
            Linked::Already(link) => Json(link).into_response(),
        },
    )
}

fn account<'a>(members: &Members<'a>) -> Result<Account<'a>, Failure> {
    let (subject, issuer) = (members.text("subject")?, members.text("issuer")?);
    Account::asked(subject, issuer, members.text("address")?)
}
