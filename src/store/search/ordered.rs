//! Another order than that of arrival, of those who are not all.
//!
//! A walk along a little of the order's index tells how common they are, and with it which way is the
//! shortest: to walk on; to gather them by their marks and sort them; or to pass along the index alone
//! and look only at those who are among the marked.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    places::{PLACE, Part, Place, Places, limited},
    sql::Sql,
    way::Way,
};
use crate::store::database::Dialect;

/// So many are walked past at least before a way is chosen.
const SAMPLED: u64 = 1000;

/// For each that is wanted, so many are.
const SAMPLED_FOR_EACH: u64 = 2;

/// So many are gathered and sorted at most.
pub(super) const MOST_GATHERED: u64 = 4000;

/// How far a walk goes on beyond where it should have ended.
const SLACK: f64 = 1.5;

/// How long each step of a way takes, in microseconds as measured.
#[derive(Debug)]
struct Steps {
    /// To read one and compare what is known of them.
    walked: f64,
    /// To find one by their marks, read and compare.
    gathered: f64,
    /// To find one by their marks.
    marked: f64,
    /// To pass one in the index of the order.
    passed: f64,
}

const IN_SQLITE: Steps = Steps {
    walked: 4.0,
    gathered: 5.0,
    marked: 0.5,
    passed: 0.5,
};

const IN_POSTGRES: Steps = Steps {
    walked: 1.2,
    gathered: 5.0,
    marked: 1.5,
    passed: 0.15,
};

/// What is known of those who are looked for.
#[derive(Debug)]
struct Sample {
    /// How many of them were met.
    met: u64,
    /// Among how many.
    among: u64,
    /// How many are still missing.
    missing: u64,
    /// How many identities there are.
    all: u64,
}

impl Sample {
    /// The shortest way to those who are missing.
    fn way(&self, steps: &Steps) -> Way {
        let share = (self.met as f64 + 0.5) / self.among as f64;
        let there = share * self.all as f64;
        let (missing, far) = (self.missing as f64, self.missing as f64 / share);
        let walk = far * steps.walked;
        let gather = there * steps.gathered;
        let among = there * steps.marked + far * steps.passed + missing * steps.walked;
        let can_gather = there < 0.9 * MOST_GATHERED as f64;
        if can_gather && gather <= walk.min(among) {
            Way::Gather
        } else if walk <= among {
            Way::Walk(SAMPLED.max((far * SLACK) as u64))
        } else {
            Way::AmongTheMarked
        }
    }
}

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
            return Ok(part.cut(found));
        }
        let mut found = self.walk(&mut rest, among).await?;
        let all = match rest.is_over() {
            true => return Ok(part.cut(found)),
            false => self.all().await?,
        };
        while !rest.is_over() {
            let met = found.len() as u64;
            match self.shortest((met, among), &rest, all) {
                // Whoever has walked further knows better how far it is.
                Way::Walk(far) => {
                    found.extend(self.walk(&mut rest, far).await?);
                    among += far;
                }
                way => {
                    found.extend(self.by(way, &mut rest).await?);
                    break;
                }
            }
        }
        Ok(part.cut(found))
    }

    /// The shortest way to those who are missing, of whom so many were met among so many.
    fn shortest(&self, (met, among): (u64, u64), rest: &Part, all: u64) -> Way {
        if self.conditions.marks.is_empty() {
            return Way::Gather;
        }
        let sample = Sample {
            met,
            among,
            missing: rest.limit,
            all,
        };
        sample.way(match self.database.dialect() {
            Dialect::Sqlite => &IN_SQLITE,
            Dialect::Postgres => &IN_POSTGRES,
        })
    }

    /// Those who are missing, by this way as long as it is not too long.
    async fn by(&mut self, way: Way, rest: &mut Part) -> Result<Vec<Place>, StoreError> {
        let mut found = Vec::new();
        match way {
            Way::Walk(far) => found = self.walk(rest, far).await?,
            Way::Gather => {
                let gathered = self.gather(rest).await?;
                if (gathered.len() as u64) < MOST_GATHERED {
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
        let walked = self.directly(&part).await?;
        rest.limit = rest.limit.saturating_sub(walked.len() as u64);
        match until {
            Some(_) => rest.from = until,
            None => rest.limit = 0,
        }
        Ok(walked)
    }

    /// Gathers all of them who are left, unless they are too many, and sorts them.
    pub(super) async fn gather(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn way(met: u64, missing: u64) -> Way {
        let sample = Sample {
            met,
            among: 1000,
            missing,
            all: 1_000_000,
        };
        sample.way(&IN_POSTGRES)
    }

    #[test]
    fn what_is_common_is_walked_to_and_what_is_rare_is_gathered() {
        assert!(matches!(way(80, 171), Way::Walk(_)));
        assert_eq!(way(10, 241), Way::AmongTheMarked);
        assert_eq!(way(1, 250), Way::Gather);
        assert_eq!(way(0, 251), Way::Gather);
    }
}
