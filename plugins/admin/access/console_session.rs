//! The console's cookie: the sealed name of the session that an administrator has signed in with.
//!
//! It opens nothing by itself. The session is looked up for every request, so that its end, a lost
//! role and a missing second factor count at once.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use portcullis_core::{
    cookie::{self, CONSOLE},
    id::SessionId,
    principal::Principal,
    secret::TokenHash,
    session::Session,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};

use crate::{config::Config, desk::Desk};

/// What the name of a session is sealed for.
const PURPOSE: &str = "console";

/// The name of a session.
#[derive(Debug, Serialize, Deserialize)]
struct Named {
    id: SessionId,
    token: TokenHash,
}

/// A `Set-Cookie` value that names this session; `None` only when it cannot be sealed.
pub(crate) fn set_cookie(desk: &Desk, session: &Session) -> Option<String> {
    let named = Named {
        id: session.id,
        token: session.token_hash,
    };
    let (services, text) = (&desk.services, serde_json::to_vec(&named).ok()?);
    let sealed = services.seal.close(PURPOSE, &text, &*services.entropy)?;
    let left = session.expires_at.duration_since(services.clock.now());
    Some(set(&desk.config, CONSOLE, (&sealed, left.unsigned_abs())))
}

/// A `Set-Cookie` value that deletes it.
pub(crate) fn delete_cookie(desk: &Desk) -> String {
    set(&desk.config, CONSOLE, ("", Duration::ZERO))
}

/// A `Set-Cookie` value that keeps a cookie of the console's for a while.
pub(crate) fn set(config: &Config, plain: &str, (value, max_age): (&str, Duration)) -> String {
    let secure = if is_secure(config) { "; Secure" } else { "" };
    let (name, age) = (name(config, plain), max_age.as_secs());
    format!("{name}={value}; Max-Age={age}; Path=/; HttpOnly{secure}; SameSite=Lax")
}

/// What a cookie of the console's is called here (RFC 6265bis, section 4.1.3.2).
pub(crate) fn name(config: &Config, plain: &str) -> String {
    let prefix = if is_secure(config) { "__Host-" } else { "" };
    format!("{prefix}{plain}")
}

fn is_secure(config: &Config) -> bool {
    config.public_url.scheme() == "https"
}

/// Whoever the console's cookie among these headers is of, as long as their session is live.
pub(crate) async fn principal(
    desk: &Desk,
    headers: &HeaderMap,
) -> Result<Option<Arc<Principal>>, Failure> {
    let Some(named) = named(desk, headers).filter(|_| desk.config.console) else {
        return Ok(None);
    };
    let (services, now) = (&desk.services, desk.services.clock.now());
    let (store, lifetimes) = (services.sessions.store(), services.sessions.lifetimes());
    let session = store.find(&named.token).await?;
    let fits = |one: &Session| one.id == named.id && lifetimes.is_live(one, now);
    let Some(session) = session.filter(fits) else {
        return Ok(None);
    };
    let Some(identity) = services.identities.find(session.identity_id).await? else {
        return Ok(None);
    };
    if lifetimes.is_touch_due(&session, now) {
        store.touch(&session.token_hash, now).await?;
    }
    let actions = &services.actions;
    let pending = actions.pending_at(&session, &identity);
    let is_too_weak = actions.is_too_weak(&identity, &session);
    let principal = Principal::new(Arc::new(identity), session, pending);
    Ok(Some(Arc::new(principal.too_weak(is_too_weak))))
}

fn named(desk: &Desk, headers: &HeaderMap) -> Option<Named> {
    let sealed = cookie::find(headers, &name(&desk.config, CONSOLE))?;
    let text = desk.services.seal.open(PURPOSE, sealed)?;
    serde_json::from_slice(&text).ok()
}
