//! Linking somebody to an account at a provider, or preparing that. What may be linked is decided in
//! `people/linking.rs`, never here.

use axum::response::Response;
use portcullis_kit::{Failure, Outcome};

use super::{
    call::Call,
    confirm::{self, Question, SURE},
    credentials,
    head::Tab,
    link_form::BY_ADDRESS,
};
use crate::people::linking::{self, Account, Linked};

/// Links them, or prepares that. Where nothing of them is proved yet it is asked first, because all else of
/// theirs goes.
pub(super) async fn link(call: Call) -> Outcome {
    if call.identity.awaits_first_proof() && !call.is_ticked(SURE) {
        return Ok(question(&call));
    }
    let done = match asked(&call) {
        Ok(account) => {
            let wish = (call.text("provider"), account);
            linking::link(&call.desk, &call.caller, &call.id, wish).await
        }
        Err(failure) => Err(failure),
    };
    match done {
        Ok(linked) => call.done(Tab::SignIn.end(), told(&call, &linked)),
        Err(failure) => {
            let trouble = call.trouble("link", failure)?;
            credentials::draw(&call, None, Some(trouble)).await
        }
    }
}

/// Asks with what was typed.
fn question(call: &Call) -> Response {
    let losses = [
        "Nothing of this person is proved yet, so that somebody else may have registered.",
        "What whoever registered signs in with goes, linked accounts as well, and all their sessions end. \
         Then they come in by this account.",
    ];
    let fields = ["provider", "known_by", "account", "issuer"];
    let typed = fields.map(|name| (name.to_owned(), call.text(name).to_owned()));
    let sure = (SURE.to_owned(), "true".to_owned());
    let question = Question {
        heading: "Link an account",
        losses: losses.map(|loss| call.locale.text(loss)).to_vec(),
        hidden: typed.into_iter().chain([sure]).collect(),
        label: "Link the account",
        ..Question::default()
    };
    confirm::ask(call, Tab::SignIn, question, None)
}

/// The account that was typed.
fn asked(call: &Call) -> Result<Account<'_>, Failure> {
    let account = Some(call.text("account").trim());
    let issuer = Some(call.text("issuer").trim()).filter(|issuer| !issuer.is_empty());
    match call.text("known_by") {
        BY_ADDRESS => Account::asked(None, issuer, account),
        _ => Account::asked(account, issuer, None),
    }
}

fn told(call: &Call, linked: &Linked) -> &'static str {
    match linked {
        Linked::Already(_) => "The account was linked to them already.",
        Linked::Now(_) if call.text("known_by") == BY_ADDRESS => {
            "The link is prepared: the first account there with this address becomes theirs."
        }
        Linked::Now(_) => "The account is linked.",
    }
}
