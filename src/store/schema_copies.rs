//! Copies of schemas that stand in other places than the configuration, as they were last taken over.

use jiff::Timestamp;
use portcullis_core::store::StoreError;
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};
use serde_json::Value;

use super::{
    cell::{Row, json, text, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "copy of a schema";

/// A schema as it was taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaCopy {
    /// Its name.
    pub id: String,
    /// Its document.
    pub document: Value,
    /// The SHA-256 of the bytes it was read from, in hexadecimal digits.
    pub digest: String,
}

/// The copies, which all nodes share.
#[derive(Debug, Clone)]
pub struct SchemaCopies {
    database: Database,
}

impl SchemaCopies {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// The copy of this schema.
    pub async fn find(&self, id: &str) -> Result<Option<SchemaCopy>, StoreError> {
        let mut query = everything();
        query.and_where(Expr::col(Column::Id).eq(text(id)));
        let query = self.database.write(&query, WHAT);
        let row = self.database.row(query).await?;
        row.as_ref().map(read).transpose()
    }

    /// All copies, in the order of their names.
    pub async fn list(&self) -> Result<Vec<SchemaCopy>, StoreError> {
        let mut query = everything();
        query.order_by(Column::Id, Order::Asc);
        let query = self.database.write(&query, WHAT);
        self.database.rows(query).await?.iter().map(read).collect()
    }

    /// Keeps this one in place of what was kept of it.
    pub async fn put(&self, copy: &SchemaCopy, now: Timestamp) -> Result<(), StoreError> {
        let mut row = insert(
            Table::SchemaCopies,
            vec![
                (Column::Id, text(&copy.id)),
                (Column::Document, json(&copy.document)?),
                (Column::Digest, text(&copy.digest)),
                (Column::UpdatedAt, time(now)),
            ],
        );
        let other = [Column::Document, Column::Digest, Column::UpdatedAt];
        let mut over = OnConflict::column(Column::Id);
        row.on_conflict(over.update_columns(other).to_owned());
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    /// Forgets it: it stands nowhere any more.
    pub async fn remove(&self, id: &str) -> Result<(), StoreError> {
        let removal = Query::delete()
            .from_table(Table::SchemaCopies)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        self.database.execute(removal).await.map(drop)
    }
}

fn everything() -> SelectStatement {
    Query::select()
        .columns([Column::Id, Column::Document, Column::Digest])
        .from(Table::SchemaCopies)
        .to_owned()
}

fn read(row: &Row) -> Result<SchemaCopy, StoreError> {
    Ok(SchemaCopy {
        id: row.text(Column::Id)?,
        document: row.json(Column::Document)?,
        digest: row.text(Column::Digest)?,
    })
}
