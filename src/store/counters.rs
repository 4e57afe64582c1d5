//! Counters in SQL.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{clock::Clock, secret::TokenHash, store::StoreError, throttle::Counters};
use sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, Query, Value};

use super::{
    cell::{hash, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "counter";

/// Counters in SQL.
#[derive(Clone)]
pub(super) struct SqlCounters {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqlCounters {
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }
}

impl fmt::Debug for SqlCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlCounters").finish_non_exhaustive()
    }
}

#[async_trait]
impl Counters for SqlCounters {
    async fn count(&self, key: &TokenHash, window_ends: Timestamp) -> Result<u64, StoreError> {
        let tally = || Expr::col((Table::Counters, Column::Tally));
        let ends = || Expr::col((Table::Counters, Column::ExpiresAt));
        let ended = || ends().lte(time(self.clock.now()));
        let one = || Expr::from(Value::BigInt(Some(1)));
        let anew = Expr::from(time(window_ends));
        let mut row = insert(
            Table::Counters,
            vec![
                (Column::KeyHash, hash(key)),
                (Column::Tally, Value::BigInt(Some(1))),
                (Column::ExpiresAt, time(window_ends)),
            ],
        );
        let tallied = CaseStatement::new()
            .case(ended(), one())
            .finally(tally().add(one()));
        let window = CaseStatement::new().case(ended(), anew).finally(ends());
        row.on_conflict(
            OnConflict::column(Column::KeyHash)
                .value(Column::Tally, tallied)
                .value(Column::ExpiresAt, window)
                .to_owned(),
        );
        row.returning_col(Column::Tally);
        let row = self.database.write(&row, WHAT);
        let row = self.database.row(row).await?;
        let tally = row.map_or(Ok(1), |row| row.number(Column::Tally))?;
        Ok(u64::try_from(tally).unwrap_or(1))
    }

    async fn reset(&self, key: &TokenHash) -> Result<(), StoreError> {
        let removal = Query::delete()
            .from_table(Table::Counters)
            .and_where(Expr::col(Column::KeyHash).eq(hash(key)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        self.database.execute(removal).await.map(drop)
    }
}
