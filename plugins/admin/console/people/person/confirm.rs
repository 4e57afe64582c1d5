//! Pages that ask once more, and say what will be lost.

use axum::response::Response;
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    head::Tab,
};

/// What is asked once more.
#[derive(Debug, Default, Serialize)]
pub(super) struct Question {
    /// The heading.
    pub(super) heading: &'static str,
    /// What will be, line by line, in the reader's language already.
    pub(super) losses: Vec<String>,
    /// What the form sends besides.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// What the button says.
    pub(super) label: &'static str,
    /// What a second button sends, with the value `true`, and what it says.
    pub(super) other: Option<(&'static str, &'static str)>,
    /// Where whoever changes their mind goes.
    pub(super) back: String,
    /// What is to be typed, where more than a button is asked for.
    pub(super) typed: Option<String>,
}

/// Asks; the form posts to the page itself.
pub(super) fn ask(
    call: &Call,
    tab: Tab,
    mut question: Question,
    trouble: Option<Trouble>,
) -> Response {
    question.back = call.path(tab.end());
    call.draw((tab, "confirm.html"), question, trouble)
}
