//! Deleting somebody, once it is typed whom.

use axum::response::Response;
use portcullis_kit::{Failure, Outcome};

use super::{
    call::{Call, Trouble},
    confirm::{self, Question},
    head::Tab,
};
use crate::{
    console::{areas::PEOPLE, notice},
    people,
};

pub(super) async fn page(call: Call) -> Outcome {
    draw(&call, None).await
}

/// Deletes them.
pub(super) async fn delete(call: Call) -> Outcome {
    if !is_named(&call) {
        let trouble = call.wrong("confirm", "This is neither their address nor their id.");
        return draw(&call, Some(trouble)).await;
    }
    match people::delete(&call.desk, &call.caller, &call.id).await {
        Ok(()) => notice::redirect(&call.desk, PEOPLE.path, "The person is deleted."),
        Err(failure) => draw(&call, Some(call.trouble("confirm", failure)?)).await,
    }
}

/// Whether what was typed names them.
fn is_named(call: &Call) -> bool {
    let typed = call.text("typed").trim();
    let mut known = call.identity.identifiers.iter();
    !typed.is_empty() && (known.any(|one| one.eq_ignore_ascii_case(typed)) || typed == call.id)
}

async fn draw(call: &Call, trouble: Option<Trouble>) -> Result<Response, Failure> {
    let owned = people::belongings(&call.desk, &call.identity).await?;
    let losses = [
        "Everything that is known of them is deleted, and nobody brings it back.".to_owned(),
        format!("Credentials that go: {}", owned.credentials),
        format!("Linked accounts among them: {}", owned.links),
        format!("Sessions that end: {}", owned.sessions),
    ];
    let question = Question {
        heading: "Delete",
        losses: losses.map(|loss| call.locale.text(&loss)).to_vec(),
        label: "Delete for good",
        typed: Some(call.text("typed").to_owned()),
        ..Question::default()
    };
    Ok(confirm::ask(call, Tab::Details, question, trouble))
}
