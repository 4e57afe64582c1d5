//! Keeps the milestones of each order: counts what has come and gone since, and sets new ones up where
//! many have come. It changes nothing that is searched.

use std::time::Duration;

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    index::number,
    milestones::Milestones,
    places::{Part, count},
    spot,
    sql::{Sql, between},
};
use crate::store::{
    cell::{Row, text},
    database::{Database, Dialect, Transaction},
    identities::row::WHAT,
    table::Column,
};

/// The orders that have milestones; that of arrival has its blocks.
const ORDERS: [SortKey; 3] = [SortKey::CreatedAt, SortKey::UpdatedAt, SortKey::Id];

/// How many moves are counted at once, and with how many more waiting nobody is asked for milestones.
pub(super) const MOST_MOVES: u64 = 2000;

/// Fewer may wait.
const FEW_MOVES: u64 = 200;

/// How many stand behind a milestone when it is set up.
const STEP: u64 = 4096;

/// How many milestones are set up at once.
const SET_UP: u64 = 16;

/// How many rows a statement writes.
const ROWS: usize = 200;

/// How often it is looked whether enough has moved.
const PERIOD: Duration = Duration::from_secs(2);

/// Beside a gateway, so that pages far back are found soon.
#[derive(Debug)]
pub struct Counting {
    database: Database,
    step: u64,
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    More,
    Done,
}

impl Counting {
    pub(in crate::store) fn new(database: Database) -> Self {
        Self {
            database,
            step: STEP,
        }
    }

    /// For tests: sets milestones up behind every so many.
    #[doc(hidden)]
    #[must_use]
    pub fn every(self, step: u64) -> Self {
        Self { step, ..self }
    }

    /// Works for ever, over every failure of the store. Until it has begun, and while it lags behind, pages
    /// are found as they are, only later.
    pub async fn run(self) {
        let mut period = tokio::time::interval(PERIOD);
        let mut is_begun = false;
        loop {
            period.tick().await;
            let done = match is_begun {
                false => self.finish().await,
                true => self.go_on().await,
            };
            match done {
                Ok(()) => is_begun = true,
                Err(error) => tracing::warn!(%error, "identities are not counted at the moment"),
            }
        }
    }

    /// Counts everything there is, from the beginning where a count does not hold.
    pub async fn finish(&self) -> Result<(), StoreError> {
        self.check().await?;
        while self.step().await? == Progress::More {}
        Ok(())
    }

    async fn go_on(&self) -> Result<(), StoreError> {
        let waiting = Sql::new(&self.database, "SELECT seq FROM identity_moves LIMIT ")
            .bind(count(FEW_MOVES));
        let waiting = self.database.rows(waiting.statement(WHAT)).await?;
        if (waiting.len() as u64) < FEW_MOVES {
            return Ok(());
        }
        while self.step().await? == Progress::More {}
        Ok(())
    }

    /// Begins anew where the milestones do not tell how many there are: at the first time, and where
    /// somebody has restored a part of the database.
    async fn check(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let all = "SELECT CAST((SELECT COALESCE(SUM(tally), 0) FROM identity_tallies) \
             - (SELECT COALESCE(SUM(tally), 0) FROM identity_moves) AS BIGINT) AS tally";
        let all = Sql::new(&self.database, all).statement(WHAT);
        let all = transaction.rows(all).await?;
        let all = all.first().map_or(Ok(0), |row| row.number(Column::Tally))?;
        for order in ORDERS {
            let before = self.milestones(&mut transaction, order).await?;
            if before == Milestones::default() || before.all() != all {
                let after = Milestones::alone(all);
                self.write(&mut transaction, order, (&before, &after))
                    .await?;
            }
        }
        transaction.commit().await
    }

    async fn step(&self) -> Result<Progress, StoreError> {
        let mut transaction = self.begin().await?;
        let moves = self.moves(&mut transaction).await?;
        let has_all = (moves.len() as u64) < MOST_MOVES;
        let mut progress = match has_all {
            true => Progress::Done,
            false => Progress::More,
        };
        for order in ORDERS {
            let before = self.milestones(&mut transaction, order).await?;
            let mut after = before.clone();
            for row in &moves {
                after.count(&spot::moved(order, row)?, row.number(Column::Tally)?);
            }
            after.join_narrower_than(self.step / 4);
            // Only while no move waits are those who are passed those who are counted.
            if has_all && self.part(&mut transaction, order, &mut after).await? == Progress::More {
                progress = Progress::More;
            }
            self.write(&mut transaction, order, (&before, &after))
                .await?;
        }
        transaction.commit().await?;
        Ok(progress)
    }

