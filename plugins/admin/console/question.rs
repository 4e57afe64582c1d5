//! What is asked once more before something is taken away, with what will be lost. It asks only; what is
//! done is done by whoever gets the answer.

use axum::response::Response;
use portcullis_kit::Visit;
use serde::Serialize;

use super::{
    areas::Area,
    view::{self, Page},
};
use crate::{caller::Caller, desk::Desk};

/// What is asked once more.
#[derive(Debug, Default, Serialize)]
pub(super) struct Question {
    /// The heading.
    pub(super) heading: &'static str,
    /// What will be, line by line, in the reader's language already.
    pub(super) losses: Vec<String>,
    /// What the form sends besides.
    pub(super) hidden: Vec<(String, String)>,
    /// The template of what else the form asks for.
    pub(super) fields: Option<&'static str>,
    /// What the button says.
    pub(super) label: &'static str,
    /// What a second button sends, with the value `true`, and what it says.
    pub(super) other: Option<(&'static str, &'static str)>,
    /// Where whoever changes their mind goes.
    pub(super) back: String,
    /// What is to be typed, where more than a button is asked for.
    pub(super) typed: Option<String>,
}

/// Asks on a page of an area; the form posts to the page itself.
pub(super) fn ask(
    desk: &Desk,
    asked: (&Caller, &Visit),
    (area, title): (Area, &str),
    question: Question,
) -> Response {
    let page = Page {
        area,
        title,
        template: "question-here.html",
    };
    view::draw(desk, asked, page, question)
}
