//! Where those stand who are meant.
//!
//! In the order of arrival the marks themselves come in order; other orders have ways of their own.

use portcullis_core::{
    id::IdentityId,
    search::{IdentityQuery, Page, PageToken, Sort, SortKey},
    store::StoreError,
};
use sea_query::Value;

use super::{
    conditions::Conditions,
    index::number,
    marks::{STRETCH, stretch_mark},
    sql::Sql,
    way::Way,
};
use crate::store::{
    cell::{Row, text},
    database::{Database, Dialect, Transaction},
    identities::row::WHAT,
    table::Column,
};

/// Where an identity stands.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: IdentityId,
    pub(super) seq: i64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

impl Place {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parsed(Column::IdentityId)?,
            seq: row.number(Column::Seq)?,
            created_at: row.number(Column::CreatedAt)?,
            updated_at: row.number(Column::UpdatedAt)?,
        })
    }

    /// The place between it and whoever is behind, where they stand in this order upwards.
    pub(super) fn token(&self, order: SortKey) -> PageToken {
        PageToken {
            sort: Sort {
                key: order,
                descending: false,
            },
            backwards: false,
            key: match order {
                SortKey::Arrival => self.seq.to_string(),
                SortKey::CreatedAt => self.created_at.to_string(),
                SortKey::UpdatedAt => self.updated_at.to_string(),
                SortKey::Id => self.id.to_string(),
            },
            arrival: self.seq,
        }
    }
}

/// The part of them that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) key: SortKey,
    /// Whether the largest come first, the way it is gone through.
    pub(super) is_descending: bool,
    /// Whether it is gone through backwards.
    pub(super) is_backwards: bool,
    pub(super) from: Option<PageToken>,
    /// The last place that belongs to it.
    pub(super) until: Option<PageToken>,
    pub(super) offset: u64,
    /// One more than are shown.
    pub(super) limit: u64,
}

impl Part {
    pub(super) fn of(query: &IdentityQuery) -> Self {
        let Sort { key, descending } = query.sort;
        let limit = u64::from(query.page.size()) + 1;
        let (from, offset) = match &query.page {
            Page::From { token, .. } => (token.clone(), 0),
            Page::Numbered { number, size } => (None, number.saturating_mul(u64::from(*size))),
        };
        let is_backwards = from.as_ref().is_some_and(|token| token.backwards);
        Self {
            key,
            is_descending: descending != is_backwards,
            is_backwards,
            from,
            until: None,
            offset: offset.min(u64::from(u32::MAX)),
            limit,
        }
    }

    /// Goes on with what is behind the place where it begins, up to where it ends.
    pub(super) fn write_from(&self, sql: Sql) -> Sql {
        self.write_from_by(sql, "s.seq")
    }

    /// The same, with the numbers of arrivals in this column.
    fn write_from_by(&self, sql: Sql, seq: &str) -> Sql {
        let (from, until) = match self.is_descending {
            true => ("<", ">="),
            false => (">", "<="),
        };
        let sql = self.write_bound(sql, (seq, from), self.from.as_ref());
        self.write_bound(sql, (seq, until), self.until.as_ref())
    }

    fn write_bound(&self, sql: Sql, (seq, sign): (&str, &str), token: Option<&PageToken>) -> Sql {
        let Some(token) = token else { return sql };
        let pair = |column: &str| format!(" AND (s.{column}, s.seq) {sign} (");
        let moment = number(token.key.parse().unwrap_or_default());
        let both = [moment, number(token.arrival)];
        match self.key {
            SortKey::Arrival => sql
                .push(&format!(" AND {seq} {sign} "))
                .bind(number(token.arrival)),
            SortKey::CreatedAt => sql.push(&pair("created_at")).bind_all(both).push(")"),
            SortKey::UpdatedAt => sql.push(&pair("updated_at")).bind_all(both).push(")"),
            SortKey::Id => sql
                .push(&format!(" AND s.identity_id {sign} "))
                .bind(text(&token.key)),
        }
    }

    /// Goes on with the order.
    pub(super) fn write_order(&self, sql: Sql) -> Sql {
        self.write_order_of(sql, "s")
    }

    /// Goes on with the order of what has this name in the statement.
    pub(super) fn write_order_of(&self, sql: Sql, name: &str) -> Sql {
        let way = if self.is_descending { "DESC" } else { "ASC" };
        let by = |column: &str| format!(" ORDER BY {name}.{column} {way}, {name}.seq {way}");
        sql.push(&match self.key {
            SortKey::Arrival => format!(" ORDER BY {name}.seq {way}"),
            SortKey::CreatedAt => by("created_at"),
            SortKey::UpdatedAt => by("updated_at"),
            SortKey::Id => format!(" ORDER BY {name}.identity_id {way}"),
        })
    }

