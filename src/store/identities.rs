//! Identities in SQL. The row is the record; two narrow tables find it by identifier and by address.

mod acting;
mod alone;
mod leaving;
mod many;
mod past;
mod removal;
pub(super) mod row;
mod whole;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use async_trait::async_trait;
use portcullis_core::{
    administrators::reach::to_have_alone,
    credential::Credential,
    id::{CredentialId, IdentityId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    secret::TokenHash,
    store::StoreError,
};
use sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};

use self::row::{WHAT, cells, read, selection, version};
use super::{
    cell::text,
    credentials::row as credential_row,
    database::{Database, Transaction},
    owners::owners,
    search::index::SearchIndex,
    sessions::{end_within, ended_by},
    statement::Statement,
    table::{Column, Table, insert},
};

/// What is in the way of whoever has read an identity before somebody else changed it.
const VERSION: &str = "identity version";
const CHANGED: StoreError = StoreError::Conflict { what: VERSION };

/// Identities in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlIdentities {
    database: Database,
    search: SearchIndex,
}

impl SqlIdentities {
    pub(super) fn new(database: Database, search: SearchIndex) -> Self {
        Self { database, search }
    }

    /// Replaces an identity and says which sessions ended because it may no longer sign in.
    pub(super) async fn replace(&self, identity: &Identity) -> Result<Vec<TokenHash>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let ended = self.replace_within(&mut transaction, identity).await?;
        self.search.change(&mut transaction, identity).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// The same while one of its credentials goes; `None` when that has to stay.
    pub(super) async fn replace_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<Option<Vec<TokenHash>>, StoreError> {
        let mut transaction = self.database.begin().await?;
        let which = (removed, others);
        let ended = self.part_within(&mut transaction, identity, which).await?;
        if ended.is_some() {
            transaction.commit().await?;
        }
        Ok(ended)
    }

    async fn part_within(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        (removed, others): (CredentialId, &[CredentialId]),
    ) -> Result<Option<Vec<TokenHash>>, StoreError> {
        // Its row is locked first, as by whoever removes the whole identity.
        let ended = self.replace_within(transaction, identity).await?;
        let which = (identity.id, removed);
        let database = &self.database;
        if !credential_row::remove_beside(database, transaction, which, others).await? {
            return Ok(None);
        }
        self.search.change(transaction, identity).await?;
        Ok(Some(ended))
    }

    async fn insert_within(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        let row = insert(Table::Identities, cells(identity)?);
        transaction.execute(self.database.write(&row, WHAT)).await?;
        self.require_new(transaction, &[identity.id]).await?;
        self.index(transaction, identity).await?;
        let names = to_have_alone(identity, None);
        self.require_alone(transaction, &names).await?;
        for credential in credentials {
            let row = credential_row::put(credential)?;
            let row = self.database.write(&row, credential_row::WHAT);
            transaction.execute(row).await?;
        }
        self.search.add(transaction, identity, credentials).await
    }

    async fn replace_within(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
    ) -> Result<Vec<TokenHash>, StoreError> {
        let before = self.stored(transaction, identity.id).await?;
        let change = self.replacement(identity)?;
        if transaction.execute(change).await? == 0 {
            return Err(CHANGED);
        }
        for table in [Table::IdentityIdentifiers, Table::IdentityAddresses] {
            let old = Query::delete()
                .from_table(table)
                .and_where(Expr::col(Column::IdentityId).eq(text(identity.id)))
                .to_owned();
            let old = self.database.write(&old, WHAT);
            transaction.execute(old).await?;
        }
        self.index(transaction, identity).await?;
        let names = to_have_alone(identity, before.as_ref());
        self.require_alone(transaction, &names).await?;
        let mut ended = match ended_by(identity) {
            Some(which) => end_within((&self.database, transaction), which).await?,
            None => Vec::new(),
        };
        ended.extend(self.end_uncovered(transaction, identity).await?);
        Ok(ended)
    }

    fn replacement(&self, identity: &Identity) -> Result<Statement, StoreError> {
        let cells = cells(identity)?.into_iter();
        let cells = cells.filter(|(column, _)| *column != Column::Version);
        let change = Query::update()
            .table(Table::Identities)
            .values(cells.map(|(column, value)| (column, Expr::from(value))))
            .value(Column::Version, version(identity.version + 1))
            .and_where(Expr::col(Column::Id).eq(text(identity.id)))
            .and_where(Expr::col(Column::Version).eq(Expr::val(version(identity.version))))
            .to_owned();
        Ok(self.database.write(&change, WHAT))
    }

    async fn index(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
    ) -> Result<(), StoreError> {
        for cells in row::identifiers(identity) {
            let row = insert(Table::IdentityIdentifiers, cells);
            let row = self.database.write(&row, row::IDENTIFIER);
            transaction.execute(row).await?;
        }
        for cells in row::addresses(identity) {
            let row = insert(Table::IdentityAddresses, cells);
            let row = self.database.write(&row, row::ADDRESS);
            transaction.execute(row).await?;
        }
        Ok(())
    }

