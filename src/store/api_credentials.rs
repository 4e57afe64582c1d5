//! API credentials and their tokens in SQL, and the tokens that were seen of late in memory.

mod seen;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    api_credential::{ApiCredential, ApiCredentialStore, ApiToken, Bearer},
    clock::Clock,
    id::ApiCredentialId,
    secret::TokenHash,
    store::StoreError,
};
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, Value};

use self::seen::Seen;
use super::{
    cell::{Row, hash, json, text, time, time_if_any},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "API credential";
const TOKEN: &str = "access token";
const CHANGED: StoreError = StoreError::Conflict { what: WHAT };

/// API credentials in SQL.
#[derive(Debug)]
pub(super) struct SqlApiCredentials {
    database: Database,
    seen: Seen,
}

impl SqlApiCredentials {
    pub(super) fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            seen: Seen::new(clock),
        }
    }

    async fn select(&self, query: &SelectStatement) -> Result<Vec<ApiCredential>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    async fn token(&self, token: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        let query = Query::select()
            .column(Column::Record)
            .from(Table::ApiTokens)
            .and_where(Expr::col(Column::TokenHash).eq(hash(token)))
            .to_owned();
        let query = self.database.write(&query, TOKEN);
        let row = self.database.row(query).await?;
        row.map(|row| row.json(Column::Record)).transpose()
    }

    async fn read_bearer(&self, token: &TokenHash) -> Result<Option<Bearer>, StoreError> {
        let Some(token) = self.token(token).await? else {
            return Ok(None);
        };
        let credential = self.find(token.credential_id).await?;
        Ok(credential.map(|credential| Bearer { token, credential }))
    }
}

fn selection() -> SelectStatement {
    Query::select()
        .columns([Column::Record, Column::LastUsedAt, Column::Version])
        .from(Table::ApiCredentials)
        .to_owned()
}

fn read(row: &Row) -> Result<ApiCredential, StoreError> {
    let record: ApiCredential = row.json(Column::Record)?;
    Ok(ApiCredential {
        last_used_at: row.time_if_any(Column::LastUsedAt)?,
        version: row.number(Column::Version)?,
        ..record
    })
}

fn version(number: i64) -> Value {
    Value::BigInt(Some(number))
}

#[async_trait]
impl ApiCredentialStore for SqlApiCredentials {
    async fn insert(&self, credential: &ApiCredential) -> Result<(), StoreError> {
        let row = insert(
            Table::ApiCredentials,
            vec![
                (Column::Id, text(credential.id)),
                (Column::ClientId, text(&credential.client_id)),
                (Column::CreatedAt, time(credential.created_at)),
                (Column::LastUsedAt, time_if_any(credential.last_used_at)),
                (Column::Version, version(credential.version)),
                (Column::Record, json(credential)?),
            ],
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn list(&self) -> Result<Vec<ApiCredential>, StoreError> {
        let query = selection()
            .order_by(Column::CreatedAt, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .to_owned();
        self.select(&query).await
    }

    async fn find(&self, id: ApiCredentialId) -> Result<Option<ApiCredential>, StoreError> {
        let query = selection()
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn find_client(&self, client_id: &str) -> Result<Option<ApiCredential>, StoreError> {
        // PostgreSQL keeps no NUL and refuses to look for one, so nobody has it.
        if client_id.contains('\0') {
            return Ok(None);
        }
        let query = selection()
            .and_where(Expr::col(Column::ClientId).eq(text(client_id)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn update(&self, credential: &ApiCredential) -> Result<(), StoreError> {
        let next = version(credential.version + 1);
        let change = Query::update()
            .table(Table::ApiCredentials)
            .value(Column::Version, Expr::from(next))
            .value(Column::Record, Expr::from(json(credential)?))
            .and_where(Expr::col(Column::Id).eq(text(credential.id)))
            .and_where(Expr::col(Column::Version).eq(Expr::from(version(credential.version))))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        let changed = self.database.execute(change).await;
        self.seen.forget_all();
        match changed? {
            0 => Err(CHANGED),
            _ => Ok(()),
        }
    }

    async fn delete(&self, id: ApiCredentialId) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::ApiCredentials)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        let removed = self.database.execute(removal).await;
        self.seen.forget_all();
        Ok(removed? > 0)
    }

    async fn note_use(&self, id: ApiCredentialId, at: Timestamp) -> Result<(), StoreError> {
        let change = Query::update()
            .table(Table::ApiCredentials)
            .value(Column::LastUsedAt, Expr::from(time(at)))
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        self.database.execute(change).await.map(drop)
    }

    async fn issue(&self, token: &ApiToken) -> Result<(), StoreError> {
        let row = insert(
            Table::ApiTokens,
            vec![
                (Column::TokenHash, hash(&token.hash)),
                (Column::CredentialId, text(token.credential_id)),
                (Column::ExpiresAt, time(token.expires_at)),
                (Column::Record, json(token)?),
            ],
        );
        let row = self.database.write(&row, TOKEN);
        self.database.execute(row).await.map(drop)
    }

    async fn bearer(&self, token: &TokenHash) -> Result<Option<Bearer>, StoreError> {
        if let Some(bearer) = self.seen.find(token) {
            return Ok(Some(bearer));
        }
        let era = self.seen.era();
        let bearer = self.read_bearer(token).await?;
        if let Some(bearer) = &bearer {
            self.seen.remember(bearer, era);
        }
        Ok(bearer)
    }

    async fn revoke(&self, token: &TokenHash) -> Result<bool, StoreError> {
        let removal = Query::delete()
            .from_table(Table::ApiTokens)
            .and_where(Expr::col(Column::TokenHash).eq(hash(token)))
            .to_owned();
        let removal = self.database.write(&removal, TOKEN);
        let removed = self.database.execute(removal).await;
        self.seen.forget_all();
        Ok(removed? > 0)
    }
}
