//! How an administrator comes to the session that they act in: their browser's own gives way to it,
//! it begins at the gateway's public address, or a program gets its token.

use std::time::Duration;

use http::header::USER_AGENT;
use jiff::Timestamp;
use portcullis_core::{
    catalogue::Code,
    identity::Identity,
    impersonation::{TICKET_LIFESPAN, park},
    secret::{Token, TokenHash},
    session::{Device, Session},
};
use portcullis_kit::{Failure, Visit};

use super::{Asked, begin, invite};
use crate::{caller::Caller, desk::Desk};

/// What tokens of native clients begin with.
const PREFIX: &str = "ory_st_";
/// How much of a `User-Agent` is kept, in bytes.
const USER_AGENT_LENGTH: usize = 512;

/// What an administrator has got.
#[derive(Debug)]
pub(crate) enum Begun {
    /// These `Set-Cookie` values, with which the browser goes on in this session at its page.
    Swapped(Session, Vec<String>, String),
    /// The address at which the browser begins it, until then.
    Elsewhere(String, Timestamp),
    /// The token of this session.
    Told(Session, Token),
}

/// How they come to it.
enum Way<'a> {
    /// Their browser's own session, which this token opens, gives way to it.
    Swap(&'a str),
    /// Their browser begins it at the gateway's public address.
    Enter,
    /// They get its token.
    Token,
}

/// Begins to act as `identity` in the way that suits who asks.
pub(crate) async fn begin_for(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    identity: &Identity,
    asked: &Asked,
) -> Result<Begun, Failure> {
    begin_from(desk, (caller, visit), (identity, None), asked).await
}

/// The same for somebody who comes from a page of ours and goes back there at the end.
pub(crate) async fn begin_from(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    (identity, came_from): (&Identity, Option<String>),
    asked: &Asked,
) -> Result<Begun, Failure> {
    let entropy = &*desk.services.entropy;
    match way(desk, caller, visit) {
        Way::Swap(own) => {
            let token = Token::generate(entropy);
            let who = (caller, device(visit));
            let session = begin(desk, who, identity, asked, &token).await?;
            let cookies = cookies(desk, (caller, came_from), own, (&session, &token));
            let cookies = cookies.ok_or(Code::Internal)?;
            let page = desk.services.addresses.own("/profile");
            Ok(Begun::Swapped(session, cookies, page))
        }
        Way::Enter => {
            let code = invite(desk, caller, (identity, came_from), asked).await?;
            let page = desk.services.addresses.own("/impersonation");
            let until = desk.services.clock.now() + TICKET_LIFESPAN;
            let page = format!("{page}?code={}", code.expose());
            Ok(Begun::Elsewhere(page, until))
        }
        Way::Token => {
            let token = Token::generate_prefixed(PREFIX, entropy);
            let who = (caller, device(visit));
            let session = begin(desk, who, identity, asked, &token).await?;
            Ok(Begun::Told(session, token))
        }
    }
}

/// A browser that shows the session the gateway itself gave it can be given another one; what a
/// program shows in a header is answered with a token.
fn way<'a>(desk: &Desk, caller: &Caller, visit: &'a Visit) -> Way<'a> {
    let shown = visit.cookie(desk.services.cookies.session());
    let own = caller.principal.as_ref().map(|own| own.session.token_hash);
    let is_own = |token: &&str| Some(TokenHash::of(token)) == own;
    let mut headers = ["authorization", "x-session-token"].iter();
    match shown.filter(is_own) {
        Some(token) => Way::Swap(token),
        None if headers.any(|name| visit.headers.contains_key(*name)) => Way::Token,
        None if own.is_some() => Way::Enter,
        None => Way::Token,
    }
}

/// What the browser keeps: its own session for later, and the one it acts in.
fn cookies(
    desk: &Desk,
    (caller, came_from): (&Caller, Option<String>),
    own: &str,
    (session, token): (&Session, &Token),
) -> Option<Vec<String>> {
    let services = &desk.services;
    let left = |session: &Session| {
        let left = session.expires_at.duration_since(services.clock.now());
        left.unsigned_abs()
    };
    let parked = park(services, own, (session.id, came_from))?;
    let kept = caller.principal.as_ref();
    let kept = kept.map_or_else(Duration::default, |own| left(&own.session));
    let names = &services.cookies;
    Some(vec![
        names.set(names.parked(), &parked, kept),
        names.set(names.session(), token.expose(), left(session)),
    ])
}

fn device(visit: &Visit) -> Device {
    let user_agent = visit.header(&USER_AGENT).map(|text| {
        let cut = text.floor_char_boundary(USER_AGENT_LENGTH);
        text[..cut].to_owned()
    });
    Device {
        ip_address: visit.visitor.client.ip(),
        user_agent,
    }
}
