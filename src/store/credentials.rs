//! Credentials in SQL.

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, IdentityId, ProviderId},
    link::{LinkKey, PreparedLink},
    store::StoreError,
};
use sea_query::{
    DeleteStatement, Expr, ExprTrait, Func, InsertStatement, LockType, OnConflict, Order, Query,
    SelectStatement, Value,
};
use serde_json::Value as Json;

use super::{
    cell::{Row, json, text, time, time_if_any},
    database::{Database, Transaction},
    search::SearchIndex,
    statement::Statement,
    table::{Column, Table, insert},
};

/// What a credential is called in errors.
pub(super) const WHAT: &str = "credential";

const COLUMNS: [Column; 10] = [
    Column::Id,
    Column::IdentityId,
    Column::Kind,
    Column::Identifier,
    Column::Config,
    Column::Label,
    Column::Priority,
    Column::LastUsedAt,
    Column::CreatedAt,
    Column::UpdatedAt,
];

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
        let change = Query::update()
            .table(Table::Credentials)
            .values(cells(credential)?.into_iter().map(|(c, v)| (c, v.into())))
            .and_where(Expr::col(Column::Id).eq(text(credential.id)))
            .and_where(holds)
            .to_owned();
        let change = self.database.write(&change, WHAT);
        let of = (credential.kind, credential.identity_id);
        Ok(self.change(of, change).await? > 0)
    }
}

#[async_trait]
impl CredentialStore for SqlCredentials {
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Credential>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Credentials)
            .and_where(Expr::col(Column::IdentityId).eq(text(identity_id)))
            .order_by(Column::CreatedAt, Order::Asc)
            .order_by(Column::Id, Order::Asc)
            .to_owned();
        self.select(&query).await
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

/// Which kinds of second factors the identity of a row of the table of identities has, as the sum of
/// their bits; nothing where it has none.
pub(super) fn second_factors() -> SelectStatement {
    let kinds = CredentialKind::ALL.into_iter();
    let kinds: Vec<_> = kinds.filter(|kind| kind.is_second_factor()).collect();
    // Literals: their names are ours, and PostgreSQL cannot tell of what type a bound one is.
    let bits: String = kinds
        .iter()
        .map(|kind| format!(" WHEN '{}' THEN {}", kind.as_str(), kind.bit()))
        .collect();
    let sum = format!("CAST(SUM(DISTINCT CASE kind{bits} ELSE 0 END) AS BIGINT)");
    Query::select()
        .expr(Expr::cust(sum))
        .from(Table::Credentials)
        .and_where(
            Expr::col((Table::Credentials, Column::IdentityId))
                .equals((Table::Identities, Column::Id)),
        )
        .and_where(Expr::col(Column::Kind).is_in(kinds.iter().map(|kind| text(kind.as_str()))))
        .to_owned()
}

/// Removes one credential of an identity as long as it still has one of `others`.
pub(super) async fn remove_beside(
    database: &Database,
    transaction: &mut Transaction,
    (identity_id, id): (IdentityId, CredentialId),
    others: &[CredentialId],
) -> Result<bool, StoreError> {
    // The rows stay locked until the end, so that another removal sees what this one does.
    let own = Query::select()
        .column(Column::Id)
        .from(Table::Credentials)
        .and_where(Expr::col(Column::IdentityId).eq(text(identity_id)))
        .order_by(Column::Id, Order::Asc)
        .lock(LockType::Update)
        .to_owned();
    let rows = transaction.rows(database.write(&own, WHAT)).await?;
    let own: Result<Vec<CredentialId>, _> = rows.iter().map(|row| row.parsed(Column::Id)).collect();
    let own = own?;
    let stays = |other: &CredentialId| *other != id && own.contains(other);
    if !own.contains(&id) || !others.iter().any(stays) {
        return Ok(false);
    }
    let removal = database.write(&removal(id), WHAT);
    Ok(transaction.execute(removal).await? > 0)
}

/// The credentials of an identity that are of one kind.
pub(super) fn of_kind(database: &Database, id: IdentityId, kind: CredentialKind) -> Statement {
    let query = Query::select()
        .columns(COLUMNS)
        .from(Table::Credentials)
        .and_where(Expr::col(Column::IdentityId).eq(text(id)))
        .and_where(Expr::col(Column::Kind).eq(text(kind.as_str())))
        .to_owned();
    database.write(&query, WHAT)
}

/// Whether a credential's identifier begins so. No LIKE: `_` is part of ids, and SQLite's takes no
/// notice of case.
fn begins_with(prefix: &str) -> Expr {
    let beginning = Func::cust("substr").args([
        Expr::col(Column::Identifier),
        // Literals: PostgreSQL takes no bigint here, and every number is bound as one.
        Expr::cust("1"),
        Expr::cust(prefix.len().to_string()),
    ]);
    Expr::expr(beginning).eq(text(prefix))
}

fn removal(id: CredentialId) -> DeleteStatement {
    Query::delete()
        .from_table(Table::Credentials)
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .to_owned()
}

/// Adds a credential, or replaces the one of the same id.
pub(super) fn put(credential: &Credential) -> Result<InsertStatement, StoreError> {
    let mut statement = insert(Table::Credentials, cells(credential)?);
    statement.on_conflict(
        OnConflict::column(Column::Id)
            .update_columns(COLUMNS)
            .to_owned(),
    );
    Ok(statement)
}

fn cells(credential: &Credential) -> Result<Vec<(Column, Value)>, StoreError> {
    Ok(vec![
        (Column::Id, text(credential.id)),
        (Column::IdentityId, text(credential.identity_id)),
        (Column::Kind, text(credential.kind.as_str())),
        (
            Column::Identifier,
            Value::String(credential.identifier.clone()),
        ),
        (Column::Config, json(&credential.config)?),
        (Column::Label, Value::String(credential.label.clone())),
        (Column::Priority, Value::BigInt(Some(credential.priority))),
        (Column::LastUsedAt, time_if_any(credential.last_used_at)),
        (Column::CreatedAt, time(credential.created_at)),
        (Column::UpdatedAt, time(credential.updated_at)),
    ])
}

/// A credential as it is kept.
pub(super) fn read(row: &Row) -> Result<Credential, StoreError> {
    let kind = row.text(Column::Kind)?.parse();
    let kind = kind.map_err(|_| StoreError::Corrupt { what: WHAT })?;
    Ok(Credential {
        id: row.parsed(Column::Id)?,
        identity_id: row.parsed(Column::IdentityId)?,
        kind,
        identifier: row.text_if_any(Column::Identifier)?,
        config: row.json(Column::Config)?,
        label: row.text_if_any(Column::Label)?,
        priority: row.number(Column::Priority)?,
        last_used_at: row.time_if_any(Column::LastUsedAt)?,
        created_at: row.time(Column::CreatedAt)?,
        updated_at: row.time(Column::UpdatedAt)?,
    })
}
