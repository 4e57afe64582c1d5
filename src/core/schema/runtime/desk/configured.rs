//! What the configuration says of schemas, which may change while the gateway runs: another document
//! counts once everybody who is stored fits it, and whatever is refused leaves what counted before.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{SchemaDesk, is_obeyed};
use crate::{
    identity::IdentityStore,
    schema::runtime::{SchemaError, StoredSchema},
    store::StoreError,
};

/// What is not served with, by the names of the schemas, and why.
pub type Refusals = BTreeMap<String, String>;

/// Why a document that the configuration does not have any more counts still.
pub const GONE: &str = "it is gone from the configuration, and identities obey it";

/// The documents of the configuration.
#[derive(Debug, Default)]
pub(super) struct Configured {
    documents: Vec<(String, Value)>,
    refused: Refusals,
}

/// What became of another configuration.
#[derive(Debug)]
pub struct Reconfigured {
    /// The documents of the configuration that count now.
    pub documents: Vec<(String, Value)>,
    /// What was refused.
    pub refused: Refusals,
}

impl Configured {
    pub(super) fn of(documents: Vec<(String, Value)>) -> Self {
        Self {
            documents,
            refused: Refusals::new(),
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.documents.iter().map(|(id, _)| &**id)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Value> {
        let mut all = self.documents.iter();
        all.find(|(name, _)| name == id)
            .map(|(_, document)| document)
    }

    /// Puts those that were there before first, in their order.
    fn order_as(&mut self, before: &Self) {
        let place = |id: &str| before.ids().position(|other| other == id);
        self.documents
            .sort_by_key(|(id, _)| place(id).unwrap_or(usize::MAX));
    }

    pub(super) fn refused(&self, id: &str) -> Option<String> {
        self.refused.get(id).cloned()
    }
}

impl SchemaDesk {
    /// Notes what of the configuration is not served with, beside what was refused here.
    pub fn note_refused(&self, more: Refusals) {
        let present = self.configured.load_full();
        let mut refused = present.refused.clone();
        refused.extend(more);
        self.configured.store(Arc::new(Configured {
            documents: present.documents.clone(),
            refused,
        }));
    }

    /// The document of the configuration that counts, unless another was written over it.
    pub fn configured(&self, id: &str) -> Option<Value> {
        self.configured.load().find(id).cloned()
    }

    /// What of the configuration is not served with.
    pub fn refused(&self) -> Refusals {
        self.configured.load().refused.clone()
    }

    /// Serves with other documents of the configuration from now on, and with another schema for new
    /// identities. A document that cannot be used, or that somebody who is stored does not fit, leaves
    /// the one before; so does one that is gone while somebody obeys it.
    pub async fn reconfigure(
        &self,
        next: Vec<(String, Value)>,
        default_id: &str,
        identities: &dyn IdentityStore,
    ) -> Result<Reconfigured, StoreError> {
        let rows = self.parts.store.list().await?;
        let before = self.configured.load_full();
        let mut change = Change {
            desk: self,
            before: &before,
            rows: &rows,
            identities,
            after: Configured::default(),
        };
        for (id, document) in next {
            change.take(id, document).await?;
        }
        for (id, document) in &before.documents {
            change.leave(id, document, default_id).await?;
        }
        let default_id = change.default(default_id);
        let mut after = change.after;
        after.order_as(&before);
        let changed = Reconfigured {
            documents: after.documents.clone(),
            refused: after.refused.clone(),
        };
        let is_other =
            before.documents != after.documents || self.parts.schemas.default_id() != default_id;
        self.put_in_place(after, &default_id);
        if let Some(listener) = self.listener.get().filter(|_| is_other) {
            listener.changed();
        }
        Ok(changed)
    }

    fn put_in_place(&self, after: Configured, default_id: &str) {
        let mut seen = self.seen();
        self.configured.store(Arc::new(after));
        let broken = self.serve(&seen.rows, default_id);
        seen.is_broken = !broken.is_empty();
        self.parts.schemas.note_partial(seen.is_broken);
    }
}

/// Another configuration on its way to count.
struct Change<'c> {
    desk: &'c SchemaDesk,
    before: &'c Configured,
    rows: &'c [StoredSchema],
    identities: &'c dyn IdentityStore,
    after: Configured,
}

impl Change<'_> {
    /// Takes a document over, or the one before where it is refused.
    async fn take(&mut self, id: String, document: Value) -> Result<(), StoreError> {
        let before = self.before.find(&id);
        if before == Some(&document) {
            self.after.documents.push((id, document));
            return Ok(());
        }
        match self.refusal(&id, &document).await? {
            None => self.after.documents.push((id, document)),
            Some(reason) => {
                if let Some(before) = before {
                    self.after.documents.push((id.clone(), before.clone()));
                }
                self.after.refused.insert(id, reason);
            }
        }
        Ok(())
    }

    /// Why a document is not served with.
    async fn refusal(&self, id: &str, document: &Value) -> Result<Option<String>, StoreError> {
        let schema = match self.desk.judged(id, document) {
            Ok(schema) => schema,
            Err(error) => return Ok(Some(error.told())),
        };
        // What was written over it at run time counts, and was checked itself.
        if self.is_stored(id) {
            return Ok(None);
        }
        // Whoever writes the configuration takes groups out of it; of a trait that names one, its lints
        // tell.
        let judged = self.desk.require_fit((None, &schema), self.terms()).await;
        match judged {
            Ok(()) => Ok(None),
            Err(SchemaError::Store(error)) => Err(error),
            Err(error) => Ok(Some(error.told())),
        }
    }

    fn terms(&self) -> (&'static super::Terms, &dyn IdentityStore) {
        const UNFORCED: &super::Terms = &super::Terms {
            expected: None,
            force: false,
        };
        (UNFORCED, self.identities)
    }

    /// Lets a document of before go, unless somebody obeys it.
    async fn leave(
        &mut self,
        id: &str,
        document: &Value,
        default_id: &str,
    ) -> Result<(), StoreError> {
        if self.after.find(id).is_some() || self.is_stored(id) {
            return Ok(());
        }
        let is_needed = id == default_id || is_obeyed(id, self.identities).await?;
        if is_needed {
            self.after.documents.push((id.to_owned(), document.clone()));
            let reason = GONE.to_owned();
            self.after.refused.entry(id.to_owned()).or_insert(reason);
        }
        Ok(())
    }

    /// The schema for new identities: this one where there is one, else that of before.
    fn default(&mut self, wanted: &str) -> String {
        if self.after.find(wanted).is_some() || self.is_stored(wanted) {
            return wanted.to_owned();
        }
        let reason = "new identities are to obey it, and there is none of this name".to_owned();
        let refused = &mut self.after.refused;
        refused.entry(wanted.to_owned()).or_insert(reason);
        let present = self.desk.parts.schemas.default_id();
        if self.after.find(&present).is_none()
            && let Some(document) = self.before.find(&present)
        {
            let document = (present.clone(), document.clone());
            self.after.documents.push(document);
        }
        present
    }

    fn is_stored(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }
}

#[cfg(test)]
mod tests;
