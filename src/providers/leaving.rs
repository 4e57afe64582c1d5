//! A provider of the store leaves: it is switched off everywhere before what it leaves behind is
//! settled for good.

use std::time::Duration;

use portcullis_core::{
    administration::{AdministrationError, Departed, LinkFate, SessionFate},
    entrances::Outlook,
    id::ProviderId,
};
use serde_json::{Map, Value};
use tokio::sync::MutexGuard;

use super::{Administration, departure::Fates, keeper::Seen, watch::PERIOD};
use crate::store::StoredProvider;

/// What a node may take from seeing that a provider is switched off to the end of what it was
/// writing for it.
const MARGIN: Duration = Duration::from_secs(1);

impl Administration {
    /// Switches the provider of `row` off by writing `table`, which says so, and settles what it
    /// leaves behind: at once, and again when every node has followed, for until then people came
    /// in through it elsewhere.
    pub(super) async fn depart<'k>(
        &'k self,
        mut seen: MutexGuard<'k, Seen>,
        row: &StoredProvider,
        table: Map<String, Value>,
        fates: Fates,
    ) -> Result<(MutexGuard<'k, Seen>, Departed), AdministrationError> {
        let id = &row.id;
        let entry = self.keeper.parts.roster.entry(id);
        let was_on = entry.is_some_and(|entry| entry.is_enabled());
        self.refuse_while_linked(id, fates).await?;
        if was_on {
            self.refuse_lockout(id).await?;
        }
        let written = self.write(&mut seen, row, table).await?;
        if was_on && let Err(error) = self.refuse_lockout(id).await {
            // Another way in was taken meanwhile, so nothing is to happen.
            self.write(&mut seen, &written, row.table.clone()).await?;
            return Err(error);
        }
        if fates.links == LinkFate::Keep && fates.sessions == SessionFate::Keep {
            return Ok((seen, Departed::default()));
        }
        let departures = &self.keeper.parts.departures;
        let first = departures.settle(id, fates).await;
        let first = first.unwrap_or_else(|error| {
            tracing::warn!(provider.id = %id, %error, "what is left behind is settled once more");
            Departed::default()
        });
        drop(seen);
        tokio::time::sleep(PERIOD + MARGIN).await;
        let mut seen = self.keeper.hold().await;
        self.keeper.follow_store(&mut seen).await?;
        if seen
            .row(id)
            .is_none_or(|now| now.version != written.version)
        {
            return Err(AdministrationError::Changed);
        }
        if let Err(error) = self.refuse_while_linked(id, fates).await {
            // Somebody was faster, so nothing is to happen.
            self.write(&mut seen, &written, row.table.clone()).await?;
            return Err(error);
        }
        let second = departures.settle(id, fates).await?;
        let departed = Departed {
            links_removed: first.links_removed + second.links_removed,
            sessions_ended: first.sessions_ended + second.sessions_ended,
        };
        Ok((seen, departed))
    }

    /// Puts `table` in place of the one of `row`, and follows it.
    pub(super) async fn write(
        &self,
        seen: &mut Seen,
        row: &StoredProvider,
        table: Map<String, Value>,
    ) -> Result<StoredProvider, AdministrationError> {
        let next = StoredProvider {
            table,
            version: row.version + 1,
            updated_at: self.clock.now(),
            ..row.clone()
        };
        if !self.keeper.parts.stored.update(&next).await? {
            return Err(AdministrationError::Changed);
        }
        self.keeper.follow_store(seen).await?;
        Ok(next)
    }

    /// Refuses to let a provider go that people are linked to, where that is asked for.
    pub(super) async fn refuse_while_linked(
        &self,
        id: &ProviderId,
        fates: Fates,
    ) -> Result<(), AdministrationError> {
        if fates.links != LinkFate::Refuse {
            return Ok(());
        }
        match self.keeper.parts.departures.links(id).await? {
            0 => Ok(()),
            links => Err(AdministrationError::Linked { links }),
        }
    }

    /// Refuses to take away what alone lets those in who may do everything.
    pub(super) async fn refuse_lockout(&self, id: &ProviderId) -> Result<(), AdministrationError> {
        match self.keeper.parts.entrances.without(id).await? {
            Outlook::Open => Ok(()),
            Outlook::Shut => Err(AdministrationError::LastAdministrator),
        }
    }
}
