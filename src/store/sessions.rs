//! Sessions in SQL: the record that every cache is filled from.

mod ended;

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    impersonation::may_act,
    part::Part,
    secret::TokenHash,
    session::{Ended, Liveness, Session, SessionStore},
    store::StoreError,
};
use sea_query::{DeleteStatement, Expr, ExprTrait, LockType, Order, Query, SelectStatement};

use super::{
    cell::{Row, hash, json, json_if_any, text, text_if_any, time},
    database::{Database, Transaction},
    table::{Cell, Column, Table, insert},
};

const WHAT: &str = "session";

const COLUMNS: [Column; 10] = [
    Column::Id,
    Column::TokenHash,
    Column::IdentityId,
    Column::IssuedAt,
    Column::AuthenticatedAt,
    Column::ExpiresAt,
    Column::LastSeenAt,
    Column::Methods,
    Column::Device,
    Column::Acting,
];

/// Sessions in SQL.
#[derive(Debug, Clone)]
pub(super) struct SqlSessions {
    database: Database,
}

impl SqlSessions {
    pub(super) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Ends one session, and those in which somebody acts from it, and says which tokens opened them.
    pub(super) async fn end(&self, id: SessionId) -> Result<Vec<TokenHash>, StoreError> {
        self.delete(of_session(id)).await
    }

