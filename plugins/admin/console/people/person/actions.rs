//! What somebody has to do before they go on.

use axum::response::Response;
use portcullis_core::{action::Action, identity::Identity};
use portcullis_kit::Outcome;
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    head::Tab,
};
use crate::{
    console::people::actions,
    people::{self, Wanted},
};

/// What the names of boxes begin with.
const BOX: &str = "do-";

/// The page as a template reads it.
#[derive(Serialize)]
struct Actions {
    rows: Vec<Row>,
    /// Whether they have an address that mail reaches.
    has_address: bool,
}

/// An action.
#[derive(Serialize)]
struct Row {
    alias: &'static str,
    label: &'static str,
    is_required: bool,
    /// Whether it follows from how somebody is, so that nobody has to ask for it.
    is_implied: bool,
    /// Whether it was ticked for a mail that was not sent.
    is_mailed: bool,
}

pub(super) async fn page(call: Call) -> Outcome {
    Ok(draw(&call, None))
}

/// The page, with what is wrong.
pub(super) fn draw(call: &Call, trouble: Option<Trouble>) -> Response {
    let identity = &call.identity;
    let pending = call.desk.services.actions.pending(identity);
    let sent = ticked(call);
    let rows = actions::on_offer(&call.desk).map(|action| {
        let alias = action.alias();
        let is_asked = identity.required_actions.iter().any(|one| one == alias);
        let is_pending = pending.contains(&action);
        Row {
            alias,
            label: actions::label(action),
            is_required: is_asked || is_pending,
            is_implied: is_pending && !is_asked,
            is_mailed: trouble.is_some() && sent.iter().any(|one| one == alias),
        }
    });
    let part = Actions {
        rows: rows.collect(),
        has_address: !identity.addresses.is_empty(),
    };
    call.draw((Tab::Actions, "person-actions.html"), part, trouble)
}

/// Requires what is ticked, and nothing else. What waits unseen for its day stays.
pub(super) async fn require(call: Call) -> Outcome {
    let ticked = ticked(&call);
    let want = |identity: &Identity| {
        let is_shown = |alias: &str| actions::on_offer(&call.desk).any(|one| one.alias() == alias);
        let unseen = identity.required_actions.iter();
        let unseen = unseen.filter(|alias| !is_shown(alias)).cloned();
        Ok(Wanted {
            required_actions: Some(ticked.iter().cloned().chain(unseen).collect()),
            ..Wanted::default()
        })
    };
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done(Tab::Actions.end(), "Saved."),
        Err(failure) => Ok(draw(&call, Some(call.trouble("actions", failure)?))),
    }
}

/// The aliases that are ticked.
pub(super) fn ticked(call: &Call) -> Vec<String> {
    let offered = actions::on_offer(&call.desk).map(Action::alias);
    let ticked = offered.filter(|alias| call.is_ticked(&format!("{BOX}{alias}")));
    ticked.map(str::to_owned).collect()
}
