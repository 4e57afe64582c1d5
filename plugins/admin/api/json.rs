//! JSON as it is read here. Of two members of one name one would be lost in silence (RFC 8259, section 4),
//! so that neither is taken; and no text holds NUL, which ends texts elsewhere.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::people::refusal::shortened;

const TWICE: &str = "this stands there twice.";
const NUL: &str = "no text here holds NUL (U+0000).";

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is no JSON from here on.
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// The column in it.
        column: usize,
    },
    /// It is, but this cannot stand there.
    Mistaken {
        /// Where.
        path: String,
        /// What is wrong with it.
        message: &'static str,
    },
}

/// The value that a text is.
pub(super) fn read(text: &[u8]) -> Result<Value, Unread> {
    let mistake = RefCell::new(None);
    let whole = Place {
        parent: None,
        step: Step::Whole,
        mistake: &mistake,
    };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = whole.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let malformed = Unread::Malformed {
            line: error.line(),
            column: error.column(),
        };
        mistake.borrow_mut().take().unwrap_or(malformed)
    })
}

/// Where something stands; what is wrong is told by it and by nothing else.
#[derive(Clone, Copy)]
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    mistake: &'a RefCell<Option<Unread>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Whole,
    Member(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    fn below(&'a self, step: Step<'a>) -> Self {
        Self {
            parent: Some(self),
            step,
            mistake: self.mistake,
        }
    }

    /// Keeps what is wrong here; the parser only has to end.
    fn mistaken<E: Error>(&self, message: &'static str) -> E {
        let path = self.to_string();
        *self.mistake.borrow_mut() = Some(Unread::Mistaken { path, message });
        E::custom(message)
    }

    fn text<E: Error>(&self, text: &str) -> Result<(), E> {
        match text.contains('\0') {
            true => Err(self.mistaken(NUL)),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parent = self.parent.filter(|one| !matches!(one.step, Step::Whole));
        if let Some(parent) = parent {
            parent.fmt(f)?;
        }
        match (self.step, parent) {
            (Step::Whole, _) => Ok(()),
            (Step::Member(name), None) => f.write_str(&shortened(name)),
            (Step::Member(name), Some(_)) => write!(f, ".{}", shortened(name)),
            (Step::Item(at), _) => write!(f, "[{at}]"),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.below(Step::Item(items.len())))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let place = self.below(Step::Member(&name));
            place.text(&name)?;
            if members.contains_key(&name) {
                return Err(place.mistaken(TWICE));
            }
            let value = object.next_value_seed(place)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistaken(path: &str, message: &'static str) -> Unread {
        let path = path.to_owned();
        Unread::Mistaken { path, message }
    }

    #[test]
    fn json_is_read_as_it_is_everywhere_else() {
        for text in [
            r#"{"b": [1, -2, 1.5e300, null, true, "\u00e4\n"], "a": {"b": {}}}"#,
            "18446744073709551615",
            "-9223372036854775808",
            "123456789012345678901234567890",
            " \"x\" ",
            "[]",
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            let read = read(text.as_bytes()).unwrap();
            assert_eq!(read, expected);
            assert_eq!(read.to_string(), expected.to_string(), "in the same order");
        }
    }

    #[test]
    fn what_is_named_twice_is_told_by_its_place_however_deep() {
        for (text, path) in [
            (r#"{"a": 1, "a": 1}"#, "a"),
            (r#"{"a": 1, "\u0061": 2}"#, "a"),
            (r#"{"a": {"b": [0, {"c": 1, "d": 2, "c": 3}]}}"#, "a.b[1].c"),
            (r#"[[], [{"x": 1, "x": 2}]]"#, "[1][0].x"),
        ] {
            assert_eq!(read(text.as_bytes()), Err(mistaken(path, TWICE)), "{text}");
        }
        let long = "x".repeat(500);
        let text = format!("{{\"{long}\": 1, \"{long}\": 2}}");
        let Err(Unread::Mistaken { path, .. }) = read(text.as_bytes()) else {
            panic!("it stands there twice");
        };
        assert!(path.len() < 80, "{path}");
    }

    #[test]
    fn no_text_holds_nul() {
        for (text, path) in [
            (r#""a\u0000b""#, ""),
            (r#"{"a": ["\u0000"]}"#, "a[0]"),
            (r#"{"a": {"b\u0000": 1}}"#, "a.b\0"),
        ] {
            assert_eq!(read(text.as_bytes()), Err(mistaken(path, NUL)), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_by_its_line() {
        let (line, column) = (2, 4);
        let malformed = Unread::Malformed { line, column };
        assert_eq!(read(b"{\n \"a}"), Err(malformed));
        assert!(matches!(read(b"{} {}"), Err(Unread::Malformed { .. })));
        let deep = "[".repeat(5000);
        assert!(matches!(
            read(deep.as_bytes()),
            Err(Unread::Malformed { .. })
        ));
    }
}
