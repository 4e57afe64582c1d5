//! Sessions in which somebody acts as somebody else, as the roles of the two change: none outlasts the right
//! to it.

use portcullis_core::{
    api_credential::ApiCredential, identity::Identity, impersonation::covers, secret::TokenHash,
    session::Acting, store::StoreError,
};
use sea_query::{Expr, ExprTrait, LockType, Query};

use super::{SqlIdentities, row::WHAT};
use crate::store::{
    cell::text,
    database::Transaction,
    sessions::end_within,
    table::{Column, Table},
};

impl SqlIdentities {
    /// Ends the sessions of an identity, or by it, whose actor may not act as their owner any more, and
    /// says which tokens opened them.
    pub(super) async fn end_uncovered(
        &self,
        transaction: &mut Transaction,
        changed: &Identity,
    ) -> Result<Vec<TokenHash>, StoreError> {
        if covers(&[], &changed.roles) {
            // Anybody who may act may act as they, and they act as nobody.
            return Ok(Vec::new());
        }
        let own = Expr::col(Column::IdentityId).eq(text(changed.id));
        let involved = Query::select()
            .columns([Column::Id, Column::IdentityId, Column::Actor])
            .from(Table::Sessions)
            .and_where(Expr::col(Column::Actor).is_not_null())
            .and_where(own.or(Expr::col(Column::Actor).eq(text(changed.id))))
            .to_owned();
        let involved = self.database.write(&involved, "session");
        let mut ended = Vec::new();
        for row in transaction.rows(involved).await? {
            let (actor, owner) = (row.text(Column::Actor)?, row.text(Column::IdentityId)?);
            let actor = self.roles_of(transaction, &actor).await?;
            let owner = self.roles_of(transaction, &owner).await?;
            if !covers(&actor, &owner) {
                let session = Expr::col(Column::Id).eq(text(row.text(Column::Id)?));
                let end = end_within((&self.database, transaction), session);
                ended.extend(end.await?);
            }
        }
        Ok(ended)
    }

    /// The roles of an identity or an API credential, by its name as an actor; none of who is gone.
    async fn roles_of(
        &self,
        transaction: &mut Transaction,
        actor: &str,
    ) -> Result<Vec<String>, StoreError> {
        let (table, column, id) = match Acting::credential_of(actor) {
            Some(id) => (Table::ApiCredentials, Column::Record, id),
            None => (Table::Identities, Column::Roles, actor),
        };
        let query = Query::select()
            .column(column)
            .from(table)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            // Whoever changes these at this moment is waited for: each would find the other as they were.
            .lock(LockType::Share)
            .to_owned();
        let rows = transaction.rows(self.database.write(&query, WHAT)).await?;
        let Some(row) = rows.first() else {
            return Ok(Vec::new());
        };
        match table {
            Table::ApiCredentials => row.json(column).map(|one: ApiCredential| one.roles),
            _ => row.json(column),
        }
    }
}
