//! The schemas that were written at run time, in SQL.

use async_trait::async_trait;
use portcullis_core::{
    schema::runtime::{SchemaStore, StoredSchema},
    store::StoreError,
};
use sea_query::{Expr, ExprTrait, Order, Query, Value};

use super::{
    cell::{Row, json, text, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "schema";

const COLUMNS: [Column; 5] = [
    Column::Id,
    Column::Document,
    Column::Version,
    Column::CreatedAt,
    Column::UpdatedAt,
];

/// The schemas that were written at run time.
#[derive(Debug, Clone)]
pub(super) struct SqlSchemas {
    database: Database,
}

impl SqlSchemas {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl SchemaStore for SqlSchemas {
    async fn list(&self) -> Result<Vec<StoredSchema>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Schemas)
            .order_by(Column::Id, Order::Asc)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        self.database.rows(query).await?.iter().map(read).collect()
    }

    async fn insert(&self, schema: &StoredSchema) -> Result<(), StoreError> {
        let row = insert(
            Table::Schemas,
            vec![
                (Column::Id, text(&schema.id)),
                (Column::Document, json(&schema.document)?),
                (Column::Version, number(schema.version)),
                (Column::CreatedAt, time(schema.created_at)),
                (Column::UpdatedAt, time(schema.updated_at)),
            ],
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn update(&self, schema: &StoredSchema) -> Result<bool, StoreError> {
        let before = number(schema.version.saturating_sub(1));
        let change = Query::update()
            .table(Table::Schemas)
            .value(Column::Document, json(&schema.document)?)
            .value(Column::Version, number(schema.version))
            .value(Column::UpdatedAt, time(schema.updated_at))
            .and_where(Expr::col(Column::Id).eq(text(&schema.id)))
            .and_where(Expr::col(Column::Version).eq(Expr::val(before)))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        Ok(self.database.execute(change).await? > 0)
    }

    async fn remove(&self, id: &str, version: i64) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::Schemas)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .and_where(Expr::col(Column::Version).eq(Expr::val(number(version))))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        Ok(self.database.execute(removal).await? > 0)
    }
}

fn number(number: i64) -> Value {
    Value::BigInt(Some(number))
}

fn read(row: &Row) -> Result<StoredSchema, StoreError> {
    Ok(StoredSchema {
        id: row.text(Column::Id)?,
        document: row.json(Column::Document)?,
        version: row.number(Column::Version)?,
        created_at: row.time(Column::CreatedAt)?,
        updated_at: row.time(Column::UpdatedAt)?,
    })
}
