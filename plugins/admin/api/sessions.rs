//! `/admin/sessions` and `/admin/identities/{id}/sessions`: who is signed in, and from where.

use std::{str::FromStr, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::{Method, StatusCode};
use portcullis_core::{
    id::{IdentityId, SessionId},
    identity::Identity,
    session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::{Value, json};

use super::{
    document::{Document, Members},
    pages::{Page, all, flag, no_token, part},
};
use crate::{
    caller::Caller,
    desk::Desk,
    doc::sessions as docs,
    endpoints::Endpoints,
    need::Need,
    people::{refusal::mistaken, sessions},
    role::Permission::{EndSessions, ReadSessions},
};

const OF_ONE: &str = "/admin/identities/{id}/sessions";
const ALL: &str = "/admin/sessions";
const ONE: &str = "/admin/sessions/{id}";

/// How many ids one request may name.
const MOST: usize = 500;

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    let (reads, ends) = (
        Need::Permission(ReadSessions),
        Need::Permission(EndSessions),
    );
    table
        .at(
            (Method::GET, OF_ONE),
            reads,
            "Lists the sessions of an identity, the newest first.",
            list_of,
        )
        .told(docs::list_of_identity)
        .at(
            (Method::DELETE, OF_ONE),
            ends,
            "Ends all sessions of an identity.",
            end_all,
        )
        .told(docs::end_of_identity)
        .at(
            (Method::GET, ALL),
            reads,
            "Lists everybody's sessions.",
            list,
        )
        .told(docs::list_sessions)
        .at(
            (Method::POST, ALL),
            ends,
            "Ends sessions, and all of identities, up to 500 at once.",
            end_many,
        )
        .told(docs::end_many)
        .at((Method::GET, ONE), reads, "Shows one session.", find)
        .told(docs::find_session)
        .at((Method::DELETE, ONE), ends, "Ends one session.", end)
        .told(docs::end_session)
        .at(
            (Method::PATCH, "/admin/sessions/{id}/extend"),
            ends,
            "Prolongs a session to the length of a new one.",
            extend,
        )
        .told(docs::extend_session)
}

async fn list_of(State(desk): State<Arc<Desk>>, Path(id): Path<String>, visit: Visit) -> Outcome {
    let (page, is_active) = (Page::of(&visit)?, flag(&visit, "active")?);
    let (identity, sessions) = sessions::of(&desk, &id, is_active).await?;
    let (part, around) = page.part_of(sessions, dialect::newest_first)?;
    let shown = part
        .iter()
        .map(|session| dialect::session_for_administrators(&desk.services, session, &identity));
    let shown: Vec<Value> = shown.collect();
    Ok(page.linked(&visit, (Json(shown), around)))
}

async fn end_all(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    sessions::end_all(&desk, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let page = Page::of(&visit)?;
    let expanded = Expanded::of(&visit)?;
    let Page::ByToken { token, size } = &page else {
        return Err(mistaken(
            "page",
            "sessions come by page_token and page_size.",
        ));
    };
    let wanted = sessions::Wanted {
        is_active: flag(&visit, "active")?,
        part: part(token.as_deref()).ok_or_else(no_token)?,
        size: *size,
    };
    let (found, around) = sessions::page(&desk, wanted).await?;
    let shown = found
        .iter()
        .map(|(session, identity)| expanded.shown(&desk, session, identity));
    let shown: Vec<Value> = shown.collect();
    Ok(page.linked(&visit, (Json(shown), around)))
}

async fn find(State(desk): State<Arc<Desk>>, Path(id): Path<String>, visit: Visit) -> Outcome {
    let expanded = Expanded::of(&visit)?;
    let (session, identity) = sessions::find(&desk, &id).await?;
    Ok(Json(expanded.shown(&desk, &session, &identity)).into_response())
}

async fn end(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    sessions::end(&desk, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn extend(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Outcome {
    let (session, identity) = sessions::extend(&desk, &caller, &id).await?;
    let shown = dialect::session_for_administrators(&desk.services, &session, &identity);
    Ok(Json(shown).into_response())
}

/// A session that is switched off opens nothing ever again, so that both actions end it.
async fn end_many(State(desk): State<Arc<Desk>>, caller: Caller, document: Document) -> Outcome {
    let members = document.members()?;
    members.only_in_dialect(&["action", "identities", "sessions"])?;
    if !matches!(members.required("action")?, "disable" | "delete") {
        return Err(mistaken("action", "this has to be disable or delete."));
    }
    let identities: Vec<IdentityId> = ids(&members, "identities")?;
    let single: Vec<SessionId> = ids(&members, "sessions")?;
    match identities.len() + single.len() {
        0 => return Err(mistaken("identities", "say either these or sessions.")),
        1..=MOST => {}
        _ => return Err(mistaken("", format!("These are more than {MOST} ids."))),
    }
    let processed = sessions::end_many(&desk, &caller, (&identities, &single)).await?;
    Ok(Json(json!({"more": false, "processed": processed})).into_response())
}

/// The ids in a list.
fn ids<T: FromStr>(members: &Members<'_>, name: &str) -> Result<Vec<T>, Failure> {
    let all = members.texts(name)?.unwrap_or_default();
    let read = all.iter().enumerate().map(|(at, id)| {
        let at = format!("{}[{at}]", members.at(name));
        id.parse()
            .map_err(|_| mistaken(&at, "this has to be a UUID."))
    });
    read.collect()
}

/// What of a session is told beside itself: `expand`, any number of times.
#[derive(Debug, Clone, Copy)]
struct Expanded {
    identity: bool,
    devices: bool,
}

impl Expanded {
    fn of(visit: &Visit) -> Result<Self, Failure> {
        let named = all(visit, "expand");
        let is_one = |name: &&str| ["identity", "devices"].contains(&name.to_lowercase().as_str());
        if !named.iter().all(is_one) {
            return Err(mistaken("expand", "this has to be identity or devices."));
        }
        let has = |wanted: &str| named.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        Ok(Self {
            identity: has("identity"),
            devices: has("devices"),
        })
    }

    fn shown(self, desk: &Desk, session: &Session, identity: &Identity) -> Value {
        let mut json = dialect::session_for_administrators(&desk.services, session, identity);
        if let Value::Object(members) = &mut json {
            members.retain(|name, _| match name.as_str() {
                "identity" => self.identity,
                "devices" => self.devices,
                _ => true,
            });
        }
        json
    }
}
