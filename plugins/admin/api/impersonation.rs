//! `/admin/identities/{id}/impersonate`: acting as somebody else, and being oneself again.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{SET_COOKIE, USER_AGENT},
    request::Parts,
};
use portcullis_core::{
    catalogue::Code,
    identity::Identity,
    impersonation::{TICKET_LIFESPAN, park, restore},
    pages::Visitor,
    principal::Principal,
    secret::{Token, TokenHash},
    session::{Device, Session},
};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::{Value, json};

use crate::{
    access::{bearer, guard},
    caller::{Actor, Caller},
    desk::Desk,
    endpoints::{Endpoints, Need},
    people::{
        self,
        impersonation::{self, Asked},
    },
    role::{Permission, Roles},
};

const PATH: &str = "/admin/identities/{id}/impersonate";
/// What tokens of native clients begin with.
const PREFIX: &str = "ory_st_";
/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_LENGTH: usize = 512;

/// The endpoints of this part.
pub(crate) fn endpoints(table: Endpoints) -> Endpoints {
    table
        .at(
            (Method::POST, PATH),
            Need::Permission(Permission::Impersonate),
            "Begins to act as an identity.",
            begin,
        )
        .at(
            (Method::DELETE, PATH),
            Need::Anybody,
            "Stops acting as an identity: for whoever does.",
            end,
        )
}

/// How the caller comes to the session that they act in.
enum Way<'a> {
    /// Their browser's own session, which this token opens, gives way to it.
    Swap(&'a str),
    /// Their browser begins it at the gateway's public address.
    Enter,
    /// They get its token.
    Token,
}

async fn begin(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    caller: Caller,
    visit: Visit,
) -> Outcome {
    let asked = asked(&visit)?;
    let identity = people::find(&desk, &id).await?;
    match way(&desk, &caller, &visit) {
        Way::Swap(own) => swap(&desk, (&caller, &visit, own), &identity, &asked).await,
        Way::Enter => enter(&desk, &caller, &identity, &asked).await,
        Way::Token => {
            let token = Token::generate_prefixed(PREFIX, &*desk.services.entropy);
            let who = (&caller, device(&visit));
            let session = impersonation::begin(&desk, who, &identity, &asked, &token).await?;
            let mut json = told(&desk, &session, &identity);
            json["session_token"] = token.expose().into();
            Ok((StatusCode::CREATED, Json(json)).into_response())
        }
    }
}

async fn swap(
    desk: &Desk,
    (caller, visit, own): (&Caller, &Visit, &str),
    identity: &Identity,
    asked: &Asked,
) -> Outcome {
    let services = &desk.services;
    let token = Token::generate(&*services.entropy);
    let who = (caller, device(visit));
    let session = impersonation::begin(desk, who, identity, asked, &token).await?;
    let parked = park(services, own, session.id).ok_or(Code::Internal)?;
    let mut json = told(desk, &session, identity);
    json["redirect_browser_to"] = services.addresses.own("/profile").into();
    let response = (StatusCode::CREATED, Json(json)).into_response();
    let left = |session: &Session| {
        let left = session.expires_at.duration_since(services.clock.now());
        left.unsigned_abs()
    };
    let cookies = &services.cookies;
    let kept = caller.principal.as_ref();
    let kept = kept.map_or_else(Duration::default, |own| left(&own.session));
    let response = with_cookie(response, &cookies.set(cookies.parked(), &parked, kept));
    let acted = cookies.set(cookies.session(), token.expose(), left(&session));
    Ok(with_cookie(response, &acted))
}

async fn enter(desk: &Desk, caller: &Caller, identity: &Identity, asked: &Asked) -> Outcome {
    let code = impersonation::invite(desk, caller, identity, asked).await?;
    let page = desk.services.addresses.own("/impersonation");
    let until = desk.services.clock.now() + TICKET_LIFESPAN;
    let json = json!({
        "enter_url": format!("{page}?code={}", code.expose()),
        "expires_at": until,
    });
    Ok((StatusCode::CREATED, Json(json)).into_response())
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
    impersonation::end_session(&desk, &caller, &acting.identity, &acting.session).await?;
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

/// A browser that shows the session the gateway itself gave it can be given another one; what a
/// program shows in a header is answered with a token.
fn way<'a>(desk: &Desk, caller: &Caller, visit: &'a Visit) -> Way<'a> {
    let shown = visit.cookie(desk.services.cookies.session());
    let own = caller.principal.as_ref().map(|own| own.session.token_hash);
    let is_own = |token: &&str| Some(TokenHash::of(token)) == own;
    let by_header = ["authorization", "x-session-token"];
    match shown.filter(is_own) {
        Some(token) => Way::Swap(token),
        None if by_header
            .iter()
            .any(|name| visit.headers.contains_key(*name)) =>
        {
            Way::Token
        }
        None if own.is_some() => Way::Enter,
        None => Way::Token,
    }
}

fn told(desk: &Desk, session: &Session, identity: &Identity) -> Value {
    json!({"session": dialect::session_for_administrators(&desk.services, session, identity)})
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

fn device(visit: &Visit) -> Device {
    let user_agent = visit.header(&USER_AGENT).map(|text| {
        let cut = text.floor_char_boundary(USER_AGENT_LENGTH);
        text[..cut].to_owned()
    });
    Device {
        ip_address: Some(visit.visitor.client),
        user_agent,
    }
}

fn asked(visit: &Visit) -> Result<Asked, Failure> {
    let fields = visit.fields()?;
    let wrong = |field: &str, why: &str| {
        Failure::from(Code::BadRequest)
            .because(why)
            .detail("field", field)
    };
    let unknown = fields
        .keys()
        .find(|name| !matches!(name.as_str(), "reason" | "ttl" | "read_only"));
    if let Some(name) = unknown {
        return Err(wrong(name, "There is no such field."));
    }
    let reason = match fields.get("reason") {
        None => "",
        Some(reason) => reason
            .as_str()
            .ok_or_else(|| wrong("reason", "The reason must be a text."))?,
    };
    let ttl = fields.get("ttl").filter(|ttl| !ttl.is_null());
    let ttl = ttl.map(|ttl| ttl.as_str().and_then(duration));
    let ttl =
        ttl.map(|ttl| ttl.ok_or_else(|| wrong("ttl", "The ttl must be like 30m, 2h or 90s.")));
    let read_only = match fields.get("read_only") {
        None | Some(Value::Null) => true,
        Some(value) => read_only(value)
            .ok_or_else(|| wrong("read_only", "read_only must be true or false."))?,
    };
    Ok(Asked {
        reason: reason.to_owned(),
        ttl: ttl.transpose()?,
        read_only,
    })
}

/// Forms write it as a text.
fn read_only(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
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
