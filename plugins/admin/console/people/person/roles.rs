//! Roles of somebody, given and taken: what is taken is told and asked first.

use std::collections::BTreeSet;

use portcullis_core::identity::Identity;
use portcullis_kit::{Failure, Outcome};

use super::{
    call::Call,
    confirm::{self, Question},
    details,
    head::Tab,
    traits,
};
use crate::{
    console::{choice::meaning, people::taken::Taken},
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
    let wanted = Wanted {
        roles: Some(roles),
        ..Wanted::default()
    };
    let want = |_: &Identity| Ok(wanted.clone());
    match people::change(&call.desk, &call.caller, &call.id, want).await {
        Ok(_) => call.done("", "Saved."),
        Err(failure) => refused(call, wanted, failure).await,
    }
}

/// The details with what was ticked, why it is refused, and whoever is in the way.
async fn refused(mut call: Call, wanted: Wanted, failure: Failure) -> Outcome {
    let what = (Some(&call.identity), &wanted);
    let taken = Taken::of(&call.desk, &call.caller, what, &failure).await?;
    let trouble = call.trouble("roles", failure)?;
    let trouble = trouble.with_holders(taken.holders);
    let ui = traits::form(&call);
    call.identity.roles = wanted.roles.unwrap_or_default();
    Ok(details::draw(&call, &ui, Some(trouble)))
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
