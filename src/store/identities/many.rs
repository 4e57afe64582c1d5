//! Many identities at once: statements with many rows, a transaction for some hundreds.

use std::{collections::BTreeSet, ops::Range};

use portcullis_core::{
    administrators::reach::to_have_alone, credential::Credential, id::IdentityId,
    identity::Identity, store::StoreError,
};
use sea_query::{Expr, ExprTrait, Query};

use super::{
    SqlIdentities,
    row::{self, WHAT, cells},
};
use crate::store::{
    cell::text,
    credentials::row as credential_row,
    database::Transaction,
    statement::was_in_the_way,
    table::{Cell, Column, Table, insert_rows},
};

/// How many identities one transaction takes in.
const BATCH: usize = 250;

/// How often a batch is tried that another transaction is in the way of.
const TRIES: usize = 3;

/// How many values a statement has at most; SQLite takes 32766 of them.
const VALUES: usize = 8000;

/// How many are looked for at once.
const LOOKED_FOR: usize = 500;

impl SqlIdentities {
    /// Adds identities with their credentials, all or none.
    pub(in crate::store) async fn insert_all(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let rows = newcomers.iter().map(|(identity, _)| cells(identity));
        let rows = rows.collect::<Result<_, _>>()?;
        self.write_rows(&mut transaction, (Table::Identities, WHAT), rows)
            .await?;
        let identities = || newcomers.iter().map(|(identity, _)| identity);
        let ids: Vec<_> = identities().map(|identity| identity.id).collect();
        self.require_new(&mut transaction, &ids).await?;
        let rows = identities().flat_map(row::identifiers).collect();
        let table = (Table::IdentityIdentifiers, row::IDENTIFIER);
        self.write_rows(&mut transaction, table, rows).await?;
        let rows = identities().flat_map(row::addresses).collect();
        let table = (Table::IdentityAddresses, row::ADDRESS);
        self.write_rows(&mut transaction, table, rows).await?;
        let names = identities().flat_map(|identity| to_have_alone(identity, None));
        self.require_alone(&mut transaction, &names.collect())
            .await?;
        let all = newcomers.iter().flat_map(|(_, credentials)| credentials);
        let rows = all.map(credential_row::cells);
        let rows = rows.collect::<Result<_, _>>()?;
        let table = (Table::Credentials, credential_row::WHAT);
        self.write_rows(&mut transaction, table, rows).await?;
        self.search.add_many(&mut transaction, newcomers).await?;
        transaction.commit().await
    }

    /// Adds identities, all or none, and again where another transaction was in the way.
    async fn insert_patiently(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Result<(), StoreError> {
        for _ in 1..TRIES {
            match self.insert_all(newcomers).await {
                Err(error) if was_in_the_way(&error) => {}
                done => return done,
            }
        }
        self.insert_all(newcomers).await
    }

    /// Adds identities batch by batch. A batch in which something conflicts is halved until what does
    /// is alone.
    pub(super) async fn insert_by_batches(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Vec<Result<(), StoreError>> {
        let mut outcomes: Vec<_> = newcomers.iter().map(|_| Ok(())).collect();
        let batches = (0..newcomers.len()).step_by(BATCH);
        let mut batches: Vec<Range<usize>> = batches
            .map(|first| first..newcomers.len().min(first + BATCH))
            .rev()
            .collect();
        while let Some(batch) = batches.pop() {
            match self.insert_patiently(&newcomers[batch.clone()]).await {
                Ok(()) => {}
                Err(StoreError::Conflict { .. }) if batch.len() > 1 => {
                    let middle = batch.start + batch.len() / 2;
                    batches.push(middle..batch.end);
                    batches.push(batch.start..middle);
                }
                Err(error @ StoreError::Conflict { .. }) => outcomes[batch.start] = Err(error),
                // What keeps this batch out keeps the others out, too.
                Err(error) => {
                    let reason = error.to_string();
                    for outcome in &mut outcomes[batch.start..] {
                        *outcome = Err(StoreError::unavailable(reason.clone()));
                    }
                    outcomes[batch.start] = Err(error);
                    break;
                }
            }
        }
        outcomes
    }

    pub(super) async fn those_present(
        &self,
        ids: &[IdentityId],
    ) -> Result<BTreeSet<IdentityId>, StoreError> {
        let mut present = BTreeSet::new();
        for some in ids.chunks(LOOKED_FOR) {
            let query = Query::select()
                .column(Column::Id)
                .from(Table::Identities)
                .and_where(Expr::col(Column::Id).is_in(some.iter().map(text)))
                .to_owned();
            let query = self.database.write(&query, WHAT);
            for row in self.database.rows(query).await? {
                present.insert(row.parsed(Column::Id)?);
            }
        }
        Ok(present)
    }

    async fn write_rows(
        &self,
        transaction: &mut Transaction,
        (table, what): (Table, &'static str),
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), StoreError> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some = rows.by_ref().take(VALUES / width).collect();
            let statement = self.database.write(&insert_rows(table, some), what);
            transaction.execute(statement).await?;
        }
        Ok(())
    }
}
