//! Where sessions came from, in SQL; each record ends with its session.

use async_trait::async_trait;
use portcullis_core::{
    id::{ProviderId, SessionId},
    link::LinkKey,
    provider::Upstream,
    secret::Secret,
    store::StoreError,
    vault::UpstreamSessionStore,
};
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement, Value};

use super::{
    cell::{Row, text},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "upstream session";

const COLUMNS: [Column; 5] = [
    Column::Provider,
    Column::Issuer,
    Column::Subject,
    Column::Sid,
    Column::IdToken,
];

/// What names a record.
const KEY: [Column; 4] = [
    Column::SessionId,
    Column::Provider,
    Column::Issuer,
    Column::Subject,
];

/// Where sessions came from, in SQL. ID tokens are kept as they are given: whoever gives them seals
/// them.
#[derive(Debug, Clone)]
pub(super) struct SqlUpstreamSessions {
    database: Database,
}

impl SqlUpstreamSessions {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    async fn ids(&self, query: &SelectStatement) -> Result<Vec<SessionId>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        let ids = rows.iter().map(|row| row.parsed(Column::SessionId));
        ids.collect()
    }
}

#[async_trait]
impl UpstreamSessionStore for SqlUpstreamSessions {
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let noted = self.database.write(&of_session(session), WHAT);
        let noted = transaction.rows(noted).await?.len();
        let position = i64::try_from(noted).unwrap_or(i64::MAX);
        let cells = vec![
            (Column::SessionId, text(session)),
            (Column::Provider, text(&upstream.link.provider)),
            (Column::Issuer, text(&upstream.link.issuer)),
            (Column::Subject, text(&upstream.link.subject)),
            (Column::Sid, Value::String(upstream.session_id.clone())),
            (Column::IdToken, text(upstream.id_token.expose())),
            (Column::Position, Value::BigInt(Some(position))),
        ];
        let mut row = insert(Table::UpstreamSessions, cells);
        row.on_conflict(
            OnConflict::columns(KEY)
                .update_columns([Column::Sid, Column::IdToken])
                .to_owned(),
        );
        let row = self.database.write(&row, WHAT);
        transaction.execute(row).await?;
        transaction.commit().await
    }

    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError> {
        let query = self.database.write(&of_session(session), WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }

    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let named = [Some(issuer), subject, session_id];
        // PostgreSQL keeps no NUL and refuses to look for one, so nothing has it.
        if named.into_iter().flatten().any(|text| text.contains('\0')) {
            return Ok(Vec::new());
        }
        let mut query = of_provider(provider);
        query.and_where(Expr::col(Column::Issuer).eq(text(issuer)));
        if let Some(subject) = subject {
            query.and_where(Expr::col(Column::Subject).eq(text(subject)));
        }
        if let Some(id) = session_id {
            query.and_where(Expr::col(Column::Sid).eq(text(id)));
        }
        self.ids(&query).await
    }

    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.ids(&of_provider(provider)).await
    }
}

/// Where the session came from, first things first.
fn of_session(session: SessionId) -> SelectStatement {
    Query::select()
        .columns(COLUMNS)
        .from(Table::UpstreamSessions)
        .and_where(Expr::col(Column::SessionId).eq(text(session)))
        .order_by(Column::Position, Order::Asc)
        .to_owned()
}

fn of_provider(provider: &ProviderId) -> SelectStatement {
    Query::select()
        .distinct()
        .column(Column::SessionId)
        .from(Table::UpstreamSessions)
        .and_where(Expr::col(Column::Provider).eq(text(provider)))
        .to_owned()
}

fn read(row: &Row) -> Result<Upstream, StoreError> {
    Ok(Upstream {
        link: LinkKey {
            provider: row.parsed(Column::Provider)?,
            issuer: row.text(Column::Issuer)?,
            subject: row.text(Column::Subject)?,
        },
        session_id: row.text_if_any(Column::Sid)?,
        id_token: Secret::new(row.text(Column::IdToken)?),
    })
}
