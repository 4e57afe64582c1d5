//! Recognition: which text this is, and with which values.
//!
//! Texts are written in English where they are made, without keys of their own. The English
//! bundle has each of them under its key, so an English text tells its key, and a text with
//! values in it tells these, too.

use std::collections::HashMap;

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// A pattern with fewer letters of its own than this recognises nothing: it would be found in
/// everything.
const LETTERS: usize = 6;

/// What begins the keys of texts that nobody makes in English first: they are asked for by key.
const BY_KEY: &str = "mail-";

/// What is recognised.
#[derive(Debug, Default)]
pub(super) struct Recognition {
    plain: HashMap<String, String>,
    /// Those with values, the ones with most letters of their own first.
    patterns: Vec<Wording>,
    by_key: HashMap<String, Wording>,
}

/// A text that was recognised: its key, and its values by name.
pub(super) type Recognised<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// A text with holes for values.
#[derive(Debug, Clone, Default)]
struct Wording {
    key: String,
    /// What stands before the first hole.
    start: String,
    /// Each hole's name, with what stands behind it.
    holes: Vec<(String, String)>,
}

impl Recognition {
    /// Recognises these texts.
    pub(super) fn of(texts: &FluentResource) -> Self {
        let mut found = Self::default();
        for entry in texts.entries() {
            let Entry::Message(message) = entry else {
                continue;
            };
            let Some(pattern) = &message.value else {
                continue;
            };
            if message.id.name.starts_with(BY_KEY) {
                continue;
            }
            let mut wording = Wording {
                key: message.id.name.to_owned(),
                ..Wording::default()
            };
            wording.add(pattern);
            if wording.holes.is_empty() {
                let key = wording.key.clone();
                found.plain.entry(wording.start.clone()).or_insert(key);
            } else if wording.letters() >= LETTERS {
                found.patterns.push(wording.clone());
            }
            found.by_key.insert(wording.key.clone(), wording);
        }
        found
            .patterns
            .sort_by_key(|wording| std::cmp::Reverse(wording.letters()));
        found
    }

    /// The key and the values of a text.
    pub(super) fn find<'a>(&'a self, text: &'a str) -> Option<Recognised<'a>> {
        if let Some(key) = self.plain.get(text) {
            return Some((key, Vec::new()));
        }
        let mut patterns = self.patterns.iter();
        patterns.find_map(|wording| Some((wording.key.as_str(), wording.values(text)?)))
    }

    /// The values of a text, when it is the one of this key.
    pub(super) fn values<'a>(
        &'a self,
        key: &str,
        text: &'a str,
    ) -> Option<Vec<(&'a str, &'a str)>> {
        self.by_key.get(key)?.values(text)
    }
}

impl Wording {
    fn add(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.text(value),
                PatternElement::Placeable { expression } => match expression {
                    Expression::Inline(InlineExpression::VariableReference { id }) => {
                        self.holes.push((id.name.to_owned(), String::new()));
                    }
                    Expression::Inline(InlineExpression::StringLiteral { value }) => {
                        self.text(value);
                    }
                    // Texts are made without plural rules, in the words of the last resort.
                    Expression::Select { variants, .. } => {
                        let other = variants.iter().find(|variant| variant.default);
                        other.into_iter().for_each(|other| self.add(&other.value));
                    }
                    Expression::Inline(_) => {}
                },
            }
        }
    }

    fn text(&mut self, text: &str) {
        match self.holes.last_mut() {
            Some((_, behind)) => behind.push_str(text),
            None => self.start.push_str(text),
        }
    }

    fn letters(&self) -> usize {
        self.start.len() + self.holes.iter().map(|(_, text)| text.len()).sum::<usize>()
    }

    fn values<'a>(&'a self, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let mut rest = text.strip_prefix(self.start.as_str())?;
        let mut values = Vec::new();
        let last = self.holes.len().saturating_sub(1);
        for (index, (name, behind)) in self.holes.iter().enumerate() {
            let end = match index == last {
                true => rest.strip_suffix(behind.as_str())?.len(),
                false => rest.find(behind.as_str())?,
            };
            values.push((name.as_str(), rest.get(..end)?));
            rest = rest.get(end + behind.len()..)?;
        }
        rest.is_empty().then_some(values)
    }
}
