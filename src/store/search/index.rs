//! Keeping what is searched in step with the identities, in the transaction that changes them.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use portcullis_core::{
    credential::{Credential, CredentialKind},
    id::{IdentityId, ProviderId},
    identity::Identity,
    link::Link,
    schema::Schemas,
    search::Document,
    store::StoreError,
};
use sea_query::{Expr, ExprTrait, LockType, Value};

use super::sql::Sql;
use crate::store::{
    cell::{text, time},
    credentials::row as credential,
    database::{Database, Dialect, Transaction},
    identities::row::{self as identity_row, WHAT},
    table::Column,
};

/// How many numbers are in a block of those whose identities are counted together.
pub(super) const BLOCK: i64 = 4096;

/// How many numbers are in a block of those that have a mark in common, where the index itself knows
/// no order.
pub(super) const STRETCH: i64 = 16384;

/// Where the marks of those begin, apart from all others.
const STRETCHES: i64 = 0x5000_0000;

/// Rows of tallies are summed up every so many.
const SUMMED: i64 = 256;

/// What is searched.
#[derive(Debug, Clone)]
pub(in crate::store) struct SearchIndex {
    pub(super) database: Database,
    pub(super) schemas: Arc<Schemas>,
}

impl SearchIndex {
    pub(in crate::store) fn new(database: Database, schemas: Arc<Schemas>) -> Self {
        Self { database, schemas }
    }

    /// Takes in a new identity with its credentials.
    pub(in crate::store) async fn add(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        let document = self.schemas.document(identity, &providers(credentials));
        self.add_document(transaction, identity, &document).await
    }

    async fn add_document(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        document: &Document,
    ) -> Result<(), StoreError> {
        match self.database.dialect() {
            Dialect::Sqlite => self.add_to_sqlite(transaction, identity, document).await,
            Dialect::Postgres => self.add_to_postgres(transaction, identity, document).await,
        }
    }

    /// Takes in that an identity, or whom it is linked to, has changed. Whoever calls this has its row
    /// locked.
    pub(in crate::store) async fn change(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
    ) -> Result<(), StoreError> {
        let links = credential::of_kind(&self.database, identity.id, CredentialKind::Oidc);
        let links = transaction.rows(links).await?;
        let links: Result<Vec<_>, _> = links.iter().map(credential::read).collect();
        let document = self.schemas.document(identity, &providers(&links?));
        let lines = document.lines();
        let present = Sql::new(&self.database, "SELECT seq, document FROM identity_search")
            .push(" WHERE identity_id = ")
            .bind(text(identity.id));
        let present = transaction.rows(present.statement(WHAT)).await?;
        let Some(present) = present.first() else {
            // A node of an older version added it.
            return self.add_document(transaction, identity, &document).await;
        };
        let seq = present.number(Column::Seq)?;
        let is_as_before = present.text(Column::Document)? == lines;
        let change = Sql::new(&self.database, "UPDATE identity_search SET created_at = ")
            .bind(time(identity.created_at))
            .push(", updated_at = ")
            .bind(time(identity.updated_at))
            .push(", document = ")
            .bind(text(lines))
            .push(" WHERE seq = ")
            .bind(number(seq));
        transaction.execute(change.statement(WHAT)).await?;
        match is_as_before {
            true => Ok(()),
            false => self.mark_anew(transaction, seq, &document).await,
        }
    }

