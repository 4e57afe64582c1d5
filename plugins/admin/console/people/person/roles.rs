//! Roles of somebody, given and taken: what is taken is told and asked first.

use std::collections::BTreeSet;

use portcullis_core::identity::Identity;
use portcullis_kit::Outcome;

use super::{
    call::Call,
    confirm::{self, Question},
    head::Tab,
    standing::answer,
};
use crate::{
    console::choice::meaning,
    people::{self, Wanted, named_roles},
    role::Role,
};

/// Where the form says which roles it was told are taken.
const TAKEN: &str = "taken";

/// Gives and takes roles.
pub(super) async fn set(call: Call) -> Outcome {
    let ticked = Role::ALL.into_iter();
    let ticked = ticked.filter(|role| call.is_ticked(&format!("role-{role}")));
    let others = call.text("others").split_whitespace().map(str::to_owned);
    let roles: Vec<String> = ticked.map(|role| role.to_string()).chain(others).collect();
    // What is refused anyway is not asked about.
    let taken = taken(&call.identity, &roles);
    if !is_told(&call, &taken) && named_roles(&roles).is_ok() {
        return Ok(ask(&call, &taken));
    }
    let want = |_: &Identity| {
        Ok(Wanted {
            roles: Some(roles.clone()),
            ..Wanted::default()
        })
    };
    let changed = people::change(&call.desk, &call.caller, &call.id, want).await;
    answer(call, ("roles", changed), |identity| {
        identity.roles = roles.clone();
    })
}

/// The roles of theirs that are not among these.
fn taken<'a>(identity: &'a Identity, roles: &[String]) -> Vec<&'a str> {
    let own = identity.roles.iter().filter(|role| !roles.contains(role));
    own.map(String::as_str).collect()
}

/// Whether all that is taken was told.
fn is_told(call: &Call, taken: &[&str]) -> bool {
    let told: BTreeSet<&str> = call.text(TAKEN).split_whitespace().collect();
    taken.iter().all(|role| told.contains(role))
}

fn ask(call: &Call, taken: &[&str]) -> axum::response::Response {
    let loss = |role: &&str| match role.parse::<Role>() {
        Ok(role) => {
            let meaning = call.locale.text(meaning(role));
            call.locale
                .text(&format!("They lose the role {role}: {meaning}"))
        }
        Err(_) => call
            .locale
            .text(&format!("A role of applications goes: {role}")),
    };
    let at_once = call
        .locale
        .text("It counts at once, where they are signed in, too.");
    let sent = call.fields.keys().filter(|name| *name != TAKEN);
    let sent = sent.map(|name| (name.clone(), call.text(name).to_owned()));
    let question = Question {
        heading: "Take roles away",
        losses: taken.iter().map(loss).chain([at_once]).collect(),
        hidden: sent.chain([(TAKEN.to_owned(), taken.join(" "))]).collect(),
        label: "Take them away",
        ..Question::default()
    };
    confirm::ask(call, Tab::Details, question, None)
}
