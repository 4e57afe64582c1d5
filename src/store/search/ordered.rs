//! Another order than that of arrival, of those who are not all.
//!
//! Once it is known how common they are, the shortest way is gone: to walk on along the order's index; to
//! gather them by their marks and sort them; or to pass along the index alone and look only at those who
//! are among the marked.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    places::{PLACE, Part, Place, Places, limited},
    sample::{MOST_GATHERED, SAMPLED},
    sql::Sql,
    way::Way,
};
use crate::store::{database::Dialect, table::Column};

/// For each that is wanted, so many are.
const SAMPLED_FOR_EACH: u64 = 2;

impl Places<'_> {
    /// The part asked for in its order.
    pub(super) async fn in_another_order(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let wanted = part.offset.saturating_add(part.limit);
        let mut among = SAMPLED.max(wanted.saturating_mul(SAMPLED_FOR_EACH));
        let mut rest = Part {
            offset: 0,
            limit: wanted,
            ..part.clone()
        };
        if let Some(way) = self.way {
            let found = self.by(way, &mut rest).await?;
            self.met_behind(part, 0);
            return Ok(part.cut(found));
        }
        let mut found = self.walk(&mut rest, among).await?;
        if rest.is_over() {
            return Ok(part.cut(found));
        }
        let mut sample = self.sample((found.len() as u64, among)).await?;
        while !rest.is_over() {
            match self.shortest(&sample, rest.limit) {
                // Whoever has walked further knows better how far it is.
                Way::Walk(far) => {
                    found.extend(self.walk(&mut rest, far).await?);
                    among += far;
                    sample = sample.walked((found.len() as u64, among));
                }
                way => {
                    let before = found.len() as u64;
                    found.extend(self.by(way, &mut rest).await?);
                    self.met_behind(part, before);
                    break;
                }
            }
        }
        Ok(part.cut(found))
    }

    /// Those who are missing, by this way as long as it is not too long.
    async fn by(&mut self, way: Way, rest: &mut Part) -> Result<Vec<Place>, StoreError> {
        let mut found = Vec::new();
        match way {
            Way::Walk(far) => found = self.walk(rest, far).await?,
            Way::Gather => {
                if let Some(gathered) = self.gather(rest).await? {
                    return Ok(gathered);
                }
            }
            Way::AmongTheMarked => {}
        }
        if !rest.is_over() {
            found.extend(match self.conditions.marks.is_empty() {
                true => self.directly(rest).await?,
                false => self.among_the_marked(rest).await?,
            });
        }
        Ok(found)
    }

    /// Looks at so many in their order, for those who are meant; what is left to look at begins behind
    /// them.
    async fn walk(&mut self, rest: &mut Part, far: u64) -> Result<Vec<Place>, StoreError> {
        let end = self.along(rest, 1, far).await?;
        let until = end.first().map(|place| place.token(rest.key));
        let part = Part {
            until: until.clone().or(rest.until.clone()),
            ..rest.clone()
        };
        let walked = match far > SAMPLED {
            true => self.as_they_lie(&part).await?,
            false => self.directly(&part).await?,
        };
        rest.limit = rest.limit.saturating_sub(walked.len() as u64);
        match until {
            Some(_) => rest.from = until,
            None => rest.limit = 0,
        }
        Ok(walked)
    }

    /// All of a part that has an end: PostgreSQL reads rows in half the time where it reads them as they
    /// lie, and sorts those who are meant.
    async fn as_they_lie(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        self.set(&[("enable_indexscan", "off")]).await?;
        let found = self.directly(part).await?;
        self.set(&[("enable_indexscan", "on")]).await?;
        Ok(found)
    }

    /// Gathers all of them who are left, unless they are too many, and sorts them; those who are wanted,
    /// from the first on.
    pub(super) async fn gather(&mut self, part: &Part) -> Result<Option<Vec<Place>>, StoreError> {
        let has_marks = !self.conditions.marks.is_empty();
        let select = format!(
            "SELECT s.seq AS seq, s.identity_id AS identity_id, s.created_at AS created_at, \
             s.updated_at AS updated_at, s.tally AS tally \
             FROM (SELECT s.*, COUNT(*) OVER () AS tally FROM (SELECT {PLACE} FROM "
        );
        let sql = Sql::new(self.database, &select);
        let sql = match (has_marks, self.database.dialect()) {
            (false, _) => sql.push("identity_search AS s WHERE 1 = 1"),
            (true, Dialect::Sqlite) => self.write_match(sql.push(
                "identity_marks AS m CROSS JOIN identity_search AS s ON s.seq = m.rowid WHERE ",
            )),
            (true, Dialect::Postgres) => self.write_match(sql.push("identity_search AS s WHERE ")),
        };
        let sql = self.conditions.write(part.write_from(sql));
        let sql = limited(sql, MOST_GATHERED, 0).push(") AS s) AS s");
        let wanted = part.offset.saturating_add(part.limit);
        let rows = self.rows(limited(part.write_order(sql), wanted, 0)).await?;
        let tally = rows
            .first()
            .map_or(Ok(0), |row| row.number(Column::Tally))?;
        if tally.unsigned_abs() >= MOST_GATHERED {
            return Ok(None);
        }
        self.met = Some(tally.unsigned_abs());
        let places = rows.iter().map(Place::read);
        places.collect::<Result<_, _>>().map(Some)
    }

    /// Whoever gathered what is left of a part behind so many has met all of them, if it begins with the first.
    pub(super) fn met_behind(&mut self, part: &Part, before: u64) {
        self.met = self.met.filter(|_| part.from.is_none());
        self.met = self.met.map(|met| met + before);
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
                     WHERE (s.seq IN (SELECT seq FROM identity_search WHERE "
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
    /// Whether nobody is wanted any more.
    fn is_over(&self) -> bool {
        self.limit == 0
    }

    /// What is asked for of all that were found from the first on.
    pub(super) fn cut(&self, all: Vec<Place>) -> Vec<Place> {
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        all.into_iter().skip(skipped).take(limit).collect()
    }
}
