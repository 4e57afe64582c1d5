//! `/admin/identities/{id}/credentials` and `…/password`: what somebody signs in with.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode};
use portcullis_core::{
    catalogue::Code,
    credential::{Credential, CredentialKind},
    credentials::Listed,
    id::CredentialId,
    secret::Secret,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::{Value, json};

use super::{
    document::Document,
    pages::{all, flag},
};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::people as docs,
    endpoints::Endpoints,
    need::Need,
    people::{NewPassword, credentials, password, refusal::mistaken},
    role::Permission::{ReadIdentities, WriteIdentities},
};

const ONE: &str = "/admin/identities/{id}/credentials/{credential}";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let need = Need::Permission;
    let (reads, writes) = (need(ReadIdentities), need(WriteIdentities));
    table
        .at(
            (Method::GET, "/admin/identities/{id}/credentials"),
            reads,
            "Lists what an identity signs in with, in the order in which it is offered.",
            list,
        )
        .told(docs::list_credentials)
        .at(
            (Method::GET, ONE),
            reads,
            "Shows one credential by its id.",
            find,
        )
        .told(docs::find_credential)
        .at(
            (Method::PATCH, ONE),
            writes,
            "Gives a credential a label, or takes it away.",
            label,
        )
        .told(docs::label_credential)
        .at(
            (Method::DELETE, ONE),
            writes,
            "Deletes a credential by its id, or those of a type.",
            delete,
        )
        .told(docs::delete_credential)
        .at(
            (
                Method::POST,
                "/admin/identities/{id}/credentials/{credential}/moveToFirst",
            ),
            writes,
            "Has a credential offered before all others.",
            move_to_first,
        )
        .told(docs::move_credential)
        .at(
            (
                Method::POST,
                "/admin/identities/{id}/credentials/{credential}/moveAfter/{previous}",
            ),
            writes,
            "Has a credential offered right behind another one.",
            move_after,
        )
        .told(docs::move_credential_after)
        .at(
            (Method::PUT, "/admin/identities/{id}/password"),
            writes,
            "Gives an identity a password, and ends its sessions.",
            set_password,
        )
        .told(docs::set_password)
}

async fn list(State(desk): State<Arc<Desk>>, Path(id): Path<String>, visit: Visit) -> Outcome {
    let with_data = flag(&visit, "data")?.unwrap_or(false);
    let own = credentials::list(&desk, &id).await?;
    Ok(Json(listed(&own, with_data)).into_response())
}

async fn find(
    State(desk): State<Arc<Desk>>,
    Path((id, credential)): Path<(String, String)>,
    visit: Visit,
) -> Outcome {
    let with_data = flag(&visit, "data")?.unwrap_or(false);
    let own = credentials::list(&desk, &id).await?;
    let meant = credential.parse::<CredentialId>().ok();
    let found = own.iter().find(|one| Some(one.id) == meant);
    let found = found.ok_or(Code::RecordNotFound)?;
    Ok(Json(Listed::of(found, with_data)).into_response())
}

async fn label(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((id, credential)): Path<(String, String)>,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    members.only(&["label"])?;
    let label = members.text("label")?.unwrap_or_default();
    let labelled = credentials::label(&desk, &caller, (&id, &credential), label).await?;
    Ok(Json(Listed::of(&labelled, false)).into_response())
}

async fn delete(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((id, credential)): Path<(String, String)>,
    visit: Visit,
) -> Outcome {
    let kind = credential.parse::<CredentialKind>();
    let name = only_one(&visit, kind.as_ref().ok())?;
    match kind {
        Ok(kind) => {
            credentials::delete_kind(&desk, &caller, &id, (kind, name)).await?;
        }
        Err(_) => credentials::delete(&desk, &caller, (&id, &credential)).await?,
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Which one of a type is deleted. Whoever names one wants no other to go, be what they sent no name.
fn only_one<'a>(
    visit: &'a Visit,
    kind: Option<&CredentialKind>,
) -> Result<Option<&'a str>, Failure> {
    let why = match (kind, all(visit, "identifier").as_slice()) {
        (_, []) => return Ok(None),
        (Some(CredentialKind::Oidc), [name]) if !name.is_empty() => return Ok(Some(*name)),
        (Some(CredentialKind::Oidc), [_]) => "this names no link, so that nothing is deleted.",
        (Some(CredentialKind::Oidc), _) => "this names one link at a time.",
        _ => "only links (oidc) are told apart by this, so that nothing is deleted.",
    };
    Err(mistaken("identifier", why))
}

async fn move_to_first(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((id, credential)): Path<(String, String)>,
) -> Outcome {
    let order = credentials::move_to(&desk, &caller, (&id, &credential), None).await?;
    Ok(Json(listed(&order, false)).into_response())
}

async fn move_after(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((id, credential, previous)): Path<(String, String, String)>,
) -> Outcome {
    let order = credentials::move_to(&desk, &caller, (&id, &credential), Some(&previous)).await?;
    Ok(Json(listed(&order, false)).into_response())
}

async fn set_password(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    document: Document,
) -> Outcome {
    let members = document.members()?;
    members.only(&["password", "temporary"])?;
    let new = NewPassword::Plain(Secret::new(members.required("password")?));
    let is_temporary = members.flag("temporary")?.unwrap_or(false);
    let given = password::set(&desk, &caller, &id, (&new, is_temporary)).await?;
    Ok(Json(json!({
        "identity_id": id, "temporary": is_temporary, "sessions_ended": given.sessions_ended,
    }))
    .into_response())
}

fn listed(credentials: &[Credential], with_data: bool) -> Vec<Value> {
    let listed = credentials.iter();
    listed
        .map(|one| json!(Listed::of(one, with_data)))
        .collect()
}
