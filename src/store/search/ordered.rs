//! Another order than that of arrival, of those who are not all.
//!
//! Once it is known how common they are, the shortest way is gone: to walk on along the order's index; to
//! gather them by their marks and sort them; or to pass along the index alone and look only at those who
//! are among the marked. Whoever has gone in vain as far as should have been enough chooses anew.

use portcullis_core::store::StoreError;

use super::{
    places::{PLACE, Part, Place, Places, limited},
    sample::{MOST_GATHERED, SAMPLED},
    sql::Sql,
    way::Way,
};
use crate::store::{database::Dialect, table::Column};

impl Places<'_> {
    /// The part asked for in its order.
    pub(super) async fn in_another_order(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        if self.way.is_none()
            && let Some(found) = self.among_the_arrived(part).await?
        {
            return Ok(found);
        }
        let wanted = part.offset.saturating_add(part.limit);
        let mut among = SAMPLED.max(wanted);
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
        let mut found = self.go(Way::Walk(among), &mut rest).await?;
        if rest.is_over() {
            return Ok(part.cut(found));
        }
        let mut sample = self.sample((found.len() as u64, among)).await?;
        while !rest.is_over() {
            let way = self.shortest(&sample, rest.limit);
            let before = found.len() as u64;
            if way == Way::Gather {
                if let Some(gathered) = self.gather(&rest).await? {
                    found.extend(gathered);
                    self.met_behind(part, before);
                    break;
                }
                if self.conditions.marks.is_empty() {
                    found.extend(self.directly(&rest).await?);
                    break;
                }
                sample = sample.too_many();
                continue;
            }
            found.extend(self.go(way, &mut rest).await?);
            among += way.far();
            // Whoever has gone further knows better how far it is.
            sample = sample.walked((found.len() as u64, among));
        }
        Ok(part.cut(found))
    }

    /// Those who are missing, by this way first.
    async fn by(&mut self, way: Way, rest: &mut Part) -> Result<Vec<Place>, StoreError> {
        let mut found = Vec::new();
        if way != Way::Gather {
            found = self.go(way, rest).await?;
        } else if let Some(gathered) = self.gather(rest).await? {
            return Ok(gathered);
        }
        if !rest.is_over() {
            found.extend(self.directly(rest).await?);
        }
        Ok(found)
    }

    /// Goes so far along their order as a way does, to those who are meant; what is left begins behind them.
    async fn go(&mut self, way: Way, rest: &mut Part) -> Result<Vec<Place>, StoreError> {
        let far = way.far();
        let end = self.along(rest, 1, far).await?;
        let until = end.first().map(|place| place.token(rest.key));
        let part = Part {
            until: until.clone().or(rest.until.clone()),
            ..rest.clone()
        };
        let met = match way {
            Way::AmongTheMarked(_) => self.among_the_marked(&part).await?,
            _ if far > SAMPLED => self.as_they_lie(&part).await?,
            _ => self.directly(&part).await?,
        };
        rest.limit = rest.limit.saturating_sub(met.len() as u64);
        match until {
            Some(_) => rest.from = until,
            None => rest.limit = 0,
        }
        Ok(met)
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
            // SQLite has no idea which of two indexes tells more, and would read everybody in this order.
            (false, Dialect::Sqlite) if !self.conditions.span.is_open() => {
                sql.push("identity_search AS s INDEXED BY identity_search_by_creation WHERE 1 = 1")
            }
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

    /// Those of a part that has an end who have the marks: no row of anybody else is read.
    async fn among_the_marked(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let from = "FROM identity_search AS s WHERE ";
        let sql = match self.database.dialect() {
            // Goes along the index of the order; the sign keeps the marks from leading the way.
            Dialect::Sqlite => {
                let among = format!("{from}+s.seq IN (SELECT rowid FROM identity_marks WHERE ");
                self.write_match(self.selection(&among))
            }
            // Joins what both indexes know before a row is read. Of marks that it sees, PostgreSQL believes
            // that nobody has them all, and would read everybody who has.
            Dialect::Postgres => {
                let among = format!("{from}s.marks @> (SELECT ");
                self.selection(&among).bind_marks(&self.conditions.marks)
            }
        };
        let sql = sql.push(")");
        let sql = part.write_order(self.conditions.write(part.write_from(sql)));
        let sql = part.write_limit(sql);
        self.set(&[("enable_indexscan", "off")]).await?;
        let found = self.places(sql).await?;
        self.set(&[("enable_indexscan", "on")]).await?;
        Ok(found)
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
