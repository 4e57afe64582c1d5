//! Beginning an action: who asked for it, whether it can be done, and whether its person has to sign
//! in for it first.

use axum::response::Response;
use portcullis_core::{
    action::Action, catalogue::Code, flow::FlowKind, identity::Identity, principal::Principal,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{
    KC_ACTION, REQUIRED,
    fresh::{self, ASKED_AT, MAX_AGE, PROMPT},
    status::Status,
};
use crate::{
    desk::{Desk, with_query},
    forms::action,
    init::{self, Opening},
    navigate, remembered, scopes,
};

/// Answers a browser that begins its settings to do an action; `None` where it asks for none.
pub(crate) async fn browser(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
) -> Option<Result<Response, Failure>> {
    let alias = visit.query(KC_ACTION)?;
    Some(match known(desk, &principal.identity, alias) {
        Some(action) => begin(desk, visit, principal, action).await,
        None => leave(desk, visit, Some(Status::Error)),
    })
}

/// Answers a native client in the same way.
pub(crate) async fn native(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
) -> Option<Result<Response, Failure>> {
    let alias = visit.query(KC_ACTION)?;
    let Some(action) = known(desk, &principal.identity, alias) else {
        let unknown = Failure::from(Code::BadRequest).because("There is no such action here.");
        return Some(Err(unknown));
    };
    if !may_begin(desk, visit, principal, action) {
        return Some(Err(Code::SessionTooOld.into()));
    }
    let opening = match opening(desk, visit, principal, action).await {
        Ok(opening) => opening,
        Err(failure) => return Some(Err(failure)),
    };
    Some(init::native(desk, visit, FlowKind::Settings, opening).await)
}

/// Where a browser that asks to sign in for an action goes on afterwards; `None` where it asks for
/// none.
pub(crate) fn after_sign_in(desk: &Desk, visit: &Visit) -> Result<Option<String>, Failure> {
    let Some(alias) = visit.query(KC_ACTION) else {
        return Ok(None);
    };
    Ok(Some(match alias.parse() {
        Ok(action) => with_query(
            &here(desk, visit),
            &[(ASKED_AT, &fresh::note(desk, None, action)?)],
        ),
        Err(_) => here(desk, visit),
    }))
}

/// Where a browser that is signed in begins the action that its address asks for.
pub(crate) fn straight(desk: &Desk, visit: &Visit) -> Option<String> {
    visit.query(KC_ACTION)?;
    let asks = [PROMPT, MAX_AGE].into_iter();
    let asks: Vec<_> = asks
        .filter_map(|name| Some((name, visit.query(name)?)))
        .collect();
    let here = here(desk, visit);
    Some(match asks.is_empty() {
        true => here,
        false => with_query(&here, &asks),
    })
}

/// Where a browser begins `action` because it is required, to return to `return_to`.
pub(crate) fn page(desk: &Desk, action: Action, return_to: Option<&str>) -> String {
    let page = with_query(&asked_page(desk, action, None), &[(REQUIRED, "true")]);
    returning(page, return_to)
}

/// Where a browser begins `action` because an application asks for it, to return to `return_to`.
pub(crate) fn asked_page(desk: &Desk, action: Action, return_to: Option<&str>) -> String {
    let page = desk.begin_page(FlowKind::Settings, None);
    let page = with_query(&page, &[(KC_ACTION, action.alias())]);
    returning(page, return_to)
}

fn returning(page: String, return_to: Option<&str>) -> String {
    match return_to {
        Some(url) => with_query(&page, &[("return_to", url)]),
        None => page,
    }
}

async fn begin(desk: &Desk, visit: &Visit, principal: &Principal, action: Action) -> Outcome {
    if action == Action::VerifyEmail && !action::has_unverified(&principal.identity) {
        return leave(desk, visit, Some(Status::Success));
    }
    if !may_begin(desk, visit, principal, action) {
        let note = fresh::note(desk, Some(principal), action)?;
        let back = with_query(&here(desk, visit), &[(ASKED_AT, &note)]);
        let page = desk.refresh_page(&back);
        return match visit.wants() {
            Wants::Html => navigate::to(Wants::Html, &page),
            Wants::Json => {
                Err(Failure::from(Code::SessionTooOld).member("redirect_browser_to", page))
            }
        };
    }
    let opening = opening(desk, visit, principal, action).await?;
    init::browser(desk, visit, FlowKind::Settings, opening).await
}

/// The action of this alias, where it is switched on and `identity` could do it.
fn known(desk: &Desk, identity: &Identity, alias: &str) -> Option<Action> {
    let action: Action = alias.parse().ok()?;
    let is_on = desk.services.actions.settings(action).is_some();
    (is_on && action::is_possible(desk, identity, action)).then_some(action)
}

/// What is required is done without signing in again, but for what changes how one signs in, and
/// where an application asks for a young sign-in all the same. Deleting asks for a proof itself, of
/// its own.
fn may_begin(desk: &Desk, visit: &Visit, principal: &Principal, action: Action) -> bool {
    let is_required = is_required(desk, visit, principal, action);
    (is_required
        && action != Action::UpdatePassword
        && fresh::lets_required(desk, visit, principal, action))
        || action == Action::DeleteAccount
        || fresh::is_fresh(desk, visit, principal, action)
}

/// Whether its person has to do it anyway on the way to where the visit's scopes are asked for.
fn is_required(desk: &Desk, visit: &Visit, principal: &Principal, action: Action) -> bool {
    let (actions, scopes) = (&desk.services.actions, scopes::of_visit(visit));
    let is_pending = |identity| {
        actions
            .pending_for_at(&principal.session, identity, &scopes)
            .contains(&action)
    };
    principal.pending.contains(&action) || is_pending(&principal.identity)
}

async fn opening(
    desk: &Desk,
    visit: &Visit,
    principal: &Principal,
    action: Action,
) -> Result<Opening, Failure> {
    let (identity, scopes) = (&principal.identity, scopes::of_visit(visit));
    // Only our own links say that it is required; every other one is an application's, which is
    // told what came of it, whether the action is pending anyway or not.
    let is_ours = visit.query(REQUIRED).is_some() && is_required(desk, visit, principal, action);
    let asked = !is_ours;
    Ok(Opening {
        context: remembered::errand(identity.id, action, asked),
        form: Some(action::form(desk, identity, (action, &scopes)).await?),
        ..Opening::default()
    })
}

/// Sends the browser back with what came of it.
fn leave(desk: &Desk, visit: &Visit, status: Option<Status>) -> Outcome {
    let return_to = init::return_to(desk, visit)?;
    let page = match status {
        Some(status) => status.tell(desk, return_to.as_deref()),
        None => return_to.unwrap_or_else(|| desk.home()),
    };
    navigate::to(visit.wants(), &page)
}

/// The address of this visit among the settings, without what asks for a young sign-in.
fn here(desk: &Desk, visit: &Visit) -> String {
    const DROPPED: [&str; 4] = [ASKED_AT, MAX_AGE, PROMPT, "refresh"];
    let kept = visit
        .parameters()
        .iter()
        .filter(|(name, _)| !DROPPED.contains(&name.as_str()));
    let kept: Vec<(&str, &str)> = kept
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    with_query(&desk.begin_page(FlowKind::Settings, None), &kept)
}
