//! The names of tables and columns, and the statements every store is made of.

use sea_query::{Expr, Iden, InsertStatement, Query, Value};

/// A table of the database.
#[derive(Debug, Clone, Copy, Iden)]
pub(super) enum Table {
    ApiCredentials,
    ApiTokens,
    Audit,
    Identities,
    IdentityIdentifiers,
    IdentityAddresses,
    Credentials,
    Sessions,
    Flows,
    Claims,
    Counters,
    Keys,
    Mails,
    PastIdentities,
    PastMails,
    Pauses,
    Providers,
    SchemaCopies,
    Schemas,
    UpstreamTokens,
    UpstreamSessions,
}

/// A column; the same thing has the same name in every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Iden)]
pub(super) enum Column {
    AcceptedTerms,
    Acting,
    Actor,
    ActorSession,
    Address,
    Addresses,
    AuthenticatedAt,
    Block,
    Client,
    ClientId,
    Config,
    CreatedAt,
    CredentialId,
    Device,
    Digest,
    Document,
    DueAt,
    Ended,
    ExpiresAt,
    ExternalId,
    Id,
    Identifier,
    Identifiers,
    IdentityId,
    IdToken,
    IssuedAt,
    Issuer,
    KeyHash,
    Kind,
    Label,
    LastSeenAt,
    LastUsedAt,
    LeaseHolder,
    LeaseUntil,
    LinkId,
    Material,
    MetadataAdmin,
    MetadataPublic,
    Methods,
    Name,
    ObjectId,
    ObjectKind,
    Outcome,
    Position,
    Priority,
    Provenance,
    Provider,
    Record,
    RequiredActions,
    Roles,
    SchemaId,
    SecondFactors,
    Sealed,
    Seq,
    SessionId,
    Sid,
    State,
    StateChangedAt,
    Subject,
    Tally,
    Tenant,
    TokenHash,
    Traits,
    Unmanaged,
    UpdatedAt,
    Verb,
    Version,
}

/// One value of a row that is written.
pub(super) type Cell = (Column, Value);

/// Adds one row.
pub(super) fn insert(table: Table, cells: Vec<Cell>) -> InsertStatement {
    let (columns, values): (Vec<_>, Vec<_>) = cells
        .into_iter()
        .map(|(column, value)| (column, Expr::from(value)))
        .unzip();
    let mut statement = Query::insert();
    // As many values as columns, so this cannot panic.
    statement
        .into_table(table)
        .columns(columns)
        .values_panic(values);
    statement
}

/// Adds rows that all have the columns of the first.
pub(super) fn insert_rows(table: Table, rows: Vec<Vec<Cell>>) -> InsertStatement {
    let mut statement = Query::insert();
    statement.into_table(table);
    if let Some(first) = rows.first() {
        statement.columns(first.iter().map(|(column, _)| *column));
    }
    for row in rows {
        // As many values as columns, so this cannot panic.
        statement.values_panic(row.into_iter().map(|(_, value)| Expr::from(value)));
    }
    statement
}
