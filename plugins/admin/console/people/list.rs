//! The list of people: searched, narrowed down, sorted and shown in parts.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Response},
};
use http::StatusCode;
use jiff::tz::TimeZone;
use portcullis_core::{
    identity::{Identity, IdentityState},
    schema::Viewer,
    search::{Found, Position},
};
use portcullis_kit::{Line, Locale, Outcome, Visit};
use serde::Serialize;
use serde_json::Value;

use super::filters::{self, Filters};
use crate::{
    caller::{self, Caller},
    console::{
        areas::PEOPLE,
        view::{self, Page},
    },
    desk::Desk,
    role::Permission,
};

/// The parameter by which only the list is asked for.
const FRAGMENT: &str = "fragment";
/// What the list alone is drawn by.
const LIST: &str = "people-list.html";

/// The list as a template reads it.
#[derive(Debug, Serialize)]
struct List {
    filters: Filters,
    /// What is wrong with what was asked for.
    trouble: Option<String>,
    rows: Vec<Row>,
    total: Option<String>,
    first: Option<String>,
    prev: Option<String>,
    next: Option<String>,
    /// Whether a row says which schema it obeys.
    has_schemas: bool,
    /// Whether whoever sees it may create somebody.
    may_create: bool,
}

/// One of them.
#[derive(Debug, Serialize)]
struct Row {
    href: String,
    title: String,
    detail: Option<String>,
    schema: String,
    is_active: bool,
    is_verified: bool,
    roles: Vec<String>,
    created: Line,
}

pub(super) async fn page(State(desk): State<Arc<Desk>>, caller: Caller, visit: Visit) -> Outcome {
    let locale = view::locale(&desk, &visit);
    let mut list = List {
        filters: filters::filters(&desk, &visit).await?,
        trouble: None,
        rows: Vec::new(),
        total: None,
        first: None,
        prev: None,
        next: None,
        has_schemas: desk.services.schemas.all().len() > 1,
        may_create: caller.roles.permit(Permission::WriteIdentities),
    };
    match filters::query(&desk, &visit) {
        Ok(query) => {
            let found = desk.services.search.search(&query).await?;
            list.fill(&desk, (&visit, &locale), &found);
        }
        Err(trouble) => list.trouble = Some(trouble),
    }
    if visit.query(FRAGMENT).is_some() {
        return Ok(fragment(&desk, &locale, list));
    }
    Ok(answer(&desk, (&caller, &visit), list))
}

/// The list alone, for the script that searches while somebody types.
fn fragment(desk: &Desk, locale: &Locale, list: List) -> Response {
    let status = list.status();
    let text = desk.shell.own_page(locale, LIST, list);
    (status, Html(text)).into_response()
}

fn answer(desk: &Desk, asked: (&Caller, &Visit), list: List) -> Response {
    let status = list.status();
    let page = Page {
        area: PEOPLE,
        title: PEOPLE.label,
        template: "people.html",
    };
    (status, view::draw(desk, asked, page, list)).into_response()
}

impl List {
    fn status(&self) -> StatusCode {
        match &self.trouble {
            Some(_) => StatusCode::BAD_REQUEST,
            None => StatusCode::OK,
        }
    }

    fn fill(&mut self, desk: &Desk, (visit, locale): (&Visit, &Locale), found: &Found) {
        let rows = found.identities.iter();
        self.rows = rows.map(|one| row(desk, locale, one)).collect();
        let count = |total: u64| locale.text(&format!("People found: {total}"));
        self.total = found.total.map(count);
        self.first = visit.query("page_token").map(|_| part(visit, None));
        self.prev = found.prev.as_ref().map(|prev| part(visit, Some(prev)));
        self.next = found.next.as_ref().map(|next| part(visit, Some(next)));
    }
}

/// The address of another part of the list.
fn part(visit: &Visit, position: Option<&Position>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters::asked(visit));
    match position {
        Some(Position::Token(token)) => {
            query.append_pair("page_token", &token.to_string());
        }
        Some(Position::Page(_)) | None => {}
    }
    match query.finish() {
        query if query.is_empty() => PEOPLE.path.to_owned(),
        query => format!("{}?{query}", PEOPLE.path),
    }
}

fn row(desk: &Desk, locale: &Locale, identity: &Identity) -> Row {
    let mut addresses = identity.addresses.iter();
    let day = identity.created_at.to_zoned(TimeZone::UTC).date();
    let title = caller::label(identity);
    let name = name(desk, identity);
    let others = identity.identifiers.iter().skip(1).cloned();
    let detail: Vec<String> = name.into_iter().chain(others).collect();
    Row {
        href: format!("{}/{}", PEOPLE.path, identity.id),
        title,
        detail: (!detail.is_empty()).then(|| detail.join(" · ")),
        schema: identity.schema_id.clone(),
        is_active: identity.state == IdentityState::Active,
        is_verified: addresses.any(|one| one.verified_at.is_some()),
        roles: identity.roles.clone(),
        created: Line::at(identity.created_at, locale.day(day)),
    }
}

/// What somebody is called by their traits, as far as administrators see them.
pub(super) fn name(desk: &Desk, identity: &Identity) -> Option<String> {
    let schema = desk.services.schemas.find(&identity.schema_id)?;
    let traits = schema.visible(Viewer::Administrator, &identity.traits);
    let part = |part: &str| traits["name"][part].as_str().map(str::to_owned);
    let name = match &traits["name"] {
        Value::String(name) => name.clone(),
        _ => {
            let parts = ["first", "last"].into_iter().filter_map(part);
            parts.collect::<Vec<_>>().join(" ")
        }
    };
    (!name.trim().is_empty()).then_some(name)
}