    async fn select(&self, query: &SelectStatement) -> Result<Vec<Identity>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    async fn select_by(
        &self,
        table: Table,
        column: Column,
        value: impl Display + Send,
    ) -> Result<Vec<Identity>, StoreError> {
        let value = value.to_string();
        // PostgreSQL keeps no NUL and refuses to look for one, so nobody has it.
        if value.contains('\0') {
            return Ok(Vec::new());
        }
        let owners = Query::select()
            .column(Column::IdentityId)
            .from(table)
            .and_where(Expr::col(column).eq(text(value)))
            .to_owned();
        let query = selection()
            .and_where(Expr::col(Column::Id).in_subquery(owners))
            .order_by(Column::CreatedAt, sea_query::Order::Asc)
            .to_owned();
        self.select(&query).await
    }

    /// An identity as it is stored at this moment of a transaction.
    async fn stored(
        &self,
        transaction: &mut Transaction,
        id: impl Display,
    ) -> Result<Option<Identity>, StoreError> {
        let query = self.database.write(&by_id(id), WHAT);
        let rows = transaction.rows(query).await?;
        rows.first().map(read).transpose()
    }
}

fn by_id(id: impl Display) -> SelectStatement {
    selection()
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .to_owned()
}

#[async_trait]
impl IdentityStore for SqlIdentities {
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        self.insert_within(&mut transaction, identity, credentials)
            .await?;
        transaction.commit().await
    }

    async fn insert_many(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Vec<Result<(), StoreError>> {
        self.insert_by_batches(newcomers).await
    }

    async fn present(&self, ids: &[IdentityId]) -> Result<BTreeSet<IdentityId>, StoreError> {
        self.those_present(ids).await
    }

    async fn owners(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let names = [Column::Identifier, Column::IdentityId];
        let place = (Table::IdentityIdentifiers, names);
        owners(&self.database, place, (Cond::all(), identifiers)).await
    }

    async fn namesakes(
        &self,
        external_ids: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let place = (Table::Identities, [Column::ExternalId, Column::Id]);
        owners(&self.database, place, (Cond::all(), external_ids)).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        Ok(self.select(&by_id(id)).await?.into_iter().next())
    }

    async fn find_all(&self, ids: &[IdentityId]) -> Result<Vec<Identity>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let query = selection()
            .and_where(Expr::col(Column::Id).is_in(ids.iter().map(text)))
            .to_owned();
        self.select(&query).await
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        let found = self.select_by(Table::IdentityIdentifiers, Column::Identifier, identifier);
        Ok(found.await?.into_iter().next())
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        self.select_by(Table::IdentityAddresses, Column::Address, address)
            .await
    }

    async fn find_by_external_id(&self, external_id: &str) -> Result<Option<Identity>, StoreError> {
        // PostgreSQL keeps no NUL and refuses to look for one, so nobody has it.
        if external_id.contains('\0') {
            return Ok(None);
        }
        let query = selection()
            .and_where(Expr::col(Column::ExternalId).eq(text(external_id)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        self.select(&listed(after, limit)).await
    }

    async fn list_of(
        &self,
        schema_id: &str,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        let own = Expr::col(Column::SchemaId).eq(schema_id);
        let query = listed(after, limit).and_where(own).to_owned();
        self.select(&query).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        self.replace(identity).await.map(drop)
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        let replaced = self.replace_without(identity, removed, others).await?;
        Ok(replaced.is_some())
    }

    async fn update_without_beside(
        &self,
        identity: &Identity,
        which: (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<Removal, StoreError> {
        Ok(self.part_beside(identity, which, role).await?.0)
    }

    async fn update_beside(&self, identity: &Identity, role: &str) -> Result<bool, StoreError> {
        Ok(self.replace_beside(identity, role).await?.is_some())
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        Ok(self.replace_all_of(whole, role).await?.0)
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        self.part_with(which, others, role).await
    }

    async fn delete_beside(&self, id: IdentityId, role: &str) -> Result<Removal, StoreError> {
        Ok(self.remove_unless_last(id, role).await?.0)
    }

    async fn holders(&self, role: &str) -> Result<Vec<Identity>, StoreError> {
        let mut found = self.select(&leaving::holders(role)).await?;
        found.retain(|one| one.is_active_as(role));
        Ok(found)
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        Ok(self.remove(id).await?.is_some())
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        self.remove_unused(identity).await
    }
}

/// The identities in the order of their ids, those after `after`, at most `limit` of them.
fn listed(after: Option<IdentityId>, limit: u32) -> SelectStatement {
    selection()
        .and_where_option(after.map(|after| Expr::col(Column::Id).gt(text(after))))
        .order_by(Column::Id, sea_query::Order::Asc)
        .limit(u64::from(limit))
        .to_owned()
}
