//! Keeping what is searched in step with the identities, in the transaction that changes them.

use std::sync::Arc;

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

use super::{
    marks::{stretch_of, written},
    sql::Sql,
};
use crate::store::{
    cell::{text, time},
    credentials::row as credential,
    database::{Database, Dialect, Transaction},
    identities::row::{self as identity_row, WHAT},
    table::Column,
};

/// How many numbers are in a block of those whose identities are counted together.
pub(super) const BLOCK: i64 = 4096;

/// Rows of tallies are summed up every so many.
const SUMMED: i64 = 256;

/// The next number of PostgreSQL, which is asked for because it is part of the marks.
pub(super) const NEXT: &str = "nextval(pg_get_serial_sequence('identity_search', 'seq'))";

/// When marks are written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marking {
    /// Where a line is another than before.
    WhereLinesChanged,
    /// In any case: they are made in another way than before.
    Anew,
}

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
        self.rewrite(transaction, identity, Marking::WhereLinesChanged)
            .await
    }

    /// Takes in an identity as if nothing were known of it.
    pub(super) async fn take_in(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<(), StoreError> {
        match self.locked(transaction, id).await? {
            Some(identity) => self.rewrite(transaction, &identity, Marking::Anew).await,
            None => Ok(()),
        }
    }

    async fn rewrite(
        &self,
        transaction: &mut Transaction,
        identity: &Identity,
        marking: Marking,
    ) -> Result<(), StoreError> {
        let links = credential::of_kind(&self.database, identity.id, CredentialKind::Oidc);
        let links = transaction.rows(links).await?;
        let links: Result<Vec<_>, _> = links.iter().map(credential::read).collect();
        let document = self.schemas.document(identity, &providers(&links?));
        let present = Sql::new(&self.database, "SELECT seq, document FROM identity_search")
            .push(" WHERE identity_id = ")
            .bind(text(identity.id));
        let present = transaction.rows(present.statement(WHAT)).await?;
        let Some(present) = present.first() else {
            // A node of an older version added it.
            return self.add_document(transaction, identity, &document).await;
        };
        let seq = present.number(Column::Seq)?;
        let is_marked =
            marking == Marking::Anew || present.text(Column::Document)? != document.lines();
        let change = self.row_anew(identity, &document);
        let change = match (is_marked, self.database.dialect()) {
            (true, Dialect::Postgres) => change
                .push(", marks = ")
                .bind_marks(&document.marks())
                .push(&stretch_of("seq")),
            _ => change,
        };
        let change = change.push(" WHERE seq = ").bind(number(seq));
        transaction.execute(change.statement(WHAT)).await?;
        if is_marked && self.database.dialect() == Dialect::Sqlite {
            self.unmark(transaction, seq).await?;
            self.mark(transaction, seq, &document).await?;
        }
        Ok(())
    }

    fn row_anew(&self, identity: &Identity, document: &Document) -> Sql {
        Sql::new(&self.database, "UPDATE identity_search SET created_at = ")
            .bind(time(identity.created_at))
            .push(", updated_at = ")
            .bind(time(identity.updated_at))
            .push(", document = ")
            .bind(text(document.lines()))
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
        // In PostgreSQL the marks stand in the row itself.
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
        let into = "INSERT INTO identity_search (identity_id, created_at, updated_at, document) \
             VALUES (";
        let row = Sql::new(&self.database, into)
            .bind_all(cells(identity, document))
            .push(") RETURNING seq");
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
        let with = format!(
            "WITH numbered AS (SELECT {NEXT} AS seq), added AS (INSERT INTO identity_search \
             (seq, identity_id, created_at, updated_at, document, marks) SELECT seq, "
        );
        let added = Sql::new(&self.database, &with)
            .bind_all(cells(identity, document))
            .push(", ")
            .bind_marks(&document.marks())
            .push(&stretch_of("seq"))
            .push(&format!(
                " FROM numbered RETURNING seq), counted AS (INSERT INTO identity_tallies \
                 (block, tally) SELECT seq / {BLOCK}, 1 FROM added) SELECT seq FROM added"
            ));
        let rows = transaction.rows(added.statement(WHAT)).await?;
        let seq = rows.first().map(|row| row.number(Column::Seq));
        let seq = seq.ok_or(StoreError::Corrupt { what: WHAT })??;
        match seq % SUMMED {
            0 => self.sum_up(transaction, seq / BLOCK).await,
            _ => Ok(()),
        }
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

/// The cells of an identity's row but for its number and marks.
pub(super) fn cells(identity: &Identity, document: &Document) -> [Value; 4] {
    [
        text(identity.id),
        time(identity.created_at),
        time(identity.updated_at),
        text(document.lines()),
    ]
}

pub(super) fn number(value: i64) -> Value {
    Value::BigInt(Some(value))
}

pub(super) fn providers(credentials: &[Credential]) -> Vec<ProviderId> {
    let links = credentials.iter().filter_map(Link::of);
    links.map(|link| link.key.provider).collect()
}
