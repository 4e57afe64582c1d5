//! Pages of a person that ask once more, and say what will be lost.

use axum::response::Response;

use super::{
    call::{Call, Trouble},
    head::Tab,
};
pub(super) use crate::console::question::Question;

/// Says that a question was asked.
pub(super) const SURE: &str = "sure";

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
