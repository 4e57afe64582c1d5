//! Sign-ins that go round in circles: found out, and explained instead of repeated.

use http::header::SET_COOKIE;
use portcullis_core::{catalogue::Code, flow::FlowKind, principal::Principal, secret::TokenHash};
use portcullis_kit::{Failure, Visit, Wants};
use std::time::Duration;

use crate::{csrf::Csrf, desk::Desk};

/// Within what time coming back counts.
const WINDOW: Duration = Duration::from_secs(60);
/// How often a signed-in browser may come back from the same address.
const BOUNCES: u64 = 4;

/// Fails when this browser signed in several times just now and still has no session: it keeps
/// the anti-forgery cookie, but not the session's.
pub(crate) fn check_sign_ins(desk: &Desk, visit: &Visit) -> Result<(), Failure> {
    let looping =
        Csrf::of(desk, visit).filter(|csrf| visit.wants() == Wants::Html && csrf.loops(desk.now()));
    let Some(csrf) = looping else {
        return Ok(());
    };
    let name = desk.services.cookies.session();
    let failure = explain(desk, None)
        .because("You signed in several times just now, but your browser did not send the session's cookie back.")
        .hint(format!("Your browser, or an extension of it, may refuse the cookie {name}."))
        .header(SET_COOKIE, &csrf.forgetful().set_cookie(desk));
    Err(failure)
}

/// Fails when a signed-in browser is sent here again and again from `return_to`: the session's
/// cookie reaches the sign-in page, but not the application.
pub(crate) async fn check_bounce(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
    return_to: Option<&str>,
) -> Result<(), Failure> {
    let (Some(return_to), Wants::Html) = (return_to, visit.wants()) else {
        return Ok(());
    };
    let key = TokenHash::of(&format!("bounce:{}:{return_to}", principal.session.id));
    let throttles = &desk.services.throttles;
    if throttles.count(&key, desk.now() + WINDOW).await? <= BOUNCES {
        return Ok(());
    }
    Err(explain(desk, Some(return_to))
        .because("You are signed in here, but the application does not see it: the session's cookie does not reach its address.")
        .hint("For whoever runs this gateway: to share one session among several hosts, set cookie_domain to their common parent domain."))
}

fn explain(desk: &Desk, return_to: Option<&str>) -> Failure {
    let public_url = desk.services.addresses.public_url();
    let again = desk.begin_page(FlowKind::Login, return_to);
    Failure::from(Code::SignInLoop)
        .way_out("Try again", again)
        .hint("Cookies may be blocked for this site in your browser's settings.")
        .hint(format!(
            "The application must be opened at {public_url}, with exactly that scheme (http or \
             https) and host name."
        ))
        .hint("For whoever runs this gateway: check public_url, cookie_domain, and what stands in front of the gateway.")
}
