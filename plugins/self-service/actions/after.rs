//! After signing in, and after each action: where whoever has something to do goes on.

use portcullis_core::{
    action::Action,
    credential::CredentialKind,
    flow::{Flow, FlowKind},
    identity::Identity,
};
use portcullis_kit::{Failure, Wants};
use serde_json::{Value, json};

use super::{begin, change, form};
use crate::{desk::Desk, language, remembered, start::NewFlow};

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
    let alias = Action::UpdatePassword.alias();
    let asked = change(desk, identity.id, |identity| {
        let is_asked = identity.required_actions.iter().any(|one| one == alias);
        if !is_asked {
            identity.required_actions.push(alias.to_owned());
        }
        !is_asked
    });
    asked.await.map(Some)
}

/// What `identity` has to do next, on its way from a flow to `return_to`; `None` when it can go.
pub(crate) async fn next(
    desk: &Desk,
    (from, return_to): (&Flow, Option<&str>),
    wants: Wants,
    identity: &Identity,
) -> Result<Option<Next>, Failure> {
    let pending = desk.services.actions.pending(identity);
    let Some(action) = pending.first().filter(|_| !is_on_its_way(desk, return_to)) else {
        return Ok(None);
    };
    let page = language::kept(from, &begin::page(desk, *action, return_to));
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
    let new = NewFlow {
        context: remembered::errand(identity.id, action, false),
        return_to: return_to.map(str::to_owned),
        ..NewFlow::after(
            from,
            FlowKind::Settings,
            form::nodes(desk, identity, action),
        )
    };
    let flow = new.start(desk).await?;
    Ok(json!({"action": "show_settings_ui", "flow": {
        "id": flow.id,
        "url": desk.flow_page(flow.kind, flow.id),
    }}))
}

/// Whether the browser is about to do an action that an application asks for; what is required as
/// well comes after it.
fn is_on_its_way(desk: &Desk, return_to: Option<&str>) -> bool {
    let settings = desk.begin_page(FlowKind::Settings, None);
    return_to.is_some_and(|url| url.starts_with(&settings))
}
