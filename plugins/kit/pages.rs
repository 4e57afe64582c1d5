//! Lists that come in pages: which page is asked for, and where the others are.

use std::num::{IntErrorKind, ParseIntError};

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header::LINK};
use portcullis_core::catalogue::Code;

use crate::{failure::Failure, visit::Visit};

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
    /// What is behind this, from the beginning where it is `None`.
    Behind {
        /// The last that was seen.
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
        Ok(Self::Behind {
            token: said("page_token").map(str::to_owned),
            size: size(usual, LONGEST),
        })
    }

    /// How long it is at most.
    pub fn size(&self) -> u32 {
        match self {
            Self::Behind { size, .. } | Self::Numbered { size, .. } => *size,
        }
    }

    /// The part of a whole list, in the order of these names, that is on the page; and what the next
    /// page is behind, where there is one.
    pub fn part_of<T>(
        &self,
        mut all: Vec<T>,
        name: impl Fn(&T) -> String,
    ) -> (Vec<T>, Option<String>) {
        all.sort_by_cached_key(|one| name(one));
        let size = self.size() as usize;
        let mut part: Vec<T> = match self {
            Self::Behind { token, .. } => {
                let is_behind = |one: &T| token.as_ref().is_none_or(|token| name(one) > *token);
                all.into_iter().filter(is_behind).collect()
            }
            Self::Numbered { number, .. } => {
                let before = (*number as usize).saturating_mul(size);
                all.into_iter().skip(before).collect()
            }
        };
        let is_more = part.len() > size;
        part.truncate(size);
        let next = part.last().filter(|_| is_more).map(&name);
        (part, next)
    }

    /// The same of a list that keeps the order it has, by the places in it.
    pub fn part_in_order<T>(&self, all: Vec<T>) -> (Vec<T>, Option<String>) {
        let placed = all.into_iter().enumerate().collect();
        let (part, next) = self.part_of(placed, |(place, _)| format!("{place:010}"));
        (part.into_iter().map(|(_, one)| one).collect(), next)
    }

    /// The answer with links to the pages around it; `next` is what the next page is behind, where
    /// there is one.
    pub fn linked(
        &self,
        visit: &Visit,
        (answer, next): (impl IntoResponse, Option<String>),
    ) -> Response {
        let mut response = answer.into_response();
        let place = (visit.uri.path(), visit.parameters());
        if let Some(links) = self.links(place, next.as_deref()) {
            response.headers_mut().insert(LINK, links);
        }
        response
    }

    /// The links from the page of a list at this path, asked for with these parameters, to those around
    /// it.
    pub fn links(
        &self,
        place: (&str, &[(String, String)]),
        next: Option<&str>,
    ) -> Option<HeaderValue> {
        let size = self.size().to_string();
        let mut links = Vec::new();
        match self {
            Self::Behind { .. } => {
                let first = [("page_size", size.as_str())];
                links.push(link_at(place, "first", &first));
                if let Some(token) = next {
                    let next = [("page_size", size.as_str()), ("page_token", token)];
                    links.push(link_at(place, "next", &next));
                }
            }
            Self::Numbered { number, .. } => {
                let mut to = |relation: &str, number: u32| {
                    let number = number.to_string();
                    let page = [("per_page", size.as_str()), ("page", &number)];
                    links.push(link_at(place, relation, &page));
                };
                to("first", 0);
                if let Some(previous) = number.checked_sub(1) {
                    to("prev", previous);
                }
                if next.is_some() {
                    to("next", number.saturating_add(1));
                }
            }
        }
        HeaderValue::from_str(&links.join(",")).ok()
    }
}

/// A number; what is larger than any is the largest.
fn number(name: &str, text: &str) -> Result<u32, Failure> {
    text.parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(u32::MAX),
            _ => Err(wrong(format!("{name}: this has to be a number."))),
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

fn wrong(reason: impl Into<String>) -> Failure {
    Failure::from(Code::BadRequest).because(reason)
}

/// One link (RFC 8288) to the same list with another page.
pub fn link(visit: &Visit, relation: &str, page: &[(&str, &str)]) -> String {
    link_at((visit.uri.path(), visit.parameters()), relation, page)
}

fn link_at(
    (path, parameters): (&str, &[(String, String)]),
    relation: &str,
    page: &[(&str, &str)],
) -> String {
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
        Some(_) => Err(wrong(format!("{name}: this has to be true or false."))),
    }
}

/// Every value of a parameter that may come several times.
pub fn all<'a>(visit: &'a Visit, name: &str) -> Vec<&'a str> {
    let named = visit.parameters().iter();
    let named = named.filter(|(key, _)| key == name);
    named.map(|(_, value)| value.as_str()).collect()
}
