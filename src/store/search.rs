//! Searching in SQL. An index of marks narrows down who may be meant, documents are then compared
//! letter by letter, and nothing that people type is ever part of a statement.

mod batch;
mod bounded;
mod conditions;
mod counting;
pub(super) mod index;
mod indexing;
mod marks;
mod milestones;
mod numbered;
mod ordered;
mod places;
mod sample;
mod span;
mod spans;
mod spot;
pub(super) mod sql;
mod way;

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    id::IdentityId,
    identity::IdentityStore,
    search::{Found, IdentityQuery, IdentitySearch, Page, PageToken, Position},
    store::StoreError,
};

use self::{
    bounded::MOST_COUNTED,
    conditions::Conditions,
    places::{Part, Place, Places},
    sql::Sql,
};
pub use self::{counting::Counting, indexing::Indexing, way::Way};
use super::{
    cell::{Row, time},
    database::Database,
    identities::SqlIdentities,
    table::Column,
};

/// Searching in SQL.
#[derive(Debug)]
pub(super) struct SqlSearch {
    database: Database,
    identities: SqlIdentities,
    way: Option<Way>,
}

impl SqlSearch {
    pub(super) fn new(database: Database, identities: SqlIdentities) -> Self {
        Self {
            database,
            identities,
            way: None,
        }
    }

    /// Goes this way in another order than that of arrival, whatever it takes.
    pub(super) fn by(self, way: Way) -> Self {
        Self {
            way: Some(way),
            ..self
        }
    }

    async fn found(&self, places: &[Place]) -> Result<Found, StoreError> {
        let ids: Vec<IdentityId> = places.iter().map(|place| place.id).collect();
        let found = self.identities.find_all(&ids).await?;
        let mut found: HashMap<_, _> = found.into_iter().map(|one| (one.id, one)).collect();
        Ok(Found {
            // Whoever has been removed since is left out.
            identities: ids.iter().filter_map(|id| found.remove(id)).collect(),
            next: None,
            prev: None,
            total: None,
        })
    }
}

#[async_trait]
impl IdentitySearch for SqlSearch {
    async fn search(&self, query: &IdentityQuery) -> Result<Found, StoreError> {
        let conditions = Conditions::of(query);
        let mut places = Places::begin(&self.database, (&conditions, self.way)).await?;
        let part = Part::of(query);
        // One more than shown, which tells whether there are more.
        let mut list = places.list(&part).await?;
        let size = query.page.size() as usize;
        let has_more = list.len() > size;
        list.truncate(size);
        let is_searched = !conditions.is_empty();
        let total = match query.total {
            true if !has_more && part.from.is_none() && (part.offset == 0 || !list.is_empty()) => {
                Some(part.offset + list.len() as u64)
            }
            // Whoever is shown this far back is one of too many.
            true if has_more && is_searched && part.offset + size as u64 >= MOST_COUNTED => None,
            true => places.count().await?,
            false => None,
        };
        places.end().await?;
        if part.is_backwards {
            list.reverse();
        }
        let found = self.found(&list).await?;
        let (prev, next) = ends(query, &list, has_more);
        Ok(Found {
            prev,
            next,
            total,
            ..found
        })
    }

    async fn created_by_day(
        &self,
        since: Timestamp,
    ) -> Result<BTreeMap<Timestamp, u64>, StoreError> {
        let select = format!(
            "SELECT created_at / {DAY} AS block, CAST(COUNT(*) AS BIGINT) AS tally \
             FROM identity_search WHERE created_at >= "
        );
        let sql = Sql::new(&self.database, &select).bind(time(since));
        let sql = sql.push(" GROUP BY 1").statement("days of identities");
        let rows = self.database.rows(sql).await?;
        rows.iter().map(day).collect()
    }
}

/// A day in nanoseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000_000;

/// A day with how many were created on it.
fn day(row: &Row) -> Result<(Timestamp, u64), StoreError> {
    let begins = row.number(Column::Block)?.saturating_mul(DAY);
    let created = row.number(Column::Tally)?.unsigned_abs();
    Ok((
        Timestamp::from_nanosecond(begins.into()).unwrap_or_default(),
        created,
    ))
}

/// Where those before and those after this part are.
fn ends(
    query: &IdentityQuery,
    list: &[Place],
    has_more: bool,
) -> (Option<Position>, Option<Position>) {
    let at = |place: &Place, backwards| {
        Position::Token(PageToken {
            sort: query.sort,
            backwards,
            ..place.token(query.sort.key)
        })
    };
    let token = match &query.page {
        Page::Numbered { number, .. } => {
            let prev = number.checked_sub(1).map(Position::Page);
            // Behind the last page of a number tokens go on.
            let next = match query.reaches(number.saturating_add(1)) {
                true => number.checked_add(1).map(Position::Page),
                false => list.last().map(|last| at(last, false)),
            };
            return (prev, next.filter(|_| has_more));
        }
        Page::From { token, .. } => token.as_ref(),
    };
    let is_backwards = token.is_some_and(|token| token.backwards);
    let has_next = is_backwards || has_more;
    let has_prev = if is_backwards {
        has_more
    } else {
        token.is_some()
    };
    let prev = list
        .first()
        .filter(|_| has_prev)
        .map(|first| at(first, true));
    let next = list.last().filter(|_| has_next).map(|last| at(last, false));
    (prev, next)
}
