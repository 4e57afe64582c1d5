//! Bodies: forms with dotted names and JSON become one object of fields.

use portcullis_core::catalogue::Code;
use serde_json::{Map, Value};

/// How deep fields may be nested.
const DEPTH: usize = 12;
/// How many fields a body may have, nested ones counted.
const FIELDS: usize = 512;
/// How many bytes a body may have.
const BYTES: usize = 128 * 1024;

/// A body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBody {
    /// It is longer or deeper than any form of ours.
    #[error("the body is larger than any form here")]
    TooLarge,
    /// It is neither a form nor a JSON object.
    #[error("the body is neither a form nor a JSON object")]
    Malformed,
    /// A text in it ends before its end, as others read it.
    #[error("no text in the body holds NUL (U+0000)")]
    Nul,
}

impl InvalidBody {
    /// The failure's place in the catalogue.
    pub fn code(self) -> Code {
        match self {
            Self::TooLarge => Code::BodyTooLarge,
            Self::Malformed | Self::Nul => Code::BadRequest,
        }
    }
}

/// How the names of what may be a list begin.
const LISTS: &str = "traits.";

/// Reads a body into fields.
///
/// A name given twice counts with its last value: one published client sends JSON with duplicate
/// keys. In forms, a trait given several times is a list. Dotted names such as `traits.name.first` become objects, in forms and in JSON.
pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Map<String, Value>, InvalidBody> {
    if body.len() > BYTES {
        return Err(InvalidBody::TooLarge);
    }
    let essence = content_type.unwrap_or("").split(';').next().unwrap_or("");
    let flat = match essence.trim().to_ascii_lowercase().as_str() {
        "application/json" => json(body)?,
        "application/x-www-form-urlencoded" => form(body)?,
        "" if body.is_empty() => Map::new(),
        _ => return Err(InvalidBody::Malformed),
    };
    flat.keys().try_for_each(|name| text(name))?;
    let mut budget = FIELDS;
    flat.values()
        .try_for_each(|value| measure(value, DEPTH, &mut budget))?;
    expand(flat)
}

fn json(body: &[u8]) -> Result<Map<String, Value>, InvalidBody> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(InvalidBody::Malformed),
    }
}

fn form(body: &[u8]) -> Result<Map<String, Value>, InvalidBody> {
    let text = std::str::from_utf8(body).map_err(|_| InvalidBody::Malformed)?;
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            Some(Value::Array(values)) => values.push(value),
            Some(known) if name.starts_with(LISTS) => {
                *known = Value::Array(vec![known.take(), value]);
            }
            _ => {
                fields.insert(name.into_owned(), value);
            }
        }
    }
    Ok(fields)
}

fn measure(value: &Value, depth: usize, budget: &mut usize) -> Result<(), InvalidBody> {
    *budget = budget.checked_sub(1).ok_or(InvalidBody::TooLarge)?;
    let depth = depth.checked_sub(1).ok_or(InvalidBody::TooLarge)?;
    match value {
        Value::Array(items) => items
            .iter()
            .try_for_each(|item| measure(item, depth, budget)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            text(name)?;
            measure(field, depth, budget)
        }),
        Value::String(value) => text(value),
        _ => Ok(()),
    }
}

fn text(text: &str) -> Result<(), InvalidBody> {
    match text.contains('\0') {
        true => Err(InvalidBody::Nul),
        false => Ok(()),
    }
}

fn expand(flat: Map<String, Value>) -> Result<Map<String, Value>, InvalidBody> {
    let mut fields = Map::new();
    for (name, value) in flat {
        let path: Vec<&str> = name.split('.').collect();
        if path.len() > DEPTH {
            return Err(InvalidBody::TooLarge);
        }
        if path.iter().any(|part| part.is_empty()) {
            return Err(InvalidBody::Malformed);
        }
        put(&mut fields, &path, value);
    }
    Ok(fields)
}

/// Puts `value` at `path`; what stands in the way is replaced, objects are merged.
fn put(fields: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => match (fields.get_mut(*name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => {
                fields.insert((*name).to_owned(), value);
            }
        },
        [name, rest @ ..] => {
            let slot = fields
                .entry((*name).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            if let Value::Object(inner) = slot {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded; charset=utf-8");
    const JSON: Option<&str> = Some("application/json");

    #[test]
    fn dotted_names_become_objects() {
        let fields = parse(
            FORM,
            b"traits.email=a%40b.test&traits.name.first=Ada&method=password",
        );
        assert_eq!(
            Value::Object(fields.unwrap()),
            json!({"traits": {"email": "a@b.test", "name": {"first": "Ada"}}, "method": "password"})
        );
        let fields = parse(
            JSON,
            br#"{"traits": {"email": "a"}, "traits.name.first": "Ada"}"#,
        );
        assert_eq!(
            Value::Object(fields.unwrap()),
            json!({"traits": {"email": "a", "name": {"first": "Ada"}}})
        );
    }

    #[test]
    fn the_last_of_duplicate_keys_counts() {
        let body = br#"{"method":"oidc","identifier":"x","method":"password"}"#;
        assert_eq!(parse(JSON, body).unwrap()["method"], "password");
        assert_eq!(
            parse(FORM, b"method=oidc&method=password").unwrap()["method"],
            "password"
        );
    }

    #[test]
    fn a_trait_given_several_times_in_a_form_is_a_list() {
        let fields = parse(
            FORM,
            b"traits.tags=a&traits.tags=b&traits.job.skills=c&traits.tags=c&method=a&method=b",
        );
        let fields = fields.unwrap();
        assert_eq!(
            fields["traits"],
            json!({"tags": ["a", "b", "c"], "job": {"skills": "c"}})
        );
        assert_eq!(fields["method"], "b");
    }

    #[test]
    fn what_is_no_object_of_fields_is_refused() {
        for (kind, body) in [
            (JSON, &b"[1]"[..]),
            (JSON, b"{"),
            (JSON, b"\"x\""),
            (FORM, b"a..b=1"),
            (FORM, b".=1"),
            (FORM, b"a=\xff"),
            (Some("multipart/form-data"), b"x"),
            (None, b"x"),
        ] {
            assert_eq!(parse(kind, body), Err(InvalidBody::Malformed));
        }
        assert_eq!(parse(None, b""), Ok(Map::new()));
    }

    #[test]
    fn no_text_holds_nul() {
        for (kind, body) in [
            (FORM, &b"password=a%00b"[..]),
            (FORM, b"a%00b=1"),
            (JSON, br#"{"traits": {"tags": ["\u0000"]}}"#),
            (JSON, br#"{"traits": {"\u0000": 1}}"#),
        ] {
            assert_eq!(parse(kind, body), Err(InvalidBody::Nul));
        }
    }

    #[test]
    fn what_is_larger_than_any_form_is_refused() {
        let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
        let dots = format!("{}=1", vec!["a"; 20].join("."));
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(600));
        let long = vec![b'a'; BYTES + 1];
        assert_eq!(parse(JSON, deep.as_bytes()), Err(InvalidBody::TooLarge));
        assert_eq!(parse(FORM, dots.as_bytes()), Err(InvalidBody::TooLarge));
        assert_eq!(parse(JSON, wide.as_bytes()), Err(InvalidBody::TooLarge));
        assert_eq!(parse(FORM, &long), Err(InvalidBody::TooLarge));
    }
}
