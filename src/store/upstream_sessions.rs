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
use sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement, Value};

use super::{
    cell::{Row, text},
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "upstream session";

const COLUMNS: [Column; 6] = [
    Column::SessionId,
    Column::Provider,
    Column::Issuer,
    Column::Subject,
    Column::Sid,
    Column::IdToken,
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
        let cells = vec![
            (Column::SessionId, text(session)),
            (Column::Provider, text(&upstream.link.provider)),
            (Column::Issuer, text(&upstream.link.issuer)),
            (Column::Subject, text(&upstream.link.subject)),
            (Column::Sid, Value::String(upstream.session_id.clone())),
            (Column::IdToken, text(upstream.id_token.expose())),
        ];
        let mut row = insert(Table::UpstreamSessions, cells);
        row.on_conflict(
            OnConflict::column(Column::SessionId)
                .update_columns(COLUMNS)
                .to_owned(),
        );
        let row = self.database.write(&row, WHAT);
        self.database.execute(row).await.map(drop)
    }

    async fn find(&self, session: SessionId) -> Result<Option<Upstream>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::UpstreamSessions)
            .and_where(Expr::col(Column::SessionId).eq(text(session)))
            .to_owned();
        let row = self.database.row(self.database.write(&query, WHAT)).await?;
        row.as_ref().map(read).transpose()
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

fn of_provider(provider: &ProviderId) -> SelectStatement {
    Query::select()
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
