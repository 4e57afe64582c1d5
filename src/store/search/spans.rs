//! Those who were created within a span. In the order of arrival, blocks of which nobody was created then
//! are passed; a part of the order of creation begins and ends with the span.

use std::ops::RangeInclusive;

use portcullis_core::{
    search::{PageToken, Sort, SortKey},
    store::StoreError,
};

use super::{
    index::{BLOCK, number},
    places::{Part, Place, Places, count},
    sample::MOST_GATHERED,
    span::Span,
    sql::Sql,
};
use crate::store::{database::Dialect, table::Column};

/// So many are found by their moments and sorted at most.
const MOST_SORTED: u64 = 8000;

/// So few are sorted in any case.
const FEW: u64 = 3000;

/// Among so many who arrived while they did, for each of them, they are looked for.
const SPREAD: u64 = 3;

/// Blocks are passed in so many runs at most; more have a statement each take longer than it saves.
const MOST_RUNS: usize = 8;

fn created((moment, arrival): (i64, i64)) -> PageToken {
    token(SortKey::CreatedAt, moment, arrival)
}

fn token(key: SortKey, place: i64, arrival: i64) -> PageToken {
    PageToken {
        sort: Sort {
            key,
            descending: false,
        },
        backwards: false,
        key: place.to_string(),
        arrival,
    }
}

impl Places<'_> {
    /// The part asked for in the order of arrival, of those who were created within a span.
    pub(super) async fn within_span(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        if self.conditions.marks.is_empty()
            && self.created(MOST_SORTED).await? < MOST_SORTED
            && let Some(few) = self.gather(part).await?
        {
            self.met_behind(part, 0);
            return Ok(part.cut(few));
        }
        let wanted = part.offset.saturating_add(part.limit);
        let mut found = Vec::new();
        for run in self.runs(part).await? {
            let missing = wanted - found.len() as u64;
            let Some(stretch) = part.within(&run).filter(|_| missing > 0) else {
                continue;
            };
            let stretch = Part {
                offset: 0,
                limit: missing,
                ..stretch
            };
            found.extend(self.as_they_arrived(&stretch).await?);
        }
        Ok(part.cut(found))
    }

    /// The part asked for in another order than that of creation: along its index, which tells by the numbers
    /// of arrivals who else is passed. `None` where that tells little, or it is shorter to sort them.
    pub(super) async fn among_the_arrived(
        &mut self,
        part: &Part,
    ) -> Result<Option<Vec<Place>>, StoreError> {
        if !self.conditions.are_moments() {
            return Ok(None);
        }
        let created = self.created(MOST_GATHERED).await?;
        let is_short = match part.key {
            SortKey::Arrival | SortKey::CreatedAt => true,
            // Whoever came early has mostly changed early: all others may stand before them.
            SortKey::UpdatedAt => created < MOST_GATHERED,
            SortKey::Id => created < FEW,
        };
        if is_short {
            return Ok(None);
        }
        let runs = self.runs(part).await?;
        let starts = runs.iter().map(RangeInclusive::start).min();
        let ends = runs.iter().map(RangeInclusive::end).max();
        let Some((first, last)) = starts.zip(ends) else {
            return Ok(None);
        };
        let (first, last) = (first * BLOCK, (last + 1) * BLOCK);
        let is_dense = created >= MOST_GATHERED
            || (last - first).unsigned_abs() < created.saturating_mul(SPREAD);
        if !is_dense {
            return Ok(None);
        }
        // The signs keep these from leading the way; PostgreSQL knows when a few arrivals are shorter.
        let seq = match self.database.dialect() {
            Dialect::Sqlite => "+s.seq",
            Dialect::Postgres => "s.seq",
        };
        let from = format!("FROM identity_search AS s WHERE {seq} >= ");
        let sql = self.selection(&from).bind(number(first));
        let sql = sql.push(&format!(" AND {seq} < ")).bind(number(last));
        let sql = self.conditions.span.write(sql, "+s");
        let sql = part.write_order(part.write_from(sql));
        self.places(part.write_limit(sql)).await.map(Some)
    }

    /// How many were created then, of so many at most.
    async fn created(&mut self, most: u64) -> Result<u64, StoreError> {
        let counted = "SELECT CAST(COUNT(*) AS BIGINT) AS tally FROM \
             (SELECT s.seq FROM identity_search AS s WHERE 1 = 1";
        let span = self.conditions.span;
        let sql = span.write(Sql::new(self.database, counted), "s");
        let sql = sql.push(" LIMIT ").bind(count(most)).push(") AS w");
        let rows = self.rows(sql).await?;
        let tally = rows.first().map_or(Ok(0), |row| row.number(Column::Tally));
        Ok(tally?.unsigned_abs())
    }

    /// The blocks in which somebody may be meant, in the way of the part.
    async fn runs(&mut self, part: &Part) -> Result<Vec<RangeInclusive<i64>>, StoreError> {
        let blocks = "SELECT block FROM (SELECT block, MIN(earliest) AS earliest, \
             MAX(latest) AS latest FROM identity_spans GROUP BY block) AS w WHERE 1 = 1";
        let mut sql = Sql::new(self.database, blocks);
        let Span { after, before } = self.conditions.span;
        for (column, bound) in [("latest >", after), ("earliest <", before)] {
            if let Some(bound) = bound {
                sql = sql.push(&format!(" AND {column} ")).bind(number(bound));
            }
        }
        let rows = self.rows(sql.push(" ORDER BY block")).await?;
        let blocks = rows.iter().map(|row| row.number(Column::Block));
        let blocks: Vec<i64> = blocks.collect::<Result<_, _>>()?;
        let mut runs = joined(&blocks);
        if part.is_descending {
            runs.reverse();
        }
        Ok(runs)
    }
}

