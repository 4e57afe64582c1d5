//! Taking in many newcomers at once, in the transaction that adds them.

use std::collections::{BTreeMap, HashMap};

use portcullis_core::{
    credential::Credential, id::IdentityId, identity::Identity, search::Document, store::StoreError,
};

use super::{
    index::{BLOCK, STRETCH, SearchIndex, number, providers, stretch_mark, written},
    sql::{Sql, between},
};
use crate::store::{
    cell::{text, time},
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
            let numbers = self.add_rows(transaction, some).await?;
            self.add_marks(transaction, some, &numbers).await?;
            self.add_tallies(transaction, numbers.into_values()).await?;
        }
        Ok(())
    }

    /// Adds what is compared; the number of each identity.
    async fn add_rows(
        &self,
        transaction: &mut Transaction,
        newcomers: &[(&Identity, &Document)],
    ) -> Result<HashMap<IdentityId, i64>, StoreError> {
        let into =
            "INSERT INTO identity_search (identity_id, created_at, updated_at, document) VALUES ";
        let mut sql = Sql::new(&self.database, into);
        for (place, (identity, document)) in newcomers.iter().enumerate() {
            let row = [
                text(identity.id),
                time(identity.created_at),
                time(identity.updated_at),
                text(document.lines()),
            ];
            sql = sql.push(between(place)).bind_all(row).push(")");
        }
        let sql = sql.push(" RETURNING seq, identity_id");
        let rows = transaction.rows(sql.statement(WHAT)).await?;
        let numbers = rows.iter().map(|row| {
            let id = row.parsed(Column::IdentityId)?;
            Ok((id, row.number(Column::Seq)?))
        });
        numbers.collect()
    }

    async fn add_marks(
        &self,
        transaction: &mut Transaction,
        newcomers: &[(&Identity, &Document)],
        numbers: &HashMap<IdentityId, i64>,
    ) -> Result<(), StoreError> {
        let is_sqlite = self.database.dialect() == Dialect::Sqlite;
        let key = if is_sqlite { "rowid" } else { "seq" };
        let into = format!("INSERT INTO identity_marks ({key}, marks) VALUES ");
        let mut sql = Sql::new(&self.database, &into);
        for (place, (identity, document)) in newcomers.iter().enumerate() {
            let seq = numbers.get(&identity.id);
            let seq = *seq.ok_or(StoreError::Corrupt { what: WHAT })?;
            sql = sql.push(between(place)).bind(number(seq)).push(", ");
            let mut marks = document.marks();
            sql = match is_sqlite {
                true => sql.bind(text(written(&marks))),
                false => {
                    marks.insert(stretch_mark(seq / STRETCH));
                    sql.bind_marks(&marks)
                }
            };
            sql = sql.push(")");
        }
        transaction.execute(sql.statement(WHAT)).await.map(drop)
    }

    /// One row for each block, so that there is little to sum up.
    async fn add_tallies(
        &self,
        transaction: &mut Transaction,
        numbers: impl Iterator<Item = i64>,
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
