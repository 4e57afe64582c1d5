//! The pages around one: the tokens that lead there, and the links that carry them.

use std::{fmt::Display, str::FromStr};

use http::HeaderValue;
use portcullis_core::part::Part;

use super::{Asked, link_at};

/// What stands before a place where the part before it is meant.
const BEFORE: char = '-';

/// What is around a page, where there is such.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// The token of the page before it.
    pub prev: Option<String>,
    /// The token of the page behind it.
    pub next: Option<String>,
    /// How many there are on all pages.
    pub total: Option<usize>,
}

impl Around {
    /// The links to pages by token, all of this size where one is told.
    pub fn links(&self, list: Asked<'_>, size: Option<&str>) -> Option<HeaderValue> {
        let to = |relation: &str, token: Option<&str>| {
            let size = size.map(|size| ("page_size", size));
            let token = token.map(|token| ("page_token", token));
            let page: Vec<_> = size.into_iter().chain(token).collect();
            link_at(list, relation, &page)
        };
        let mut links = vec![to("first", None)];
        links.extend(self.prev.as_deref().map(|token| to("prev", Some(token))));
        links.extend(self.next.as_deref().map(|token| to("next", Some(token))));
        HeaderValue::from_str(&links.join(",")).ok()
    }
}

/// The part of a list that a token asks for; `None` where the token names no place.
pub fn part<P: FromStr>(token: Option<&str>) -> Option<Part<P>> {
    part_at(token, |place| place.parse().ok())
}

/// The same of a place that is read otherwise.
pub fn part_at<P>(token: Option<&str>, read: impl Fn(&str) -> Option<P>) -> Option<Part<P>> {
    let Some(token) = token else {
        return Some(Part::First);
    };
    match token.strip_prefix(BEFORE) {
        Some(place) => read(place).map(Part::Before),
        None => read(token).map(Part::Behind),
    }
}

/// What is on a page of this size, and the pages around it, of a part of a list of which one more was
/// asked for.
pub fn around<T, P>(
    mut found: Vec<T>,
    (part, size): (&Part<P>, usize),
    place: impl Fn(&T) -> String,
) -> (Vec<T>, Around) {
    let is_more = found.len() > size;
    let (has_prev, has_next) = match part {
        Part::First => (false, is_more),
        Part::Behind(_) => (true, is_more),
        Part::Before(_) => (is_more, true),
    };
    // The one more stands at the end that is farther from the place.
    match part {
        Part::Before(_) => drop(found.drain(..found.len().saturating_sub(size))),
        Part::First | Part::Behind(_) => found.truncate(size),
    }
    let around = Around {
        prev: found
            .first()
            .filter(|_| has_prev)
            .map(|one| before(place(one))),
        next: found.last().filter(|_| has_next).map(&place),
        total: None,
    };
    (found, around)
}

fn before(place: impl Display) -> String {
    format!("{BEFORE}{place}")
}
