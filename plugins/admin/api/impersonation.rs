//! `/admin/identities/{id}/impersonate`: acting as somebody else, and being oneself again.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header::SET_COOKIE, request::Parts};
use portcullis_core::{
    catalogue::Code, impersonation::restore, pages::Visitor, principal::Principal, session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::json;

use super::document::Document;
use crate::{
    access::{bearer, guard},
    caller::{Actor, Caller},
    desk::Desk,
    doc::sessions as docs,
    endpoints::Endpoints,
    need::Need,
    people::{
        self,
        impersonation::{self, Asked, Begun, begin_for},
        refusal::mistaken,
    },
    role::{Permission, Roles},
};

const PATH: &str = "/admin/identities/{id}/impersonate";

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::POST, PATH),
            Need::Permission(Permission::Impersonate),
            "Begins to act as an identity.",
            begin,
        )
        .told(docs::impersonate)
        .at(
            (Method::DELETE, PATH),
            Need::Anybody,
            "Stops acting as an identity: for whoever does.",
            end,
        )
        .told(docs::stop_impersonating)
}

async fn begin(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    caller: Caller,
    visit: Visit,
) -> Outcome {
    let asked = asked(&visit)?;
    let identity = people::find(&desk, &id).await?;
    let told = |session: &Session| {
        let services = &desk.services;
        let session = dialect::session_for_administrators(services, session, &identity);
        json!({ "session": session })
    };
    let mut kept = Vec::new();
    let json = match begin_for(&desk, (&caller, &visit), &identity, &asked).await? {
        Begun::Swapped(session, cookies, page) => {
            kept = cookies;
            let mut json = told(&session);
            json["redirect_browser_to"] = page.into();
            json
        }
        Begun::Elsewhere(page, until) => json!({"enter_url": page, "expires_at": until}),
        Begun::Told(session, token) => {
            let mut json = told(&session);
            json["session_token"] = token.expose().into();
            json
        }
    };
    let response = (StatusCode::CREATED, Json(json)).into_response();
    let add = |response, cookie: &String| with_cookie(response, cookie);
    Ok(kept.iter().fold(response, add))
}

/// Whoever acts stops that; an administrator who acts elsewhere as this identity stops it there.
async fn end(State(desk): State<Arc<Desk>>, Path(id): Path<String>, parts: Parts) -> Outcome {
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    let acting = bearer::known(&desk, &parts, visitor).await?;
    let acting = acting.filter(|one| one.session.acting.is_some());
    let Some(acting) = acting else {
        let caller = guard::permitted(&desk, &parts, Permission::Impersonate).await?;
        let identity = people::find(&desk, &id).await?;
        return match impersonation::end(&desk, &caller, &identity).await? {
            true => Ok(StatusCode::NO_CONTENT.into_response()),
            false => Err(Code::RecordNotFound.into()),
        };
    };
    if acting.identity.id.to_string() != id {
        return Err(Code::RecordNotFound.into());
    }
    let caller = behind(&acting, visitor);
    impersonation::end_session(&desk, &caller, &acting.session).await?;
    back(&desk, &parts, &acting).await
}

/// The answer that gives the browser its own session back, where it keeps one.
async fn back(desk: &Desk, parts: &Parts, acting: &Principal) -> Outcome {
    let services = &desk.services;
    let cookies = &services.cookies;
    let response = StatusCode::NO_CONTENT.into_response();
    let find = |name: &str| portcullis_core::cookie::find(&parts.headers, name);
    let Some(parked) = find(cookies.parked()) else {
        return Ok(response);
    };
    let response = with_cookie(response, &cookies.delete(cookies.parked()));
    let restored = restore(services, parked, Some(acting.session.id)).await?;
    let own = match restored {
        Some((session, token)) => {
            let left = session.expires_at.duration_since(services.clock.now());
            cookies.set(cookies.session(), token.expose(), left.unsigned_abs())
        }
        None => cookies.delete(cookies.session()),
    };
    Ok(with_cookie(response, &own))
}

/// Who acts in a session, as a caller with no rights of their own.
fn behind(acting: &Principal, visitor: &Visitor) -> Caller {
    let named = acting.session.acting.as_ref();
    let actor = named.and_then(|one| actor(&one.actor));
    Caller {
        actor: actor.unwrap_or(Actor::Anybody),
        label: named.map(|one| one.label.clone()).unwrap_or_default(),
        roles: Roles::default(),
        client: visitor.client,
        request_id: visitor.request_id.clone(),
        principal: None,
    }
}

/// The actor that a session names.
fn actor(name: &str) -> Option<Actor> {
    match name.strip_prefix("api-credential:") {
        Some(id) => id.parse().ok().map(Actor::ApiCredential),
        None => name.parse().ok().map(Actor::Identity),
    }
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

fn asked(visit: &Visit) -> Result<Asked, Failure> {
    let document = Document::of(visit)?;
    let members = document.members()?;
    members.only(&["reason", "ttl", "read_only"])?;
    let ttl = members.text("ttl")?.map(|text| {
        let read = duration(text);
        read.ok_or_else(|| mistaken("ttl", "this has to be like 30m, 2h or 90s."))
    });
    Ok(Asked {
        reason: members.text("reason")?.unwrap_or_default().to_owned(),
        ttl: ttl.transpose()?,
        read_only: members.flag("read_only")?.unwrap_or(true),
    })
}
/// A number with its unit.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}
