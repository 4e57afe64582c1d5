//! What a schema says that it hardly means: nothing is refused for it, but whoever checks the
//! configuration reads it.

use serde::Serialize;
use serde_json::Value;

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
    /// What is odd, and what to write instead.
    pub text: String,
}

impl Schema {
    /// What is odd in the document, in its order.
    pub fn lint(&self) -> Vec<Lint> {
        let mut lints = Vec::new();
        for field in &self.fields {
            let texts = [
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
            let texts = texts.into_iter().flatten();
            lints.extend(texts.map(|text| Lint {
                pointer: field.pointer.clone(),
                text,
            }));
        }
        lints
    }

    fn group(&self, field: &Field) -> Option<String> {
        let name = field.profile.group.as_deref()?;
        let is_declared = self.root.groups.iter().any(|group| group.name == name);
        (!is_declared).then(|| {
            format!("there is no group {name:?}; declare it in `x-profile.groups` of the traits")
        })
    }

    fn twin(&self, field: &Field) -> Option<String> {
        let is_twin = |other: &&Field| other.is_identifier && other.kind() == field.kind();
        let first = self.fields.iter().find(is_twin)?;
        let is_second = field.is_identifier && first.path != field.path;
        is_second.then(|| {
            format!(
                "people sign in with {} already, which is a {}, too; one of them is enough",
                first.dotted(),
                field.kind().as_str()
            )
        })
    }
}

fn size(field: &Field) -> Option<String> {
    if !field.permissions.edit.person {
        return None;
    }
    if field.is("array") {
        let text = "people may send any number of values; write maxItems";
        return field.max_items.is_none().then(|| text.to_owned());
    }
    let is_short = |format: &str| SHORT.contains(&format);
    let is_bounded = field.max_length.is_some()
        || field.constant.is_some()
        || !field.options.is_empty()
        || field.format.as_deref().is_some_and(is_short);
    let text = "people may send 2048 characters; write maxLength";
    (field.is("string") && !is_bounded).then(|| text.to_owned())
}

fn protection(field: &Field) -> Option<String> {
    let is_silent = field.profile.is_written && !field.profile.is_protected;
    (field.is_identifier && is_silent).then(|| {
        "people sign in with it, and changing it always asks for a fresh sign-in; write \
         `protected: true`, so that whoever reads the schema knows"
            .to_owned()
    })
}

fn access(field: &Field) -> Option<String> {
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
        Some(who) => Some(format!(
            "it is required for {0:?}, who may not edit it; add {0:?} to `edit`, or take it out of \
             `required_for`",
            who.as_str()
        )),
        None if always => Some(
            "it is required of everybody, but people may not edit it, so nobody can register; \
             take it out of `required`, give it a default, or write `required_mode: \"context\"`"
                .to_owned(),
        ),
        None => None,
    }
}

fn scopes(field: &Field) -> Option<String> {
    let required = field.profile.required_for.as_ref()?;
    let is_idle = !required.scopes.is_empty() && !required.roles.person;
    is_idle.then(|| {
        "scopes count for people alone, so nothing is required; add \"user\" to \
         `required_for.roles`"
            .to_owned()
    })
}

fn index(field: &Field) -> Option<String> {
    let is_slow = field.profile.is_searchable && field.profile.index.is_none();
    is_slow.then(|| {
        "nothing says how it is searched; write `index: \"prefix\"` or `\"exact\"`".to_owned()
    })
}

fn choice(field: &Field) -> Option<String> {
    let count = field.options.len();
    if count > MAX_OPTIONS {
        return Some(format!(
            "forms list {MAX_OPTIONS} values at most, and there are {count}"
        ));
    }
    let asked = field
        .profile
        .annotations
        .get("inputType")
        .and_then(Value::as_str)?;
    let is_known = INPUT_TYPES.iter().any(|(name, _)| *name == asked);
    (!is_known).then(|| format!("there is no input type {asked:?}, so forms show what they would"))
}

fn source(field: &Field) -> Option<String> {
    let name = field.profile.annotations.get(OPTIONS_FROM)?.as_str()?;
    let is_odd = field.options.is_empty();
    is_odd.then(|| {
        format!(
            "there is nothing to choose from; write `enum`, or a validator {name:?} with `options` \
             in its config"
        )
    })
}

fn exposure(field: &Field) -> Option<String> {
    let profile = &field.profile;
    if profile.jwt_claim.is_some() {
        let text = "nobody issues tokens with claims of traits, so `jwt_claim` has no effect";
        return Some(text.to_owned());
    }
    profile.header.as_ref()?;
    if !field.is_visible(Viewer::Person) {
        let text = "applications find what people themselves may see; add \"user\" to `view`, or \
                    write the header in `set_headers` of a route";
        return Some(text.to_owned());
    }
    let text = "an object makes no header; expose what is in it";
    (field.has_parts || field.is("object")).then(|| text.to_owned())
}

fn address(field: &Field) -> Option<String> {
    let is_odd = field.verification.is_some() && field.format.is_none();
    is_odd.then(|| match field.kind() {
        IdentifierKind::Phone => "it is verified, so write `format: \"tel\"`".to_owned(),
        _ => "it is verified, so write `format: \"email\"`".to_owned(),
    })
}

#[cfg(test)]
mod tests;
