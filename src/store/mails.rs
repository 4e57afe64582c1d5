//! The queue of mail in SQL: whoever takes a mail has it for a while, and if they never say what became
//! of it, it is somebody else's turn.

use jiff::Timestamp;
use portcullis_core::store::StoreError;
use sea_query::{Expr, ExprTrait, Order, Query, UpdateStatement, Value};
use uuid::Uuid;

use super::{
    cell::{Row, text, time},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "mail";

/// A mail that waits.
#[derive(Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its name.
    pub id: Uuid,
    /// The mail, sealed.
    pub sealed: String,
    /// How often it was taken to be sent.
    pub tries: u32,
    /// When it is its turn.
    pub due_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for QueuedMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("QueuedMail").field(&self.id).finish()
    }
}

/// Mail that waits in SQL.
#[derive(Debug, Clone)]
pub struct QueuedMails {
    database: Database,
}

impl QueuedMails {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Adds a mail.
    pub async fn put(&self, mail: &QueuedMail) -> Result<(), StoreError> {
        let row = insert(
            Table::Mails,
            vec![
                (Column::Id, text(mail.id)),
                (Column::Sealed, text(&mail.sealed)),
                (Column::Tally, Value::BigInt(Some(mail.tries.into()))),
                (Column::DueAt, time(mail.due_at)),
                (Column::ExpiresAt, time(mail.expires_at)),
            ],
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    /// The mails whose turn it is at `now`, the oldest first, at most this many.
    pub async fn due(&self, now: Timestamp, most: u64) -> Result<Vec<QueuedMail>, StoreError> {
        let query = Query::select()
            .columns([
                Column::Id,
                Column::Sealed,
                Column::Tally,
                Column::DueAt,
                Column::ExpiresAt,
            ])
            .from(Table::Mails)
            .and_where(Expr::col(Column::DueAt).lte(time(now)))
            .order_by(Column::DueAt, Order::Asc)
            .limit(most)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    /// Takes a mail to send it, until `until`; `None` when somebody else was faster.
    pub async fn take(
        &self,
        mail: &QueuedMail,
        until: Timestamp,
    ) -> Result<Option<QueuedMail>, StoreError> {
        let tries = mail.tries.saturating_add(1);
        let query = moved(mail.id, until)
            .value(Column::Tally, Expr::from(Value::BigInt(Some(tries.into()))))
            .and_where(Expr::col(Column::DueAt).eq(time(mail.due_at)))
            .to_owned();
        let taken = self.update(&query).await?;
        Ok(taken.then(|| QueuedMail {
            tries,
            due_at: until,
            ..mail.clone()
        }))
    }

    /// Lets it be the mail's turn again at `due_at`.
    pub async fn put_off(&self, id: Uuid, due_at: Timestamp) -> Result<(), StoreError> {
        self.update(&moved(id, due_at)).await.map(drop)
    }

    /// Forgets a mail.
    pub async fn remove(&self, id: Uuid) -> Result<(), StoreError> {
        let removal = Query::delete()
            .from_table(Table::Mails)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        self.database.execute(removal).await.map(drop)
    }

    async fn update(&self, query: &UpdateStatement) -> Result<bool, StoreError> {
        let query = self.database.write(query, WHAT);
        Ok(self.database.execute(query).await? > 0)
    }
}

fn moved(id: Uuid, due_at: Timestamp) -> UpdateStatement {
    Query::update()
        .table(Table::Mails)
        .value(Column::DueAt, Expr::from(time(due_at)))
        .and_where(Expr::col(Column::Id).eq(text(id)))
        .to_owned()
}

fn read(row: &Row) -> Result<QueuedMail, StoreError> {
    let tries = row.number(Column::Tally)?;
    Ok(QueuedMail {
        id: row.parsed(Column::Id)?,
        sealed: row.text(Column::Sealed)?,
        tries: u32::try_from(tries).map_err(|_| StoreError::Corrupt { what: WHAT })?,
        due_at: row.time(Column::DueAt)?,
        expires_at: row.time(Column::ExpiresAt)?,
    })
}