    pub(super) fn write_limit(&self, sql: Sql) -> Sql {
        limited(sql, self.limit, self.offset)
    }
}

/// Goes on with how many are wanted, behind how many others.
pub(super) fn limited(sql: Sql, limit: u64, offset: u64) -> Sql {
    sql.push(" LIMIT ")
        .bind(count(limit))
        .push(" OFFSET ")
        .bind(count(offset))
}

pub(super) fn count(value: u64) -> Value {
    number(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The first of them alone, the next two, the next four.
pub(super) fn steps(stretches: &[i64]) -> impl Iterator<Item = &[i64]> {
    let (mut rest, mut step) = (stretches, 1);
    std::iter::from_fn(move || {
        let (some, others) = rest.split_at(step.min(rest.len()));
        (rest, step) = (others, step * 2);
        (!some.is_empty()).then_some(some)
    })
}

/// The columns of a place.
pub(super) const PLACE: &str = "s.seq AS seq, s.identity_id AS identity_id, \
     s.created_at AS created_at, s.updated_at AS updated_at";

/// Of how rare a text is PostgreSQL's guesses are wild; these ways are never the worst.
const WAYS: [(&str, &str); 6] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    // All marks that are met are held at once, however many there are.
    ("work_mem", "64MB"),
    ("plan_cache_mode", "force_custom_plan"),
];

/// Finds places.
pub(super) struct Places<'a> {
    pub(super) database: &'a Database,
    pub(super) conditions: &'a Conditions,
    /// Which way to go whatever it takes, if there is one.
    pub(super) way: Option<Way>,
    /// About how many are meant, where that was looked at.
    pub(super) about: Option<u64>,
    /// How many are meant, where all of them were.
    pub(super) met: Option<u64>,
    /// PostgreSQL is told there how to go about it.
    transaction: Option<Transaction>,
}