impl Part {
    /// What of it, in the order of creation, is within a span.
    pub(super) fn narrow(&mut self, span: Span) {
        if self.key != SortKey::CreatedAt {
            return;
        }
        // Behind everybody of that moment, and before.
        let lower = span.after.map(|moment| (moment, i64::MAX));
        let upper = span.before.map(|moment| (moment, i64::MIN));
        let place = |token: &PageToken| (token.key.parse().unwrap_or_default(), token.arrival);
        let (from, until) = (
            self.from.as_ref().map(place),
            self.until.as_ref().map(place),
        );
        let first = |a: Option<(i64, i64)>, b: Option<(i64, i64)>| a.into_iter().chain(b).min();
        (self.from, self.until) = match self.is_descending {
            true => (
                first(from, upper).map(created),
                lower.max(until).map(created),
            ),
            false => (
                lower.max(from).map(created),
                first(until, upper).map(created),
            ),
        };
    }

    /// What of it, in the order of arrival, is in these blocks, if anything is.
    fn within(&self, blocks: &RangeInclusive<i64>) -> Option<Self> {
        let (first, last) = (blocks.start() * BLOCK, (blocks.end() + 1) * BLOCK - 1);
        let from = self.from.as_ref().map(|token| token.arrival);
        let (from, until) = match self.is_descending {
            true => (from.unwrap_or(i64::MAX).min(last + 1), first),
            false => (from.unwrap_or(i64::MIN).max(first - 1), last),
        };
        let arrival = |seq| Some(token(SortKey::Arrival, seq, seq));
        let part = Self {
            from: arrival(from),
            until: arrival(until),
            ..self.clone()
        };
        let is_there = if self.is_descending {
            until < from
        } else {
            from < until
        };
        is_there.then_some(part)
    }
}

/// These blocks in runs, and with them as few others as can be.
fn joined(blocks: &[i64]) -> Vec<RangeInclusive<i64>> {
    let mut gaps: Vec<i64> = blocks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable_by(|a, b| b.cmp(a));
    let narrow = gaps.get(MOST_RUNS - 1).copied().unwrap_or(1).max(1);
    let mut runs: Vec<RangeInclusive<i64>> = Vec::new();
    for block in blocks.iter().copied() {
        match runs.last_mut() {
            Some(run) if block - run.end() <= narrow => *run = *run.start()..=block,
            _ => runs.push(block..=block),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_run() {
        assert_eq!(joined(&[]), []);
        assert_eq!(joined(&[7]), [7..=7]);
        assert_eq!(joined(&[0, 1, 2, 9, 10]), [0..=2, 9..=10]);
    }

    #[test]
    fn the_narrowest_gaps_are_passed_where_there_are_many() {
        let scattered: Vec<i64> = (0..40).map(|one| one * 2).collect();
        assert_eq!(joined(&scattered), [0..=78]);
        let apart: Vec<i64> = scattered.iter().copied().chain([500, 502, 900]).collect();
        let runs = joined(&apart);
        assert_eq!(runs, [0..=78, 500..=502, 900..=900]);
    }
}
