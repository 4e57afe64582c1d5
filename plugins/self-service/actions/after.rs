//! After signing in, and after each action: where whoever has something to do goes on.

use portcullis_core::{
    action::Action,
    credential::CredentialKind,
    flow::{Flow, FlowKind},
    identity::Identity,
    session::Session,
};
use portcullis_kit::{Failure, Wants};
use serde_json::{Value, json};

use super::{ask, begin};
use crate::{
    desk::Desk,
    forms::action,
    language, remembered, scopes,
    start::NewFlow,
    verification::{self, begin::Begun},
};

/// What comes next.
#[derive(Debug)]
pub(crate) struct Next {
    /// Where people go.
    pub(crate) page: String,
    /// What tells programs to go on with it.
    pub(crate) continue_with: Option<Value>,
}

/// The identity after it has signed in with its password: one that is too old has to be changed.
/// `None` where nothing is different.
pub(crate) async fn aged(desk: &Desk, identity: &Identity) -> Result<Option<Identity>, Failure> {
    let credentials = desk.services.credentials.list(identity.id).await?;
    let (actions, now) = (&desk.services.actions, desk.now());
    let is_outdated = credentials
        .iter()
        .any(|one| one.kind == CredentialKind::Password && actions.is_outdated(one, now));
    if !is_outdated {
        return Ok(None);
    }
    let asked = ask(desk, identity.id, Action::UpdatePassword);
    asked.await.map(Some)
}

/// What `identity` has to do next in `session` on its way from a flow to `return_to`; `None` when it can go.
/// `begun` is a verification that has begun by itself, whose mail is on its way.
pub(crate) async fn next(
    desk: &Desk,
    (from, return_to): (&Flow, Option<&str>),
    wants: Wants,
    (identity, session, begun): (&Identity, Option<&Session>, Option<&Begun>),
) -> Result<Option<Next>, Failure> {
    let scopes = scopes::of_flow(from);
    let actions = &desk.services.actions;
    let pending = match session {
        Some(session) => actions.pending_for_at(session, identity, &scopes),
        None => actions.pending_for(identity, &scopes),
    };
    let Some(action) = pending.first().filter(|_| !is_on_its_way(desk, return_to)) else {
        return Ok(None);
    };
    if let (Action::VerifyEmail, Some(begun)) = (action, begun) {
        return Ok(Some(Next {
            page: desk.flow_page(begun.flow.kind, begun.flow.id),
            continue_with: None,
        }));
    }
    let page = begin::page(desk, *action, return_to);
    let page = scopes::kept(from, &language::kept(from, &page));
    let continue_with = match wants {
        Wants::Html => None,
        Wants::Json => Some(told(desk, (from, return_to), identity, *action).await?),
    };
    Ok(Some(Next {
        page,
        continue_with,
    }))
}

/// Begins the flow of the action, and says how a program goes on with it.
async fn told(
    desk: &Desk,
    (from, return_to): (&Flow, Option<&str>),
    identity: &Identity,
    action: Action,
) -> Result<Value, Failure> {
    if action == Action::VerifyEmail {
        let from = with_return(from, return_to);
        if let Some(begun) = verification::begin::begin_for(desk, &from, identity).await? {
            return Ok(begun.continue_with(desk));
        }
    }
    let new = NewFlow {
        context: remembered::errand(identity.id, action, false),
        return_to: return_to.map(str::to_owned),
        ..NewFlow::after(
            from,
            FlowKind::Settings,
            action::form(desk, identity, (action, &scopes::of_flow(from))).await?,
        )
    };
    let flow = new.start(desk).await?;
    Ok(json!({"action": "show_settings_ui", "flow": {
        "id": flow.id,
        "url": desk.flow_page(flow.kind, flow.id),
    }}))
}

/// A flow that leads on to `return_to`.
pub(super) fn with_return(flow: &Flow, return_to: Option<&str>) -> Flow {
    Flow {
        return_to: return_to.map(str::to_owned),
        ..flow.clone()
    }
}

/// Whether the browser is about to do an action that an application asks for; what is required as
/// well comes after it.
fn is_on_its_way(desk: &Desk, return_to: Option<&str>) -> bool {
    let settings = desk.begin_page(FlowKind::Settings, None);
    return_to.is_some_and(|url| url.starts_with(&settings))
}
