//! Lists that come in pages: which page is asked for, and where the others are.

mod around;
mod place;

use std::{
    fmt::Display,
    num::{IntErrorKind, ParseIntError},
    str::FromStr,
};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header::LINK};
use portcullis_core::{catalogue::Code, part::Part};

use crate::{failure::Failure, visit::Visit};

pub use around::{Around, around, part, part_at};
pub use place::{InvalidPlace, Place};

/// How many there are in all, whichever page is shown.
pub const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// How long a page is where nobody says.
const USUAL: u32 = 250;
/// The longest page of those that say where they begin.
const LONGEST: u32 = 500;
/// The longest page of those that are counted.
const LONGEST_COUNTED: u32 = 1000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// What is behind a place or before it, from the beginning where there is no token.
    ByToken {
        /// Of which place, and on which side of it.
        token: Option<String>,
        /// How much at most.
        size: u32,
    },
    /// This page, the first of which is 0.
    Numbered {
        /// Which.
        number: u32,
        /// How long each of them is.
        size: u32,
    },
}

impl Page {
    /// The page that a request asks for: `page_size` and `page_token`, or `per_page` and `page`.
    pub fn of(visit: &Visit) -> Result<Self, Failure> {
        Self::read(visit.parameters())
    }

    /// The page that these parameters ask for.
    pub fn read(parameters: &[(String, String)]) -> Result<Self, Failure> {
        let number = |name: &str| {
            let sent = first(parameters, name);
            sent.map(|text| number(name, text)).transpose()
        };
        let said = |name: &str| first(parameters, name).filter(|text| !text.is_empty());
        // What is wrong is told even where the others say which page it is.
        let (page, counted, usual) = (number("page")?, number("per_page")?, number("page_size")?);
        let is_counted = said("page").is_some() || said("per_page").is_some();
        let size = |wanted: Option<u32>, longest| wanted.unwrap_or(USUAL).clamp(1, longest);
        if is_counted && said("page_token").is_none() {
            return Ok(Self::Numbered {
                number: page.unwrap_or(0),
                size: size(counted, LONGEST_COUNTED),
            });
        }
        Ok(Self::ByToken {
            token: said("page_token").map(str::to_owned),
            size: size(usual, LONGEST),
        })
    }

    /// How long it is at most.
    pub fn size(&self) -> u32 {
        match self {
            Self::ByToken { size, .. } | Self::Numbered { size, .. } => *size,
        }
    }

    /// The part of a whole list that is on the page, in the order of these places, and what is around it.
    ///
    /// Fails with [`Code::BadRequest`] where the token names none.
    pub fn part_of<T, P: Ord + Display + FromStr>(
        &self,
        mut all: Vec<T>,
        place: impl Fn(&T) -> P,
    ) -> Result<(Vec<T>, Around), Failure> {
        all.sort_by_cached_key(|one| place(one));
        let (size, total) = (self.size() as usize, all.len());
        let part = match self {
            Self::ByToken { token, .. } => part(token.as_deref()).ok_or_else(no_token)?,
            Self::Numbered { number, .. } => {
                all.drain(..(*number as usize).saturating_mul(size).min(total));
                Part::First
            }
        };
        match &part {
            Part::First => {}
            Part::Behind(seen) => all.retain(|one| place(one) > *seen),
            Part::Before(seen) => {
                all.retain(|one| place(one) < *seen);
                // One more tells whether there is another page.
                all.drain(..all.len().saturating_sub(size.saturating_add(1)));
            }
        }
        let (on_it, around) = around(all, (&part, size), |one| place(one).to_string());
        let total = Some(total);
        Ok((on_it, Around { total, ..around }))
    }

    /// The same of a list that keeps the order it has, by the places in it.
    pub fn part_in_order<T>(&self, all: Vec<T>) -> Result<(Vec<T>, Around), Failure> {
        let placed = all.into_iter().enumerate().collect();
        let (part, around) = self.part_of(placed, |(place, _)| *place)?;
        Ok((part.into_iter().map(|(_, one)| one).collect(), around))
    }

