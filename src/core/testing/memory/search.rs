//! Searching in memory: every identity is looked at.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Kept, MemoryStore};
use crate::{
    credential::Credential,
    id::ProviderId,
    identity::Identity,
    link::Link,
    search::{
        Document, Facet, Filter, Found, Identifier, IdentityQuery, IdentitySearch, Page, PageToken,
        Position, Sort, SortKey, Term,
    },
    store::StoreError,
};

/// An identity, and where it stands.
struct Placed {
    identity: Identity,
    key: Key,
    arrival: i64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

#[async_trait]
impl IdentitySearch for MemoryStore {
    async fn search(&self, query: &IdentityQuery) -> Result<Found, StoreError> {
        let kept = self.kept();
        let mut found: Vec<Placed> = kept
            .read()
            .filter(|identity| {
                let document = self.document(&kept, identity);
                let holds = |term: &Term| document.holds(term);
                let passes = |filter: &Filter| kept.passes(filter, identity, &document);
                query.text.iter().all(holds) && query.filters.iter().all(passes)
            })
            .map(|identity| kept.placed(identity, query.sort.key))
            .collect();
        found.sort_by(|a, b| directed(query.sort, a.cmp(b)));
        let total = query.total.then_some(found.len() as u64);
        let part = match &query.page {
            Page::Numbered { number, size } => numbered(found, (*number, *size), query),
            Page::From { size, token } => from(found, (*size, token.as_ref()), query.sort),
        };
        Ok(Found { total, ..part })
    }

    async fn created_by_day(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<Timestamp, u64>, StoreError> {
        let mut days = BTreeMap::new();
        for identity in self.kept().read() {
            let at = identity.created_at;
            let second = at.as_second();
            let begins = Timestamp::from_second(second - second.rem_euclid(24 * 60 * 60));
            if at >= since {
                *days.entry(begins.unwrap_or(at)).or_default() += 1;
            }
        }
        Ok(days)
    }
}

impl MemoryStore {
    fn document(&self, kept: &Kept, identity: &Identity) -> Document {
        let own = kept.credentials.iter();
        let own = own.filter(|credential| credential.identity_id == identity.id);
        let providers: Vec<ProviderId> = own
            .filter_map(|credential| Link::of(credential).map(|link| link.key.provider))
            .collect();
        match &self.schemas {
            Some(schemas) => schemas.document(identity, &providers),
            None => Document::new(BTreeSet::new(), Facet::of(identity, &providers)),
        }
    }
}

impl Kept {
    fn passes(&self, filter: &Filter, identity: &Identity, document: &Document) -> bool {
        match filter {
            Filter::Ids(ids) => ids.contains(&identity.id),
            Filter::Identifier(identifier) => {
                let own = self.credentials.iter();
                let mut own = own.filter(|one| one.identity_id == identity.id);
                identity.identifiers.contains(&identifier.normal)
                    || own.any(|one| is_called(one, identifier))
            }
            Filter::CreatedAfter(time) => identity.created_at > *time,
            Filter::CreatedBefore(time) => identity.created_at < *time,
            Filter::Facet(facet) => document.shows(facet),
        }
    }

    fn placed(&self, identity: Identity, by: SortKey) -> Placed {
        let arrival = self.arrivals.get(&identity.id).copied().unwrap_or_default();
        let nanoseconds = |time: jiff::Timestamp| i64::try_from(time.as_nanosecond());
        let key = match by {
            SortKey::Arrival => Key::Number(arrival),
            SortKey::CreatedAt => Key::Number(nanoseconds(identity.created_at).unwrap_or(i64::MAX)),
            SortKey::UpdatedAt => Key::Number(nanoseconds(identity.updated_at).unwrap_or(i64::MAX)),
            SortKey::Id => Key::Text(identity.id.to_string()),
        };
        Placed {
            identity,
            key,
            arrival,
        }
    }
}

impl Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.key, self.arrival).cmp(&(&other.key, other.arrival))
    }

    fn at(&self, token: &PageToken) -> Ordering {
        let key = match &self.key {
            Key::Number(_) => Key::Number(token.key.parse().unwrap_or_default()),
            Key::Text(_) => Key::Text(token.key.clone()),
        };
        (&self.key, self.arrival).cmp(&(&key, token.arrival))
    }

    fn token(&self, sort: Sort, backwards: bool) -> Position {
        let key = match &self.key {
            Key::Number(number) => number.to_string(),
            Key::Text(text) => text.clone(),
        };
        Position::Token(PageToken {
            sort,
            backwards,
            key,
            arrival: self.arrival,
        })
    }
}

fn is_called(credential: &Credential, identifier: &Identifier) -> bool {
    let account = Link::of(credential).map(|link| link.key.account());
    credential.identifier.as_ref() == Some(&identifier.normal)
        || (account.is_some() && account == identifier.account)
}

fn directed(sort: Sort, order: Ordering) -> Ordering {
    if sort.descending {
        order.reverse()
    } else {
        order
    }
}

fn numbered(found: Vec<Placed>, (number, size): (u64, u32), query: &IdentityQuery) -> Found {
    let before = usize::try_from(number.saturating_mul(u64::from(size))).unwrap_or(usize::MAX);
    let size = size as usize;
    let has_more = found.len() > before.saturating_add(size);
    let page: Vec<Placed> = found.into_iter().skip(before).take(size).collect();
    let behind = match query.reaches(number.saturating_add(1)) {
        true => number.checked_add(1).map(Position::Page),
        false => page.last().map(|last| last.token(query.sort, false)),
    };
    Found {
        identities: page.into_iter().map(|placed| placed.identity).collect(),
        next: behind.filter(|_| has_more),
        prev: number.checked_sub(1).map(Position::Page),
        total: None,
    }
}

fn from(found: Vec<Placed>, (size, token): (u32, Option<&PageToken>), sort: Sort) -> Found {
    let size = size as usize;
    let is_behind = |placed: &Placed| {
        token.is_none_or(|token| directed(sort, placed.at(token)) == Ordering::Greater)
    };
    let is_before = |placed: &Placed| {
        token.is_some_and(|token| directed(sort, placed.at(token)) == Ordering::Less)
    };
    let backwards = token.is_some_and(|token| token.backwards);
    let mut part: Vec<Placed> = match backwards {
        true => found.into_iter().filter(is_before).rev().collect(),
        false => found.into_iter().filter(is_behind).collect(),
    };
    let has_more = part.len() > size;
    part.truncate(size);
    if backwards {
        part.reverse();
    }
    let (has_next, has_prev) = match backwards {
        true => (true, has_more),
        false => (has_more, token.is_some()),
    };
    let next = part
        .last()
        .filter(|_| has_next)
        .map(|last| last.token(sort, false));
    let prev = part
        .first()
        .filter(|_| has_prev)
        .map(|first| first.token(sort, true));
    Found {
        next,
        prev,
        identities: part.into_iter().map(|placed| placed.identity).collect(),
        total: None,
    }
}
