//! Dates and times that people pick: what a control of a page shows of a value, and what a value is
//! that comes back from one. A control knows neither zones nor fractions below a millisecond; what it
//! shows and is not changed stays as it was.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde_json::Value;

use super::{
    Schema, annotations,
    field::Field,
    formats,
    lint::oddity::{DATE_CONTROL, Found, OTHER_CONTROL},
};
use crate::path::put;

/// What the annotation of a control begins with.
const HTML: &str = "html5-";

/// What a control of this type (that of an `input`) shows of a value; `None` where it cannot show it
/// at all. Times with a zone are shown in UTC.
pub fn shown_in(control: &str, value: &str) -> Option<String> {
    match control {
        "datetime-local" => moment(value).map(|at| format!("{}T{}", at.date(), clock(at.time()))),
        "time" => time(value).map(clock),
        "date" => formats::iso_date(value),
        "month" => is_month(value).then(|| value.to_owned()),
        "week" => is_week(value).then(|| value.to_owned()),
        _ => Some(value.to_owned()),
    }
}

/// A text as its format asks, where a control or a person left out the zone or the seconds.
pub(super) fn completed(format: Option<&str>, text: String) -> String {
    match format {
        Some("date-time") if text.parse::<Timestamp>().is_err() => {
            let at = moment(text.trim());
            at.map(|at| format!("{}T{}Z", at.date(), at.time()))
                .unwrap_or(text)
        }
        Some("time") if of_day(&text).is_none() => match text.trim().parse::<Time>() {
            Ok(time) => format!("{time}Z"),
            Err(_) => text,
        },
        _ => text,
    }
}

/// What is odd in the choice of a control.
pub(super) fn lint(field: &Field) -> Option<Found> {
    let (control, format) = (control(field)?, field.format.as_deref()?);
    let fits = match control {
        "date" => matches!(format, "date" | "iso-date"),
        "datetime-local" => format == "date-time",
        "time" => format == "time",
        "month" | "week" => false,
        _ => true,
    };
    let quoted = |text: &str| format!("{text:?}");
    (!fits).then(|| match control {
        "date" => DATE_CONTROL.with([("format", quoted(format))]),
        _ => OTHER_CONTROL.with([("control", quoted(control)), ("format", quoted(format))]),
    })
}

impl Schema {
    /// What is sent, with each value as it is in `stored` that a page's control shows in the same
    /// way: whoever did not touch it has not changed it.
    pub(super) fn untouched_in_controls(&self, mut sent: Value, stored: &Value) -> Value {
        for field in &self.fields {
            let Some(control) = control(field) else {
                continue;
            };
            let known: Vec<&str> = field.texts(stored).collect();
            let kept = |value: &Value| kept(control, value, &known);
            let value = match field.value(&sent) {
                Some(Value::Array(items)) => Value::Array(items.iter().map(kept).collect()),
                Some(value @ Value::String(_)) => kept(value),
                _ => continue,
            };
            put(&mut sent, &field.path, value);
        }
        sent
    }
}

fn kept(control: &str, value: &Value, known: &[&str]) -> Value {
    let shown = value.as_str().and_then(|text| shown_in(control, text));
    let is_it = |one: &&&str| shown.is_some() && shown_in(control, one) == shown;
    let is_known = known.iter().any(|one| value == one);
    match known.iter().find(is_it) {
        Some(one) if !is_known => Value::from(*one),
        _ => value.clone(),
    }
}

/// The type of the control that a page has for the field, where that is one to pick with.
fn control(field: &Field) -> Option<&'static str> {
    let control = annotations::input_type(field)?.strip_prefix(HTML)?;
    let picks = ["date", "time", "datetime-local", "month", "week"];
    picks.contains(&control).then_some(control)
}

fn moment(text: &str) -> Option<DateTime> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_zoned(TimeZone::UTC).datetime());
    }
    // A date alone is no moment.
    let has_time = text.contains(['T', 't', ' ']);
    text.parse().ok().filter(|_| has_time)
}

fn time(text: &str) -> Option<Time> {
    of_day(text).or_else(|| text.parse().ok())
}

/// The time in UTC, where the text names its zone.
fn of_day(text: &str) -> Option<Time> {
    let at: Timestamp = format!("{}T{text}", Date::constant(2000, 1, 2))
        .parse()
        .ok()?;
    Some(at.to_zoned(TimeZone::UTC).time())
}

/// The shortest form that browsers know.
fn clock(time: Time) -> String {
    let text = match (time.second(), time.millisecond()) {
        (0, 0) => "%H:%M",
        (_, 0) => "%H:%M:%S",
        (_, _) => "%H:%M:%S.%3f",
    };
    time.strftime(text).to_string()
}

fn is_month(text: &str) -> bool {
    formats::iso_date(&format!("{text}-01")).is_some_and(|date| date.starts_with(text))
}

fn is_week(text: &str) -> bool {
    let number = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u8>()
            .ok()
            .filter(|_| is_number && text.len() == 2)
    };
    let Some((year, week)) = text.split_once("-W") else {
        return false;
    };
    is_month(&format!("{year}-01")) && number(week).is_some_and(|week| (1..=53).contains(&week))
}

#[cfg(test)]
mod tests;
