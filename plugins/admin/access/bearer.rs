//! Who calls, by the token that a request carries.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, COOKIE, WWW_AUTHENTICATE},
    request::Parts,
};
use portcullis_core::{
    catalogue::Code, head::RequestHead, identity::IdentityState, pages::Visitor,
    principal::Principal, secret::TokenHash,
};
use portcullis_kit::Failure;

use super::{console_session, origin, throttle::Guess};
use crate::{
    caller::{self, Actor, Caller},
    credential,
    desk::Desk,
    role::Roles,
};

const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-session-token");

/// How access tokens begin.
pub(crate) const TOKEN_PREFIX: &str = "ory_at_";
/// How session tokens begin.
const SESSION_PREFIX: &str = "ory_st_";

/// The caller of a request. A bearer token that is none of a session has to be an access token: where
/// it is not good, nothing else that the request carries counts.
pub(crate) async fn caller(
    desk: &Desk,
    parts: &Parts,
    visitor: &Visitor,
) -> Result<Caller, Failure> {
    let shown = shown(parts, visitor);
    let known = match bearer_token(&shown) {
        Some(token) if !token.starts_with(SESSION_PREFIX) => program(desk, token, visitor).await?,
        _ => administrator(desk, (parts, &shown), visitor).await?,
    };
    if let Some(caller) = known {
        return Ok(caller);
    }
    if !shown.is_empty() {
        Guess::of_tokens(visitor).count(desk).await?;
    }
    Err(unauthorized(&shown))
}

/// The program that an access token was given to.
async fn program(desk: &Desk, token: &str, visitor: &Visitor) -> Result<Option<Caller>, Failure> {
    let store = &desk.services.api_credentials;
    let (now, own) = (desk.services.clock.now(), desk.issuer().audience());
    let found = store.bearer(&TokenHash::of(token)).await?;
    let found = found.filter(|one| one.is_live(now) && one.token.audience.contains(&own));
    Ok(found.map(|bearer| Caller {
        actor: Actor::ApiCredential(bearer.credential.id),
        roles: credential::roles(&bearer),
        label: bearer.credential.name,
        client: visitor.client,
        request_id: visitor.request_id.clone(),
        principal: None,
    }))
}

/// The administrator whose session a request is of.
async fn administrator(
    desk: &Desk,
    (parts, shown): (&Parts, &HeaderMap),
    visitor: &Visitor,
) -> Result<Option<Caller>, Failure> {
    match principal(desk, parts, (visitor, shown)).await? {
        Some(principal) => of_session(principal, visitor),
        None => Ok(None),
    }
}

/// The administrator whose session this is, where they can do anything in it.
pub(crate) fn of_session(
    principal: Arc<Principal>,
    visitor: &Visitor,
) -> Result<Option<Caller>, Failure> {
    let is_active = |one: &Arc<Principal>| one.identity.state == IdentityState::Active;
    let Some(principal) = Some(principal).filter(is_active) else {
        return Ok(None);
    };
    if principal.session.acting.is_some() {
        return Err(Failure::from(Code::ImpersonatedSession)
            .because("Administrators call as themselves. Stop acting as somebody else first."));
    }
    if principal.is_too_weak {
        return Err(Code::SecondFactorRequired.into());
    }
    if !principal.pending.is_empty() {
        return Err(Code::ActionsPending.into());
    }
    let identity = &principal.identity;
    Ok(Some(Caller {
        actor: Actor::Identity(identity.id),
        label: caller::label(identity),
        roles: Roles::among(&principal.roles()),
        client: visitor.client,
        request_id: visitor.request_id.clone(),
        principal: Some(principal),
    }))
}

fn bearer_token(shown: &HeaderMap) -> Option<&str> {
    let value = shown.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whose session a request shows, whoever acts in it and whatever they may do.
pub(crate) async fn known(
    desk: &Desk,
    parts: &Parts,
    visitor: &Visitor,
) -> Result<Option<Arc<Principal>>, Failure> {
    let shown = shown(parts, visitor);
    match bearer_token(&shown) {
        Some(token) if !token.starts_with(SESSION_PREFIX) => Ok(None),
        _ => principal(desk, parts, (visitor, &shown)).await,
    }
}

/// The headers that say who calls. A browser sends its cookies whoever makes it call, so that those
/// count only where a page of our own does.
fn shown(parts: &Parts, visitor: &Visitor) -> HeaderMap {
    let mut shown = HeaderMap::new();
    for name in [AUTHORIZATION, SESSION_TOKEN] {
        for value in parts.headers.get_all(&name) {
            shown.append(&name, value.clone());
        }
    }
    if origin::is_same(&parts.headers, visitor) {
        for value in parts.headers.get_all(COOKIE) {
            shown.append(COOKIE, value.clone());
        }
    }
    shown
}

async fn principal(
    desk: &Desk,
    parts: &Parts,
    (visitor, headers): (&Visitor, &HeaderMap),
) -> Result<Option<Arc<Principal>>, Failure> {
    let head = RequestHead {
        id: &visitor.request_id,
        method: &parts.method,
        scheme: visitor.scheme,
        host: origin::name_of(&visitor.authority),
        authority: &visitor.authority,
        path: parts.uri.path(),
        query: parts.uri.query(),
        headers,
        client: visitor.client.address(),
        received_at: desk.services.clock.now(),
    };
    for authenticator in &desk.authenticators {
        let found = authenticator.authenticate(&head).await;
        let found =
            found.map_err(|error| Failure::from(Code::StoreUnavailable).caused_by(error))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    console_session::principal(desk, headers).await
}

/// Nobody is known by what a request shows (RFC 6750, section 3).
fn unauthorized(shown: &HeaderMap) -> Failure {
    let challenge = match shown.contains_key(AUTHORIZATION) {
        true => "Bearer error=\"invalid_token\"",
        false => "Bearer",
    };
    Failure::from(Code::Unauthorized).header(WWW_AUTHENTICATE, challenge)
}
