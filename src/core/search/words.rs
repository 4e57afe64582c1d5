//! The grammar of searches: words of which all must hold, each `"exact"`, `*infix*`, `prefix*` or
//! `prefix`, and each perhaps after the name of a field.

use std::collections::BTreeSet;

use crate::{id::IdentityId, search::IdentityQuery};

use super::{EMAIL, Facet, Filter, Matching, QueryError, Term, USERNAME};

/// The most words of a search.
pub const MOST_WORDS: usize = 16;
/// The longest search, in characters.
pub const LONGEST_SEARCH: usize = 1000;

const FIELD: &str = "search";

/// Adds what a search asks for to a query; `paths` are those of the traits it may name.
pub(super) fn read(
    search: &str,
    paths: &BTreeSet<String>,
    query: &mut IdentityQuery,
) -> Result<(), QueryError> {
    if search.chars().count() > LONGEST_SEARCH {
        return Err(wrong(format!(
            "it is longer than {LONGEST_SEARCH} characters"
        )));
    }
    let words = split(search)?;
    if words.len() > MOST_WORDS {
        return Err(wrong(format!("it has more than {MOST_WORDS} words")));
    }
    for word in words {
        add(&word, paths, query)?;
    }
    Ok(())
}

/// Adds a word about a field to a query.
pub(super) fn read_field(
    (parameter, field): (&str, &str),
    value: &str,
    paths: &BTreeSet<String>,
    query: &mut IdentityQuery,
) -> Result<(), QueryError> {
    let word = Word {
        field: Some(field.to_owned()),
        value: value.trim().to_owned(),
        is_quoted: false,
    };
    let word = unquoted(word);
    let named = |error: QueryError| QueryError::new(parameter, error.reason);
    add(&word, paths, query).map_err(named)
}

/// One word as it is written.
#[derive(Debug, Default)]
struct Word {
    field: Option<String>,
    value: String,
    is_quoted: bool,
}

fn wrong(reason: impl Into<String>) -> QueryError {
    QueryError::new(FIELD, reason)
}

fn unquoted(word: Word) -> Word {
    let inner = word.value.strip_prefix('"');
    match inner.and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) => Word {
            value: inner.to_owned(),
            is_quoted: true,
            field: word.field,
        },
        None => word,
    }
}

fn split(search: &str) -> Result<Vec<Word>, QueryError> {
    let mut words = Vec::new();
    let mut rest = search.trim_start();
    while !rest.is_empty() {
        let (field, value) = field_of(rest);
        let (value, is_quoted, behind) = match value.strip_prefix('"') {
            Some(inner) => {
                let (value, behind) = quoted(inner)?;
                (value, true, behind)
            }
            None => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                (value[..end].to_owned(), false, &value[end..])
            }
        };
        words.push(Word {
            field: field.map(str::to_owned),
            value,
            is_quoted,
        });
        rest = behind.trim_start();
    }
    Ok(words)
}

/// The field that a word names, and the rest.
fn field_of(rest: &str) -> (Option<&str>, &str) {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
    match rest[end..].strip_prefix(':') {
        Some(value) if end > 0 => (Some(&rest[..end]), value),
        _ => (None, rest),
    }
}

/// What stands before the closing quote, and what behind it; `\` takes a quote's or its own meaning.
fn quoted(inner: &str) -> Result<(String, &str), QueryError> {
    let mut value = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let behind = &inner[at + 1..];
                let is_parted = behind.is_empty() || behind.starts_with(char::is_whitespace);
                return match is_parted {
                    true => Ok((value, behind)),
                    false => Err(wrong("a space must stand behind a closing quote")),
                };
            }
            '\\' => match letters.next() {
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    Err(wrong("a quote is opened and not closed"))
}

fn add(word: &Word, paths: &BTreeSet<String>, query: &mut IdentityQuery) -> Result<(), QueryError> {
    let Some(field) = &word.field else {
        query.text.extend(term(None, word)?);
        return Ok(());
    };
    if word.value.is_empty() {
        return Err(wrong(format!("nothing stands behind {field}:")));
    }
    match field.as_str() {
        EMAIL | USERNAME => query.text.extend(term(Some(field), word)?),
        "id" => query.filters.push(ids(&word.value)?),
        "schema" | "state" | "provider" | "role" | "verified" => {
            let facet =
                facet(field, &word.value).map_err(|why| wrong(format!("{field}: {why}")))?;
            query.filters.push(Filter::Facet(facet));
        }
        _ if paths.contains(field) => query.text.extend(term(Some(field), word)?),
        _ => return Err(wrong(unknown(field, paths))),
    }
    Ok(())
}

/// The names of the fields that a search may look in, where `paths` are those of the traits.
pub fn fields(paths: &BTreeSet<String>) -> BTreeSet<&str> {
    let own = [
        EMAIL, "id", "provider", "role", "schema", "state", USERNAME, "verified",
    ];
    paths.iter().map(String::as_str).chain(own).collect()
}

fn unknown(field: &str, paths: &BTreeSet<String>) -> String {
    let all = Vec::from_iter(fields(paths)).join(", ");
    format!("{field} is no field that is searched; those are {all}")
}

fn ids(text: &str) -> Result<Filter, QueryError> {
    let id: IdentityId = text
        .parse()
        .map_err(|_| wrong("id: it is no identity's id"))?;
    Ok(Filter::Ids(BTreeSet::from([id])))
}

/// What a facet's name and value mean.
pub(super) fn facet(name: &str, value: &str) -> Result<Facet, &'static str> {
    match (name, value) {
        (_, "") => Err("it is empty"),
        ("schema", id) => Ok(Facet::Schema(id.to_owned())),
        ("state", "active") => Ok(Facet::Active(true)),
        ("state", "inactive") => Ok(Facet::Active(false)),
        ("state", _) => Err("it is active or inactive"),
        ("verified", "true") => Ok(Facet::Verified(true)),
        ("verified", "false") => Ok(Facet::Verified(false)),
        ("verified", _) => Err("it is true or false"),
        ("provider", id) => {
            let id = id.parse().map_err(|_| "it is no provider's id")?;
            Ok(Facet::Provider(id))
        }
        (_, role) => Ok(Facet::Role(role.to_owned())),
    }
}

/// What a word asks for; nothing where all it says is a star.
fn term(path: Option<&str>, word: &Word) -> Result<Option<Term>, QueryError> {
    let value = word.value.as_str();
    if word.is_quoted {
        return sought(Term::new(path, Matching::Exact, value)).map(Some);
    }
    let (infix, inner) = match value.strip_prefix('*') {
        Some(inner) => (true, inner),
        None => (false, value),
    };
    let (prefix, inner) = match inner.strip_suffix('*') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    if inner.contains('*') {
        return Err(wrong("a star stands before a word, behind it, or both"));
    }
    let matching = match (infix, prefix, path) {
        (true, _, Some(path)) => {
            let why = "whole values and beginnings are looked for in one field, no inner parts";
            return Err(wrong(format!("{path}: {why}")));
        }
        (true, _, None) => Matching::Infix,
        (false, false, Some(_)) => Matching::Exact,
        (false, ..) => Matching::Prefix,
    };
    match inner.is_empty() {
        true => Ok(None),
        false => sought(Term::new(path, matching, inner)).map(Some),
    }
}

/// A term that says something: what nobody can look for is not to be mistaken for everybody.
fn sought(term: Term) -> Result<Term, QueryError> {
    match term.text.is_empty() {
        true => Err(wrong("it has a word in which nothing can be looked for")),
        false => Ok(term),
    }
}
