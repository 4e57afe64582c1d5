//! Removing what has expired.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::store::StoreError;
use sea_query::{Expr, ExprTrait, Query};

use super::{
    cell::time,
    database::Database,
    search,
    table::{Column, Table},
};

/// Expired flows and sessions are remembered for a while, so that people can be told that they have
/// expired rather than that they never were.
const MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes what nobody can need after `now`.
pub(super) async fn purge(
    database: &Database,
    now: Timestamp,
    kept: Duration,
) -> Result<(), StoreError> {
    let long_ago = now.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
    let some_ago = now.checked_sub(MEMORY.min(kept)).unwrap_or(Timestamp::MIN);
    let ends = [
        (Table::Flows, long_ago),
        (Table::Sessions, some_ago),
        (Table::Claims, now),
        (Table::Counters, now),
        (Table::Mails, now),
        (Table::PastMails, now),
        (Table::Pauses, now),
        (Table::ApiTokens, now),
    ];
    for (table, end) in ends {
        let query = Query::delete()
            .from_table(table)
            .and_where(Expr::col(Column::ExpiresAt).lte(time(end)))
            .to_owned();
        let query = database.write(&query, "expired record");
        database.execute(query).await?;
    }
    search::index::tidy(database).await
}
