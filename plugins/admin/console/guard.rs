//! The guard before each page: finds out who is there and whether they may. It goes by the console's
//! cookie alone, and by nobody's where nobody is asked.

use std::sync::Arc;

use axum::{
    extract::Request,
    extract::State,
    middleware::Next,
    response::{IntoResponse, Redirect},
};
use http::{HeaderMap, header::REFERER, request::Parts};
use portcullis_core::{catalogue::Code, pages::Visitor};
use portcullis_kit::{Failure, Outcome};
use url::{Position, Url};

use super::{HOME, language, notice, sign_in};
use crate::{
    access::{bearer, console_session, guard as of_programs, origin},
    caller::Caller,
    config::Auth,
    desk::Desk,
    need::Need,
};

/// Lets a request through to its page, with its [`Caller`], where it may pass. Whoever is not signed
/// in is asked to; whatever a caller is refused is written down.
pub(crate) async fn guard(need: State<Need>, request: Request, next: Next) -> Outcome {
    let desk = request.extensions().get::<Arc<Desk>>();
    let desk = Arc::clone(desk.ok_or(Code::Internal)?);
    let asked = language::asked(&desk, &request);
    let answer = pass(need, request, next).await?;
    Ok(language::kept(&desk, asked.as_ref(), answer))
}

async fn pass(State(need): State<Need>, request: Request, next: Next) -> Outcome {
    let (mut parts, body) = request.into_parts();
    let visitor = parts.extensions.get::<Visitor>().ok_or(Code::Internal)?;
    // A browser sends the cookie whoever makes it post.
    if !parts.method.is_safe() && !origin::is_same(&parts.headers, visitor) {
        return Err(Code::OriginRefused.into());
    }
    let Need::Permission(permission) = need else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let desk = parts.extensions.get::<Arc<Desk>>().ok_or(Code::Internal)?;
    let desk = Arc::clone(desk);
    let Some(caller) = caller(&desk, &parts.headers, visitor).await? else {
        return match parts.method.is_safe() {
            true => ask_to_sign_in(&desk, visitor, &parts, &target(&parts.uri)),
            false => Err(over(&parts, visitor)),
        };
    };
    let attempt = of_programs::attempt(&parts);
    let response = match caller.require(permission) {
        Ok(()) => {
            parts.extensions.insert(caller.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(_) if caller.roles.is_empty() => no_administrator().into_response(),
        Err(failure) => failure.way_out("Back to the console", HOME).into_response(),
    };
    if let Some(code) = of_programs::refusal(&response) {
        desk.audit_refusal(&caller, attempt, code.as_str()).await;
    }
    Ok(response)
}

/// Who is there; `None` for somebody who has to sign in, or to show more than they have.
pub(crate) async fn caller(
    desk: &Desk,
    headers: &HeaderMap,
    visitor: &Visitor,
) -> Result<Option<Caller>, Failure> {
    if desk.config.auth == Auth::None {
        return Ok(Some(Caller::anybody(visitor.client, &visitor.request_id)));
    }
    let Some(principal) = console_session::principal(desk, headers).await? else {
        return Ok(None);
    };
    match bearer::of_session(principal, visitor) {
        Err(failure) if is_unfinished(&failure) => Ok(None),
        known => known,
    }
}

/// Has somebody sign in who then goes on at `home`; at the console's own name, where they came by
/// another one of this machine.
pub(crate) fn ask_to_sign_in(desk: &Desk, visitor: &Visitor, parts: &Parts, home: &str) -> Outcome {
    match neighbour(desk, visitor, &parts.uri) {
        Some(same) => Ok(Redirect::to(&same).into_response()),
        None => sign_in::begin(desk, &parts.headers, home),
    }
}

/// Whether somebody has to do something before they go on, which signing in leads them to.
fn is_unfinished(failure: &Failure) -> bool {
    let code = failure.code();
    matches!(code, Code::SecondFactorRequired | Code::ActionsPending)
}

/// The answer to somebody without any role.
pub(crate) fn no_administrator() -> Failure {
    Failure::from(Code::InsufficientRole)
        .because("You are no administrator here, and the console is for those only.")
        .hint("An administrator can give you a role, and so can the command set-roles.")
}

/// The answer to a form that comes too late. Signing in leads back to where it stood; nothing is sent
/// again.
fn over(parts: &Parts, visitor: &Visitor) -> Failure {
    let page = left(&parts.headers, visitor).unwrap_or_else(|| target(&parts.uri));
    Failure::from(Code::Unauthorized)
        .because("You are not signed in to the console any more, so nothing was changed.")
        .way_out("Sign in", page)
}

/// The page of ours that a form was sent from, as far as the browser says so, without what it told of
/// what had been done.
fn left(headers: &HeaderMap, visitor: &Visitor) -> Option<String> {
    let referer = headers.get(REFERER)?.to_str().ok()?;
    let mut page = Url::parse(referer).ok()?;
    if page.authority() != visitor.authority {
        return None;
    }
    notice::take_from(&mut page);
    let page = &page[Position::BeforePath..Position::AfterQuery];
    (sign_in::below(Some(page)) == page).then(|| page.to_owned())
}

/// The same page at the console's own name, where the browser came by another one of this machine:
/// the cookie that signing in begins with belongs to one name only.
fn neighbour(desk: &Desk, visitor: &Visitor, uri: &http::Uri) -> Option<String> {
    let own = &desk.config.public_url;
    let is_here = |name: Option<&str>| name.is_some_and(is_of_this_machine);
    let asked: http::uri::Authority = visitor.authority.parse().ok()?;
    let is_other = Some(asked.host()) != own.host_str();
    (is_other && is_here(own.host_str()) && is_here(Some(asked.host())))
        .then(|| format!("{}{}", own.origin().ascii_serialization(), target(uri)))
}

fn is_of_this_machine(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn target(uri: &http::Uri) -> String {
    let target = uri.path_and_query();
    target.map_or_else(|| HOME.to_owned(), ToString::to_string)
}
