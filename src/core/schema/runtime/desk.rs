//! The desk at which schemas are looked up and changed, and that follows what other nodes change.

mod configured;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use arc_swap::ArcSwap;
use serde_json::Value;

use self::configured::Configured;
pub use self::configured::{GONE, Reconfigured, Refusals};

use super::{
    SchemaCheck, SchemaError, SchemaJudge, SchemaListener, SchemaProblem, SchemaRecord,
    SchemaSource, SchemaStore, StoredSchema, Terms, check, record::etag,
};
use crate::{
    clock::Clock,
    identity::IdentityStore,
    schema::{InvalidSchema, Lint, Schema, Schemas},
    store::StoreError,
};

/// What a desk works with.
#[derive(Debug, Clone)]
pub struct SchemaDeskParts {
    /// What is served with.
    pub schemas: Arc<Schemas>,
    /// The documents of the configuration as it begins, by their names.
    pub configured: Vec<(String, Value)>,
    /// The documents that were written at run time.
    pub store: Arc<dyn SchemaStore>,
    /// What the operator decides.
    pub judge: Arc<dyn SchemaJudge>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Looks schemas up and changes them.
#[derive(Debug)]
pub struct SchemaDesk {
    parts: SchemaDeskParts,
    listener: OnceLock<Arc<dyn SchemaListener>>,
    seen: Mutex<Seen>,
    /// What the configuration says now.
    configured: ArcSwap<Configured>,
}

/// What was last seen of the store.
#[derive(Debug, Default)]
struct Seen {
    rows: Vec<StoredSchema>,
    /// Whether some of it cannot be read.
    is_broken: bool,
}

impl SchemaDesk {
    /// A desk that has not looked at the store yet.
    pub fn new(parts: SchemaDeskParts) -> Self {
        let configured = Configured::of(parts.configured.clone());
        Self {
            configured: ArcSwap::from_pointee(configured),
            parts,
            listener: OnceLock::new(),
            seen: Mutex::default(),
        }
    }

    /// Tells this one of every change from now on; a second one is told of none.
    pub fn tell(&self, listener: Arc<dyn SchemaListener>) {
        let _ = self.listener.set(listener);
    }

    /// Looks at the store, and serves with what it says where that is new: the schemas that cannot be
    /// read, with why.
    pub async fn look(&self) -> Result<Vec<(String, InvalidSchema)>, StoreError> {
        let schemas = &self.parts.schemas;
        let rows = self.parts.store.list().await;
        let rows = rows.inspect_err(|_| schemas.note_partial(true))?;
        let broken = {
            let mut seen = self.seen();
            if seen.rows == rows {
                schemas.note_partial(seen.is_broken);
                return Ok(Vec::new());
            }
            let broken = self.serve(&rows, &schemas.default_id());
            let is_broken = !broken.is_empty();
            *seen = Seen { rows, is_broken };
            schemas.note_partial(is_broken);
            broken
        };
        if let Some(listener) = self.listener.get() {
            listener.changed();
        }
        Ok(broken)
    }

    /// All schemas: those of the configuration in its order, then the others.
    pub async fn list(&self) -> Result<Vec<SchemaRecord>, SchemaError> {
        let rows = self.parts.store.list().await?;
        let configured = self.configured.load();
        let others = rows.iter().map(|row| row.id.clone());
        let others = others.filter(|id| configured.find(id).is_none());
        let ids = configured.ids().map(str::to_owned).chain(others);
        ids.map(|id| self.record(&id, &rows)).collect()
    }

    /// One schema.
    pub async fn find(&self, id: &str) -> Result<SchemaRecord, SchemaError> {
        let rows = self.parts.store.list().await?;
        self.record(id, &rows)
    }

    /// What would become of stored identities under this document, and of the groups of the one that
    /// counts.
    pub async fn check(
        &self,
        id: &str,
        document: &Value,
        identities: &dyn IdentityStore,
    ) -> Result<SchemaCheck, SchemaError> {
        let rows = self.parts.store.list().await?;
        let schema = self.judged(id, document)?;
        let before = self.record(id, &rows).ok();
        let before = before.as_ref().map(|record| &record.schema);
        Ok(check((before, &schema), identities).await?)
    }

    /// What is odd in a document.
    pub fn lints(&self, id: &str, document: &Value) -> Result<Vec<Lint>, SchemaError> {
        Ok(self.judged(id, document)?.lint())
    }

