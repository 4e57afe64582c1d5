//! Changes and removals that leave a role to somebody else, on whichever nodes they happen at once.

use portcullis_core::{
    id::{CredentialId, IdentityId},
    identity::{Identity, Removal},
    secret::TokenHash,
    store::StoreError,
};
use sea_query::{Expr, ExprTrait, LockType, Order, SelectStatement};

use super::{
    CHANGED, SqlIdentities,
    row::{WHAT, read, selection},
};
use crate::store::{cell::text, database::Transaction, table::Column};

impl SqlIdentities {
    /// Replaces an identity, unless the role would be left to nobody; which sessions ended.
    pub(in crate::store) async fn replace_beside(
        &self,
        identity: &Identity,
        role: &str,
    ) -> Result<Option<Vec<TokenHash>>, StoreError> {
        let mut transaction = self.database.begin().await?;
        if self.is_last(&mut transaction, identity.id, role).await? {
            return Ok(None);
        }
        let ended = self.replace_within(&mut transaction, identity).await?;
        self.search.change(&mut transaction, identity).await?;
        transaction.commit().await?;
        Ok(Some(ended))
    }

    /// Replaces an identity while one of its credentials goes, unless the role would be left to nobody;
    /// which sessions ended.
    pub(in crate::store) async fn part_beside(
        &self,
        identity: &Identity,
        which: (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<(Removal, Vec<TokenHash>), StoreError> {
        let mut transaction = self.database.begin().await?;
        if !identity.is_active_as(role) && self.is_last(&mut transaction, identity.id, role).await?
        {
            return Ok((Removal::Last, Vec::new()));
        }
        let parted = self.part_within(&mut transaction, identity, which).await?;
        let Some(ended) = parted else {
            return Ok((Removal::Missing, Vec::new()));
        };
        transaction.commit().await?;
        Ok((Removal::Done, ended))
    }

    /// Removes an identity, unless the role would be left to nobody; which sessions ended.
    pub(in crate::store) async fn remove_beside(
        &self,
        id: IdentityId,
        role: &str,
    ) -> Result<(Removal, Vec<TokenHash>), StoreError> {
        let mut transaction = self.database.begin().await?;
        if self.is_last(&mut transaction, id, role).await? {
            return Ok((Removal::Last, Vec::new()));
        }
        let Some(ended) = self.remove_within(&mut transaction, id).await? else {
            return Ok((Removal::Missing, Vec::new()));
        };
        self.remember(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok((Removal::Done, ended))
    }

    /// Whether nobody else has the role of this identity. Until the end of the transaction nobody
    /// else gives it up.
    async fn is_last(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
        role: &str,
    ) -> Result<bool, StoreError> {
        let has_it = |one: &Identity| one.is_active_as(role);
        let own = selection()
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let rows = transaction.rows(self.database.write(&own, WHAT)).await?;
        let own = rows.first().map(read).transpose()?;
        if !own.as_ref().is_some_and(has_it) {
            let own = self.search.locked(transaction, id).await?;
            return match own.as_ref().is_some_and(has_it) {
                // It has got the role just now, and waiting for the others with its row locked
                // could be waiting for ever.
                true => Err(CHANGED),
                false => Ok(false),
            };
        }
        // All in one order, its own among them: of two who give it up at once one waits, and then
        // sees that the other has it no more.
        let holders = holders(role)
            .order_by(Column::Id, Order::Asc)
            .lock(LockType::Update)
            .to_owned();
        let rows = transaction
            .rows(self.database.write(&holders, WHAT))
            .await?;
        let holders: Vec<Identity> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let mut holders = holders.iter().filter(|one| has_it(one));
        Ok(!holders.any(|one| one.id != id))
    }
}

/// Everybody who may have a role. Roles are kept as JSON; the pattern only narrows what is read, and
/// the list itself decides.
pub(super) fn holders(role: &str) -> SelectStatement {
    selection()
        .and_where(Expr::col(Column::Roles).like(format!("%{role}%")))
        .to_owned()
}
