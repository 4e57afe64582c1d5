//! What the list of people can be narrowed down by: the fields of its form, and the query they make.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use portcullis_core::{
    administration::ProviderRecord,
    catalogue::Code,
    search::{self, IdentityQuery},
};
use portcullis_kit::{Failure, Visit};
use serde::Serialize;
use serde_json::Value;

use crate::{desk::Desk, role::Role};

/// How many people are on a page.
const SIZE: &str = "50";
/// The order where nobody chooses one: that in which people came here, which takes no sorting.
const USUAL: &str = "-arrival";
/// The orders to choose from.
const ORDERS: [(&str, &str); 4] = [
    (USUAL, "Newest first"),
    ("arrival", "Oldest first"),
    ("-updated_at", "Most recently changed first"),
    ("updated_at", "Least recently changed first"),
];
/// The fields of the form that are parameters of the query.
const PLAIN: [&str; 6] = [
    "search",
    "schema_id",
    "state",
    "provider",
    "role",
    "verified",
];
/// Days of which everybody is found who was created from or until then.
const FROM: &str = "from";
const UNTIL: &str = "until";

/// The form as a template reads it.
#[derive(Debug, Serialize)]
pub(super) struct Filters {
    /// What is searched for.
    pub(super) search: String,
    choices: Vec<Choice>,
    from: String,
    until: String,
    /// Whether anything but a search narrows the list down.
    pub(super) are_set: bool,
}

/// A field with values to choose from.
#[derive(Debug, Serialize)]
struct Choice {
    name: &'static str,
    label: &'static str,
    /// What it says where nothing is chosen.
    any: Option<&'static str>,
    options: Vec<(String, String, bool)>,
}

/// What a visit asks for, by the name of its field; empty ones are not asked for.
pub(super) fn asked(visit: &Visit) -> Vec<(&'static str, &str)> {
    let names = PLAIN.into_iter().chain([FROM, UNTIL, "sort"]);
    let asked = names.filter_map(|name| Some((name, visit.query(name)?.trim())));
    asked.filter(|(_, value)| !value.is_empty()).collect()
}

/// The query that a visit asks for, or what is wrong with it.
pub(super) fn query(desk: &Desk, visit: &Visit) -> Result<IdentityQuery, String> {
    let mut parameters = vec![("total", "true".to_owned()), ("page_size", SIZE.to_owned())];
    let mut sort = USUAL;
    for (name, value) in asked(visit) {
        match name {
            FROM => parameters.push(("created_after", before(value, 0)?)),
            UNTIL => parameters.push(("created_before", before(value, 1)?)),
            "sort" => sort = value,
            _ => parameters.push((name, value.to_owned())),
        }
    }
    parameters.push(("sort", sort.to_owned()));
    if let Some(token) = visit.query("page_token") {
        parameters.push(("page_token", token.to_owned()));
    }
    let parameters = parameters
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let searched = desk.services.schemas.searched();
    let read = IdentityQuery::read(parameters, &searched);
    read.map_err(
        |errors| match errors.iter().any(|error| error.field == "search") {
            true => no_search(&searched),
            false => "This cannot be shown. Please choose again.".to_owned(),
        },
    )
}

fn no_search(searched: &BTreeSet<String>) -> String {
    let fields = Vec::from_iter(search::fields(searched)).join(", ");
    format!(
        "This cannot be searched for. Words stand apart, quotes stand around whole words, and a name \
         before a colon is that of a field: {fields}."
    )
}

/// The moment before which nothing of the day is that stands so many days behind this one.
fn before(day: &str, days: i64) -> Result<String, &'static str> {
    let wrong = "This is not a date. Please write it like 2000-12-31.";
    let day: Date = day.parse().map_err(|_| wrong)?;
    let day = day.checked_add(days.days()).map_err(|_| wrong)?;
    Ok(format!("{day}T00:00:00Z"))
}

/// The form of a visit.
pub(super) async fn filters(desk: &Desk, visit: &Visit) -> Result<Filters, Failure> {
    let asked = asked(visit);
    let value = |name: &str| {
        let found = asked.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| *value)
    };
    let mut choices = vec![
        choice(("state", "State"), value("state"), states()),
        choice(("verified", "Address"), value("verified"), verified()),
        choice(("role", "Role"), value("role"), roles()),
        choice(
            ("provider", "Linked with"),
            value("provider"),
            providers(desk).await?,
        ),
        choice(("schema_id", "Schema"), value("schema_id"), schemas(desk)),
    ];
    choices.retain(|choice| choice.options.len() > 1 || choice.name == "provider");
    choices.retain(|choice| !choice.options.is_empty());
    let are_set = asked
        .iter()
        .any(|(name, _)| !matches!(*name, "search" | "sort"));
    choices.push(Choice {
        any: None,
        ..choice(("sort", "Order"), value("sort"), owned(&ORDERS))
    });
    Ok(Filters {
        search: value("search").to_owned(),
        choices,
        from: value(FROM).to_owned(),
        until: value(UNTIL).to_owned(),
        are_set,
    })
}

fn choice(
    (name, label): (&'static str, &'static str),
    chosen: &str,
    options: Vec<(String, String)>,
) -> Choice {
    let options = options.into_iter();
    let options = options.map(|(value, label)| {
        let is_chosen = value == chosen;
        (value, label, is_chosen)
    });
    Choice {
        name,
        label,
        any: Some("Any"),
        options: options.collect(),
    }
}

fn owned(options: &[(&str, &str)]) -> Vec<(String, String)> {
    let options = options.iter();
    let options = options.map(|&(value, label)| (value.to_owned(), label.to_owned()));
    options.collect()
}

fn states() -> Vec<(String, String)> {
    owned(&[("active", "Active"), ("inactive", "Switched off")])
}

fn verified() -> Vec<(String, String)> {
    owned(&[("true", "Verified"), ("false", "Not verified")])
}

fn roles() -> Vec<(String, String)> {
    let roles = Role::ALL.into_iter();
    roles
        .map(|role| (role.to_string(), role.to_string()))
        .collect()
}

fn schemas(desk: &Desk) -> Vec<(String, String)> {
    let schemas = desk.services.schemas.all().into_iter();
    let named = schemas.map(|schema| (schema.id().to_owned(), schema.id().to_owned()));
    named.collect()
}

async fn providers(desk: &Desk) -> Result<Vec<(String, String)>, Failure> {
    let list = desk.services.administration.list().await;
    let list = list.map_err(|error| Failure::from(Code::StoreUnavailable).caused_by(error))?;
    let label = |record: &ProviderRecord| {
        let label = record.table.get("label").and_then(Value::as_str);
        label.map_or_else(|| record.id.to_string(), str::to_owned)
    };
    let named = list
        .iter()
        .map(|record| (record.id.to_string(), label(record)));
    Ok(named.collect())
}
