//! Taking in many newcomers at once, in the transaction that adds them.

use std::collections::{BTreeMap, HashMap};

use portcullis_core::{
    credential::Credential, id::IdentityId, identity::Identity, search::Document, store::StoreError,
};

use super::{
    index::{BLOCK, NEXT, SearchIndex, cells, number, providers},
    marks::{STRETCH, stretch_mark, written},
    sql::{Sql, between},
};
use crate::store::{
    cell::text,
    database::{Dialect, Transaction},
    identities::row::WHAT,
    table::Column,
};

/// How many rows a statement adds.
const ROWS: usize = 500;

impl SearchIndex {
    /// Takes in new identities with their credentials.
    pub(in crate::store) async fn add_many(
        &self,
        transaction: &mut Transaction,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Result<(), StoreError> {
        let document = |(identity, credentials): &(Identity, Vec<Credential>)| {
            self.schemas.document(identity, &providers(credentials))
        };
        let documents: Vec<Document> = newcomers.iter().map(document).collect();
        let pairs: Vec<(&Identity, &Document)> = newcomers
            .iter()
            .map(|(one, _)| one)
            .zip(&documents)
            .collect();
        for some in pairs.chunks(ROWS) {
            let numbers = match self.database.dialect() {
                Dialect::Sqlite => self.add_rows_to_sqlite(transaction, some).await?,
                Dialect::Postgres => self.add_rows_to_postgres(transaction, some).await?,
            };
            self.add_tallies(transaction, numbers).await?;
        }
        Ok(())
    }

    /// Adds what is compared, and then the marks; the numbers.
    async fn add_rows_to_sqlite(
        &self,
        transaction: &mut Transaction,
        newcomers: &[(&Identity, &Document)],
    ) -> Result<Vec<i64>, StoreError> {
        let into =
            "INSERT INTO identity_search (identity_id, created_at, updated_at, document) VALUES ";
        let mut sql = Sql::new(&self.database, into);
        for (place, (identity, document)) in newcomers.iter().enumerate() {
            sql = sql.push(between(place)).bind_all(cells(identity, document));
            sql = sql.push(")");
        }
        let sql = sql.push(" RETURNING seq, identity_id");
        let rows = transaction.rows(sql.statement(WHAT)).await?;
        let numbers = rows.iter().map(|row| {
            let id = row.parsed(Column::IdentityId)?;
            Ok((id, row.number(Column::Seq)?))
        });
        let numbers: HashMap<IdentityId, i64> = numbers.collect::<Result<_, StoreError>>()?;
        let into = "INSERT INTO identity_marks (rowid, marks) VALUES ";
        let mut sql = Sql::new(&self.database, into);
        for (place, (identity, document)) in newcomers.iter().enumerate() {
            let seq = numbers.get(&identity.id);
            let seq = *seq.ok_or(StoreError::Corrupt { what: WHAT })?;
            let row = [number(seq), text(written(&document.marks()))];
            sql = sql.push(between(place)).bind_all(row).push(")");
        }
        transaction.execute(sql.statement(WHAT)).await?;
        Ok(numbers.into_values().collect())
    }

    /// Asks for numbers, which are part of the marks, and adds the rows; the numbers.
    async fn add_rows_to_postgres(
        &self,
        transaction: &mut Transaction,
        newcomers: &[(&Identity, &Document)],
    ) -> Result<Vec<i64>, StoreError> {
        let many = newcomers.len();
        let next = format!("SELECT {NEXT} AS seq FROM generate_series(1, {many})");
        let next = Sql::new(&self.database, &next).statement(WHAT);
        let numbers = transaction.rows(next).await?;
        let numbers = numbers.iter().map(|row| row.number(Column::Seq));
        let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
        let into = "INSERT INTO identity_search \
             (seq, identity_id, created_at, updated_at, document, marks) VALUES ";
        let mut sql = Sql::new(&self.database, into);
        for (place, ((identity, document), seq)) in newcomers.iter().zip(&numbers).enumerate() {
            let mut marks = document.marks();
            marks.insert(stretch_mark(seq / STRETCH));
            sql = sql.push(between(place)).bind(number(*seq)).push(", ");
            sql = sql.bind_all(cells(identity, document)).push(", ");
            sql = sql.bind_marks(&marks).push(")");
        }
        transaction.execute(sql.statement(WHAT)).await?;
        Ok(numbers)
    }

    /// One row for each block, so that there is little to sum up.
    async fn add_tallies(
        &self,
        transaction: &mut Transaction,
        numbers: Vec<i64>,
    ) -> Result<(), StoreError> {
        let mut blocks: BTreeMap<i64, i64> = BTreeMap::new();
        for seq in numbers {
            *blocks.entry(seq / BLOCK).or_default() += 1;
        }
        for (block, many) in blocks {
            self.tally(transaction, block, many).await?;
        }
        Ok(())
    }
}
