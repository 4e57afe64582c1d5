//! Making documents anew where other traits are searched than when they were made, and making them
//! at all for those who were here before there were any.

use std::time::Duration;

use portcullis_core::{id::IdentityId, store::StoreError};
use tokio::sync::watch;

use super::{index::SearchIndex, sql::Sql};
use crate::store::{
    cell::text,
    identities::row::WHAT,
    table::Column,
    walks::{self, DONE},
};

/// What the walk is called.
const NAME: &str = "identities";

/// How many are taken in at once.
const BATCH: u64 = 100;

/// Within which time every node has heard that other schemas are served with.
const SETTLING: Duration = Duration::from_secs(4);

/// Beside a gateway until everybody can be found.
#[derive(Debug)]
pub struct Indexing {
    index: SearchIndex,
}

impl Indexing {
    pub(in crate::store) fn new(index: SearchIndex) -> Self {
        Self { index }
    }

    /// Works until everybody can be found, over every failure of the store, and again whenever other
    /// schemas are served with.
    pub async fn run(self, mut changes: watch::Receiver<u64>) {
        loop {
            while let Err(error) = self.finish().await {
                tracing::warn!(%error, "not everybody can be found yet");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
            if changes.changed().await.is_err() {
                return;
            }
            // What others write before they have heard of the change is made anew, too.
            tokio::time::sleep(SETTLING).await;
            changes.mark_unchanged();
        }
    }

    /// Goes on where the last one stopped, on this node or another.
    pub async fn finish(&self) -> Result<(), StoreError> {
        let stamp = self.index.schemas.search_stamp();
        let mut position = walks::position(&self.index.database, NAME, &stamp).await?;
        while position != DONE {
            position = self.take_in(&stamp, &position).await?;
        }
        Ok(())
    }

    async fn take_in(&self, stamp: &str, position: &str) -> Result<String, StoreError> {
        let database = &self.index.database;
        let sql = Sql::new(database, "SELECT id FROM identities WHERE id > ")
            .bind(text(position))
            .push(" ORDER BY id LIMIT ")
            .bind(super::places::count(BATCH));
        let rows = database.rows(sql.statement(WHAT)).await?;
        let ids: Result<Vec<IdentityId>, _> =
            rows.iter().map(|row| row.parsed(Column::Id)).collect();
        let ids = ids?;
        let mut transaction = database.begin().await?;
        for id in &ids {
            self.index.take_in(&mut transaction, *id).await?;
        }
        let position = match ids.last() {
            Some(last) if ids.len() as u64 == BATCH => last.to_string(),
            _ => DONE.to_owned(),
        };
        let state = walks::noted(database, NAME, (stamp, &position));
        transaction.execute(state).await?;
        transaction.commit().await?;
        Ok(position)
    }
}
