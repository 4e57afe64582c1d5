//! Scopes: what is asked for where people are going, for which their profile may have to hold more.
//! The address that began a flow keeps them.

use portcullis_core::flow::Flow;
use portcullis_kit::Visit;
use url::Url;

use crate::desk::with_query;

/// The query parameter that names them, with spaces between.
const SCOPE: &str = "scope";
/// How many are read.
const MOST: usize = 32;

/// The scopes that a visit asks for.
pub(crate) fn of_visit(visit: &Visit) -> Vec<String> {
    visit.query(SCOPE).map(read).unwrap_or_default()
}

/// The scopes that were asked for when a flow began.
pub(crate) fn of_flow(flow: &Flow) -> Vec<String> {
    written(flow).map(|text| read(&text)).unwrap_or_default()
}

/// A page that goes on from a flow, with its scopes.
pub(crate) fn kept(flow: &Flow, page: &str) -> String {
    match written(flow) {
        Some(text) => with_query(page, &[(SCOPE, &text)]),
        None => page.to_owned(),
    }
}

fn read(text: &str) -> Vec<String> {
    let names = text.split_ascii_whitespace().take(MOST);
    names.map(str::to_owned).collect()
}

fn written(flow: &Flow) -> Option<String> {
    let url = Url::parse(&flow.request_url).ok()?;
    let mut query = url.query_pairs();
    let found = query.find(|(name, _)| name == SCOPE)?;
    Some(found.1.into_owned()).filter(|text| !text.is_empty())
}
