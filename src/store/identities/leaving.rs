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
use crate::store::{credentials::row as credential_row, database::Transaction, table::Column};

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
    pub(in crate::store) async fn remove_unless_last(
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

    /// Removes a credential, unless nobody who has the role could come in by any of the others any more.
    pub(in crate::store) async fn part_with(
        &self,
        (identity, credential): (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        let mut transaction = self.database.begin().await?;
        // Their rows before any credential's, as by whoever changes an identity and its credentials.
        let mut owners = self.locked_holders(&mut transaction, role).await?;
        owners.retain(|one| one.is_active_as(role));
        let owners: Vec<IdentityId> = owners.iter().map(|one| one.id).collect();
        let database = &self.database;
        if owners.contains(&identity) {
            let others: Vec<_> = others.iter().filter(|id| **id != credential).collect();
            let stays = credential_row::is_any_of(database, &mut transaction, (&owners, &others));
            if !stays.await? {
                return Ok(Removal::Last);
            }
        }
        let which = (identity, credential);
        match credential_row::remove(database, &mut transaction, which).await? {
            0 => Ok(Removal::Missing),
            _ => transaction.commit().await.map(|()| Removal::Done),
        }
    }

    /// Whether nobody else has the role of this identity. Until the end of the transaction nobody
    /// else gives it up.
    pub(super) async fn is_last(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
        role: &str,
    ) -> Result<bool, StoreError> {
        let has_it = |one: &Identity| one.is_active_as(role);
        let own = self.stored(transaction, id).await?;
        if !own.as_ref().is_some_and(has_it) {
            let own = self.search.locked(transaction, id).await?;
            return match own.as_ref().is_some_and(has_it) {
                // It has got the role just now, and waiting for the others with its row locked
                // could be waiting for ever.
                true => Err(CHANGED),
                false => Ok(false),
            };
        }
        let holders = self.locked_holders(transaction, role).await?;
        let mut holders = holders.iter().filter(|one| has_it(one));
        Ok(!holders.any(|one| one.id != id))
    }

    /// Everybody who may have the role, whom nobody changes until the end. All in one order: of two who
    /// give it up at once one waits, and then sees that the other has it no more.
    async fn locked_holders(
        &self,
        transaction: &mut Transaction,
        role: &str,
    ) -> Result<Vec<Identity>, StoreError> {
        let holders = holders(role)
            .order_by(Column::Id, Order::Asc)
            .lock(LockType::Update)
            .to_owned();
        let rows = transaction
            .rows(self.database.write(&holders, WHAT))
            .await?;
        rows.iter().map(read).collect()
    }
}

/// Everybody who may have a role. Roles are kept as JSON; the pattern only narrows what is read, and
/// the list itself decides. An index knows who has any at all.
pub(super) fn holders(role: &str) -> SelectStatement {
    selection()
        .and_where(Expr::cust("roles <> '[]'"))
        .and_where(Expr::col(Column::Roles).like(format!("%{role}%")))
        .to_owned()
}
