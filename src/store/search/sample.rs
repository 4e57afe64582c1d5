//! How common those are who are looked for, and which way to them is the shortest.
//!
//! A short walk along the order tells it roughly. A few stretches of arrivals, far apart, of which the index
//! knows who has the marks, tell it well, for little more.

use portcullis_core::store::StoreError;

use super::{
    index::number,
    marks::STRETCH,
    places::{Places, count},
    sql::Sql,
    way::Way,
};
use crate::store::{database::Dialect, table::Column};

/// So many are walked past at least before a way is chosen.
pub(super) const SAMPLED: u64 = 500;

/// So many are gathered and sorted at most.
pub(super) const MOST_GATHERED: u64 = 20_000;

/// How far a walk goes on beyond where it should have ended.
const SLACK: f64 = 1.2;

/// Whoever has met so many on a walk knows well enough how common they are.
const ENOUGH: u64 = 25;

/// In so many stretches of arrivals they are counted, as far as this.
const STRETCHES: i64 = 4;
const MOST_MET: u64 = 400;

/// How long each step of a way takes, in microseconds as measured.
#[derive(Debug)]
struct Steps {
    /// To read one and compare what is known of them.
    walked: f64,
    /// To find one by their marks, read and compare.
    gathered: f64,
    /// To find one by their marks, without reading.
    marked: f64,
    /// To pass one in the index of the order, twice: to see how far it is, and to meet them.
    passed: f64,
}

const IN_SQLITE: Steps = Steps {
    walked: 4.0,
    gathered: 3.0,
    marked: 0.7,
    passed: 0.1,
};

const IN_POSTGRES: Steps = Steps {
    walked: 1.0,
    gathered: 2.0,
    marked: 0.5,
    passed: 0.13,
};

/// What is known of those who are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// How many of those who were passed are meant.
    share: f64,
    /// How many identities there are.
    all: u64,
    /// Whether they have been gathered in vain.
    is_too_many: bool,
}

impl Sample {
    fn of((met, among): (u64, u64), all: u64) -> Self {
        let share = (met as f64 + 0.5) / among.max(1) as f64;
        Self {
            share,
            all,
            is_too_many: false,
        }
    }

    /// What is known once so many were met among so many.
    pub(super) fn walked(self, walk: (u64, u64)) -> Self {
        Self {
            is_too_many: self.is_too_many,
            ..Self::of(walk, self.all)
        }
    }

    /// What is known once they were more than can be gathered.
    pub(super) fn too_many(self) -> Self {
        Self {
            is_too_many: true,
            ..Self::of((MOST_GATHERED, self.all), self.all)
        }
    }

    /// About how many are meant.
    pub(super) fn there(&self) -> f64 {
        self.share * self.all as f64
    }

    /// The shortest way to those who are missing.
    fn way(&self, missing: u64, steps: &Steps) -> Way {
        let (there, missing) = (self.there(), missing as f64);
        let far = missing / self.share;
        let walk = far * steps.walked;
        let gather = there * steps.gathered;
        let among = there * steps.marked + far * steps.passed + missing * steps.gathered;
        let can_gather = !self.is_too_many && there < 0.9 * MOST_GATHERED as f64;
        let far = SAMPLED.max((far * SLACK) as u64);
        if can_gather && gather <= walk.min(among) {
            Way::Gather
        } else if walk <= among {
            Way::Walk(far)
        } else {
            Way::AmongTheMarked(far)
        }
    }
}