    /// Ends the sessions that are in the hands of an identity, but for `keep`, and says which tokens
    /// opened them.
    pub(super) async fn end_in_hands_of(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<(Vec<TokenHash>, Ended), StoreError> {
        let theirs = in_hands_of(identity_id);
        let ending = match keep {
            Some(keep) => theirs.and(Expr::col(Column::Id).ne(text(keep))),
            None => theirs,
        };
        let mut end = end(ending);
        end.returning(Query::returning().columns(ended::COLUMNS));
        let end = self.database.write(&end, WHAT);
        ended::read(&self.database.rows(end).await?)
    }

    /// Ends the sessions in which this actor acts as somebody, and says which tokens opened them.
    pub(super) async fn end_acting(
        &self,
        actor: &str,
        of: Option<IdentityId>,
    ) -> Result<Vec<TokenHash>, StoreError> {
        let theirs = Expr::col(Column::Actor).eq(text(actor));
        let ending = match of {
            Some(of) => theirs.and(Expr::col(Column::IdentityId).eq(text(of))),
            None => theirs,
        };
        self.delete(ending).await
    }

    /// The tokens that open a session, and those in which somebody acts from it; none when there is
    /// no such session.
    pub(super) async fn token(&self, id: SessionId) -> Result<Vec<TokenHash>, StoreError> {
        self.tokens_where(of_session(id)).await
    }

    /// The tokens that open sessions in the hands of an identity.
    pub(super) async fn tokens_in_hands_of(
        &self,
        id: IdentityId,
    ) -> Result<Vec<TokenHash>, StoreError> {
        self.tokens_where(in_hands_of(id)).await
    }

    /// The tokens that open sessions in which this actor acts as somebody.
    pub(super) async fn tokens_of_acting(&self, actor: &str) -> Result<Vec<TokenHash>, StoreError> {
        let acts = Expr::col(Column::Actor).eq(text(actor));
        self.tokens_where(acts).await
    }

    /// The tokens that open sessions of an identity.
    pub(super) async fn tokens(&self, id: IdentityId) -> Result<Vec<TokenHash>, StoreError> {
        let own = Expr::col(Column::IdentityId).eq(text(id));
        self.tokens_where(own).await
    }

    async fn tokens_where(&self, condition: Expr) -> Result<Vec<TokenHash>, StoreError> {
        let query = Query::select()
            .column(Column::TokenHash)
            .from(Table::Sessions)
            .and_where(condition)
            .to_owned();
        let query = self.database.write(&query, WHAT);
        hashes(&self.database.rows(query).await?)
    }

    async fn delete(&self, which: Expr) -> Result<Vec<TokenHash>, StoreError> {
        let end = self.database.write(&end(which), WHAT);
        hashes(&self.database.rows(end).await?)
    }

    async fn select(&self, query: &SelectStatement) -> Result<Vec<Session>, StoreError> {
        let query = self.database.write(query, WHAT);
        let rows = self.database.rows(query).await?;
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl SessionStore for SqlSessions {
    async fn insert(&self, session: &Session) -> Result<(), StoreError> {
        let row = insert(Table::Sessions, cells(session)?);
        let row = self.database.write(&row, WHAT);
        let Some(acting) = &session.acting else {
            return self.database.execute(row).await.map(drop);
        };
        // Whoever changes one of the two at this moment is waited for, or waits and finds the session: it
        // would outlast what they take away otherwise.
        let both = Query::select()
            .column(Column::Id)
            .from(Table::Identities)
            .and_where(
                Expr::col(Column::Id).is_in([text(session.identity_id), text(&acting.actor)]),
            )
            .order_by(Column::Id, Order::Asc)
            .lock(LockType::Share)
            .to_owned();
        let both = self.database.write(&both, WHAT);
        let mut transaction = self.database.begin().await?;
        transaction.rows(both).await?;
        transaction.execute(row).await?;
        transaction.commit().await
    }

    async fn find(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Sessions)
            .and_where(Expr::col(Column::TokenHash).eq(hash(token)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn find_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Sessions)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        Ok(self.select(&query).await?.into_iter().next())
    }

    async fn list_all(
        &self,
        liveness: Option<&Liveness>,
        part: Part<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError> {
        let id = || Expr::col(Column::Id);
        let (is_in, order) = match part {
            Part::First => (None, Order::Asc),
            Part::Behind(place) => (Some(id().gt(text(place))), Order::Asc),
            Part::Before(place) => (Some(id().lt(text(place))), Order::Desc),
        };
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Sessions)
            .and_where_option(is_in)
            .and_where_option(liveness.map(as_live_as))
            .order_by(Column::Id, order)
            .limit(u64::from(limit))
            .to_owned();
        let mut found = self.select(&query).await?;
        found.sort_by_key(|one| one.id);
        Ok(found)
    }

    async fn count(&self, liveness: &Liveness) -> Result<u64, StoreError> {
        let query = Query::select()
            .expr_as(Expr::col(Column::Id).count(), Column::Tally)
            .from(Table::Sessions)
            .and_where(as_live_as(liveness))
            .to_owned();
        let query = self.database.write(&query, WHAT);
        let rows = self.database.rows(query).await?;
        let counted = rows.first().map(|row| row.number(Column::Tally));
        Ok(counted.transpose()?.unwrap_or(0).unsigned_abs())
    }

    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Session>, StoreError> {
        let query = Query::select()
            .columns(COLUMNS)
            .from(Table::Sessions)
            .and_where(Expr::col(Column::IdentityId).eq(text(identity_id)))
            .order_by(Column::IssuedAt, Order::Desc)
            .order_by(Column::Id, Order::Asc)
            .to_owned();
        self.select(&query).await
    }

    async fn touch(&self, token: &TokenHash, seen_at: Timestamp) -> Result<(), StoreError> {
        let from = Query::select()
            .column(Column::ActorSession)
            .from(Table::Sessions)
            .and_where(Expr::col(Column::TokenHash).eq(hash(token)))
            .and_where(Expr::col(Column::ActorSession).is_not_null())
            .to_owned();
        let query = Query::update()
            .table(Table::Sessions)
            .value(Column::LastSeenAt, Expr::from(time(seen_at)))
            .and_where(
                Expr::col(Column::TokenHash)
                    .eq(hash(token))
                    .or(Expr::col(Column::Id).in_subquery(from)),
            )
            // Another node may have seen it later.
            .and_where(Expr::col(Column::LastSeenAt).lt(time(seen_at)))
            .to_owned();
        let query = self.database.write(&query, WHAT);
        self.database.execute(query).await.map(drop)
    }

    async fn replace(&self, before: &TokenHash, session: &Session) -> Result<bool, StoreError> {
        let change = Query::update()
            .table(Table::Sessions)
            .values(cells(session)?.into_iter().map(|(c, v)| (c, v.into())))
            .and_where(Expr::col(Column::Id).eq(text(session.id)))
            .and_where(Expr::col(Column::TokenHash).eq(hash(before)))
            .to_owned();
        let change = self.database.write(&change, WHAT);
        Ok(self.database.execute(change).await? > 0)
    }

    async fn revoke(&self, id: SessionId) -> Result<bool, StoreError> {
        Ok(!self.end(id).await?.is_empty())
    }

    async fn end_all(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<Ended, StoreError> {
        let (_, ended) = self.end_in_hands_of(identity_id, keep).await?;
        Ok(ended)
    }

    async fn revoke_acting(&self, actor: &str, of: Option<IdentityId>) -> Result<u64, StoreError> {
        let ended = self.end_acting(actor, of).await?;
        Ok(ended.len() as u64)
    }
}

/// The session, and those in which its administrator acts from it.
fn of_session(id: SessionId) -> Expr {
    let own = Expr::col(Column::Id).eq(text(id));
    own.or(Expr::col(Column::ActorSession).eq(text(id)))
}

/// The sessions in which an identity is signed in, and those in which it acts as somebody else.
pub(super) fn in_hands_of(id: IdentityId) -> Expr {
    let own = Expr::col(Column::IdentityId).eq(text(id));
    own.or(Expr::col(Column::Actor).eq(text(id)))
}

/// The sessions that end with what an identity has become, where any may.
pub(super) fn ended_by(identity: &Identity) -> Option<Expr> {
    match identity.state {
        IdentityState::Inactive => Some(in_hands_of(identity.id)),
        IdentityState::Active if may_act(identity) => None,
        // Whoever is no administrator any more acts as nobody else.
        IdentityState::Active => Some(Expr::col(Column::Actor).eq(text(identity.id))),
    }
}

/// Ends these sessions within a transaction, and says which tokens opened them.
pub(super) async fn end_within(
    (database, transaction): (&Database, &mut Transaction),
    which: Expr,
) -> Result<Vec<TokenHash>, StoreError> {
    let end = database.write(&end(which), WHAT);
    hashes(&transaction.rows(end).await?)
}

/// The end of these sessions. Who ends several locks them in one order, as who only looks at them does: two
/// would wait for each other otherwise.
fn end(which: Expr) -> DeleteStatement {
    let locked = in_order(Query::select().column(Column::Id), which);
    Query::delete()
        .from_table(Table::Sessions)
        .and_where(Expr::col(Column::Id).in_subquery(locked))
        .returning_col(Column::TokenHash)
        .to_owned()
}

/// The sessions in which somebody acts as this identity, or it acts as somebody, which nobody else changes
/// until the end.
pub(super) async fn acting_within(
    (database, transaction): (&Database, &mut Transaction),
    id: IdentityId,
) -> Result<Vec<Session>, StoreError> {
    let acting = Expr::col(Column::Actor).is_not_null();
    let query = in_order(
        Query::select().columns(COLUMNS),
        acting.and(in_hands_of(id)),
    );
    let rows = transaction.rows(database.write(&query, WHAT)).await?;
    rows.iter().map(read).collect()
}

fn in_order(columns: &mut SelectStatement, which: Expr) -> SelectStatement {
    columns
        .from(Table::Sessions)
        .and_where(which)
        .order_by(Column::Id, Order::Asc)
        .lock(LockType::Update)
        .to_owned()
}

/// Holds of the sessions that are meant.
fn as_live_as(liveness: &Liveness) -> Expr {
    let is_live = Expr::col(Column::ExpiresAt)
        .gt(time(liveness.now))
        .and(Expr::col(Column::LastSeenAt).gt(time(liveness.idle_since)));
    match liveness.is_live {
        true => is_live,
        false => is_live.not(),
    }
}

fn cells(session: &Session) -> Result<Vec<Cell>, StoreError> {
    let acting = session.acting.as_ref();
    let actor = acting.map(|acting| &acting.actor);
    let from = acting.and_then(|acting| acting.own_session);
    Ok(vec![
        (Column::Id, text(session.id)),
        (Column::TokenHash, hash(&session.token_hash)),
        (Column::IdentityId, text(session.identity_id)),
        (Column::IssuedAt, time(session.issued_at)),
        (Column::AuthenticatedAt, time(session.authenticated_at)),
        (Column::ExpiresAt, time(session.expires_at)),
        (Column::LastSeenAt, time(session.last_seen_at)),
        (Column::Methods, json(&session.methods)?),
        (Column::Device, json(&session.device)?),
        (Column::Actor, text_if_any(actor)),
        (Column::ActorSession, text_if_any(from)),
        (Column::Acting, json_if_any(acting)?),
    ])
}

fn hashes(rows: &[Row]) -> Result<Vec<TokenHash>, StoreError> {
    rows.iter().map(|row| row.hash(Column::TokenHash)).collect()
}

fn read(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.parsed(Column::Id)?,
        token_hash: row.hash(Column::TokenHash)?,
        identity_id: row.parsed(Column::IdentityId)?,
        issued_at: row.time(Column::IssuedAt)?,
        authenticated_at: row.time(Column::AuthenticatedAt)?,
        expires_at: row.time(Column::ExpiresAt)?,
        last_seen_at: row.time(Column::LastSeenAt)?,
        methods: row.json(Column::Methods)?,
        device: row.json(Column::Device)?,
        acting: row.json_if_any(Column::Acting)?,
    })
}
