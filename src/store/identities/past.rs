//! The ids of identities that are gone. None comes back: whoever chose it would inherit what logs, and
//! applications behind the gateway, know of somebody else.

use portcullis_core::{
    id::IdentityId,
    store::{PAST_IDENTITY, StoreError},
};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use super::SqlIdentities;
use crate::store::{
    cell::text,
    database::Transaction,
    table::{Column, Table, insert},
};

impl SqlIdentities {
    /// Remembers that the identity of this id is gone.
    pub(super) async fn remember(
        &self,
        transaction: &mut Transaction,
        id: IdentityId,
    ) -> Result<(), StoreError> {
        let row = insert(Table::PastIdentities, vec![(Column::Id, text(id))])
            .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
            .to_owned();
        transaction
            .execute(self.database.write(&row, PAST_IDENTITY))
            .await?;
        Ok(())
    }

    /// Refuses ids that somebody has had. Asked after their rows are written: whoever removes one of them
    /// at this moment has been waited for then.
    pub(super) async fn require_new(
        &self,
        transaction: &mut Transaction,
        ids: &[IdentityId],
    ) -> Result<(), StoreError> {
        let past = Query::select()
            .column(Column::Id)
            .from(Table::PastIdentities)
            .and_where(Expr::col(Column::Id).is_in(ids.iter().map(text)))
            .limit(1)
            .to_owned();
        let past = transaction
            .rows(self.database.write(&past, PAST_IDENTITY))
            .await?;
        match past.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Conflict {
                what: PAST_IDENTITY,
            }),
        }
    }
}
