//! A statement with its values, and what its failure means to a caller.

use std::{future::Future, time::Duration};

use portcullis_core::store::StoreError;
use sea_query::{Value, Values};
use sqlx::{AssertSqlSafe, any::AnyArguments, error::DatabaseError, query::Query};

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

/// Another transaction was in the way, and the same again would go through.
#[derive(Debug, thiserror::Error)]
#[error("another transaction was in the way: {0}")]
struct InTheWay(String);

/// Whether the transaction failed only because of another one at the same time.
pub(super) fn was_in_the_way(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(source) if source.is::<InTheWay>())
}

/// PostgreSQL's codes for a deadlock and for transactions that cannot be put into an order.
fn is_in_the_way(refusal: &dyn DatabaseError) -> bool {
    matches!(refusal.code().as_deref(), Some("40P01" | "40001"))
}

/// What an error means to a caller. Only its message is kept: what stands behind it can quote the
/// values of the row that was refused.
pub(super) fn store_error(error: &sqlx::Error, what: &'static str) -> StoreError {
    match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => StoreError::Conflict { what },
        Some(refusal) if refusal.is_foreign_key_violation() => {
            StoreError::Conflict { what: "identity" }
        }
        Some(refusal) if is_in_the_way(refusal) => {
            StoreError::unavailable(InTheWay(error.to_string()))
        }
        _ => StoreError::unavailable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, error::Error};

    use sqlx::error::ErrorKind;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("refused")]
    struct Refusal(&'static str);

    impl DatabaseError for Refusal {
        fn message(&self) -> &str {
            "refused"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn what_another_transaction_was_in_the_way_of_is_told_from_an_outage() {
        for (code, expected) in [("40P01", true), ("40001", true), ("57P01", false)] {
            let refusal = sqlx::Error::Database(Box::new(Refusal(code)));
            let error = store_error(&refusal, "record");
            assert!(matches!(error, StoreError::Unavailable(_)), "{code}");
            assert_eq!(was_in_the_way(&error), expected, "{code}");
        }
        assert!(!was_in_the_way(&store_error(
            &sqlx::Error::PoolClosed,
            "record"
        )));
    }
}