impl Places<'_> {
    /// How common they are, of whom a walk has met so many among so many.
    pub(super) async fn sample(&mut self, walk: (u64, u64)) -> Result<Sample, StoreError> {
        let all = self.all().await?;
        let met = match self.database.dialect() {
            _ if self.conditions.marks.is_empty() => return Ok(Sample::of(walk, all)),
            // In SQLite the walk has told enough where they are common.
            Dialect::Sqlite if walk.0 >= ENOUGH || !self.conditions.are_marked() => {
                return Ok(Sample::of(walk, all));
            }
            Dialect::Sqlite => self.marked_in_stretches(all).await?,
            Dialect::Postgres => self.met_within_stretches(all).await?,
        };
        let sample = Sample::of(met, all);
        self.about = Some(sample.there() as u64);
        Ok(sample)
    }

    /// A few stretches of arrivals, far apart.
    async fn few_stretches(&mut self) -> Result<Vec<i64>, StoreError> {
        let last = self.last_stretch().await?;
        let few = (0..STRETCHES).map(|one| last * (2 * one + 1) / (2 * STRETCHES));
        let mut few: Vec<i64> = few.collect();
        few.dedup();
        Ok(few)
    }

    /// How many have the marks, among how many, in a few stretches of arrivals of SQLite, which finds marks in
    /// their order.
    async fn marked_in_stretches(&mut self, all: u64) -> Result<(u64, u64), StoreError> {
        let few = self.few_stretches().await?;
        let mut sql = Sql::new(self.database, "SELECT SUM(w.tally) AS tally FROM (");
        for (place, stretch) in few.iter().enumerate() {
            let union = if place == 0 { "" } else { " UNION ALL " };
            sql = sql.push(union);
            sql = self.write_match(sql.push("SELECT COUNT(*) AS tally FROM identity_marks WHERE "));
            sql = sql.push(" AND rowid >= ").bind(number(stretch * STRETCH));
            sql = sql
                .push(" AND rowid < ")
                .bind(number((stretch + 1) * STRETCH));
        }
        let rows = self.rows(sql.push(") AS w")).await?;
        let met = rows
            .first()
            .map_or(Ok(0), |row| row.number(Column::Tally))?;
        let passed = few.len() as u64 * STRETCH.unsigned_abs();
        Ok((met.unsigned_abs(), passed.clamp(1, all.max(1))))
    }

    /// How many have the marks, among how many, in a few stretches of arrivals of PostgreSQL.
    async fn met_within_stretches(&mut self, all: u64) -> Result<(u64, u64), StoreError> {
        let few = self.few_stretches().await?;
        let sql = self.marked_within(&few).push(
            "SELECT CAST(COUNT(*) AS BIGINT) AS tally, CAST(COALESCE(MAX(seq), 0) AS BIGINT) AS seq \
             FROM (SELECT seq FROM m LIMIT ",
        );
        let rows = self
            .rows(sql.bind(count(MOST_MET)).push(") AS met"))
            .await?;
        let told = |column| rows.first().map_or(Ok(0), |row| row.number(column));
        let (met, latest) = (told(Column::Tally)?.unsigned_abs(), told(Column::Seq)?);
        let passed = few.iter().map(|stretch| match met < MOST_MET {
            true => STRETCH,
            false => (latest - stretch * STRETCH).clamp(0, STRETCH),
        });
        let passed = passed.sum::<i64>().unsigned_abs();
        // As many as there are, where a single stretch has them all.
        Ok((met, passed.clamp(1, all.max(1))))
    }

    /// The shortest way to so many who are missing.
    pub(super) fn shortest(&self, sample: &Sample, missing: u64) -> Way {
        if self.conditions.marks.is_empty() {
            return Way::Gather;
        }
        sample.way(
            missing,
            match self.database.dialect() {
                Dialect::Sqlite => &IN_SQLITE,
                Dialect::Postgres => &IN_POSTGRES,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(met: u64, missing: u64) -> Way {
        Sample::of((met, 1000), 1_000_000).way(missing, &IN_POSTGRES)
    }

    #[test]
    fn what_is_common_is_walked_to_and_what_is_rare_is_gathered() {
        assert!(matches!(way(80, 171), Way::Walk(_)));
        assert!(matches!(way(10, 241), Way::AmongTheMarked(_)));
        assert!(matches!(way(20, 1000), Way::AmongTheMarked(_)));
        assert_eq!(way(1, 250), Way::Gather);
        assert_eq!(way(0, 251), Way::Gather);
    }

    #[test]
    fn whoever_walked_in_vain_goes_another_way() {
        let sample = Sample::of((80, 1000), 1_000_000);
        assert!(matches!(sample.way(171, &IN_POSTGRES), Way::Walk(_)));
        let sample = sample.walked((80, 60_000));
        assert_eq!(sample.way(171, &IN_POSTGRES), Way::Gather);
        let sample = sample.too_many();
        assert_ne!(sample.way(171, &IN_POSTGRES), Way::Gather);
        let sample = sample.walked((80, 120_000));
        assert_ne!(sample.way(171, &IN_POSTGRES), Way::Gather);
    }
}
