//! What every page of the console has around its own: the menu, who is signed in, and what has just
//! been done.

use axum::response::{Html, IntoResponse, Response};
use portcullis_kit::{Locale, UI_LOCALES, Visit};
use serde::Serialize;

use super::{areas, areas::Area, notice};
use crate::{caller::Caller, config::Auth, desk::Desk};

/// A page before it is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// Where it belongs.
    pub(crate) area: Area,
    /// Its heading.
    pub(crate) title: &'a str,
    /// What it is drawn by; it extends `console.html`.
    pub(crate) template: &'static str,
}

#[derive(Serialize)]
struct View<'a, T> {
    title: &'a str,
    areas: Vec<Entry>,
    who: &'a str,
    /// Whether nobody is asked who they are.
    is_open: bool,
    notice: Option<String>,
    /// The language that was asked for, which forms that search ask for again.
    ui_locales: Option<&'a str>,
    #[serde(flatten)]
    content: T,
}

/// A row of the menu.
#[derive(Serialize)]
struct Entry {
    label: &'static str,
    path: &'static str,
    is_here: bool,
}

/// The language of whoever visits.
pub(crate) fn locale(desk: &Desk, visit: &Visit) -> Locale {
    desk.shell.locale(visit.query(UI_LOCALES), &visit.headers)
}

/// Draws a page; the members of `content` are the template's own variables.
pub(crate) fn draw(
    desk: &Desk,
    (caller, visit): (&Caller, &Visit),
    page: Page<'_>,
    content: impl Serialize,
) -> Response {
    let seen = areas::ALL
        .into_iter()
        .filter(|area| caller.roles.permit(area.permission));
    let entry = |area: Area| Entry {
        label: area.label,
        path: area.path,
        is_here: area.path == page.area.path,
    };
    let view = View {
        title: page.title,
        areas: seen.map(entry).collect(),
        who: &caller.label,
        is_open: desk.config.auth == Auth::None,
        notice: notice::of(desk, visit),
        ui_locales: visit.query(UI_LOCALES),
        content,
    };
    let locale = locale(desk, visit);
    let text = desk.shell.own_page(&locale, page.template, view);
    (desk.shell.policy_of_look(), Html(text)).into_response()
}
