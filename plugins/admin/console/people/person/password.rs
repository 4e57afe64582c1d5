//! A password that is set for somebody, once it is said what ends with it. No page ever shows one.

use axum::response::Response;
use portcullis_core::{action::Action, credential::CredentialKind, secret::Secret};
use portcullis_kit::{Failure, Outcome};
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    confirm::Question,
    head::Tab,
};
use crate::people::{NewPassword, credentials, password, sessions};

/// The page as a template reads it.
#[derive(Serialize)]
struct Asked {
    #[serde(flatten)]
    question: Question,
    /// Whether passwords can be temporary here.
    can_be_temporary: bool,
    /// Whether this one is to be.
    is_temporary: bool,
}

pub(super) async fn page(call: Call) -> Outcome {
    draw(&call, None).await
}

/// Sets it.
pub(super) async fn set(call: Call) -> Outcome {
    let text = call.text("password");
    if text.is_empty() {
        let trouble = call.wrong("password", "Please type a password.");
        return draw(&call, Some(trouble)).await;
    }
    let new = NewPassword::Plain(Secret::new(text));
    let is_temporary = call.is_ticked("temporary");
    let wanted = (&new, is_temporary);
    match password::set(&call.desk, &call.caller, &call.id, wanted).await {
        Ok(_) => call.done(Tab::SignIn.end(), done(is_temporary)),
        Err(failure) => draw(&call, Some(call.trouble("password", failure)?)).await,
    }
}

fn done(is_temporary: bool) -> &'static str {
    match is_temporary {
        true => {
            "The password is set and every session has ended. They choose another one when they sign in."
        }
        false => "The password is set and every session has ended.",
    }
}

async fn draw(call: &Call, trouble: Option<Trouble>) -> Result<Response, Failure> {
    let all = credentials::list(&call.desk, &call.id).await?;
    let has_password = all.iter().any(|one| one.kind == CredentialKind::Password);
    let question = Question {
        heading: match has_password {
            true => "Set another password",
            false => "Set a password",
        },
        losses: losses(call, has_password).await?,
        fields: Some("person-password.html"),
        label: "Set the password",
        back: call.path(Tab::SignIn.end()),
        ..Question::default()
    };
    let actions = &call.desk.services.actions;
    let part = Asked {
        question,
        can_be_temporary: actions.settings(Action::UpdatePassword).is_some(),
        is_temporary: trouble.is_none() || call.is_ticked("temporary"),
    };
    Ok(call.draw((Tab::SignIn, "confirm.html"), part, trouble))
}

/// What somebody loses by it.
async fn losses(call: &Call, has_password: bool) -> Result<Vec<String>, Failure> {
    let (_, live) = sessions::of(&call.desk, &call.id, Some(true)).await?;
    let mut losses = vec![format!("Sessions that end: {}", live.len())];
    if has_password {
        losses.push("The password they have now is not good any more.".to_owned());
    }
    if call.identity.awaits_first_proof() {
        losses.push(
            "Nothing of theirs is proved yet, so whatever lets them in so far goes.".to_owned(),
        );
    }
    Ok(losses.iter().map(|loss| call.locale.text(loss)).collect())
}
