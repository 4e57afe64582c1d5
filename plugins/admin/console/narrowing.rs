//! What lists of an area are narrowed down by: the fields of a form, and the addresses they make.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use portcullis_kit::{Failure, Visit};
use serde::Serialize;
use url::form_urlencoded;

use crate::desk::Desk;

/// A form as templates read it.
#[derive(Debug, Serialize)]
pub(super) struct Narrowing {
    /// Where it leads.
    path: &'static str,
    fields: Vec<Field>,
    /// Whether anything narrows the list down.
    is_set: bool,
}

/// A field of the form.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    name: &'static str,
    label: &'static str,
    /// The kind of its input; values to choose from make it a choice instead.
    input: &'static str,
    value: String,
    options: Vec<(String, String)>,
}

impl Field {
    /// A field to type into.
    pub(super) fn text(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            label,
            input: "text",
            value: String::new(),
            options: Vec::new(),
        }
    }

    /// A field for a day.
    pub(super) fn day(name: &'static str, label: &'static str) -> Self {
        Self {
            input: "date",
            ..Self::text(name, label)
        }
    }

    /// A field with values to choose from.
    pub(super) fn choice(
        (name, label): (&'static str, &'static str),
        options: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        let options = options.into_iter();
        let options = options.map(|(value, label)| (value.to_owned(), label.to_owned()));
        Self {
            options: options.collect(),
            ..Self::text(name, label)
        }
    }
}

impl Narrowing {
    /// The form of these fields, filled in as a visit has it.
    pub(super) fn of(visit: &Visit, path: &'static str, fields: Vec<Field>) -> Self {
        let mut form = Self {
            path,
            fields,
            is_set: false,
        };
        for field in &mut form.fields {
            field.value = value(visit, field.name).unwrap_or_default().to_owned();
            form.is_set |= !field.value.is_empty();
            let is_known = field.options.iter().any(|(value, _)| *value == field.value);
            // What an address asks for by a link is kept when something else is chosen.
            if !field.options.is_empty() && !field.value.is_empty() && !is_known {
                let own = (field.value.clone(), field.value.clone());
                field.options.push(own);
            }
        }
        form
    }

    /// The address of the list, narrowed down likewise, with these besides.
    pub(super) fn address(&self, path: &str, others: &[(&str, &str)]) -> String {
        let own = self.fields.iter().filter(|field| !field.value.is_empty());
        let own = own.map(|field| (field.name, field.value.as_str()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(own).extend_pairs(others);
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

/// What a visit asks for; nothing where it is empty.
pub(super) fn value<'a>(visit: &'a Visit, name: &str) -> Option<&'a str> {
    let value = visit.query(name).map(str::trim);
    value.filter(|value| !value.is_empty())
}

/// The beginning of the day that stands so many days behind the one that a visit asks for.
pub(super) fn day(visit: &Visit, name: &str, days: i64) -> Result<Option<Timestamp>, &'static str> {
    let read = |day: &str| {
        let day: Date = day.parse().ok()?;
        let day = day.checked_add(days.days()).ok()?;
        Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    match value(visit, name) {
        None => Ok(None),
        Some(day) => match read(day) {
            None => Err("This is not a date. Please write it like 2000-12-31."),
            known => Ok(known),
        },
    }
}

/// The name of somebody who is known by an id, where they are known still.
pub(super) async fn who(desk: &Desk, id: &str) -> Result<Option<String>, Failure> {
    let Ok(id) = id.parse() else {
        return Ok(None);
    };
    let found = desk.services.identities.find(id).await?;
    Ok(found.as_ref().map(crate::caller::label))
}
