//! What is shown once: secrets, codes and links that are kept nowhere in the clear.

use axum::response::Response;
use portcullis_core::secret::Secret;
use portcullis_kit::{Line, Visit};
use serde::Serialize;

use super::{
    areas::Area,
    view::{self, Page},
};
use crate::{caller::Caller, desk::Desk};

/// What a page shows that is not shown again.
pub(super) struct Once<'a> {
    /// Where it belongs.
    pub(super) area: Area,
    /// Its heading.
    pub(super) title: &'a str,
    /// What it is good for.
    pub(super) lead: &'static str,
    /// What is shown, by its label.
    pub(super) values: Vec<(&'static str, &'a Secret)>,
    /// What is no secret and belongs to it.
    pub(super) facts: Vec<(&'static str, Line)>,
    /// Where to go from here.
    pub(super) onward: (&'static str, String),
}

#[derive(Serialize)]
struct View<'a> {
    lead: &'static str,
    values: Vec<(&'static str, &'a str)>,
    facts: Vec<(&'static str, Line)>,
    onward: (&'static str, String),
}

impl Once<'_> {
    /// The page.
    pub(super) fn draw(self, desk: &Desk, asked: (&Caller, &Visit)) -> Response {
        let page = Page {
            area: self.area,
            title: self.title,
            template: "once.html",
        };
        let values = self.values.into_iter();
        let view = View {
            lead: self.lead,
            values: values
                .map(|(label, value)| (label, value.expose()))
                .collect(),
            facts: self.facts,
            onward: self.onward,
        };
        view::draw(desk, asked, page, view)
    }
}
