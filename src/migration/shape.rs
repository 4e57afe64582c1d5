//! What the members of an entry are expected to be. What is something else, or has a name that nobody
//! reads, is told; nothing is taken over here.

use jiff::Timestamp;
use serde_json::Value;

use super::newcomer::{Newcomer, is_empty};

/// How many members are named before the rest is counted.
const NAMED: usize = 20;

/// Why those are left out that are not named.
const FURTHER: &str = "not all of it is as it is expected, or it is not read here";

/// What a member is expected to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Whatever it is, it is looked at elsewhere, or follows from the rest.
    Any,
    Text,
    Flag,
    /// Milliseconds since 1970.
    Milliseconds,
    /// A moment as RFC 3339 writes it.
    Time,
    Object,
    /// A list of objects.
    Objects,
    /// A list of texts.
    Texts,
    /// A text or a list of texts.
    Attribute,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        let all = |fits: fn(&Value) -> bool| {
            let items = value.as_array();
            items.is_some_and(|items| items.iter().all(fits))
        };
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Milliseconds => {
                let at = value.as_i64().map(Timestamp::from_millisecond);
                at.is_some_and(|at| at.is_ok())
            }
            Self::Time => time(value).is_some(),
            Self::Object => value.is_object(),
            Self::Objects => all(Value::is_object),
            Self::Texts => all(Value::is_string),
            Self::Attribute => value.is_string() || all(Value::is_string),
        }
    }

    /// Why what does not fit is left out, as far as it does not.
    fn why(self) -> &'static str {
        match self {
            Self::Any => "it is not read here",
            Self::Text => "it is no text",
            Self::Flag => "it is neither true nor false",
            Self::Milliseconds => "it is no count of milliseconds",
            Self::Time => "it is no time as RFC 3339 writes it",
            Self::Object => "it is no object",
            Self::Objects => "not all of it is a list of objects",
            Self::Texts => "not all of it is a list of texts",
            Self::Attribute => "not all of it is text",
        }
    }
}

/// The moment that a text says as RFC 3339 writes it.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// Tells which members of an entry are not what these say, and which nobody reads.
pub(super) fn tell_odd(entry: &Value, known: &[(&str, Shape)], newcomer: &mut Newcomer) {
    let shape_of = |name: &str| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, shape)| *shape)
    };
    tell(entry, shape_of, newcomer);
}

/// Tells which attributes are not all text.
pub(super) fn tell_no_texts(attributes: &Value, newcomer: &mut Newcomer) {
    tell(attributes, |_| Some(Shape::Attribute), newcomer);
}

fn tell(entry: &Value, shape_of: impl Fn(&str) -> Option<Shape>, newcomer: &mut Newcomer) {
    let members = entry.as_object().into_iter().flatten();
    let said = members.filter(|(_, value)| !is_empty(value));
    let mut odd = said.filter_map(|(name, value)| match shape_of(name) {
        Some(shape) if shape.fits(value) => None,
        Some(shape) => Some((name, shape.why())),
        None => Some((name, Shape::Any.why())),
    });
    for (name, why) in odd.by_ref().take(NAMED) {
        newcomer.losses(name).add(name, why);
    }
    let further = odd.count();
    if further > 0 {
        let what = format!("{further} further members");
        newcomer.losses("").add(what, FURTHER);
    }
}