impl<'a> Places<'a> {
    pub(super) async fn begin(
        database: &'a Database,
        (conditions, way): (&'a Conditions, Option<Way>),
    ) -> Result<Self, StoreError> {
        let mut places = Self {
            database,
            conditions,
            way,
            about: None,
            met: None,
            transaction: None,
        };
        if database.dialect() == Dialect::Postgres {
            let transaction = database.begin_steady().await?;
            places.transaction = Some(transaction);
            places.set(&WAYS).await?;
        }
        Ok(places)
    }

    /// Tells PostgreSQL how to go about what follows.
    pub(super) async fn set(&mut self, settings: &[(&str, &str)]) -> Result<(), StoreError> {
        let Some(transaction) = &mut self.transaction else {
            return Ok(());
        };
        let set = |(name, value): &(&str, &str)| format!("set_config('{name}', '{value}', true)");
        let settings: Vec<_> = settings.iter().map(set).collect();
        let sql = Sql::new(self.database, "SELECT ").push(&settings.join(", "));
        transaction.execute(sql.statement(WHAT)).await?;
        Ok(())
    }

    pub(super) async fn end(self) -> Result<(), StoreError> {
        match self.transaction {
            Some(transaction) => transaction.commit().await,
            None => Ok(()),
        }
    }

    /// Those who are meant, in their order.
    pub(super) async fn list(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        if self.conditions.is_impossible() {
            return Ok(Vec::new());
        }
        if self.conditions.is_empty() {
            return self.of_all(part).await;
        }
        if self.conditions.is_narrow() {
            return self.directly(part).await;
        }
        let mut part = part.clone();
        part.narrow(self.conditions.span);
        match part.key {
            SortKey::Arrival if !self.conditions.span.is_open() => self.within_span(&part).await,
            SortKey::Arrival => self.as_they_arrived(&part).await,
            _ => self.in_another_order(&part).await,
        }
    }

    /// The part asked for in the order of arrival.
    pub(super) async fn as_they_arrived(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        if self.conditions.marks.is_empty() {
            return self.directly(part).await;
        }
        match self.database.dialect() {
            Dialect::Sqlite => self.by_marks_in_order(part).await,
            Dialect::Postgres => self.by_stretches(part).await,
        }
    }

    /// Statement by statement, as the database thinks best.
    pub(super) async fn directly(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let sql = self.selection("FROM identity_search AS s WHERE 1 = 1");
        let sql = part.write_order(part.write_from(self.conditions.write(sql)));
        self.places(part.write_limit(sql)).await
    }

    /// In SQLite marks are found in the order of arrival.
    async fn by_marks_in_order(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let sql = self.selection(
            "FROM identity_marks AS m CROSS JOIN identity_search AS s ON s.seq = m.rowid",
        );
        let sql = part.write_from_by(self.write_match(sql.push(" WHERE ")), "m.rowid");
        let way = if part.is_descending { "DESC" } else { "ASC" };
        let sql = self
            .conditions
            .write(sql)
            .push(&format!(" ORDER BY m.rowid {way}"));
        self.places(part.write_limit(sql)).await
    }

    /// In PostgreSQL they are found in no order, so they are asked for by stretches of arrivals: the
    /// first alone, then two, then four. What is common is soon found; what is rare costs little
    /// wherever it is.
    async fn by_stretches(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let stretches = self.stretches(part).await?;
        let (mut steps, mut found) = (steps(&stretches), Vec::new());
        let wanted = part.offset + part.limit;
        while let Some(stretches) = steps.next().filter(|_| (found.len() as u64) < wanted) {
            let missing = wanted - found.len() as u64;
            found.extend(self.within(part, stretches, missing).await?);
        }
        let skipped = usize::try_from(part.offset).unwrap_or(usize::MAX);
        Ok(found.into_iter().skip(skipped).collect())
    }

    /// The stretches of arrivals that a part of their order touches, in its order.
    pub(super) async fn stretches(&mut self, part: &Part) -> Result<Vec<i64>, StoreError> {
        let last = self.last_stretch().await?;
        let stretch = |token: &PageToken| (token.arrival / STRETCH).clamp(0, last);
        let (from, until) = (
            part.from.as_ref().map(stretch),
            part.until.as_ref().map(stretch),
        );
        Ok(match part.is_descending {
            true => (until.unwrap_or(0)..=from.unwrap_or(last)).rev().collect(),
            false => (from.unwrap_or(0)..=until.unwrap_or(last)).collect(),
        })
    }

    /// The stretch of whoever arrived last.
    pub(super) async fn last_stretch(&mut self) -> Result<i64, StoreError> {
        let last = Sql::new(
            self.database,
            "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) AS seq FROM identity_search",
        );
        let last = self.rows(last).await?;
        Ok(last.first().map_or(Ok(0), |row| row.number(Column::Seq))? / STRETCH)
    }

    async fn within(
        &mut self,
        part: &Part,
        stretches: &[i64],
        limit: u64,
    ) -> Result<Vec<Place>, StoreError> {
        let way = if part.is_descending { "DESC" } else { "ASC" };
        let sql = self.marked_within(stretches).push(&format!(
            "SELECT {PLACE} FROM (SELECT seq FROM m ORDER BY seq {way} OFFSET 0) AS m \
             JOIN identity_search AS s ON s.seq = m.seq WHERE 1 = 1"
        ));
        let sql = self.conditions.write(part.write_from(sql));
        let sql = sql.push(&format!(" ORDER BY m.seq {way}"));
        self.places(limited(sql, limit, 0)).await
    }

    /// The beginning of a statement in PostgreSQL that knows as `m` who has the marks within these stretches.
    pub(super) fn marked_within(&self, stretches: &[i64]) -> Sql {
        let with = "WITH m AS MATERIALIZED (SELECT seq FROM identity_search WHERE ";
        self.write_match_within(Sql::new(self.database, with), stretches)
            .push(") ")
    }

    /// Goes on with the condition of PostgreSQL that marks are there, within these stretches.
    pub(super) fn write_match_within(&self, sql: Sql, stretches: &[i64]) -> Sql {
        let stretches = stretches.iter().copied().map(stretch_mark).collect();
        let sql = self.write_match(sql).push(" AND marks && ");
        sql.bind_marks(&stretches)
    }

    pub(super) fn selection(&self, from: &str) -> Sql {
        Sql::new(self.database, &format!("SELECT {PLACE} {from}"))
    }

    /// Goes on with the condition that marks are there.
    pub(super) fn write_match(&self, sql: Sql) -> Sql {
        let marks = &self.conditions.marks;
        match self.database.dialect() {
            Dialect::Sqlite => {
                let marks: Vec<_> = marks.iter().map(|mark| format!("{mark:x}")).collect();
                sql.push("identity_marks MATCH ")
                    .bind(text(marks.join(" AND ")))
            }
            Dialect::Postgres => sql.push("marks @> ").bind_marks(marks),
        }
    }

    pub(super) async fn places(&mut self, sql: Sql) -> Result<Vec<Place>, StoreError> {
        let rows = self.rows(sql).await?;
        rows.iter().map(Place::read).collect()
    }

    pub(super) async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let statement = sql.statement(WHAT);
        match &mut self.transaction {
            Some(transaction) => transaction.rows(statement).await,
            None => self.database.rows(statement).await,
        }
    }
}