    /// One at a time, who sees nothing of what happens meanwhile.
    async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut transaction = self.database.begin_steady().await?;
        if self.database.dialect() == Dialect::Postgres {
            let lock = "LOCK TABLE identity_milestones IN EXCLUSIVE MODE";
            let lock = Sql::new(&self.database, lock).statement(WHAT);
            transaction.execute(lock).await?;
        }
        Ok(transaction)
    }

    /// Takes away what has come and gone.
    async fn moves(&self, transaction: &mut Transaction) -> Result<Vec<Row>, StoreError> {
        let some = "DELETE FROM identity_moves WHERE id IN (SELECT id FROM identity_moves ORDER BY id LIMIT ";
        let some = Sql::new(&self.database, some)
            .bind(count(MOST_MOVES))
            .push(") RETURNING seq, identity_id, created_at, updated_at, tally");
        transaction.rows(some.statement(WHAT)).await
    }

    async fn milestones(
        &self,
        transaction: &mut Transaction,
        order: SortKey,
    ) -> Result<Milestones, StoreError> {
        let all = "SELECT position, seq, tally FROM identity_milestones WHERE name = ";
        let all = Sql::new(&self.database, all).bind(text(order.as_str()));
        let mut milestones = Milestones::default();
        for row in transaction.rows(all.statement(WHAT)).await? {
            let (spot, tally) = spot::milestone(order, &row)?;
            milestones.set(spot, tally);
        }
        Ok(milestones)
    }

    /// Sets new ones up behind the first that has too many.
    async fn part(
        &self,
        transaction: &mut Transaction,
        order: SortKey,
        milestones: &mut Milestones,
    ) -> Result<Progress, StoreError> {
        let step = self.step;
        let Some((behind, tally)) = milestones.wider_than(2 * step) else {
            return Ok(Progress::Done);
        };
        let behind = behind.clone();
        let part = Part {
            // Somebody is left behind the last of them.
            limit: tally.min(SET_UP * step + 1) - 1,
            ..Part::behind(order, &behind)
        };
        let column = spot::column(order);
        let select = format!(
            "SELECT CAST(w.{column} AS TEXT) AS position, w.seq AS seq, w.place AS tally FROM \
             (SELECT s.{column}, s.seq, ROW_NUMBER() OVER (ORDER BY s.{column}, s.seq) AS place \
             FROM (SELECT s.{column}, s.seq FROM identity_search AS s WHERE 1 = 1"
        );
        let sql = part.write_order(part.write_from(Sql::new(&self.database, &select)));
        let sql = part.write_limit(sql).push(&format!(
            ") AS s) AS w WHERE w.place % {step} = 0 ORDER BY w.place"
        ));
        let rows = transaction.rows(sql.statement(WHAT)).await?;
        let others = rows
            .iter()
            .map(|row| Ok((spot::milestone(order, row)?.0, step)));
        let others: Vec<_> = others.collect::<Result<_, StoreError>>()?;
        let progress = match others.is_empty() {
            true => Progress::Done,
            false => Progress::More,
        };
        milestones.part(&behind, others);
        Ok(progress)
    }

    async fn write(
        &self,
        transaction: &mut Transaction,
        order: SortKey,
        (before, after): (&Milestones, &Milestones),
    ) -> Result<(), StoreError> {
        let name = || text(order.as_str());
        for some in before.beside(after).chunks(ROWS) {
            let removal = "DELETE FROM identity_milestones WHERE name = ";
            let mut sql = Sql::new(&self.database, removal)
                .bind(name())
                .push(" AND (position, seq) IN (VALUES ");
            for (place, (behind, _)) in some.iter().enumerate() {
                sql = sql.push(between(place)).bind_all(spot::cells(behind));
                sql = sql.push(")");
            }
            let sql = sql.push(")");
            transaction.execute(sql.statement(WHAT)).await?;
        }
        for some in after.beside(before).chunks(ROWS) {
            let into = "INSERT INTO identity_milestones (name, position, seq, tally) VALUES ";
            let mut sql = Sql::new(&self.database, into);
            for (place, (behind, tally)) in some.iter().enumerate() {
                let [position, seq] = spot::cells(behind);
                let row = [name(), position, seq, number(*tally)];
                sql = sql.push(between(place)).bind_all(row).push(")");
            }
            transaction.execute(sql.statement(WHAT)).await?;
        }
        Ok(())
    }
}