    /// Takes in that whom an identity is linked to has changed.
    pub(in crate::store) async fn relink(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<(), StoreError> {
        match self.locked(transaction, id).await? {
            Some(identity) => self.change(transaction, &identity).await,
            None => Ok(()),
        }
    }

    /// An identity, which nobody else changes until the end.
    pub(in crate::store) async fn locked(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<Option<Identity>, StoreError> {
        let query = identity_row::selection()
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .lock(LockType::Update)
            .to_owned();
        let rows = transaction.rows(self.database.write(&query, WHAT)).await?;
        rows.first().map(identity_row::read).transpose()
    }

    /// The number of an identity, to be asked before it is removed.
    pub(in crate::store) async fn number(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<Option<i64>, StoreError> {
        let query = Sql::new(
            &self.database,
            "SELECT seq FROM identity_search WHERE identity_id = ",
        )
        .bind(text(id));
        let rows = transaction.rows(query.statement(WHAT)).await?;
        rows.first().map(|row| row.number(Column::Seq)).transpose()
    }

    /// Forgets the identity of this number, which has been removed.
    pub(in crate::store) async fn forget(
        &self,
        transaction: &mut Transaction,
        seq: i64,
    ) -> Result<(), StoreError> {
        // In PostgreSQL the marks go with their identity.
        if self.database.dialect() == Dialect::Sqlite {
            self.unmark(transaction, seq).await?;
        }
        self.count(transaction, seq, -1).await
    }

    async fn add_to_sqlite(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        document: &Document,
    ) -> Result<(), StoreError> {
        let row = self.row("", identity, document).push(" RETURNING seq");
        let rows = transaction.rows(row.statement(WHAT)).await?;
        let seq = rows.first().map(|row| row.number(Column::Seq));
        let seq = seq.ok_or(StoreError::Corrupt { what: WHAT })??;
        self.mark(transaction, seq, document).await?;
        self.count(transaction, seq, 1).await
    }

    /// All in one statement, for each has to travel.
    async fn add_to_postgres(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        document: &Document,
    ) -> Result<(), StoreError> {
        let added = self
            .row("WITH added AS (", identity, document)
            .push(
                " RETURNING seq), marked AS (INSERT INTO identity_marks (seq, marks) SELECT seq, ",
            )
            .bind_marks(&document.marks())
            .push(&stretch_of("seq"))
            .push(&format!(
                " FROM added), counted AS (INSERT INTO identity_tallies (block, tally) \
                 SELECT seq / {BLOCK}, 1 FROM added) SELECT seq FROM added"
            ));
        let rows = transaction.rows(added.statement(WHAT)).await?;
        let seq = rows.first().map(|row| row.number(Column::Seq));
        let seq = seq.ok_or(StoreError::Corrupt { what: WHAT })??;
        match seq % SUMMED {
            0 => self.sum_up(transaction, seq / BLOCK).await,
            _ => Ok(()),
        }
    }

    fn row(&self, before: &str, identity: &Identity, document: &Document) -> Sql {
        let into = "INSERT INTO identity_search (identity_id, created_at, updated_at, document)";
        Sql::new(&self.database, before)
            .push(into)
            .push(" VALUES (")
            .bind_all([
                text(identity.id),
                time(identity.created_at),
                time(identity.updated_at),
                text(document.lines()),
            ])
            .push(")")
    }

    async fn mark_anew(
        &self,
        transaction: &mut Transaction,
        seq: i64,
        document: &Document,
    ) -> Result<(), StoreError> {
        if self.database.dialect() == Dialect::Sqlite {
            self.unmark(transaction, seq).await?;
            return self.mark(transaction, seq, document).await;
        }
        let change = Sql::new(&self.database, "UPDATE identity_marks SET marks = ")
            .bind_marks(&document.marks())
            .push(&stretch_of("seq"))
            .push(" WHERE seq = ")
            .bind(number(seq));
        transaction.execute(change.statement(WHAT)).await.map(drop)
    }

    async fn mark(
        &self,
        transaction: &mut Transaction,
        seq: i64,
        document: &Document,
    ) -> Result<(), StoreError> {
        let row = Sql::new(
            &self.database,
            "INSERT INTO identity_marks (rowid, marks) VALUES (",
        )
        .bind_all([number(seq), text(written(&document.marks()))])
        .push(")");
        transaction.execute(row.statement(WHAT)).await.map(drop)
    }

    async fn unmark(&self, transaction: &mut Transaction, seq: i64) -> Result<(), StoreError> {
        let removal =
            Sql::new(&self.database, "DELETE FROM identity_marks WHERE rowid = ").bind(number(seq));
        transaction.execute(removal.statement(WHAT)).await.map(drop)
    }

    async fn count(
        &self,
        transaction: &mut Transaction,
        seq: i64,
        by: i64,
    ) -> Result<(), StoreError> {
        self.tally(transaction, seq / BLOCK, by).await
    }

    /// Counts so many more in a block.
    pub(super) async fn tally(
        &self,
        transaction: &mut Transaction,
        block: i64,
        by: i64,
    ) -> Result<(), StoreError> {
        let mut row = Sql::new(
            &self.database,
            "INSERT INTO identity_tallies (block, tally) VALUES (",
        )
        .bind_all([number(block), number(by)])
        .push(")");
        if self.database.dialect() == Dialect::Sqlite {
            row = row.push(" ON CONFLICT (block) DO UPDATE SET tally = tally + excluded.tally");
        }
        transaction.execute(row.statement(WHAT)).await.map(drop)
    }

    /// Sums up the rows of a block. Rows that others add meanwhile stay.
    pub(super) async fn sum_up(
        &self,
        transaction: &mut Transaction,
        block: i64,
    ) -> Result<(), StoreError> {
        let sum = Sql::new(
            &self.database,
            "WITH summed AS (DELETE FROM identity_tallies WHERE block = ",
        )
        .bind(number(block))
        .push(" RETURNING tally) INSERT INTO identity_tallies (block, tally) SELECT ")
        .bind(number(block))
        .push(", CAST(COALESCE(SUM(tally), 0) AS BIGINT) FROM summed");
        transaction.execute(sum.statement(WHAT)).await.map(drop)
    }
}

/// Sums up the rows of all blocks that have many.
pub(in crate::store) async fn tidy(database: &Database) -> Result<(), StoreError> {
    // SQLite has one for each block anyway.
    if database.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let tallies = "WITH summed AS (DELETE FROM identity_tallies WHERE block IN (SELECT block \
         FROM identity_tallies GROUP BY block HAVING COUNT(*) > 16) RETURNING block, tally) \
         INSERT INTO identity_tallies (block, tally) \
         SELECT block, CAST(SUM(tally) AS BIGINT) FROM summed GROUP BY block";
    let spans = "WITH summed AS (DELETE FROM identity_spans WHERE block IN (SELECT block \
         FROM identity_spans GROUP BY block HAVING COUNT(*) > 1) RETURNING block, earliest, latest) \
         INSERT INTO identity_spans (block, earliest, latest) \
         SELECT block, MIN(earliest), MAX(latest) FROM summed GROUP BY block";
    for sum in [tallies, spans] {
        let sum = Sql::new(database, sum).statement(WHAT);
        database.execute(sum).await?;
    }
    Ok(())
}

impl Sql {
    /// Goes on with marks as PostgreSQL writes an array.
    pub(super) fn bind_marks(self, marks: &BTreeSet<u32>) -> Self {
        let mut written = String::from("{");
        for mark in marks {
            let comma = if written.len() == 1 { "" } else { "," };
            let _ = write!(written, "{comma}{mark}");
        }
        written.push('}');
        self.push("CAST(CAST(")
            .bind(text(written))
            .push(" AS TEXT) AS INTEGER[])")
    }
}

fn stretch_of(seq: &str) -> String {
    format!(" || CAST({STRETCHES} + {seq} / {STRETCH} AS INTEGER)")
}

/// The mark that the numbers of a stretch have in common.
pub(super) fn stretch_mark(stretch: i64) -> u32 {
    u32::try_from(STRETCHES + stretch).unwrap_or(u32::MAX >> 1)
}

pub(super) fn number(value: i64) -> Value {
    Value::BigInt(Some(value))
}

pub(super) fn providers(credentials: &[Credential]) -> Vec<ProviderId> {
    let links = credentials.iter().filter_map(Link::of);
    links.map(|link| link.key.provider).collect()
}

/// Marks as SQLite is given them.
pub(super) fn written(marks: &BTreeSet<u32>) -> String {
    let marks: Vec<String> = marks.iter().map(|mark| format!("{mark:x}")).collect();
    marks.join(" ")
}
