//! Reading a schema's document: what it must not contain, and the validator made of it.

use jsonschema::{Draft, EmailOptions, PatternOptions, Validator};
use serde_json::{Map, Value};

use super::{InvalidSchema, formats};

/// How deep a document may be nested.
const MAX_DEPTH: usize = 32;

/// The longest text of a trait whose schema names no other length, in characters.
const MAX_TEXT: u64 = 2048;

/// The longest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// Keywords whose values are data and no schemas.
pub(super) const DATA: [&str; 4] = ["const", "default", "enum", "examples"];

/// The schema itself, or the one of its document that it refers to.
pub(super) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
    target
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(schema)
}

/// Refuses what the validator would not: references to elsewhere, other drafts, endless nesting.
pub(super) fn check(document: &Value) -> Result<(), InvalidSchema> {
    if !document.is_object() {
        return Err(invalid("", "a schema is an object"));
    }
    if let Some(draft) = document.get("$schema") {
        let is_draft_7 = draft
            .as_str()
            .is_some_and(|d| d.contains("draft-07/schema"));
        if !is_draft_7 {
            return Err(invalid(
                "/$schema",
                "only JSON Schema draft-07 is understood",
            ));
        }
    }
    check_part(document, &mut Vec::new())
}

fn check_part<'a>(part: &'a Value, path: &mut Vec<&'a str>) -> Result<(), InvalidSchema> {
    if path.len() > MAX_DEPTH {
        return Err(invalid(&pointer(path), "it is nested too deep"));
    }
    match part {
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name);
                check_member(name, member, path)?;
                path.pop();
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_part(item, path)),
        _ => Ok(()),
    }
}

fn check_member<'a>(
    name: &str,
    member: &'a Value,
    path: &mut Vec<&'a str>,
) -> Result<(), InvalidSchema> {
    match (name, member) {
        ("$ref", Value::String(target)) if !target.starts_with('#') => Err(invalid(
            &pointer(path),
            "a reference must stay in the document",
        )),
        ("ory.sh/kratos", keyword) => check_keyword(keyword, &pointer(path)),
        ("pattern", Value::String(pattern)) => match looks_around(pattern) {
            true => Err(invalid(
                &pointer(path),
                "look-around and back-references are not supported, for they can take very long; \
                 write the pattern without (?=, (?!, (?<=, (?<! and \\1",
            )),
            false => Ok(()),
        },
        _ => check_part(member, path),
    }
}

/// Whether a pattern can only be matched by going back and forth.
fn looks_around(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some(at) = rest.find(['\\', '(']) {
        let (sign, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        let is_escape = sign == b'\\';
        let refers = is_escape && after.starts_with(|c: char| matches!(c, '1'..='9' | 'k'));
        let looks = ["?=", "?!", "?<=", "?<!"];
        if refers || (!is_escape && looks.iter().any(|look| after.starts_with(look))) {
            return true;
        }
        // What is escaped begins nothing.
        let skipped = after.chars().next().filter(|_| is_escape);
        rest = &after[skipped.map_or(0, char::len_utf8)..];
    }
    false
}

/// Checks what the `ory.sh/kratos` keyword says of a trait.
fn check_keyword(keyword: &Value, pointer: &str) -> Result<(), InvalidSchema> {
    if !keyword.is_object() {
        return Err(invalid(pointer, "the keyword is an object"));
    }
    for part in ["/verification/via", "/recovery/via"] {
        let is_known = keyword
            .pointer(part)
            .is_none_or(|via| matches!(via.as_str(), Some("email" | "sms")));
        if !is_known {
            return Err(invalid(
                &format!("{pointer}{part}"),
                "it is `email` or `sms`",
            ));
        }
    }
    let part = "/credentials/password/identifier";
    match keyword.pointer(part) {
        None | Some(Value::Bool(_)) => Ok(()),
        Some(_) => Err(invalid(&format!("{pointer}{part}"), "it is true or false")),
    }
}

/// The validator of a document: draft-07, formats checked, nothing loaded, patterns in linear time.
///
/// At the places in `relaxed`, nothing is required.
pub(super) fn validator(document: &Value, relaxed: &[String]) -> Result<Validator, InvalidSchema> {
    let mut bounded = document.clone();
    for pointer in relaxed {
        if let Some(Value::Object(members)) = bounded.pointer_mut(pointer) {
            members.shift_remove("required");
        }
    }
    bound(&mut bounded);
    let options = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(true)
        .with_format("tel", is_phone);
    formats::FORMATS
        .iter()
        .fold(options, |options, (name, check)| {
            options.with_format(*name, *check)
        })
        .with_email_options(EmailOptions::default().without_display_text())
        .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN))
        .offline()
        .build(&bounded)
        .map_err(|error| invalid(&error.instance_path().to_string(), &error.to_string()))
}

/// Gives every text without a longest length one.
fn bound(part: &mut Value) {
    match part {
        Value::Object(members) => {
            let is_text = match members.get("type") {
                Some(Value::String(kind)) => kind == "string",
                Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
                _ => false,
            };
            if is_text && !members.contains_key("maxLength") {
                members.insert("maxLength".to_owned(), MAX_TEXT.into());
            }
            bound_members(members);
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        _ => {}
    }
}

fn bound_members(members: &mut Map<String, Value>) {
    members
        .iter_mut()
        .filter(|(name, _)| !DATA.contains(&name.as_str()))
        .for_each(|(_, member)| bound(member));
}

/// Whether a text may be a telephone number: digits with the usual signs between them.
fn is_phone(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')'))
}

/// The path as a JSON pointer.
pub(super) fn pointer(path: &[&str]) -> String {
    path.iter()
        .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect()
}

pub(super) fn invalid(pointer: &str, reason: &str) -> InvalidSchema {
    InvalidSchema {
        pointer: pointer.to_owned(),
        reason: reason.to_owned(),
    }
}
