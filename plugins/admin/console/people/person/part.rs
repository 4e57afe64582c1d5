//! A part of the pages of a person, below what stands above all of them.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::{
    call::{Call, Trouble},
    head::{Head, Tab},
};
use crate::console::{
    areas::PEOPLE,
    view::{self, Page},
};

#[derive(Serialize)]
struct View<T> {
    person: Head,
    trouble: Option<Trouble>,
    #[serde(flatten)]
    part: T,
}

impl Call {
    /// A part of the person's pages.
    pub(super) fn show(&self, tab: Tab, template: &'static str, part: impl Serialize) -> Response {
        self.draw((tab, template), part, None)
    }

    /// The same; where something is wrong with what was sent, it says so.
    pub(super) fn draw(
        &self,
        (tab, template): (Tab, &'static str),
        part: impl Serialize,
        trouble: Option<Trouble>,
    ) -> Response {
        let person = Head::of(self, tab);
        let title = person.title.clone();
        let status = match trouble {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        };
        let page = Page {
            area: PEOPLE,
            title: &title,
            template,
        };
        let view = View {
            person,
            trouble,
            part,
        };
        let page = view::draw(&self.desk, (&self.caller, &self.visit), page, view);
        (status, page).into_response()
    }
}
