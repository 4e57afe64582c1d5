//! Rows of credentials, and the statements about them.

use portcullis_core::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId},
    store::StoreError,
};
use sea_query::{
    DeleteStatement, Expr, ExprTrait, Func, InsertStatement, LockType, OnConflict, Order, Query,
    SelectStatement, Value,
};

use crate::store::{
    cell::{Row, json, text, time, time_if_any},
    database::{Database, Transaction},
    statement::Statement,
    table::{Column, Table, insert},
};

/// What a credential is called in errors.
pub(in crate::store) const WHAT: &str = "credential";

pub(super) const COLUMNS: [Column; 10] = [
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

/// Which kinds of second factors the identity of a row of the table of identities has, and whether it
/// has links, as the sum of their bits; nothing where it has none.
pub(in crate::store) fn factors_and_links() -> SelectStatement {
    let kinds = CredentialKind::ALL.into_iter();
    let is_told = |kind: &CredentialKind| kind.is_second_factor() || *kind == CredentialKind::Oidc;
    let kinds: Vec<_> = kinds.filter(is_told).collect();
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
pub(in crate::store) async fn remove_beside(
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

/// The credentials of an identity, which nobody changes or removes until the end.
pub(in crate::store) async fn locked(
    database: &Database,
    transaction: &mut Transaction,
    identity_id: IdentityId,
) -> Result<Vec<Credential>, StoreError> {
    let own = Query::select()
        .columns(COLUMNS)
        .from(Table::Credentials)
        .and_where(Expr::col(Column::IdentityId).eq(text(identity_id)))
        .order_by(Column::Id, Order::Asc)
        .lock(LockType::Update)
        .to_owned();
    let rows = transaction.rows(database.write(&own, WHAT)).await?;
    rows.iter().map(read).collect()
}

/// Whether any of these credentials is there and belongs to one of the `owners`; they stay until the end.
pub(in crate::store) async fn is_any_of(
    database: &Database,
    transaction: &mut Transaction,
    (owners, credentials): (&[IdentityId], &[&CredentialId]),
) -> Result<bool, StoreError> {
    if credentials.is_empty() {
        return Ok(false);
    }
    let query = Query::select()
        .column(Column::Id)
        .from(Table::Credentials)
        .and_where(Expr::col(Column::Id).is_in(credentials.iter().map(text)))
        .and_where(Expr::col(Column::IdentityId).is_in(owners.iter().map(text)))
        .order_by(Column::Id, Order::Asc)
        .lock(LockType::Update)
        .to_owned();
    let rows = transaction.rows(database.write(&query, WHAT)).await?;
    Ok(!rows.is_empty())
}

/// Removes one credential of an identity; how many were removed.
pub(in crate::store) async fn remove(
    database: &Database,
    transaction: &mut Transaction,
    (identity_id, id): (IdentityId, CredentialId),
) -> Result<u64, StoreError> {
    let removal = removal(id)
        .and_where(Expr::col(Column::IdentityId).eq(text(identity_id)))
        .to_owned();
    transaction.execute(database.write(&removal, WHAT)).await
}

/// Adds a credential that is new.
pub(in crate::store) fn addition(
    database: &Database,
    credential: &Credential,
) -> Result<Statement, StoreError> {
    let addition = insert(Table::Credentials, cells(credential)?);
    Ok(database.write(&addition, WHAT))
}

/// Puts a credential in the place of the one of the same id, if that has the config `before`.
pub(in crate::store) fn exchange(
    database: &Database,
    before: &serde_json::Value,
    credential: &Credential,
) -> Result<Statement, StoreError> {
    let is_as_before = Expr::col(Column::Config).eq(json(before)?);
    replacement(database, is_as_before, credential)
}

/// Puts a credential in the place of the one of the same id where this holds of that.
pub(in crate::store) fn replacement(
    database: &Database,
    holds: Expr,
    credential: &Credential,
) -> Result<Statement, StoreError> {
    let change = Query::update()
        .table(Table::Credentials)
        .values(cells(credential)?.into_iter().map(|(c, v)| (c, v.into())))
        .and_where(Expr::col(Column::Id).eq(text(credential.id)))
        .and_where(holds)
        .to_owned();
    Ok(database.write(&change, WHAT))
}

/// The credentials of an identity that are of one kind.
pub(in crate::store) fn of_kind(
    database: &Database,
    id: IdentityId,
    kind: CredentialKind,
) -> Statement {
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
pub(super) fn begins_with(prefix: &str) -> Expr {
    let beginning = Func::cust("substr").args([
        Expr::col(Column::Identifier),
        // Literals: PostgreSQL takes no bigint here, and every number is bound as one.
        Expr::cust("1"),
        Expr::cust(prefix.len().to_string()),
    ]);
    Expr::expr(beginning).eq(text(prefix))
}

pub(super) fn removal(id: CredentialId) -> DeleteStatement {
    Query::delete()
        .from_table(Table::Credentials)
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .to_owned()
}

/// Adds a credential, or replaces the one of the same id.
pub(in crate::store) fn put(credential: &Credential) -> Result<InsertStatement, StoreError> {
    let mut statement = insert(Table::Credentials, cells(credential)?);
    statement.on_conflict(
        OnConflict::column(Column::Id)
            .update_columns(COLUMNS)
            .to_owned(),
    );
    Ok(statement)
}

pub(in crate::store) fn cells(credential: &Credential) -> Result<Vec<(Column, Value)>, StoreError> {
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
pub(in crate::store) fn read(row: &Row) -> Result<Credential, StoreError> {
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
