//! What is kept of an identity so that it is found: its values line by line, and short hashes of their
//! parts by which an index narrows down who may be meant.

use std::collections::BTreeSet;

use super::{Facet, Matching, Term};

/// Three letters of a value, or fewer, are hashed into this many bits.
const PART: u32 = 0x3fff_ffff;
/// Where hashes of whole values begin.
const WHOLE: u32 = 0x4000_0000;
/// Whole values are many, and each is in an index of few places.
const WHOLE_BITS: u32 = 0x000f_ffff;
/// Where hashes of what stands in one trait begin.
const AT: u32 = 0x4800_0000;
/// And how many there may be.
const AT_BITS: u32 = 0x07ff_ffff;
/// Where hashes of facets begin.
const FACET: u32 = 0x6000_0000;
/// And how many there may be.
const FACET_BITS: u32 = 0x1fff_ffff;

/// What is kept of an identity so that it is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    values: BTreeSet<(String, String)>,
    facets: BTreeSet<Facet>,
}

/// What stands in the lines of a document that is meant, and the marks that it then has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// A part of the lines, to be compared letter by letter.
    pub literal: String,
    /// The marks.
    pub marks: BTreeSet<u32>,
}

impl Document {
    /// A document of these values, which are in one spelling, by path, and facets.
    pub fn new(values: BTreeSet<(String, String)>, facets: BTreeSet<Facet>) -> Self {
        Self { values, facets }
    }

    /// Whether a term stands in it.
    pub fn holds(&self, term: &Term) -> bool {
        let mut values = self.values.iter();
        term.text.is_empty() || values.any(|(path, value)| term.holds(path, value))
    }

    /// Whether a facet is among its own.
    pub fn shows(&self, facet: &Facet) -> bool {
        self.facets.contains(facet)
    }

    /// Its lines: a path and a value each, or a facet. What is not a value is in capitals, which no
    /// value has.
    pub fn lines(&self) -> String {
        let mut lines = "\n".to_owned();
        for (path, value) in &self.values {
            lines.push_str(&format!("{}\t {value}\n", capitals(path)));
        }
        for facet in &self.facets {
            lines.push_str(&capitals(&name(facet)));
            lines.push('\n');
        }
        lines
    }

    /// The marks by which an index finds it.
    pub fn marks(&self) -> BTreeSet<u32> {
        let mut marks = BTreeSet::new();
        for value in self
            .values
            .iter()
            .map(|(_, value)| value)
            .collect::<BTreeSet<_>>()
        {
            let line: Vec<char> = format!(" {value}\n").chars().collect();
            for length in 1..=3 {
                let parts = line.windows(length).filter(|part| is_telling(part));
                marks.extend(parts.map(part));
            }
            marks.insert(whole(value));
        }
        for (path, value) in &self.values {
            marks.extend(beginnings(value).map(|beginning| at(path, beginning)));
            marks.insert(whole_at(path, value));
        }
        marks.extend(self.facets.iter().map(facet_mark));
        marks
    }
}

impl Needle {
    /// What a document has in which a term stands.
    pub fn of_term(term: &Term) -> Self {
        let text = &term.text;
        let place = term.path.as_deref().map(capitals);
        let place = place.map_or_else(|| "\t ".to_owned(), |path| format!("\n{path}\t "));
        let literal = match (term.matching, &term.path) {
            (Matching::Exact, _) => format!("{place}{text}\n"),
            (Matching::Prefix, Some(_)) => format!("{place}{text}"),
            (Matching::Prefix, None) => format!(" {text}"),
            (Matching::Infix, _) => text.clone(),
        };
        let marks = match (term.matching, &term.path) {
            (Matching::Exact, None) => BTreeSet::from([whole(text)]),
            (Matching::Exact, Some(path)) => BTreeSet::from([whole_at(path, text)]),
            (Matching::Prefix, path) => {
                let longest = path.as_ref().zip(beginnings(text).last());
                let own = longest.map(|(path, beginning)| at(path, beginning));
                parts(&format!(" {text}")).into_iter().chain(own).collect()
            }
            (Matching::Infix, _) => parts(text),
        };
        Self { literal, marks }
    }

    /// What a document has that shows a facet.
    pub fn of_facet(facet: &Facet) -> Self {
        Self {
            literal: format!("\n{}\n", capitals(&name(facet))),
            marks: BTreeSet::from([facet_mark(facet)]),
        }
    }
}

fn name(facet: &Facet) -> String {
    match facet {
        Facet::Schema(id) => format!("schema={id}"),
        Facet::Active(is_active) => format!("active={is_active}"),
        Facet::Provider(id) => format!("provider={id}"),
        Facet::Role(role) => format!("role={role}"),
        Facet::Verified(is_verified) => format!("verified={is_verified}"),
    }
}

/// Each half of a byte as one of `A` to `P`.
fn capitals(text: &str) -> String {
    let half = |byte: u8| char::from(b'A' + (byte & 15));
    let halves = text.bytes().flat_map(|byte| [half(byte >> 4), half(byte)]);
    halves.collect()
}

/// The marks of a text that is part of a line: its threes of letters, or itself where it has fewer.
fn parts(text: &str) -> BTreeSet<u32> {
    let letters: Vec<char> = text.chars().collect();
    let length = letters.len().clamp(1, 3);
    let parts = letters.windows(length).filter(|part| is_telling(part));
    parts.map(part).collect()
}

/// Every line has a space and an end.
fn is_telling(part: &[char]) -> bool {
    part.iter().any(|letter| !matches!(letter, ' ' | '\n'))
}

fn part(letters: &[char]) -> u32 {
    let mut bytes = [0; 12];
    let mut length = 0;
    for letter in letters {
        length += letter.encode_utf8(&mut bytes[length..]).len();
    }
    hash(&bytes[..length]) & PART
}

fn whole(value: &str) -> u32 {
    WHOLE | (hash(value.as_bytes()) & WHOLE_BITS)
}

/// The first letter of a value, the first two and the first three.
fn beginnings(value: &str) -> impl Iterator<Item = &str> {
    let ends = value
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8());
    ends.take(3).map(|end| &value[..end])
}

/// The mark of what begins so in the trait of this path.
fn at(path: &str, beginning: &str) -> u32 {
    AT | (hash(format!("{path}\t{beginning}").as_bytes()) & AT_BITS)
}

/// The mark of what is the whole value of the trait of this path.
fn whole_at(path: &str, value: &str) -> u32 {
    AT | (hash(format!("{path}\t{value}\n").as_bytes()) & AT_BITS)
}

fn facet_mark(facet: &Facet) -> u32 {
    FACET | (hash(name(facet).as_bytes()) & FACET_BITS)
}

/// FNV-1a; it is kept in databases and must stay as it is.
fn hash(bytes: &[u8]) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    // Its low bits alone are those of whole values, so the high ones are folded into them.
    let hash = bytes.iter().fold(0x811c_9dc5, step);
    hash ^ (hash >> 15)
}
