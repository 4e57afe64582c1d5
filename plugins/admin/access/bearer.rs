//! Who calls, by the token that a request carries.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, COOKIE, WWW_AUTHENTICATE},
    request::Parts,
};
use portcullis_core::{
    catalogue::Code, head::RequestHead, identity::IdentityState, pages::Visitor,
    principal::Principal,
};
use portcullis_kit::Failure;

use super::origin;
use crate::{
    caller::{Actor, Caller},
    desk::Desk,
    role::Roles,
};

const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-session-token");

/// The caller of a request.
pub(crate) async fn caller(
    desk: &Desk,
    parts: &Parts,
    visitor: &Visitor,
) -> Result<Caller, Failure> {
    let shown = shown(parts, visitor);
    let principal = administrator(desk, parts, (visitor, &shown)).await?;
    let principal = principal.ok_or_else(|| unauthorized(&shown))?;
    let identity = &principal.identity;
    if identity.state != IdentityState::Active {
        return Err(unauthorized(&shown));
    }
    if principal.is_too_weak {
        return Err(Code::SecondFactorRequired.into());
    }
    if !principal.pending.is_empty() {
        return Err(Code::ActionsPending.into());
    }
    Ok(Caller {
        actor: Actor::Identity(identity.id),
        label: label(&principal),
        roles: Roles::among(&identity.roles),
        client: visitor.client,
        request_id: visitor.request_id.clone(),
        principal: Some(principal),
    })
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

async fn administrator(
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
        client: visitor.client,
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
    Ok(None)
}

/// What people call an administrator: what they sign in with.
fn label(principal: &Principal) -> String {
    let identity = &principal.identity;
    let known = identity.identifiers.first().cloned();
    known.unwrap_or_else(|| identity.id.to_string())
}

/// Nobody is known by what a request shows (RFC 6750, section 3).
fn unauthorized(shown: &HeaderMap) -> Failure {
    let challenge = match shown.contains_key(AUTHORIZATION) {
        true => "Bearer error=\"invalid_token\"",
        false => "Bearer",
    };
    Failure::from(Code::Unauthorized).header(WWW_AUTHENTICATE, challenge)
}
