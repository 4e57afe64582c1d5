//! A statement with its values, and what its failure means to a caller.

use std::{future::Future, time::Duration};

use portcullis_core::store::StoreError;
use sea_query::{Value, Values};
use sqlx::{AssertSqlSafe, any::AnyArguments, query::Query};

/// How long a statement may take before its caller is told that the store is unavailable: a
/// database that accepts connections and never answers must not hold requests for ever.
const PATIENCE: Duration = Duration::from_secs(5);

/// A statement ready to run.
pub(super) struct Statement {
    text: String,
    values: Values,
    what: &'static str,
}

impl Statement {
    /// A statement about a record called `what` in errors.
    pub(super) fn new(text: String, values: Values, what: &'static str) -> Self {
        Self { text, values, what }
    }

    /// What the record is called.
    pub(super) fn what(&self) -> &'static str {
        self.what
    }

    /// The statement as sqlx takes it. Its text has placeholders only, never a value.
    pub(super) fn query(self) -> Query<'static, sqlx::Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text));
        self.values
            .into_iter()
            .fold(query, |query, value| match value {
                Value::BigInt(number) => query.bind(number),
                Value::Bool(truth) => query.bind(truth),
                Value::String(text) => query.bind(text),
                // Limits and other numbers that sea-query writes by itself.
                Value::BigUnsigned(number) => {
                    query.bind(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
                }
                // No store writes anything else: cells are made in one place.
                other => query.bind(format!("{other:?}")),
            })
    }
}

/// Waits for the database, though not for ever.
pub(super) async fn in_time<T>(
    work: impl Future<Output = Result<T, sqlx::Error>>,
    what: &'static str,
) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|error| store_error(&error, what)),
        Err(late) => Err(StoreError::unavailable(late)),
    }
}

/// What an error means to a caller. Only its message is kept: what stands behind it can quote the
/// values of the row that was refused.
pub(super) fn store_error(error: &sqlx::Error, what: &'static str) -> StoreError {
    match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => StoreError::Conflict { what },
        Some(refusal) if refusal.is_foreign_key_violation() => {
            StoreError::Conflict { what: "identity" }
        }
        _ => StoreError::unavailable(error.to_string()),
    }
}
