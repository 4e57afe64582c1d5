//! Sessions in which somebody acts as somebody else, as the roles of the two change: none outlasts the right
//! to it.

use portcullis_core::{
    api_credential::ApiCredential,
    identity::Identity,
    impersonation::{covers, may_act_as_in},
    secret::TokenHash,
    session::{Acting, Session},
    store::StoreError,
};
use sea_query::{Expr, ExprTrait, Query};

use super::{SqlIdentities, row::WHAT};
use crate::store::{
    cell::text,
    database::Transaction,
    sessions::{acting_within, end_within},
    table::{Column, Table},
};

impl SqlIdentities {
    /// Ends the sessions of an identity, or by it, whose actor may not act as their owner any more, and
    /// says which tokens opened them.
    ///
    /// Locked are the sessions, in one order, and neither identity but the one that changes: of two that
    /// change at once each would wait for the other. Whoever comes second reads what the first has written.
    pub(super) async fn end_uncovered(
        &self,
        transaction: &mut Transaction,
        changed: &Identity,
    ) -> Result<Vec<TokenHash>, StoreError> {
        if covers(&[], &changed.roles) {
            // Anybody who may act may act as they, and they act as nobody.
            return Ok(Vec::new());
        }
        let mut ended = Vec::new();
        for session in acting_within((&self.database, transaction), changed.id).await? {
            if !self.is_covered(transaction, &session).await? {
                let which = Expr::col(Column::Id).eq(text(session.id));
                let end = end_within((&self.database, transaction), which);
                ended.extend(end.await?);
            }
        }
        Ok(ended)
    }

    /// Whether the actor may act in this session as its owner.
    async fn is_covered(
        &self,
        transaction: &mut Transaction,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let Some(acting) = &session.acting else {
            return Ok(true);
        };
        let owner = self.stored(transaction, session.identity_id).await?;
        let Some(owner) = owner else {
            return Ok(false);
        };
        if let Some(id) = Acting::credential_of(&acting.actor) {
            let own = self.roles_of_program(transaction, id).await?;
            return Ok(covers(&own, &owner.roles));
        }
        let actor = self.stored(transaction, &acting.actor).await?;
        Ok(actor.is_some_and(|actor| may_act_as_in(&actor, session, &owner)))
    }

    /// The roles of an API credential; none of one that is gone. Whoever changes it ends its sessions
    /// afterwards.
    async fn roles_of_program(
        &self,
        transaction: &mut Transaction,
        id: &str,
    ) -> Result<Vec<String>, StoreError> {
        let query = Query::select()
            .column(Column::Record)
            .from(Table::ApiCredentials)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let rows = transaction.rows(self.database.write(&query, WHAT)).await?;
        let found = rows.first().map(|row| row.json(Column::Record));
        let found: Option<ApiCredential> = found.transpose()?;
        Ok(found.map_or_else(Vec::new, |one| one.roles))
    }
}
