//! Credentials in SQL.

pub(super) mod row;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    link::{LinkKey, PreparedLink},
    store::StoreError,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query, SelectStatement};
use serde_json::Value as Json;

use self::row::{COLUMNS, WHAT, begins_with, put, read, removal, replacement};
use super::{
    cell::{json, text, time},
    database::Database,
    owners::owners,
    search::index::SearchIndex,
    statement::Statement,
    table::{Column, Table},
};

/// Whose credentials are asked for at once, at most: as many as the longest page of people has.
const ASKED_FOR: usize = 1_000;

/// Credentials in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlCredentials {
    database: Database,
    search: SearchIndex,
}

impl SqlCredentials {
    pub(super) fn new(database: Database, search: SearchIndex) -> Self {
        Self { database, search }
    }

    /// Changes a credential; where it is a link, its identity is found by it from then on, or no more.
    async fn change(
        &self,
        (kind, owner): (CredentialKind, IdentityId),
        change: Statement,
    ) -> Result<u64, StoreError> {
        if kind != CredentialKind::Oidc {
            return self.database.execute(change).await;
        }
        let mut transaction = self.database.begin().await?;
        // Locked first, as by whoever changes or removes the whole identity.
        self.search.locked(&mut transaction, owner).await?;
        let changed = transaction.execute(change).await?;
        self.search.relink(&mut transaction, owner).await?;
        transaction.commit().await?;
        Ok(changed)
    }

    async fn select(&self, query: &SelectStatement) -> Result<Vec<Credential>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    /// The credential of this id.
    pub(super) async fn find(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Credentials)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    /// Replaces the credential of the same id where this holds of it.
    async fn replace_where(
        &self,
        holds: Expr,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let change = replacement(&self.database, holds, credential)?;
        let of = (credential.kind, credential.identity_id);
        Ok(self.change(of, change).await? > 0)
    }
}

/// The credentials of which this holds.
fn oldest_first(holds: Expr) -> SelectStatement {
    Query::select()
        .columns(COLUMNS)
        .from(Table::Credentials)
        .and_where(holds)
        .order_by(Column::CreatedAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .to_owned()
}

#[async_trait]
impl CredentialStore for SqlCredentials {
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError> {
        let is_theirs = Expr::col(Column::IdentityId).eq(text(identity_id));
        self.select(&oldest_first(is_theirs)).await
    }

    async fn list_of(
        &self,
        identities: &[IdentityId],
    ) -> Result<BTreeMap<IdentityId, Vec<Credential>>, StoreError> {
        let mut all: BTreeMap<IdentityId, Vec<Credential>> = BTreeMap::new();
        for some in identities.chunks(ASKED_FOR) {
            let is_theirs = Expr::col(Column::IdentityId).is_in(some.iter().map(text));
            for one in self.select(&oldest_first(is_theirs)).await? {
                all.entry(one.identity_id).or_default().push(one);
            }
        }
        Ok(all)
    }

    async fn find_by_identifier(
        &self,
        kind: CredentialKind,
        identifier: &str,
    ) -> Result<Option<Credential>, StoreError> {
        // PostgreSQL keeps no NUL and refuses to look for one, so nothing has it.
        if identifier.contains('\0') {
            return Ok(None);
        }
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Credentials)
            .and_where(Expr::col(Column::Kind).eq(text(kind.as_str())))
            .and_where(Expr::col(Column::Identifier).eq(text(identifier)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn owners(
        &self,
        kind: CredentialKind,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let place = (Table::Credentials, [Column::Identifier, Column::IdentityId]);
        let of_kind = Cond::all().add(Expr::col(Column::Kind).eq(text(kind.as_str())));
        owners(&self.database, place, (of_kind, identifiers)).await
    }

    async fn list_by_provider(
        &self,
        provider: &ProviderId,
        after: Option<CredentialId>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        let link = begins_with(&LinkKey::identifier_prefix(provider));
        let prepared = begins_with(&PreparedLink::identifier_prefix(provider));
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Credentials)
            .and_where(Expr::col(Column::Kind).eq(text(CredentialKind::Oidc.as_str())))
            .and_where(link.or(prepared))
            .and_where_option(after.map(|after| Expr::col(Column::Id).gt(text(after))))
            .order_by(Column::Id, Order::Asc)
            .limit(u64::from(limit))
            .to_owned();
        self.select(&query).await
    }

    async fn holders(&self, kind: CredentialKind) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(
                Expr::col(Column::IdentityId).count_distinct(),
                Column::Tally,
            )
            .from(Table::Credentials)
            .and_where(Expr::col(Column::Kind).eq(text(kind.as_str())))
            .to_owned();
        let rows = self
            .database
            .rows(self.database.write(&query, WHAT))
            .await?;
        let count = rows.first().map(|row| row.number(Column::Tally));
        Ok(u64::try_from(count.transpose()?.unwrap_or_default()).unwrap_or_default())
    }

    async fn put(&self, credential: &Credential) -> Result<(), StoreError> {
        let row = self.database.write(&put(credential)?, WHAT);
        let of = (credential.kind, credential.identity_id);
        self.change(of, row).await.map(drop)
    }

    async fn replace(&self, before: &str, credential: &Credential) -> Result<bool, StoreError> {
        let is_as_before = Expr::col(Column::Identifier).eq(text(before));
        self.replace_where(is_as_before, credential).await
    }

    async fn replace_config(
        &self,
        before: &Json,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let is_as_before = Expr::col(Column::Config).eq(json(before)?);
        self.replace_where(is_as_before, credential).await
    }

    async fn note_use(&self, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        let change = Query::update()
            .table(Table::Credentials)
            .value(Column::LastUsedAt, Expr::from(time(at)))
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        self.database.execute(change).await.map(drop)
    }

    async fn delete(&self, id: CredentialId) -> Result<bool, StoreError> {
        let Some(present) = self.find(id).await? else {
            return Ok(false);
        };
        let removal = self.database.write(&removal(id), WHAT);
        let of = (present.kind, present.identity_id);
        Ok(self.change(of, removal).await? > 0)
    }
}
