//! Reading a file of many, one after another: a list, one object per line, or an object with a list
//! in it, such as a realm. Only one entry is in memory at a time, however long the file is.

use std::{
    fmt,
    io::{BufRead, BufReader, ErrorKind, Read},
    ops::ControlFlow,
};

use portcullis_core::json::{self, Mistake, Noted};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// One entry of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// What it says.
    pub(crate) value: Value,
    /// What cannot stand in it, for which it is not to be taken: a member of two of one name would be lost.
    pub(crate) mistake: Option<Mistake>,
}

/// A file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// It is not JSON from here on.
    #[error("after {read} entries, this is no JSON any more")]
    Syntax {
        /// How many entries came before.
        read: u64,
        /// What is wrong there.
        #[source]
        source: serde_json::Error,
    },
    /// Reading ended early.
    #[error("after {read} entries, nothing more can be read")]
    Reading {
        /// How many entries came before.
        read: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Hands on each entry of a file: the members of a list, or of the list of this name in an object.
/// Objects without such a list are entries themselves.
pub(crate) fn read(
    file: impl Read,
    list: &str,
    mut sink: impl FnMut(Entry) -> ControlFlow<()>,
) -> Result<(), Broken> {
    let mut file = BufReader::new(file);
    let mut entries = Entries {
        list,
        sink: &mut sink,
        read: 0,
        is_over: false,
    };
    loop {
        let read = entries.read;
        let is_end = skip_spaces(&mut file);
        if is_end.map_err(|source| Broken::Reading { read, source })? {
            return Ok(());
        }
        let mut deserializer = serde_json::Deserializer::from_reader(&mut file);
        let done = Top(&mut entries).deserialize(&mut deserializer);
        if entries.is_over {
            return Ok(());
        }
        let read = entries.read;
        done.map_err(|source| Broken::Syntax { read, source })?;
    }
}

/// Skips what may stand between values; whether the file ends there.
fn skip_spaces(file: &mut impl BufRead) -> std::io::Result<bool> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    loop {
        let here = match file.fill_buf() {
            Ok(here) => here,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if here.is_empty() {
            return Ok(true);
        }
        let is_space = |byte: &u8| byte.is_ascii_whitespace() || MARK.contains(byte);
        let spaces = here.iter().take_while(|byte| is_space(byte)).count();
        let is_value = spaces < here.len();
        file.consume(spaces);
        if is_value {
            return Ok(false);
        }
    }
}

struct Entries<'a> {
    list: &'a str,
    sink: &'a mut dyn FnMut(Entry) -> ControlFlow<()>,
    read: u64,
    /// Nobody wants more.
    is_over: bool,
}

impl Entries<'_> {
    fn hand_on<E: serde::de::Error>(&mut self, value: Value, noted: &Noted) -> Result<(), E> {
        self.read += 1;
        let mistake = noted.take().or_else(|| json::check(&value).err());
        match (self.sink)(Entry { value, mistake }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                self.is_over = true;
                Err(E::custom("nobody wants more"))
            }
        }
    }
}

/// A value at the top of the file.
struct Top<'a, 'b>(&'a mut Entries<'b>);

/// The list itself.
struct List<'a, 'b>(&'a mut Entries<'b>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        List(self.0).visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut entry, noted) = (Map::new(), Noted::default());
        let mut has_list = false;
        while let Some(name) = members.next_key::<String>()? {
            if name == self.0.list {
                entry.clear();
                has_list = true;
                members.next_value_seed(List(self.0))?;
            } else if has_list {
                members.next_value::<IgnoredAny>()?;
            } else {
                let whole = noted.reader();
                whole.member((name, &mut members), &mut entry)?;
            }
        }
        match has_list {
            true => Ok(()),
            false => self.0.hand_on(Value::Object(entry), &noted),
        }
    }
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.0.list)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let noted = Noted::default();
        while let Some(entry) = items.next_element_seed(noted.reader())? {
            self.0.hand_on(entry, &noted)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entries(text: &str) -> (Vec<Value>, Result<(), Broken>) {
        let mut found = Vec::new();
        let done = read(text.as_bytes(), "users", |entry| {
            found.push(entry.value);
            ControlFlow::Continue(())
        });
        (found, done)
    }

    #[test]
    fn entries_come_from_a_list_from_lines_and_from_a_realm() {
        let expected = vec![json!({"id": 1}), json!({"id": 2})];
        for text in [
            r#"[{"id": 1}, {"id": 2}]"#,
            "{\"id\": 1}\n{\"id\": 2}\n",
            "\u{feff} {\"id\": 1}{\"id\": 2}",
            r#"{"realm": "x", "clients": [{"id": 9}], "users": [{"id": 1}, {"id": 2}], "z": {}}"#,
            "[{\"id\": 1}]\n[{\"id\": 2}]",
        ] {
            let (found, done) = entries(text);
            assert!(done.is_ok(), "{text}: {done:?}");
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(entries("").0, Vec::<Value>::new());
        assert_eq!(entries("[]").0, Vec::<Value>::new());
    }

    #[test]
    fn a_broken_file_tells_how_far_it_was_read() {
        let deep = "[".repeat(100_000);
        for (text, before) in [
            ("[{\"id\": 1}, {\"id\": ", 1),
            ("{\"id\": 1}\n{\"id\"\n", 1),
            ("{\"users\": {}}", 0),
            ("{\"users\": [1, 2, ", 2),
            ("nonsense", 0),
            ("7", 0),
            (&deep, 0),
        ] {
            let (found, done) = entries(text);
            assert_eq!(found.len(), before, "{}", &text[..text.len().min(40)]);
            let broken = done.unwrap_err().to_string();
            assert!(
                broken.contains(&format!("after {before} entries")),
                "{broken}"
            );
        }
    }

    /// HA-03: of two members of one name one would be lost, and NUL ends texts elsewhere; only whom it is said of
    /// is kept out.
    #[test]
    fn what_cannot_stand_in_an_entry_is_told_of_that_entry() {
        let twice = r#"{"state": "inactive", "a": {"b": [{"c": 1, "c": 2}]}, "state": "active"}"#;
        let inner = r#"{"create": {"id": 1, "id": 2}}"#;
        let nul = r#"{"metadata_admin": {"a": ["x\u0000y"]}}"#;
        let fine = r#"{"id": 1}"#;
        let expected = [
            Some("a.b[0].c"),
            Some("create.id"),
            Some("metadata_admin.a[0]"),
            None,
        ];
        for text in [
            format!("[{twice}, {inner}, {nul}, {fine}]"),
            format!("{twice}\n{inner}\n{nul}\n{fine}\n"),
            format!(r#"{{"realm": 1, "realm": 2, "users": [{twice}, {inner}, {nul}, {fine}]}}"#),
        ] {
            let mut told = Vec::new();
            let done = read(text.as_bytes(), "users", |entry| {
                told.push(entry.mistake.map(|mistake| mistake.path));
                ControlFlow::Continue(())
            });
            assert!(done.is_ok(), "{text}: {done:?}");
            let told: Vec<_> = told.iter().map(Option::as_deref).collect();
            assert_eq!(told, expected, "{text}");
        }
    }

    #[test]
    fn nobody_reads_on_where_nobody_listens() {
        let mut heard = 0;
        let done = read("[1, 2, 3]".as_bytes(), "users", |_| {
            heard += 1;
            ControlFlow::Break(())
        });
        assert!(done.is_ok() && heard == 1);
    }
}
