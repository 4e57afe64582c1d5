//! Sealed upstream tokens in SQL, and the leases of those who refresh them.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    clock::Clock,
    id::{CredentialId, IdentityId},
    store::StoreError,
    vault::{SealedTokens, TokenStore},
};
use sea_query::{
    Cond, Expr, ExprTrait, OnConflict, Order, Query, SelectStatement, UpdateStatement, Value,
};

use super::{
    cell::{Row, text, time, time_if_any, truth},
    database::Database,
    table::{Cell, Column, Table, insert},
};

const WHAT: &str = "upstream token";

/// What is kept, without the lease.
const COLUMNS: [Column; 5] = [
    Column::LinkId,
    Column::Provider,
    Column::Sealed,
    Column::ExpiresAt,
    Column::Ended,
];

/// Sealed tokens in SQL; leases end by the clock.
#[derive(Clone)]
pub(super) struct SqlTokens {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqlTokens {
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    async fn select(&self, query: &SelectStatement) -> Result<Vec<SealedTokens>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    async fn update(&self, query: &UpdateStatement) -> Result<bool, StoreError> {
        let query = self.database.write(query, WHAT);
        Ok(self.database.execute(query).await? > 0)
    }
}

impl fmt::Debug for SqlTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlTokens").finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for SqlTokens {
    async fn find(&self, link: CredentialId) -> Result<Option<SealedTokens>, StoreError> {
        let query = select().and_where(of(link)).to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn of_identity(&self, identity: IdentityId) -> Result<Vec<SealedTokens>, StoreError> {
        let own = Expr::col((Table::Credentials, Column::Id))
            .equals((Table::UpstreamTokens, Column::LinkId));
        let query = select()
            .inner_join(Table::Credentials, own)
            .and_where(Expr::col((Table::Credentials, Column::IdentityId)).eq(text(identity)))
            .order_by((Table::Credentials, Column::CreatedAt), Order::Desc)
            .order_by((Table::Credentials, Column::Id), Order::Asc)
            .to_owned();
        self.select(&query).await
    }

    async fn put(&self, tokens: &SealedTokens) -> Result<(), StoreError> {
        let mut row = insert(Table::UpstreamTokens, cells(tokens));
        row.on_conflict(
            OnConflict::column(Column::LinkId)
                .update_columns(COLUMNS)
                .to_owned(),
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn replace(&self, before: &str, tokens: &SealedTokens) -> Result<bool, StoreError> {
        let query = Query::update()
            .table(Table::UpstreamTokens)
            .values(cells(tokens).into_iter().map(|(c, v)| (c, v.into())))
            .and_where(of(tokens.link))
            .and_where(Expr::col(Column::Sealed).eq(text(before)))
            .to_owned();
        self.update(&query).await
    }

    async fn remove(&self, link: CredentialId) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::UpstreamTokens)
            .and_where(of(link))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        Ok(self.database.execute(removal).await? > 0)
    }

    async fn lease(
        &self,
        link: CredentialId,
        holder: &str,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let free = Cond::any()
            .add(Expr::col(Column::LeaseHolder).is_null())
            .add(Expr::col(Column::LeaseHolder).eq(text(holder)))
            .add(Expr::col(Column::LeaseUntil).lte(time(self.clock.now())));
        let query = Query::update()
            .table(Table::UpstreamTokens)
            .value(Column::LeaseHolder, Expr::from(text(holder)))
            .value(Column::LeaseUntil, Expr::from(time(until)))
            .and_where(of(link))
            .cond_where(free)
            .to_owned();
        self.update(&query).await
    }

    async fn release(&self, link: CredentialId, holder: &str) -> Result<(), StoreError> {
        let query = Query::update()
            .table(Table::UpstreamTokens)
            .value(Column::LeaseHolder, Expr::from(Value::String(None)))
            .value(Column::LeaseUntil, Expr::from(Value::BigInt(None)))
            .and_where(of(link))
            .and_where(Expr::col(Column::LeaseHolder).eq(text(holder)))
            .to_owned();
        self.update(&query).await.map(drop)
    }
}

fn select() -> SelectStatement {
    Query::select()
        .columns(COLUMNS.map(|column| (Table::UpstreamTokens, column)))
        .from(Table::UpstreamTokens)
        .to_owned()
}

fn of(link: CredentialId) -> Expr {
    Expr::col(Column::LinkId).eq(text(link))
}

fn cells(tokens: &SealedTokens) -> Vec<Cell> {
    vec![
        (Column::LinkId, text(tokens.link)),
        (Column::Provider, text(&tokens.provider)),
        (Column::Sealed, text(&tokens.sealed)),
        (Column::ExpiresAt, time_if_any(tokens.expires_at)),
        (Column::Ended, truth(tokens.ended)),
    ]
}

fn read(row: &Row) -> Result<SealedTokens, StoreError> {
    Ok(SealedTokens {
        link: row.parsed(Column::LinkId)?,
        provider: row.parsed(Column::Provider)?,
        sealed: row.text(Column::Sealed)?,
        expires_at: row.time_if_any(Column::ExpiresAt)?,
        ended: row.truth(Column::Ended)?,
    })
}
