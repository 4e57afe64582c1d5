//! Statements that sea-query has no words for, written piece by piece. Whatever comes from outside is
//! bound, never written.

use sea_query::{Value, Values};

use crate::store::{
    database::{Database, Dialect},
    statement::Statement,
};

/// A statement that is being written.
#[derive(Clone)]
pub(in crate::store) struct Sql {
    dialect: Dialect,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// The beginning of a statement.
    pub(in crate::store) fn new(database: &Database, text: &str) -> Self {
        Self {
            dialect: database.dialect(),
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Which database it is for.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Goes on with this text.
    pub(in crate::store) fn push(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a place for this value.
    pub(in crate::store) fn bind(mut self, value: Value) -> Self {
        self.values.push(value);
        match self.dialect {
            Dialect::Sqlite => self.text.push('?'),
            Dialect::Postgres => self.text.push_str(&format!("${}", self.values.len())),
        }
        self
    }

    /// Goes on with places for these values, parted by commas.
    pub(in crate::store) fn bind_all(self, values: impl IntoIterator<Item = Value>) -> Self {
        let mut sql = self;
        for (index, value) in values.into_iter().enumerate() {
            sql = sql.push(if index == 0 { "" } else { ", " }).bind(value);
        }
        sql
    }

    /// The statement, about a record called `what` in errors.
    pub(in crate::store) fn statement(self, what: &'static str) -> Statement {
        Statement::new(self.text, Values(self.values), what)
    }
}

/// What stands before the row of this place in a list of rows.
pub(super) fn between(place: usize) -> &'static str {
    if place == 0 { "(" } else { ", (" }
}
