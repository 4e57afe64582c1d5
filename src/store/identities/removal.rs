//! Removing an identity with all that is about it: sessions, flows, mail, and what the audit log tells of
//! the person.

use portcullis_core::{
    credential::untouched, id::IdentityId, identity::Identity, secret::TokenHash, store::StoreError,
};
use sea_query::{Expr, ExprTrait, Query};

use super::{SqlIdentities, row::WHAT};
use crate::store::{
    audit::parting,
    cell::text,
    credentials::row as credential_row,
    database::Transaction,
    flows::removal_of,
    mails,
    sessions::{end_within, in_hands_of},
    table::{Column, Table},
};

impl SqlIdentities {
    /// Removes an identity and says which sessions it had; `None` when there was no identity.
    pub(in crate::store) async fn remove(
        &self,
        id: IdentityId,
    ) -> Result<Option<Vec<TokenHash>>, StoreError> {
        let mut transaction = self.database.begin().await?;
        // Its row before those of its sessions, as by whoever changes it.
        self.search.locked(&mut transaction, id).await?;
        let removed = self.remove_within(&mut transaction, id).await?;
        if removed.is_some() {
            self.remember(&mut transaction, id).await?;
        }
        transaction.commit().await?;
        Ok(removed)
    }

    /// Removes an identity that nobody has ever been, unless it has changed or somebody is about to be it;
    /// its id need not be remembered.
    pub(in crate::store) async fn remove_unused(
        &self,
        read: &Identity,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        // Its row before those of its credentials, as by whoever changes both. Nobody begins a session of it
        // while it is locked.
        let now = self.search.locked(&mut transaction, read.id).await?;
        if now.is_none_or(|now| now.version != read.version) {
            return Ok(false);
        }
        let own = credential_row::locked(&self.database, &mut transaction, read.id).await?;
        if !untouched(&own) {
            return Ok(false);
        }
        let removed = self.remove_within(&mut transaction, read.id).await?;
        match removed.is_some_and(|sessions| sessions.is_empty()) {
            true => transaction.commit().await.map(|()| true),
            false => Ok(false),
        }
    }

    /// Removes an identity with all that is about it.
    pub(super) async fn remove_within(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<Option<Vec<TokenHash>>, StoreError> {
        let sessions = end_within((&self.database, transaction), in_hands_of(id)).await?;
        let number = self.search.number(transaction, id).await?;
        let removal = Query::delete()
            .from_table(Table::Identities)
            .and_where(Expr::col(Column::Id).eq(text(id)))
            .to_owned();
        let removed = transaction
            .execute(self.database.write(&removal, WHAT))
            .await?;
        if let Some(number) = number.filter(|_| removed > 0) {
            self.search.forget(transaction, number).await?;
        }
        let flows = [(removal_of(id), "flow")].into_iter();
        let mails = mails::removals_of(id).into_iter();
        for (removal, what) in flows.chain(mails.map(|removal| (removal, "mail"))) {
            transaction
                .execute(self.database.write(&removal, what))
                .await?;
        }
        if removed == 0 {
            return Ok(None);
        }
        parting::forget(&self.database, transaction, id).await?;
        Ok(Some(sessions))
    }
}
