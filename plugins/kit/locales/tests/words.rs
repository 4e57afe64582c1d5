//! None of the languages lacks a text, nor a value in one.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{Entry, Pattern},
    parser,
};
use portcullis_core::{catalogue::Code, message::Message};
use serde_json::{Value, json};

use super::{
    super::{ENGLISH, OTHERS},
    locale, locales,
};

const GERMAN: &str = OTHERS[0].1;

fn read(text: &'static str) -> Vec<(&'static str, Pattern<&'static str>)> {
    let texts = parser::parse(text).unwrap();
    let message = |entry| match entry {
        Entry::Message(message) => Some((message.id.name, message.value?)),
        _ => None,
    };
    texts.body.into_iter().filter_map(message).collect()
}

/// The names of the values that a text has, wherever they stand in it.
fn names(pattern: &Pattern<&str>) -> BTreeSet<String> {
    let written = format!("{pattern:?}");
    let found = written
        .split("VariableReference { id: Identifier { name: \"")
        .skip(1);
    found
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn each_message_and_failure_has_its_english_text_in_the_bundle() {
    let english = locales().english();
    for (id, wording) in Message::wordings() {
        // Every value is taken from the text, and put back where it was.
        let mut message = Message::info(*id, wording.replace(['{', '}'], ""), Value::Null);
        let before = message.text.clone();
        let known = read(ENGLISH)
            .iter()
            .any(|(key, _)| *key == format!("m{id}"));
        assert!(known, "m{id} is missing");
        english.message(&mut message);
        assert_eq!(message.text, before, "m{id}");
    }
    for (key, _) in read(ENGLISH) {
        let id = key.strip_prefix('m').and_then(|id| id.parse::<u32>().ok());
        let is_known = |id| Message::wordings().any(|(known, _)| *known == id);
        let apart = [4_010_002, 4_010_003, 4_010_004];
        assert!(
            id.is_none_or(|id| is_known(id) || apart.contains(&id)),
            "{key}"
        );
    }
    for code in Code::ALL {
        assert_eq!(english.meaning(*code), code.meaning());
        assert_eq!(english.word(code.as_str()), code.meaning());
    }
}

#[test]
fn german_has_every_text_with_the_same_values() {
    let (english, german) = (read(ENGLISH), read(GERMAN));
    let keys = |texts: &[(&str, Pattern<&str>)]| -> BTreeSet<String> {
        texts.iter().map(|(key, _)| (*key).to_owned()).collect()
    };
    assert_eq!(keys(&english), keys(&german));
    assert_eq!(
        english.len(),
        keys(&english).len(),
        "a key stands there twice"
    );
    assert_eq!(
        german.len(),
        keys(&german).len(),
        "a key stands there twice"
    );
    for (key, pattern) in &english {
        let (_, other) = german.iter().find(|(other, _)| other == key).unwrap();
        assert_eq!(names(pattern), names(other), "{key}");
    }
}

/// Pages write in English, which tells the German text: of two, one would never be read.
#[test]
fn one_english_text_has_one_german_one() {
    let (english, german) = (read(ENGLISH), read(GERMAN));
    let mut told: BTreeMap<String, (&str, String)> = BTreeMap::new();
    // Messages are known by their ids, and what mail says by its keys, whatever the words.
    let is_own = |key: &str| {
        let id = key.strip_prefix('m').map(str::parse::<u32>);
        key.starts_with("mail-") || id.is_some_and(|id| id.is_ok())
    };
    for (key, pattern) in english.iter().filter(|(key, _)| !is_own(key)) {
        let (_, other) = german.iter().find(|(other, _)| other == key).unwrap();
        let other = format!("{other:?}");
        let (first, known) = told
            .entry(format!("{pattern:?}"))
            .or_insert_with(|| (key, other.clone()));
        assert_eq!(*known, other, "{first} and {key} are one text in English");
    }
}

#[test]
fn each_message_is_recognised_whatever_its_values() {
    let (english, german) = (read(ENGLISH), read(GERMAN));
    let of = |texts: &[(&str, Pattern<&str>)], key: &str| {
        let found = texts.iter().find(|(known, _)| *known == key);
        found.map(|(_, pattern)| (format!("{pattern:?}"), names(pattern)))
    };
    for (id, wording) in Message::wordings() {
        let key = format!("m{id}");
        let (text, names) = of(&german, &key).unwrap();
        if of(&english, &key).unwrap().0 == text {
            continue;
        }
        // A value that the text does not show may decide about it all the same.
        let values = names.into_iter().map(|name| (name, json!(2)));
        let context = Value::Object(values.collect());
        let mut message = Message::info(*id, wording.replace(['{', '}'], ""), context);
        let before = message.text.clone();
        locale("de").message(&mut message);
        assert_ne!(message.text, before, "{key}");
    }
}
