//! What a schema says that it hardly means: nothing is refused for it, but whoever checks the
//! configuration reads it.

pub(super) mod oddity;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use self::oddity::{
    ALL, EMAIL_FORMAT, Found, IDLE_CLAIM, IDLE_SCOPES, NOTHING_TO_CHOOSE, OBJECT_HEADER,
    PHONE_FORMAT, REQUIRED_OF_EVERYBODY, REQUIRED_UNEDITABLE, SECOND_IDENTIFIER, TOO_MANY_OPTIONS,
    UNBOUNDED_LIST, UNBOUNDED_TEXT, UNINDEXED, UNKNOWN_GROUP, UNKNOWN_INPUT, UNPROTECTED,
    UNSEEN_HEADER,
};
use super::{
    Schema, Viewer,
    annotations::{INPUT_TYPES, OPTIONS_FROM},
    field::{Field, IdentifierKind},
    pickers,
};

/// The most values to choose from.
const MAX_OPTIONS: usize = 500;

/// Formats whose texts are short by themselves.
const SHORT: [&str; 6] = [
    "date",
    "iso-date",
    "local-date",
    "time",
    "date-time",
    "uuid",
];

/// Something odd in a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lint {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What it is, by a name that stays.
    pub code: &'static str,
    /// What is odd, and what to write instead.
    pub text: String,
    /// What in the text differs from place to place, by its name.
    pub values: BTreeMap<&'static str, String>,
}

impl Lint {
    /// Everything that can be odd, by its name, with its words and `{name}` for each value.
    pub fn wordings() -> impl Iterator<Item = (&'static str, &'static str)> {
        ALL.iter().map(|oddity| (oddity.code, oddity.wording))
    }
}

impl Schema {
    /// What is odd in the document, in its order.
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        for field in &self.fields {
            let found = [
                size(field),
                protection(field),
                access(field),
                scopes(field),
                index(field),
                self.group(field),
                choice(field),
                source(field),
                address(field),
                exposure(field),
                self.twin(field),
                pickers::lint(field),
            ];
            let told = found.into_iter().flatten().map(Found::told);
            lints.extend(told.map(|(code, text, values)| Lint {
                pointer: field.pointer.clone(),
                code,
                text,
                values,
            }));
        }
        lints
    }

    fn group(&self, field: &Field) -> Option<Found> {
        let name = field.profile.group.as_deref()?;
        let is_declared = self.root.groups.iter().any(|group| group.name == name);
        (!is_declared).then(|| UNKNOWN_GROUP.with([("name", format!("{name:?}"))]))
    }

    fn twin(&self, field: &Field) -> Option<Found> {
        let is_twin = |other: &&Field| other.is_identifier && other.kind() == field.kind();
        let first = self.fields.iter().find(is_twin)?;
        let is_second = field.is_identifier && first.path != field.path;
        is_second.then(|| {
            let kind = field.kind().as_str().to_owned();
            SECOND_IDENTIFIER.with([("path", first.dotted()), ("kind", kind)])
        })
    }
}

fn size(field: &Field) -> Option<Found> {
    if !field.permissions.edit.person {
        return None;
    }
    if field.is("array") {
        return field.max_items.is_none().then(|| UNBOUNDED_LIST.found());
    }
    let is_short = |format: &str| SHORT.contains(&format);
    let is_bounded = field.max_length.is_some()
        || field.constant.is_some()
        || !field.options.is_empty()
        || field.format.as_deref().is_some_and(is_short);
    (field.is("string") && !is_bounded).then(|| UNBOUNDED_TEXT.found())
}

fn protection(field: &Field) -> Option<Found> {
    let is_silent = field.profile.is_written && !field.profile.is_protected;
    (field.is_identifier && is_silent).then(|| UNPROTECTED.found())
}

fn access(field: &Field) -> Option<Found> {
    let edit = field.permissions.edit;
    let required = field.profile.required_for.as_ref();
    let lacks = |viewer: Viewer| {
        let asks = required.is_some_and(|required| required.roles.include(viewer));
        asks && !edit.include(viewer)
    };
    let always = field.is_required && field.default.is_none() && !edit.person;
    let who = [Viewer::Person, Viewer::Administrator];
    let who = who.into_iter().find(|viewer| lacks(*viewer));
    match who {
        Some(who) => {
            let who = format!("{:?}", who.as_str());
            Some(REQUIRED_UNEDITABLE.with([("who", who)]))
        }
        None if always => Some(REQUIRED_OF_EVERYBODY.found()),
        None => None,
    }
}

fn scopes(field: &Field) -> Option<Found> {
    let required = field.profile.required_for.as_ref()?;
    let is_idle = !required.scopes.is_empty() && !required.roles.person;
    is_idle.then(|| IDLE_SCOPES.found())
}

fn index(field: &Field) -> Option<Found> {
    let is_slow = field.profile.is_searchable && field.profile.index.is_none();
    is_slow.then(|| UNINDEXED.found())
}

fn choice(field: &Field) -> Option<Found> {
    let count = field.options.len();
    if count > MAX_OPTIONS {
        let numbers = [("most", MAX_OPTIONS), ("count", count)];
        let numbers = numbers.map(|(name, number)| (name, number.to_string()));
        return Some(TOO_MANY_OPTIONS.with(numbers));
    }
    let asked = field
        .profile
        .annotations
        .get("inputType")
        .and_then(Value::as_str)?;
    let is_known = INPUT_TYPES.iter().any(|(name, _)| *name == asked);
    (!is_known).then(|| UNKNOWN_INPUT.with([("name", format!("{asked:?}"))]))
}

fn source(field: &Field) -> Option<Found> {
    let name = field.profile.annotations.get(OPTIONS_FROM)?.as_str()?;
    let is_odd = field.options.is_empty();
    is_odd.then(|| NOTHING_TO_CHOOSE.with([("name", format!("{name:?}"))]))
}

fn exposure(field: &Field) -> Option<Found> {
    let profile = &field.profile;
    if profile.jwt_claim.is_some() {
        return Some(IDLE_CLAIM.found());
    }
    profile.header.as_ref()?;
    if !field.is_visible(Viewer::Person) {
        return Some(UNSEEN_HEADER.found());
    }
    (field.has_parts || field.is("object")).then(|| OBJECT_HEADER.found())
}

fn address(field: &Field) -> Option<Found> {
    let is_odd = field.verification.is_some() && field.format.is_none();
    is_odd.then(|| match field.kind() {
        IdentifierKind::Phone => PHONE_FORMAT.found(),
        _ => EMAIL_FORMAT.found(),
    })
}

#[cfg(test)]
mod tests;
