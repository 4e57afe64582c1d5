//! Reading a schema's document: what it must not contain, and the validator made of it.

use jsonschema::{
    Draft, EmailOptions, PatternOptions, ValidationError, Validator, error::ValidationErrorKind,
};
use serde_json::{Map, Value};

use super::{InvalidSchema, formats};

/// How deep a document may be nested.
const MAX_DEPTH: usize = 32;

/// The longest text of a trait whose schema names no other length, in characters.
const MAX_TEXT: u64 = 2048;

/// What is said of a pattern that nobody can read.
const NO_PATTERN: &str = "this is no regular expression";

/// The longest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

/// What the `ory.sh/kratos` keyword may say, as its own meta-schema has it: each member with the
/// values it may have, `true` and `false` where none are named.
const KEYWORD: [(&str, &[&str]); 9] = [
    ("/credentials/password/identifier", &[]),
    ("/credentials/webauthn/identifier", &[]),
    ("/credentials/passkey/display_name", &[]),
    ("/credentials/totp/account_name", &[]),
    ("/credentials/code/identifier", &[]),
    ("/credentials/code/via", &["email", "sms"]),
    ("/verification/via", &["email", "sms"]),
    ("/recovery/via", &["email", "sms"]),
    ("/organizations/matcher", &["email_domain"]),
];

/// The formats that a verified trait may have there.
const VERIFIED: [&str; 6] = ["email", "tel", "date", "time", "date-time", "no-validate"];

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
            check_format(members, path)?;
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

/// Checks what the `ory.sh/kratos` keyword says of a trait: a member that nobody obeys would seem to
/// do something.
fn check_keyword(keyword: &Value, pointer: &str) -> Result<(), InvalidSchema> {
    check_keyword_part(keyword, pointer, "")
}

fn check_keyword_part(part: &Value, pointer: &str, at: &str) -> Result<(), InvalidSchema> {
    let Value::Object(members) = part else {
        return Err(invalid(&format!("{pointer}{at}"), "it is an object"));
    };
    for (name, member) in members {
        let here = format!("{at}/{name}");
        let found = KEYWORD.iter().find(|(known, _)| *known == here);
        let is_whole = |known: &str| known.starts_with(&format!("{here}/"));
        match found {
            Some((_, values)) => check_value(member, values, &format!("{pointer}{here}"))?,
            None if KEYWORD.iter().any(|(known, _)| is_whole(known)) => {
                check_keyword_part(member, pointer, &here)?;
            }
            None => {
                let reason = "there is no such member of the keyword";
                return Err(invalid(&format!("{pointer}{here}"), reason));
            }
        }
    }
    Ok(())
}

fn check_value(value: &Value, values: &[&str], pointer: &str) -> Result<(), InvalidSchema> {
    let is_one = |text: &str| values.contains(&text);
    let reason = match (value, values) {
        (Value::Bool(_), []) => return Ok(()),
        (Value::String(text), _) if is_one(text) => return Ok(()),
        (_, []) => "it is true or false".to_owned(),
        (_, values) => format!("it is `{}`", values.join("` or `")),
    };
    Err(invalid(pointer, &reason))
}

/// Refuses a format that no verified trait has.
fn check_format(members: &Map<String, Value>, path: &[&str]) -> Result<(), InvalidSchema> {
    let keyword = members.get("ory.sh/kratos");
    let is_verified = keyword.is_some_and(|keyword| keyword.get("verification").is_some());
    match members.get("format") {
        Some(Value::String(format)) if is_verified && !VERIFIED.contains(&format.as_str()) => {
            let reason = format!(
                "what is verified has one of the formats {}",
                VERIFIED.join(", ")
            );
            Err(invalid(&format!("{}/format", pointer(path)), &reason))
        }
        _ => Ok(()),
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
        .map_err(|error| invalid(&error.instance_path().to_string(), &not_allowed(&error)))
}

/// Why JSON Schema makes a document unusable, in words that tell who says it.
pub fn not_allowed(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Format { format } if format == "regex" => NO_PATTERN.to_owned(),
        _ => format!("JSON Schema does not allow this: {error}"),
    }
}

/// Gives every text without a longest length one, and addresses the letters they may have.
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
            let wide = &members.get("x-profile").unwrap_or(&Value::Null)["email"]["allow_utf8"];
            let is_wide = *wide == true && members.get("format").is_some_and(|f| f == "email");
            if is_wide {
                members.insert("format".to_owned(), "idn-email".into());
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
