//! The queue of mail in SQL, and what became of it. A mail that was taken is due again when whoever took it has had long enough:
//! taking it is one conditional update, so that of many nodes one gets it.

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    id::{IdentityId, MailId},
    mail::{MailEnding, MailStore, PastMail, QueuedMail},
    store::StoreError,
};
use sea_query::{DeleteStatement, Expr, ExprTrait, Order, Query, UpdateStatement, Value};

use super::{
    cell::{Row, text, text_if_any, time},
    database::Database,
    table::{Cell, Column, Table, insert},
};

const WHAT: &str = "mail";

/// Mail that waits in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlMails {
    database: Database,
}

impl SqlMails {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    async fn update(&self, query: &UpdateStatement) -> Result<bool, StoreError> {
        let query = self.database.write(query, WHAT);
        Ok(self.database.execute(query).await? > 0)
    }
}

#[async_trait]
impl MailStore for SqlMails {
    async fn put(&self, mail: &QueuedMail) -> Result<(), StoreError> {
        let row = insert(
            Table::Mails,
            vec![
                (Column::Id, text(mail.id)),
                (Column::IdentityId, text_if_any(mail.owner)),
                (Column::Sealed, text(&mail.sealed)),
                (Column::Tally, Value::BigInt(Some(mail.tries.into()))),
                (Column::CreatedAt, time(mail.created_at)),
                (Column::DueAt, time(mail.due_at)),
                (Column::ExpiresAt, time(mail.expires_at)),
            ],
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn due(&self, now: Timestamp, most: u64) -> Result<Vec<QueuedMail>, StoreError> {
        let query = Query::select()
            .columns([
                Column::Id,
                Column::IdentityId,
                Column::Sealed,
                Column::Tally,
                Column::CreatedAt,
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

    async fn take(
        &self,
        mail: &QueuedMail,
        until: Timestamp,
    ) -> Result<Option<QueuedMail>, StoreError> {
        let tries = mail.tries.saturating_add(1);
        let query = due_again(mail, until)
            .value(Column::Tally, Expr::from(Value::BigInt(Some(tries.into()))))
            .to_owned();
        let taken = self.update(&query).await?;
        Ok(taken.then(|| QueuedMail {
            tries,
            due_at: until,
            ..mail.clone()
        }))
    }

    async fn put_off(&self, taken: &QueuedMail, due_at: Timestamp) -> Result<bool, StoreError> {
        self.update(&due_again(taken, due_at)).await
    }

    async fn end(&self, id: MailId, past: Option<&PastMail>) -> Result<(), StoreError> {
        let removal = Query::delete()
            .from_table(Table::Mails)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removal = self.database.write(&removal, WHAT);
        let mut transaction = self.database.begin().await?;
        let removed = transaction.execute(removal).await?;
        if let Some(past) = past.filter(|_| removed > 0) {
            let row = insert(Table::PastMails, cells(past));
            transaction.execute(self.database.write(&row, WHAT)).await?;
        }
        transaction.commit().await
    }

    async fn past(&self, now: Timestamp, most: u64) -> Result<Vec<PastMail>, StoreError> {
        let query = Query::select()
            .columns([
                Column::Id,
                Column::IdentityId,
                Column::Sealed,
                Column::State,
                Column::Tally,
                Column::CreatedAt,
                Column::UpdatedAt,
                Column::ExpiresAt,
            ])
            .from(Table::PastMails)
            .and_where(Expr::col(Column::ExpiresAt).gt(time(now)))
            .order_by(Column::CreatedAt, Order::Desc)
            .limit(most)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read_past).collect()
    }
}

fn cells(past: &PastMail) -> Vec<Cell> {
    vec![
        (Column::Id, text(past.id)),
        (Column::IdentityId, text_if_any(past.owner)),
        (Column::Sealed, text(&past.sealed)),
        (Column::State, text(past.ending.as_str())),
        (Column::Tally, Value::BigInt(Some(past.tries.into()))),
        (Column::CreatedAt, time(past.created_at)),
        (Column::UpdatedAt, time(past.ended_at)),
        (Column::ExpiresAt, time(past.expires_at)),
    ]
}

/// Moves the turn of a mail that nobody has moved since it was read.
fn due_again(mail: &QueuedMail, due_at: Timestamp) -> UpdateStatement {
    Query::update()
        .table(Table::Mails)
        .value(Column::DueAt, Expr::from(time(due_at)))
        .and_where(Expr::col(Column::Id).eq(text(mail.id)))
        .and_where(Expr::col(Column::DueAt).eq(time(mail.due_at)))
        .to_owned()
}

/// The removals of all mail about an identity, whoever has it. What waits goes first: whoever ends one
/// of them at this moment has then remembered it, or never will.
pub(super) fn removals_of(owner: IdentityId) -> [DeleteStatement; 2] {
    [Table::Mails, Table::PastMails].map(|table| {
        Query::delete()
            .from_table(table)
            .and_where(Expr::col(Column::IdentityId).eq(text(owner)))
            .to_owned()
    })
}

fn owner(row: &Row) -> Result<Option<IdentityId>, StoreError> {
    let owner = row.text_if_any(Column::IdentityId)?;
    let owner = owner.map(|id| id.parse().map_err(|_| StoreError::Corrupt { what: WHAT }));
    owner.transpose()
}

fn tries(row: &Row) -> Result<u32, StoreError> {
    let tries = row.number(Column::Tally)?;
    u32::try_from(tries).map_err(|_| StoreError::Corrupt { what: WHAT })
}

fn read_past(row: &Row) -> Result<PastMail, StoreError> {
    let ending = MailEnding::named(&row.text(Column::State)?);
    Ok(PastMail {
        id: row.parsed(Column::Id)?,
        owner: owner(row)?,
        sealed: row.text(Column::Sealed)?,
        ending: ending.ok_or(StoreError::Corrupt { what: WHAT })?,
        tries: tries(row)?,
        created_at: row.time(Column::CreatedAt)?,
        ended_at: row.time(Column::UpdatedAt)?,
        expires_at: row.time(Column::ExpiresAt)?,
    })
}

fn read(row: &Row) -> Result<QueuedMail, StoreError> {
    Ok(QueuedMail {
        id: row.parsed(Column::Id)?,
        owner: owner(row)?,
        sealed: row.text(Column::Sealed)?,
        tries: tries(row)?,
        created_at: row.time(Column::CreatedAt)?,
        due_at: row.time(Column::DueAt)?,
        expires_at: row.time(Column::ExpiresAt)?,
    })
}
