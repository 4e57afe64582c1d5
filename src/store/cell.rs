//! How values look inside the database: ids as text, times as nanoseconds, the rest as JSON.

use std::{fmt::Display, str::FromStr};

use jiff::Timestamp;
use portcullis_core::{secret::TokenHash, store::StoreError};
use sea_query::{Iden, Value};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Row as _,
    any::{Any, AnyRow},
};

use super::table::Column;

/// Text, or anything whose text is its full meaning.
pub(super) fn text(value: impl Display) -> Value {
    Value::String(Some(value.to_string()))
}

/// Text that may be absent.
pub(super) fn text_if_any(value: Option<impl Display>) -> Value {
    Value::String(value.map(|value| value.to_string()))
}

/// A point in time; what lies beyond the year 2262 is cut there.
pub(super) fn time(value: Timestamp) -> Value {
    Value::BigInt(Some(nanoseconds(value)))
}

/// A point in time in nanoseconds since 1970; what is too far is as far as can be.
pub(super) fn nanoseconds(value: Timestamp) -> i64 {
    let nanoseconds = value.as_nanosecond();
    let bound = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(nanoseconds).unwrap_or(bound)
}

/// A point in time that may be absent.
pub(super) fn time_if_any(value: Option<Timestamp>) -> Value {
    value.map_or(Value::BigInt(None), time)
}

/// Yes or no.
pub(super) fn truth(value: bool) -> Value {
    Value::BigInt(Some(i64::from(value)))
}

/// The hash of a token.
pub(super) fn hash(value: &TokenHash) -> Value {
    text(value.to_hex())
}

/// Anything structured.
pub(super) fn json(value: &impl Serialize) -> Result<Value, StoreError> {
    let written = serde_json::to_string(value).map_err(StoreError::unavailable)?;
    Ok(Value::String(Some(written)))
}

/// Anything structured that may be absent.
pub(super) fn json_if_any(value: Option<&impl Serialize>) -> Result<Value, StoreError> {
    value.map_or(Ok(Value::String(None)), json)
}

/// One row that was read.
pub(super) struct Row {
    row: AnyRow,
    what: &'static str,
}

impl Row {
    /// A row of a record called `what` in errors.
    pub(super) fn new(row: AnyRow, what: &'static str) -> Self {
        Self { row, what }
    }

    /// Text that is always there.
    pub(super) fn text(&self, column: Column) -> Result<String, StoreError> {
        self.get(column)
    }

    /// Text that may be absent.
    pub(super) fn text_if_any(&self, column: Column) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    /// A whole number.
    pub(super) fn number(&self, column: Column) -> Result<i64, StoreError> {
        self.get(column)
    }

    /// A whole number that may be absent.
    pub(super) fn number_if_any(&self, column: Column) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// What is written as text and has a form of its own, such as an id.
    pub(super) fn parsed<T: FromStr>(&self, column: Column) -> Result<T, StoreError> {
        let text: &str = self.get(column)?;
        text.parse().map_err(|_| self.corrupt())
    }

    /// Yes or no.
    pub(super) fn truth(&self, column: Column) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    /// A point in time.
    pub(super) fn time(&self, column: Column) -> Result<Timestamp, StoreError> {
        self.moment(self.number(column)?)
    }

    /// A point in time that may be absent.
    pub(super) fn time_if_any(&self, column: Column) -> Result<Option<Timestamp>, StoreError> {
        let nanoseconds: Option<i64> = self.get(column)?;
        nanoseconds.map(|value| self.moment(value)).transpose()
    }

    /// The hash of a token.
    pub(super) fn hash(&self, column: Column) -> Result<TokenHash, StoreError> {
        TokenHash::from_hex(&self.text(column)?).ok_or_else(|| self.corrupt())
    }

    /// Anything structured.
    pub(super) fn json<T: DeserializeOwned>(&self, column: Column) -> Result<T, StoreError> {
        serde_json::from_str(self.get(column)?).map_err(|_| self.corrupt())
    }

    /// Anything structured that may be absent.
    pub(super) fn json_if_any<T: DeserializeOwned>(
        &self,
        column: Column,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.get(column)?;
        text.map(serde_json::from_str)
            .transpose()
            .map_err(|_| self.corrupt())
    }

    fn moment(&self, nanoseconds: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_nanosecond(i128::from(nanoseconds)).map_err(|_| self.corrupt())
    }

    fn get<'r, T>(&'r self, column: Column) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, Any> + sqlx::Type<Any>,
    {
        self.row
            .try_get(column.unquoted())
            .map_err(|_| self.corrupt())
    }

    fn corrupt(&self) -> StoreError {
        StoreError::Corrupt { what: self.what }
    }
}
