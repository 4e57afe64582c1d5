//! Linking somebody to an account at a provider, or preparing that. What may be linked is decided in
//! `people/linking.rs`, never here.

use axum::response::Response;
use portcullis_kit::{Failure, Outcome};
use serde::Serialize;

use super::{
    call::Call,
    confirm::{self, Question, SURE},
    credentials,
    head::Tab,
};
use crate::{
    console::providers::{is_on, label},
    people::linking::{self, Account, Linked, may_lead_to},
    providers,
    role::Permission,
};

/// The value of `known_by` where an account is known by its address only.
const BY_ADDRESS: &str = "address";

/// The form as a template reads it, with what was typed.
#[derive(Serialize)]
pub(super) struct LinkForm {
    providers: Vec<Offer>,
    /// Whether accounts of one of them have issuers of their own.
    has_issuers: bool,
    is_by_address: bool,
    account: String,
    issuer: String,
}

/// A provider whose accounts can be linked.
#[derive(Serialize)]
struct Offer {
    id: String,
    label: String,
    is_chosen: bool,
}

/// The form; none for those who may not send it.
pub(super) async fn form(call: &Call) -> Result<Option<LinkForm>, Failure> {
    let may_touch = call.caller.may_touch(&call.identity).is_ok();
    if !(may_touch && call.caller.roles.permit(Permission::WriteIdentities)) {
        return Ok(None);
    }
    let mut all = providers::list(&call.desk).await?;
    all.retain(|record| is_on(record) && may_lead_to(&call.caller, record).is_ok());
    let offers = all.iter().map(|record| Offer {
        id: record.id.to_string(),
        label: label(record),
        is_chosen: record.id.as_str() == call.text("provider"),
    });
    Ok(Some(LinkForm {
        providers: offers.collect(),
        has_issuers: all.iter().any(|record| record.issuer.is_none()),
        is_by_address: call.text("known_by") == BY_ADDRESS,
        account: call.text("account").to_owned(),
        issuer: call.text("issuer").to_owned(),
    }))
}

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
