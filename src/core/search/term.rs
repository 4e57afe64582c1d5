//! One thing that must stand in what is known of an identity.

use unicode_normalization::UnicodeNormalization;

use crate::identifier::normalise_identifier;

use super::{EMAIL, USERNAME};

/// Longer values are found by their beginning, in characters.
const LONGEST: usize = 256;

/// How a text must stand in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// It is the whole value.
    Exact,
    /// The value begins with it, or one of its words where no path is given.
    Prefix,
    /// It is anywhere in the value; without a path only.
    Infix,
}

/// One thing that must stand in what is known of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The dotted path of the only trait that counts.
    pub path: Option<String>,
    /// How it must stand there.
    pub matching: Matching,
    /// What, in one spelling.
    pub text: String,
}

impl Term {
    /// This text, in one spelling, anywhere or at the path given.
    pub fn new(path: Option<&str>, matching: Matching, text: &str) -> Self {
        let is_identifier = path.is_some_and(|path| [EMAIL, USERNAME].contains(&path));
        let text = match is_identifier && matching == Matching::Exact {
            true => normal_text(&normalise_identifier(text)),
            false => normal_text(text),
        };
        Self {
            path: path.map(str::to_owned),
            matching,
            text,
        }
    }

    /// Whether it stands in this value, which is in one spelling, of the trait of this path.
    pub fn holds(&self, path: &str, value: &str) -> bool {
        let is_whole = self.path.is_some();
        let is_there = self.path.as_deref().is_none_or(|own| own == path);
        let begins = |(at, _): (usize, &str)| value[..at].ends_with(' ');
        is_there
            && match self.matching {
                Matching::Exact => value == self.text,
                Matching::Infix => value.contains(&self.text),
                Matching::Prefix if value.starts_with(&self.text) => true,
                Matching::Prefix => !is_whole && value.match_indices(&self.text).any(begins),
            }
    }
}

/// A text in the one spelling in which texts are looked for: NFKC, lower case, one space where there
/// is any, and of bounded length.
pub fn normal_text(text: &str) -> String {
    let plain: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let is_parting = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = plain.split(is_parting).filter(|w| !w.is_empty()).collect();
    let joined: String = words.join(" ").chars().take(LONGEST).collect();
    joined.trim_end().to_owned()
}
