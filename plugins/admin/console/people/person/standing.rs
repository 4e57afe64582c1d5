//! State and proved addresses of somebody.

use axum::response::Response;
use portcullis_core::identity::{Identity, IdentityState};
use portcullis_kit::Outcome;

use super::{
    call::{Call, Trouble},
    confirm::{self, Question, SURE},
    details,
    head::Tab,
    traits,
};
use crate::people::{self, Proved, Wanted};

/// Says that what was registered with stays.
const KEEP: &str = "keep";

/// Asks whether somebody is to be switched off.
pub(super) async fn confirm(call: Call) -> Outcome {
    Ok(question(&call, None))
}

fn question(call: &Call, trouble: Option<Trouble>) -> Response {
    let losses = [
        "They cannot sign in until they are switched on again.",
        "All their sessions end now.",
        "Nothing of theirs is deleted.",
    ];
    let question = Question {
        heading: "Switch off",
        losses: losses.map(|loss| call.locale.text(loss)).to_vec(),
        hidden: vec![("state".to_owned(), "inactive".to_owned())],
        label: "Switch off",
        ..Question::default()
    };
    confirm::ask(call, Tab::Details, question, trouble)
}

/// Switches somebody on or off.
pub(super) async fn set_state(call: Call) -> Outcome {
    let (state, told) = match call.text("state") {
        "active" => (IdentityState::Active, "Switched on."),
        "inactive" => (
            IdentityState::Inactive,
            "Switched off, and every session has ended.",
        ),
        _ => {
            return Ok(question(
                &call,
                Some(call.wrong("confirm", "Please choose.")),
            ));
        }
    };
    let want = |_: &Identity| {
        Ok(Wanted {
            state: Some(state),
            ..Wanted::default()
        })
    };
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", told),
        Err(failure) => {
            let trouble = call.trouble("confirm", failure)?;
            Ok(question(&call, Some(trouble)))
        }
    }
}

/// Notes that somebody proved to hold an address, or did not. Where nothing of them is proved yet it is
/// asked first what becomes of that with which they registered.
pub(super) async fn set_address(call: Call) -> Outcome {
    let proved = Proved {
        value: call.text("address").to_owned(),
        is_verified: call.text("verified") == "true",
        at: None,
    };
    let is_kept = call.is_ticked(KEEP);
    let is_asked = is_kept || call.is_ticked(SURE);
    if proved.is_verified && !is_asked && call.identity.awaits_first_proof() {
        return Ok(whose(&call, &proved.value));
    }
    // Their own mark, by its name: they are known to be who registered.
    let known = is_kept.then(|| (Vec::new(), vec![Identity::FIRST_PROOF.to_owned()]));
    let want = |_: &Identity| {
        Ok(Wanted {
            proved: vec![proved.clone()],
            actions_changed: known.clone(),
            ..Wanted::default()
        })
    };
    let changed = people::change(&call.desk, &call.caller, &call.id, want).await;
    match changed {
        Ok(_) => call.done("", "Saved."),
        Err(failure) => {
            let trouble = call.trouble("addresses", failure)?;
            Ok(details::draw(&call, &traits::form(&call), Some(trouble)))
        }
    }
}

/// Asks whether it was they who registered.
fn whose(call: &Call, address: &str) -> Response {
    let losses = [
        "Anybody can register with this address, and nobody has proved yet that it is theirs.",
        "Unless you keep it, what whoever registered signs in with goes, linked accounts as well, and \
         all their sessions end. Whoever holds the address gets in by mail then.",
        "Keep it only if you know that it was they who registered.",
    ];
    let question = Question {
        heading: "Mark as verified",
        losses: losses.map(|loss| call.locale.text(loss)).to_vec(),
        hidden: vec![
            ("address".to_owned(), address.to_owned()),
            ("verified".to_owned(), "true".to_owned()),
            (SURE.to_owned(), "true".to_owned()),
        ],
        label: "Mark as verified and remove it",
        other: Some((KEEP, "Mark as verified and keep it")),
        ..Question::default()
    };
    confirm::ask(call, Tab::Details, question, None)
}
