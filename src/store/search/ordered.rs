//! Another order than that of arrival, of those who are not all.
//!
//! A sample of the order tells how common they are. What is common is met on a walk along the order's
//! index, what is rare is gathered by its marks and sorted; between the two, the walk reads the index
//! alone and asks of each whether it is among the marked.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    places::{PLACE, Part, Place, Places, count, limited},
    sql::Sql,
};
use crate::store::database::Dialect;

/// For each that is wanted, so many are sampled.
const SAMPLED: u64 = 16;

/// At least so many are.
const LEAST_SAMPLED: u64 = 4000;

/// What the sample has so many times too few of is common enough to be walked to: SQLite finds a
/// row slower than it finds who is marked.
const fn common(dialect: Dialect) -> u64 {
    match dialect {
        Dialect::Sqlite => 2,
        Dialect::Postgres => 5,
    }
}

/// What it has so many times too few of is rare enough to be gathered.
const RARE: u64 = 20;

/// So many are gathered and sorted at most.
const MOST_GATHERED: u64 = 4000;

impl Places<'_> {
    /// The part asked for in its order.
    pub(super) async fn in_another_order(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let wanted = part.offset.saturating_add(part.limit);
        let looked_at = LEAST_SAMPLED.max(wanted.saturating_mul(SAMPLED));
        let sampled = self.by_walking(part, (looked_at, wanted)).await?;
        let here = sampled.len() as u64;
        if here == wanted {
            return Ok(part.cut(sampled));
        }
        let common = common(self.database.dialect());
        if here.saturating_mul(common) >= wanted {
            let looked_at = looked_at.saturating_mul(2 * common);
            let walked = self.by_walking(part, (looked_at, wanted)).await?;
            if walked.len() as u64 == wanted {
                return Ok(part.cut(walked));
            }
        }
        let has_marks = !self.conditions.marks.is_empty();
        if here.saturating_mul(RARE) < wanted || !has_marks {
            let gathered = self.gather(part).await?;
            if (gathered.len() as u64) < MOST_GATHERED {
                return Ok(part.cut(gathered));
            }
        }
        match has_marks {
            true => self.among_the_marked(part).await,
            false => self.directly(part).await,
        }
    }

    /// Looks at so many in their order, for so many of those who are meant.
    async fn by_walking(
        &mut self,
        part: &Part,
        (looked_at, wanted): (u64, u64),
    ) -> Result<Vec<Place>, StoreError> {
        let sql = self.selection("FROM (SELECT * FROM identity_search AS s WHERE 1 = 1");
        let sql = part
            .write_order(part.write_from(sql))
            .push(" LIMIT ")
            .bind(count(looked_at));
        let sql = self.conditions.write(sql.push(") AS s WHERE 1 = 1"));
        self.places(limited(part.write_order(sql), wanted, 0)).await
    }

    /// Gathers all of them, unless they are too many, and sorts them.
    async fn gather(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let has_marks = !self.conditions.marks.is_empty();
        let sql = match (has_marks, self.database.dialect()) {
            (false, _) => self.selection("FROM identity_search AS s WHERE 1 = 1"),
            (true, Dialect::Sqlite) => {
                let from = "FROM identity_marks AS m CROSS JOIN identity_search AS s ON s.seq = m.rowid WHERE ";
                self.write_match(self.selection(from))
            }
            (true, Dialect::Postgres) => {
                let with = "WITH m AS MATERIALIZED (SELECT seq FROM identity_marks WHERE ";
                let sql = self.write_match(Sql::new(self.database, with));
                let from = "FROM m JOIN identity_search AS s ON s.seq = m.seq WHERE 1 = 1";
                sql.push(&format!(") SELECT {PLACE} {from}"))
            }
        };
        let sql = self.conditions.write(part.write_from(sql));
        let sql = limited(sql, MOST_GATHERED, 0);
        let mut gathered = self.places(sql).await?;
        gathered.sort_by(|a, b| part.compare(a, b));
        Ok(gathered)
    }

    /// Walks along the index of the order to those who have the marks: no row of anybody else is read.
    async fn among_the_marked(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let sql = match self.database.dialect() {
            Dialect::Sqlite => {
                // The sign keeps the marks from leading the way.
                let from = "FROM identity_search AS s \
                     WHERE +s.seq IN (SELECT rowid FROM identity_marks WHERE ";
                let sql = self.write_match(self.selection(from)).push(")");
                part.write_order(self.conditions.write(part.write_from(sql)))
            }
            Dialect::Postgres => {
                let key = match part.key {
                    SortKey::Arrival => "",
                    SortKey::CreatedAt => ", s.created_at",
                    SortKey::UpdatedAt => ", s.updated_at",
                    SortKey::Id => ", s.identity_id",
                };
                // `IS TRUE` keeps the marks from leading the way, `OFFSET 0` the rows from being read.
                let from = format!(
                    "FROM (SELECT s.seq{key} FROM identity_search AS s \
                     WHERE (s.seq IN (SELECT seq FROM identity_marks WHERE "
                );
                let sql = self.write_match(self.selection(&from)).push(")) IS TRUE");
                let sql = part.write_order(part.write_from(sql));
                let sql = sql
                    .push(" OFFSET 0) AS w JOIN identity_search AS s ON s.seq = w.seq WHERE 1 = 1");
                part.write_order_of(self.conditions.write(sql), "w")
            }
        };
        self.places(part.write_limit(sql)).await
    }
}

impl Part {
    /// What is asked for of all that were found from the first on.
    fn cut(&self, all: Vec<Place>) -> Vec<Place> {
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        all.into_iter().skip(skipped).take(limit).collect()
    }

    fn compare(&self, a: &Place, b: &Place) -> std::cmp::Ordering {
        let order = match self.key {
            SortKey::Arrival => a.seq.cmp(&b.seq),
            SortKey::CreatedAt => (a.created_at, a.seq).cmp(&(b.created_at, b.seq)),
            SortKey::UpdatedAt => (a.updated_at, a.seq).cmp(&(b.updated_at, b.seq)),
            SortKey::Id => a.id.cmp(&b.id),
        };
        if self.is_descending {
            order.reverse()
        } else {
            order
        }
    }
}