    /// Writes a schema: over that of the configuration, in place of one that was written before, or
    /// beside them.
    pub async fn put(
        &self,
        id: &str,
        document: Value,
        (terms, identities): (&Terms, &dyn IdentityStore),
    ) -> Result<SchemaRecord, SchemaError> {
        let rows = self.parts.store.list().await?;
        self.require_name(id)?;
        let before = self.require(id, &rows, terms)?;
        let schema = self.judged(id, &document)?;
        let change = (before.map(|record| record.schema), &schema);
        self.require_fit(change, (terms, identities)).await?;
        let now = self.parts.clock.now();
        let row = rows.into_iter().find(|row| row.id == id);
        let written = match row {
            Some(row) => {
                let row = StoredSchema {
                    document,
                    version: row.version.saturating_add(1),
                    updated_at: now,
                    ..row
                };
                self.parts.store.update(&row).await?
            }
            None => {
                let row = StoredSchema {
                    id: id.to_owned(),
                    document,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                match self.parts.store.insert(&row).await {
                    Err(StoreError::Conflict { .. }) => false,
                    inserted => inserted.map(|()| true)?,
                }
            }
        };
        if !written {
            return Err(SchemaError::Changed);
        }
        self.look().await?;
        self.find(id).await
    }

    /// Removes what was written at run time: that of the configuration counts again, where there is
    /// one; else nobody may obey it any more.
    pub async fn remove(
        &self,
        id: &str,
        (terms, identities): (&Terms, &dyn IdentityStore),
    ) -> Result<(), SchemaError> {
        let rows = self.parts.store.list().await?;
        let before = self.require(id, &rows, terms)?;
        let row = rows.iter().find(|row| row.id == id);
        let row = match (row, &before) {
            (Some(row), _) => row,
            (None, Some(_)) => return Err(SchemaError::Configured),
            (None, None) => return Err(SchemaError::Unknown),
        };
        match self.configured.load_full().find(id) {
            Some(document) => {
                let schema = self.judged(id, document)?;
                let change = (before.map(|record| record.schema), &schema);
                self.require_fit(change, (terms, identities)).await?;
            }
            None if is_obeyed(id, identities).await? => return Err(SchemaError::InUse),
            None => {}
        }
        if !self.parts.store.remove(id, row.version).await? {
            return Err(SchemaError::Changed);
        }
        self.look().await?;
        Ok(())
    }
}

impl SchemaDesk {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves with these over those of the configuration. What cannot be read leaves what was served
    /// with before.
    fn serve(&self, rows: &[StoredSchema], default_id: &str) -> Vec<(String, InvalidSchema)> {
        let mut broken = Vec::new();
        let configured = self.configured.load();
        let mut ids: Vec<&str> = configured.ids().collect();
        let others = rows.iter().map(|row| &*row.id);
        ids.extend(others.filter(|id| configured.find(id).is_none()));
        let written: BTreeMap<&str, &Value> =
            rows.iter().map(|row| (&*row.id, &row.document)).collect();
        let mut schemas = Vec::new();
        for id in ids {
            let document = written.get(id).copied().or_else(|| configured.find(id));
            match document.map(|document| self.parsed(id, document)) {
                Some(Ok(schema)) => schemas.push(Arc::new(schema)),
                Some(Err(error)) => {
                    broken.push((id.to_owned(), error));
                    schemas.extend(self.parts.schemas.find(id));
                }
                None => {}
            }
        }
        if !broken.is_empty() {
            // Before they count: nobody is to follow what stands in for one that was written.
            self.parts.schemas.note_partial(true);
        }
        self.parts.schemas.replace_with(schemas, default_id);
        broken
    }

    fn parsed(&self, id: &str, document: &Value) -> Result<Schema, InvalidSchema> {
        let judge = &self.parts.judge;
        let schema = Schema::parse(id, document.clone())?.with_validators(judge.validators())?;
        Ok(schema.with_rules(judge.rules(id)))
    }

    fn require_name(&self, id: &str) -> Result<(), SchemaError> {
        match self.parts.judge.is_name(id) {
            true => Ok(()),
            false => Err(SchemaError::Name),
        }
    }

    /// The schema that a document makes, once nothing is wrong with it.
    fn judged(&self, id: &str, document: &Value) -> Result<Schema, SchemaError> {
        self.require_name(id)?;
        let problems = self.parts.judge.problems(id, document);
        if !problems.is_empty() {
            return Err(SchemaError::Invalid(problems));
        }
        self.parsed(id, document).map_err(|error| {
            SchemaError::Invalid(vec![SchemaProblem {
                pointer: error.pointer,
                reason: error.reason,
            }])
        })
    }

    fn record(&self, id: &str, rows: &[StoredSchema]) -> Result<SchemaRecord, SchemaError> {
        let row = rows.iter().find(|row| row.id == id);
        let configured = self.configured.load();
        let (source, document) = match (row, configured.find(id)) {
            (Some(row), Some(_)) => (SchemaSource::Overlay, &row.document),
            (Some(row), None) => (SchemaSource::Runtime, &row.document),
            (None, Some(document)) => (SchemaSource::Config, document),
            (None, None) => return Err(SchemaError::Unknown),
        };
        let lints = self.parsed(id, document).map(|schema| schema.lint());
        let schemas = &self.parts.schemas;
        Ok(SchemaRecord {
            id: id.to_owned(),
            source,
            is_default: schemas.default_id() == id,
            is_selectable: schemas.is_selectable(id),
            etag: etag(document),
            updated_at: row.map(|row| row.updated_at),
            refused: configured.refused(id),
            lints: lints.unwrap_or_default(),
            schema: document.clone(),
        })
    }

    /// What is there, which is what is expected to be.
    fn require(
        &self,
        id: &str,
        rows: &[StoredSchema],
        terms: &Terms,
    ) -> Result<Option<SchemaRecord>, SchemaError> {
        let record = self.record(id, rows).ok();
        match terms.hold_for(record.as_ref().map(|record| &*record.etag)) {
            true => Ok(record),
            false => Err(SchemaError::Changed),
        }
    }

    /// Stored identities fit, and no group goes that is used, in place of the document before.
    async fn require_fit(
        &self,
        (before, schema): (Option<Value>, &Schema),
        (terms, identities): (&Terms, &dyn IdentityStore),
    ) -> Result<(), SchemaError> {
        if terms.force {
            return Ok(());
        }
        let check = check((before.as_ref(), schema), identities).await?;
        // Whoever forces one forces the other, so that both are told.
        match (check.groups.is_empty(), check.failing) {
            (false, _) => Err(SchemaError::Grouped(Box::new(check))),
            (true, 0) => Ok(()),
            (true, _) => Err(SchemaError::Unfit(Box::new(check))),
        }
    }
}

/// Whether anybody who is stored obeys the schema of this name.
pub async fn is_obeyed(id: &str, identities: &dyn IdentityStore) -> Result<bool, StoreError> {
    Ok(!identities.list_of(id, None, 1).await?.is_empty())
}
