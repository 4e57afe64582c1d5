//! Whether a password is like what is known of its person: few changes away from it, or made of it for
//! the greater part.

use portcullis_core::{identifier::normalise_identifier, identity::Identity};
use serde_json::Value;

/// Whoever knows the person tries this many changes of a character.
const FEWEST_CHANGES: usize = 5;

/// Shorter texts are part of too many passwords.
const SHORTEST: usize = 4;

/// So many texts are looked at, and so much of each.
const MOST_TEXTS: usize = 64;
const MOST_CHARACTERS: usize = 256;

/// What is known of somebody.
#[derive(Debug)]
pub(super) struct Known {
    identifiers: Vec<String>,
    texts: Vec<String>,
}

impl Known {
    /// Identifiers and traits.
    pub(super) fn of(identity: &Identity) -> Self {
        let identifiers = identity.identifiers.iter();
        let identifiers: Vec<_> = identifiers.map(|one| normalise_identifier(one)).collect();
        let mut texts = Vec::new();
        for identifier in &identifiers {
            add(&mut texts, identifier);
        }
        collect(&mut texts, &identity.traits);
        Self { identifiers, texts }
    }

    /// Everything, in small letters.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.texts.iter().map(String::as_str).collect()
    }

    /// Whether the password is what its person signs in with.
    pub(super) fn is_identifier(&self, password: &str) -> bool {
        self.identifiers.contains(&normalise_identifier(password))
    }

    /// Whether the password is like anything that is known.
    pub(super) fn is_like(&self, password: &str) -> bool {
        let password = normalise_identifier(password);
        let characters: Vec<char> = password.chars().collect();
        let mut texts = self.texts.iter();
        texts.any(|text| {
            strsim::generic_levenshtein(&Characters(text), &Characters(&password)) < FEWEST_CHANGES
                || 2 * longest_in_common(text, &characters) > characters.len()
        }) || self.is_made_of(&password)
    }

    /// Whether more than half of the password is put together of what is known.
    fn is_made_of(&self, password: &str) -> bool {
        let mut texts = self.texts();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let rest = texts.into_iter().fold(password.to_owned(), |rest, text| {
            // What stood on either side of it does not become one.
            rest.replace(text, "\n")
        });
        let left = rest.chars().filter(|c| *c != '\n').count();
        2 * left < password.chars().count()
    }
}

/// A text, character by character.
struct Characters<'a>(&'a str);

impl<'a> IntoIterator for &Characters<'a> {
    type Item = char;
    type IntoIter = std::str::Chars<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.chars()
    }
}

/// Adds the texts of a trait.
fn collect(texts: &mut Vec<String>, value: &Value) {
    match value {
        Value::String(text) => {
            let text = normalise_identifier(text);
            add(texts, &text);
        }
        Value::Array(list) => list.iter().for_each(|value| collect(texts, value)),
        Value::Object(map) => map.values().for_each(|value| collect(texts, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Adds a text, and of an address whose it is.
fn add(texts: &mut Vec<String>, text: &str) {
    let person = text.split_once('@').map(|(person, _)| person);
    for text in [Some(text), person].into_iter().flatten() {
        let text: String = text.chars().take(MOST_CHARACTERS).collect();
        let is_telling = text.chars().count() >= SHORTEST;
        if is_telling && texts.len() < MOST_TEXTS && !texts.contains(&text) {
            texts.push(text);
        }
    }
}

/// How long the longest run of characters is that stands in both.
fn longest_in_common(text: &str, other: &[char]) -> usize {
    let mut longest = 0;
    // How long the run is that ends at each character of the other one.
    let mut above = vec![0; other.len() + 1];
    for character in text.chars() {
        let mut row = vec![0; other.len() + 1];
        for (index, own) in other.iter().enumerate() {
            if *own == character {
                row[index + 1] = above[index] + 1;
                longest = longest.max(row[index + 1]);
            }
        }
        above = row;
    }
    longest
}
