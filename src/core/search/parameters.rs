//! A query as it stands in a URL.

use std::{
    collections::BTreeSet,
    num::{IntErrorKind, ParseIntError},
};

use jiff::Timestamp;

use super::{
    DEFAULT_SIZE, Filter, Identifier, IdentityQuery, LARGEST_PAGE, LARGEST_SIZE, Matching, Page,
    QueryError, Term,
    words::{facet, read, read_field},
};
use crate::id::IdentityId;

/// The most ids that can be asked for at once.
pub const MOST_IDS: usize = 500;

impl IdentityQuery {
    /// Reads the parameters of a URL, decoded; `paths` are those of the traits that are searched.
    /// Parameters of other names are left to others, and an empty `page_token` or
    /// `credentials_identifier` is absent. Everything that is wrong is told.
    pub fn read<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        paths: &BTreeSet<String>,
    ) -> Result<Self, Vec<QueryError>> {
        let mut reading = Reading::default();
        let mut errors = Vec::new();
        for (name, value) in parameters {
            if let Err(error) = reading.take(name, value, paths) {
                errors.push(error);
            }
        }
        let page = reading.page();
        match (errors.is_empty(), page) {
            (true, Ok(page)) => within_reach(reading.finish(page)),
            (_, page) => {
                errors.extend(page.err());
                Err(errors)
            }
        }
    }
}

#[derive(Debug, Default)]
struct Reading {
    query: IdentityQuery,
    ids: BTreeSet<IdentityId>,
    page: Option<u64>,
    per_page: Option<u32>,
    size: Option<u32>,
    token: Option<super::PageToken>,
    total: Option<bool>,
}

impl Reading {
    fn take(
        &mut self,
        name: &str,
        value: &str,
        paths: &BTreeSet<String>,
    ) -> Result<(), QueryError> {
        let wrong = |reason: &str| QueryError::new(name, reason);
        // No identity has it, and databases cannot be asked for it. A token is judged as all tokens are.
        if name != "page_token" && value.contains('\0') {
            return Err(wrong("no text here holds NUL"));
        }
        match name {
            "search" => read(value, paths, &mut self.query)?,
            "ids" => self.take_ids(value)?,
            "credentials_identifier" if !value.is_empty() => {
                self.filter(Filter::Identifier(Identifier::new(value)));
            }
            "preview_credentials_identifier_similar" => {
                let term = Term::new(None, Matching::Infix, value);
                if term.text.is_empty() && !value.is_empty() {
                    return Err(wrong("nothing of it can be looked for"));
                }
                self.query
                    .text
                    .extend((!term.text.is_empty()).then_some(term));
            }
            "created_after" => self.filter(Filter::CreatedAfter(time(name, value)?)),
            "created_before" => self.filter(Filter::CreatedBefore(time(name, value)?)),
            "schema_id" | "state" | "provider" | "role" | "verified" => {
                let facet = facet(name.trim_end_matches("_id"), value).map_err(wrong)?;
                self.filter(Filter::Facet(facet));
            }
            // Nobody belongs to an organization.
            "organization_id" if !value.is_empty() => self.filter(Filter::Ids(BTreeSet::new())),
            "sort" => {
                let known = "it is arrival, created_at, updated_at or id, with - before it or not";
                self.query.sort = value.parse().map_err(|()| wrong(known))?;
            }
            "total" => {
                let known = "it is true or false";
                self.total = Some(value.parse().map_err(|_| wrong(known))?);
            }
            _ => match name.strip_prefix("field:") {
                Some(field) => read_field((name, field), value, paths, &mut self.query)?,
                None => self.take_page(name, value)?,
            },
        }
        Ok(())
    }

    fn take_ids(&mut self, value: &str) -> Result<(), QueryError> {
        let wrong = |reason: String| QueryError::new("ids", reason);
        let id = value.parse();
        let id = id.map_err(|_| wrong("one of them is no identity's id".to_owned()))?;
        self.ids.insert(id);
        match self.ids.len() > MOST_IDS {
            true => Err(wrong(format!("there are more than {MOST_IDS}"))),
            false => Ok(()),
        }
    }

    fn take_page(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        match name {
            "page" => {
                let known = "it is a number, and the first is 0";
                let number = number(value).ok_or_else(|| QueryError::new(name, known))?;
                self.page = Some(number);
            }
            "per_page" => self.per_page = Some(size(name, value, LARGEST_PAGE)?),
            "page_size" => self.size = Some(size(name, value, LARGEST_SIZE)?),
            "page_token" if !value.is_empty() => {
                let known = "it is none that was handed out here";
                let token = value.parse().map_err(|()| QueryError::new(name, known))?;
                self.token = Some(token);
            }
            _ => {}
        }
        Ok(())
    }

    fn filter(&mut self, filter: Filter) {
        self.query.filters.push(filter);
    }

    fn page(&self) -> Result<Page, QueryError> {
        let is_numbered = self.page.is_some() || (self.per_page.is_some() && self.size.is_none());
        match &self.token {
            Some(_) if self.page.is_some() => {
                let why = "it stands beside page, and only one of both can tell where to begin";
                Err(QueryError::new("page_token", why))
            }
            Some(token) if token.sort != self.query.sort => {
                let why = "it belongs to another order than sort tells";
                Err(QueryError::new("page_token", why))
            }
            None if is_numbered => Ok(Page::Numbered {
                number: self.page.unwrap_or_default(),
                size: self.per_page.or(self.size).unwrap_or(DEFAULT_SIZE),
            }),
            token => Ok(Page::From {
                size: self
                    .size
                    .or(self.per_page)
                    .unwrap_or(DEFAULT_SIZE)
                    .min(LARGEST_SIZE),
                token: token.clone(),
            }),
        }
    }

    fn finish(mut self, page: Page) -> IdentityQuery {
        if !self.ids.is_empty() {
            let ids = std::mem::take(&mut self.ids);
            self.filter(Filter::Ids(ids));
        }
        let is_numbered = matches!(page, Page::Numbered { .. });
        // Whoever counts pages is told how many there are, and whoever asks for everybody: those are
        // counted already.
        self.query.total = is_numbered || self.total.unwrap_or(self.query.is_of_all());
        self.query.page = page;
        self.query
    }
}

fn within_reach(query: IdentityQuery) -> Result<IdentityQuery, Vec<QueryError>> {
    match query.reach().filter(|_| !query.is_within_reach()) {
        Some(reach) => Err(vec![QueryError::too_far(reach)]),
        None => Ok(query),
    }
}

/// A size; what is larger than the largest is the largest.
fn size(name: &str, value: &str, largest: u32) -> Result<u32, QueryError> {
    let number = number(value).filter(|number| *number > 0);
    let number = number.ok_or_else(|| QueryError::new(name, "it is a number from 1 on"))?;
    Ok(u32::try_from(number).unwrap_or(largest).min(largest))
}

/// A number; what is larger than any is the largest.
fn number(value: &str) -> Option<u64> {
    value
        .parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(u64::MAX),
            _ => Err(error),
        })
        .ok()
}

fn time(name: &str, value: &str) -> Result<Timestamp, QueryError> {
    let known = "it is a time such as 2026-07-01T12:00:00Z";
    value.parse().map_err(|_| QueryError::new(name, known))
}
