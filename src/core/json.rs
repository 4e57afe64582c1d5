//! JSON as it is read here. Of two members of one name one would be lost in silence (RFC 8259, section 4),
//! so that neither is taken; and no text holds NUL, which ends texts elsewhere.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

const TWICE: &str = "this stands there twice.";
const NUL: &str = "no text here holds NUL (U+0000).";

/// How much of a name is told, in characters.
const LONGEST_NAME: usize = 64;

/// Why a text is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is no JSON from here on.
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// The column in it.
        column: usize,
    },
    /// It is, but something cannot stand there.
    Mistaken(Mistake),
}

/// Something that cannot stand where it does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Mistake {
    /// Where.
    pub path: String,
    /// What is wrong with it, as a sentence.
    pub message: &'static str,
}

/// The beginning of a name that may be as long as a body.
pub fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// The value that a text is.
pub fn read(text: &[u8]) -> Result<Value, Unread> {
    let value = parse(text)?;
    check(&value).map_err(Unread::Mistaken)?;
    Ok(value)
}

/// The value that a text is, whose parts are still to be checked for NUL, each by itself.
pub fn parse(text: &[u8]) -> Result<Value, Unread> {
    let noted = Noted::default();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = noted.reader().deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    let value = read.map_err(|error| Unread::Malformed {
        line: error.line(),
        column: error.column(),
    })?;
    match noted.take() {
        Some(mistake) => Err(Unread::Mistaken(mistake)),
        None => Ok(value),
    }
}

/// Refuses a value that holds NUL somewhere.
pub fn check(value: &Value) -> Result<(), Mistake> {
    without_nul(value, Place::WHOLE)
}

fn without_nul(value: &Value, place: Place<'_>) -> Result<(), Mistake> {
    match value {
        Value::String(text) if text.contains('\0') => Err(place.mistaken(NUL)),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(at, item)| without_nul(item, place.below(Step::Item(at))))
        }
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let place = place.below(Step::Member(name));
            match name.contains('\0') {
                true => Err(place.mistaken(NUL)),
                false => without_nul(value, place),
            }
        }),
        _ => Ok(()),
    }
}

/// The first member that stands somewhere twice, as it is come upon.
#[derive(Debug, Default)]
pub struct Noted(RefCell<Option<Mistake>>);

impl Noted {
    /// Reads one value to its end, whatever is noted of it.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            place: Place::WHOLE,
            noted: self,
        }
    }

    /// What is noted so far, if anything, which is forgotten.
    pub fn take(&self) -> Option<Mistake> {
        self.0.borrow_mut().take()
    }
}

/// Where something stands.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Whole,
    Member(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    const WHOLE: Self = Self {
        parent: None,
        step: Step::Whole,
    };

    fn below(&'a self, step: Step<'a>) -> Self {
        Self {
            parent: Some(self),
            step,
        }
    }

    fn mistaken(&self, message: &'static str) -> Mistake {
        Mistake {
            path: self.to_string(),
            message,
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

/// Reads a value that stands somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    place: Place<'a>,
    noted: &'a Noted,
}

impl<'a> Reader<'a> {
    fn below(&'a self, step: Step<'a>) -> Self {
        Self {
            place: self.place.below(step),
            noted: self.noted,
        }
    }

    /// Reads the value of this member, and puts it among those of the object that it stands in.
    pub fn member<'de, A: MapAccess<'de>>(
        &self,
        (name, object): (String, &mut A),
        members: &mut Map<String, Value>,
    ) -> Result<(), A::Error> {
        let reader = self.below(Step::Member(&name));
        if members.contains_key(&name) {
            let mut noted = self.noted.0.borrow_mut();
            noted.get_or_insert_with(|| reader.place.mistaken(TWICE));
        }
        let value = object.next_value_seed(reader)?;
        members.insert(name, value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
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
            self.member((name, &mut object), &mut members)?;
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistaken(path: &str, message: &'static str) -> Unread {
        let path = path.to_owned();
        Unread::Mistaken(Mistake { path, message })
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
        let Err(Unread::Mistaken(Mistake { path, .. })) = read(text.as_bytes()) else {
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
