//! The language a flow is read in: the one that was asked for when it began, else the reader's own.

use portcullis_core::flow::Flow;
use portcullis_kit::{Locale, UI_LOCALES, Visit};
use url::Url;

use crate::{
    desk::{Desk, with_query},
    impersonation,
};

/// The language of a visit that no flow belongs to.
pub(crate) fn of_visit(desk: &Desk, visit: &Visit) -> Locale {
    let locale = desk.shell.locale(visit.query(UI_LOCALES), &visit.headers);
    impersonation::told(desk, visit, locale)
}

/// The language of a flow.
pub(crate) fn of_flow(desk: &Desk, visit: &Visit, flow: &Flow) -> Locale {
    let asked = visit.query(UI_LOCALES).map(str::to_owned);
    let wanted = asked.or_else(|| wanted(flow));
    let locale = desk.shell.locale(wanted.as_deref(), &visit.headers);
    impersonation::told(desk, visit, locale)
}

/// A page that goes on from a flow, in its language.
pub(crate) fn kept(flow: &Flow, page: &str) -> String {
    match wanted(flow) {
        Some(tags) => with_query(page, &[(UI_LOCALES, &tags)]),
        None => page.to_owned(),
    }
}

/// A page that goes on from a visit, in the language it asks for.
pub(crate) fn of_page(visit: &Visit, page: &str) -> String {
    match visit.query(UI_LOCALES) {
        Some(tags) => with_query(page, &[(UI_LOCALES, tags)]),
        None => page.to_owned(),
    }
}

/// What was asked for when the flow began; its address keeps it.
fn wanted(flow: &Flow) -> Option<String> {
    let url = Url::parse(&flow.request_url).ok()?;
    let mut query = url.query_pairs();
    let found = query.find(|(name, _)| name == UI_LOCALES)?;
    Some(found.1.into_owned()).filter(|tags| !tags.is_empty())
}