    /// The answer with links to the pages around it, and how many there are in all where that is known.
    pub fn linked(&self, visit: &Visit, (answer, around): (impl IntoResponse, Around)) -> Response {
        let mut response = answer.into_response();
        let list = (visit.uri.path(), visit.parameters());
        self.tell(list, &around, response.headers_mut());
        response
    }

    /// Tells in these headers what is around the page of a list, and how many there are in all where that is
    /// known.
    pub fn tell(&self, list: Asked<'_>, around: &Around, headers: &mut HeaderMap) {
        let links = match self {
            Self::ByToken { size, .. } => around.links(list, Some(&size.to_string())),
            Self::Numbered { .. } => self.numbered(list, around),
        };
        headers.extend(links.map(|links| (LINK, links)));
        let total = around.total.map(HeaderValue::from);
        headers.extend(total.map(|total| (TOTAL, total)));
    }

    fn numbered(&self, list: Asked<'_>, around: &Around) -> Option<HeaderValue> {
        let Self::Numbered { number, size } = *self else {
            return None;
        };
        let pages = around.total.map(|total| total.div_ceil(size as usize));
        let last = pages.map(|pages| u32::try_from(pages.saturating_sub(1)).unwrap_or(u32::MAX));
        let behind = around.next.as_ref().map(|_| number.saturating_add(1));
        let pages = [
            ("first", Some(0)),
            ("prev", number.checked_sub(1)),
            ("next", behind),
            ("last", last),
        ];
        let size = size.to_string();
        let links = pages.into_iter().filter_map(|(relation, number)| {
            let number = number?.to_string();
            let page = [("per_page", size.as_str()), ("page", &number)];
            Some(link_at(list, relation, &page))
        });
        HeaderValue::from_str(&links.collect::<Vec<_>>().join(",")).ok()
    }
}

/// The refusal of a token that was not handed out here.
pub fn no_token() -> Failure {
    wrong("page_token", "it is none that was handed out here.")
}

/// A number; what is larger than any is the largest.
fn number(name: &str, text: &str) -> Result<u32, Failure> {
    text.parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(u32::MAX),
            _ => Err(wrong(name, "this has to be a number.")),
        })
}

/// A parameter as it was sent, empty or not: what has to say something is not passed over because it
/// says nothing.
pub fn sent<'a>(visit: &'a Visit, name: &str) -> Option<&'a str> {
    first(visit.parameters(), name)
}

fn first<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = parameters.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// What is wrong with a parameter of this name.
fn wrong(name: &str, why: &str) -> Failure {
    Failure::at_fault(Code::BadRequest, &[(name, why)])
}

/// One link (RFC 8288) to the same list with another page.
pub fn link(visit: &Visit, relation: &str, page: &[(&str, &str)]) -> String {
    link_at((visit.uri.path(), visit.parameters()), relation, page)
}

/// The path of a list, and the parameters with which it is asked for.
pub type Asked<'a> = (&'a str, &'a [(String, String)]);

fn link_at((path, parameters): Asked<'_>, relation: &str, page: &[(&str, &str)]) -> String {
    const OF_PAGES: [&str; 4] = ["page_size", "page_token", "per_page", "page"];
    let others = parameters.iter();
    let others = others.filter(|(name, _)| !OF_PAGES.contains(&name.as_str()));
    let others = others.map(|(name, value)| (name.as_str(), value.as_str()));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(others).extend_pairs(page);
    let query = query.finish();
    format!("<{path}?{query}>; rel=\"{relation}\"")
}

/// A parameter that says yes or no.
pub fn flag(visit: &Visit, name: &str) -> Result<Option<bool>, Failure> {
    match sent(visit, name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(wrong(name, "this has to be true or false.")),
    }
}

/// Every value of a parameter that may come several times.
pub fn all<'a>(visit: &'a Visit, name: &str) -> Vec<&'a str> {
    let named = visit.parameters().iter();
    let named = named.filter(|(key, _)| key == name);
    named.map(|(_, value)| value.as_str()).collect()
}
