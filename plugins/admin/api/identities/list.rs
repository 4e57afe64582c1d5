//! The list of identities, and what is searched among them.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header::LINK};
use portcullis_core::{
    catalogue::Code,
    id::IdentityId,
    search::{Found, IdentityQuery, LARGEST_SIZE, Page, Position},
};
use portcullis_kit::{
    Failure, Outcome, Visit,
    dialect::{self, ShownIdentity},
};

use super::declassified;
use crate::{api::pages::link, desk::Desk};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

pub(super) async fn list(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let declassified = declassified(&visit)?;
    let query = query(&desk, &visit)?;
    let found = desk.services.search.search(&query).await?;
    let mut credentials = match declassified.is_empty() {
        true => None,
        // Those of the whole page at once.
        false => Some(desk.services.credentials.list_of(&ids(&found)).await?),
    };
    let shown = found.identities.iter().map(|identity| {
        let shown = ShownIdentity::for_administrators(&desk.services, identity);
        let Some(credentials) = &mut credentials else {
            return shown;
        };
        let own = credentials.remove(&identity.id).unwrap_or_default();
        shown.with(dialect::credentials(identity, &own, &declassified))
    });
    let shown: Vec<ShownIdentity<'_>> = shown.collect();
    Ok(linked(
        Json(shown).into_response(),
        &visit,
        (&query, &found),
    ))
}

fn ids(found: &Found) -> Vec<IdentityId> {
    let found = found.identities.iter();
    found.map(|identity| identity.id).collect()
}

fn query(desk: &Desk, visit: &Visit) -> Result<IdentityQuery, Failure> {
    let parameters = visit.parameters().iter();
    let parameters = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
    let read = IdentityQuery::read(parameters, &desk.services.schemas.searched());
    read.map_err(|errors| {
        let code = match errors.as_slice() {
            [one] => one.code,
            _ => Code::BadRequest,
        };
        let told = errors
            .iter()
            .map(|error| (&*error.field, format!("{}.", error.reason)));
        let told: Vec<(&str, String)> = told.collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(at, why)| (*at, why.as_str())).collect();
        Failure::at_fault(code, &told)
    })
}

/// The answer with links to the parts around it, and how many there are in all where that is known.
fn linked(
    mut response: Response,
    visit: &Visit,
    (query, found): (&IdentityQuery, &Found),
) -> Response {
    let size = query.page.size().to_string();
    let to = |relation: &str, position: &Position| match position {
        Position::Token(token) => {
            let token = token.to_string();
            // Where a numbered page leads here, it may have been a longer one.
            let size = query.page.size().min(LARGEST_SIZE).to_string();
            link(
                visit,
                relation,
                &[("page_size", &size), ("page_token", &token)],
            )
        }
        Position::Page(number) => {
            let number = number.to_string();
            link(visit, relation, &[("per_page", &size), ("page", &number)])
        }
    };
    let is_numbered = matches!(query.page, Page::Numbered { .. });
    let mut links = vec![match is_numbered {
        true => to("first", &Position::Page(0)),
        false => link(visit, "first", &[("page_size", &size)]),
    }];
    links.extend(found.prev.as_ref().map(|prev| to("prev", prev)));
    links.extend(found.next.as_ref().map(|next| to("next", next)));
    if let Some(total) = found.total {
        let last = total.saturating_sub(1) / u64::from(query.page.size());
        // A page too far back is refused, so no link leads there.
        let is_shown = is_numbered && query.reaches(last);
        links.extend(is_shown.then(|| to("last", &Position::Page(last))));
        response
            .headers_mut()
            .insert(TOTAL, HeaderValue::from(total));
    }
    if let Ok(links) = HeaderValue::from_str(&links.join(",")) {
        response.headers_mut().insert(LINK, links);
    }
    response
}
