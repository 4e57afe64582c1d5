//! Schemas that stand outside of the configuration, in a folder or at an address: which document of
//! each counts when a process begins. What was taken over last counts while there is no other that
//! everybody fits.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    outbound::Way,
    schema::{
        InvalidSchema, Schema, Schemas, Validators,
        runtime::{GONE, Refusals, SchemaError, is_obeyed, tally},
    },
    store::StoreError,
};
use serde_json::Value;
use url::Url;

use super::fetch::{Fetched, digest, fetch, is_same, shown};
use crate::{
    config::{Identity, SchemaSource},
    store::{SchemaCopies, SchemaCopy, Store},
};

/// How what stands at an address is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// It is fetched anew.
    Anew,
    /// What is kept of before does, where there is something.
    AsKept,
}

/// What is needed to look at them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outside<'o> {
    /// The record.
    pub(crate) store: &'o Store,
    /// How servers elsewhere are reached.
    pub(crate) way: &'o Way,
    /// The validators that schemas may name.
    pub(crate) validators: &'o Validators,
    /// The time.
    pub(crate) clock: &'o dyn Clock,
}

/// The schemas with what counts of each.
#[derive(Debug)]
pub(crate) struct Settled {
    /// What is known about identities, with every document.
    pub(crate) identity: Identity,
    /// What does not count, and why.
    pub(crate) refused: Refusals,
}

/// It is not known what counts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsettled {
    /// A schema cannot be had, and nothing is kept of it.
    #[error("{0}")]
    Missing(String),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Outside<'_> {
    /// Finds out what counts, and keeps it for the next time.
    pub(crate) async fn settle(
        &self,
        identity: &Identity,
        asking: Asking,
    ) -> Result<Settled, Unsettled> {
        let mut settled = Settled {
            identity: identity.clone(),
            refused: Refusals::new(),
        };
        let is_outside = |source: &&SchemaSource| identity.is_outside(source);
        for source in identity.sources().filter(is_outside) {
            let (document, refusal) = self.counting(identity, source, asking).await?;
            settled.identity.fill(&source.id, &document);
            let refused = refusal.map(|reason| (source.id.clone(), reason));
            settled.refused.extend(refused);
        }
        if asking == Asking::Anew && identity.schemas_dir.is_some() {
            self.go_on_without_file(&mut settled).await?;
        }
        Ok(settled)
    }

    /// Goes on with what left the folder while nobody served, where somebody obeys it still.
    async fn go_on_without_file(&self, settled: &mut Settled) -> Result<(), StoreError> {
        let known = settled.identity.schema_documents();
        for copy in self.copies().list().await? {
            let is_known = known.iter().any(|(id, _)| *id == copy.id);
            if is_known || self.is_overlaid(&copy.id).await? {
                continue;
            }
            let Some(alone) = self.alone(&settled.identity, &copy) else {
                continue;
            };
            if !is_obeyed(&copy.id, &*self.store.everybody(&Arc::new(alone))).await? {
                self.copies().remove(&copy.id).await?;
                continue;
            }
            settled.identity.keep(&copy.id, &copy.document);
            settled.refused.insert(copy.id, GONE.to_owned());
        }
        Ok(())
    }

    /// The schema that a copy makes, by itself.
    fn alone(&self, identity: &Identity, copy: &SchemaCopy) -> Option<Schemas> {
        let schema = self.schema(identity, &copy.id, &copy.document).ok()?;
        Schemas::new(vec![Arc::new(schema)], &copy.id)
    }

    /// Why what the folder says now does not count, or would not.
    pub(crate) async fn doubts(&self, identity: &Identity) -> Result<Vec<String>, StoreError> {
        let mut doubts = Vec::new();
        let sources = identity.sources().filter(|one| identity.is_outside(one));
        for source in sources.filter(|source| source.url.is_none()) {
            let Some(document) = source.read_document() else {
                continue;
            };
            let copy = self.copies().find(&source.id).await?;
            let is_kept = copy.is_some_and(|copy| copy.document == document);
            if is_kept || self.is_overlaid(&source.id).await? {
                continue;
            }
            if let Some(reason) = self.misfit(identity, &source.id, &document).await? {
                doubts.push(format!("schema {:?} of schemas_dir: {reason}", source.id));
            }
        }
        Ok(doubts)
    }

    /// The document of one that counts, and why no other does.
    async fn counting(
        &self,
        identity: &Identity,
        source: &SchemaSource,
        asking: Asking,
    ) -> Result<(Value, Option<String>), Unsettled> {
        let copy = self.copies().find(&source.id).await?;
        let copy = copy.filter(|copy| is_expected(source, copy));
        if let (Some(copy), Some(_), Asking::AsKept) = (&copy, &source.url, asking) {
            return Ok((copy.document.clone(), None));
        }
        let fresh = match self.fresh(source).await {
            Ok(fresh) => fresh,
            Err(reason) => return before(source, copy, reason),
        };
        if copy
            .as_ref()
            .is_some_and(|copy| copy.document == fresh.document)
        {
            return Ok((fresh.document, None));
        }
        // People may have come by another document of this name before it stood at an address, or when
        // another one was pinned.
        let is_judged = copy.is_some() || source.url.is_some();
        let reason = match is_judged && !self.is_overlaid(&source.id).await? {
            true => self.misfit(identity, &source.id, &fresh.document).await?,
            false => None,
        };
        match reason {
            None => Ok((self.take_over(source, fresh).await?, None)),
            Some(reason) => before(source, copy, reason),
        }
    }

    /// What stands there now.
    async fn fresh(&self, source: &SchemaSource) -> Result<Fetched, String> {
        if let Some(url) = &source.url {
            return fetched(source, url, self.way).await;
        }
        let document = source.read_document();
        let document = document.ok_or_else(|| "its file cannot be read".to_owned())?;
        Ok(Fetched {
            digest: digest(document.to_string().as_bytes()),
            document,
        })
    }

    async fn take_over(&self, source: &SchemaSource, fresh: Fetched) -> Result<Value, StoreError> {
        let copy = SchemaCopy {
            id: source.id.clone(),
            document: fresh.document,
            digest: fresh.digest,
        };
        self.copies().put(&copy, self.clock.now()).await?;
        Ok(copy.document)
    }

    /// Why not everybody who is stored fits a document.
    async fn misfit(
        &self,
        identity: &Identity,
        id: &str,
        document: &Value,
    ) -> Result<Option<String>, StoreError> {
        let schema = match self.schema(identity, id, document) {
            Ok(schema) => Arc::new(schema),
            Err(error) => return Ok(Some(error.to_string())),
        };
        let Some(alone) = Schemas::new(vec![Arc::clone(&schema)], id) else {
            return Ok(None);
        };
        let everybody = self.store.everybody(&Arc::new(alone));
        let check = tally(&schema, &*everybody).await?;
        let is_fine = check.failing == 0;
        Ok((!is_fine).then(|| SchemaError::Unfit(Box::new(check)).told()))
    }

    fn schema(
        &self,
        identity: &Identity,
        id: &str,
        document: &Value,
    ) -> Result<Schema, InvalidSchema> {
        let schema = Schema::parse(id, document.clone())?.with_validators(self.validators)?;
        Ok(schema.with_rules(identity.rules(id)))
    }

    /// Whether something that was written at run time counts in its place.
    async fn is_overlaid(&self, id: &str) -> Result<bool, StoreError> {
        let rows = self.store.schemas().list().await?;
        Ok(rows.iter().any(|row| row.id == id))
    }

    fn copies(&self) -> SchemaCopies {
        self.store.schema_copies()
    }
}

/// What counted before, where something is kept of it, because what stands there now does not for this
/// reason.
fn before(
    source: &SchemaSource,
    copy: Option<SchemaCopy>,
    reason: String,
) -> Result<(Value, Option<String>), Unsettled> {
    match copy {
        Some(copy) => Ok((copy.document, Some(reason))),
        None => Err(Unsettled::Missing(format!(
            "schema {:?}: {reason}; nothing is kept of it from before",
            source.id
        ))),
    }
}

/// Tries to fetch what stands at the address of a source, for `check`.
pub(crate) async fn reach(source: &SchemaSource, url: &Url, way: &Way) -> Result<(), String> {
    fetched(source, url, way).await.map(drop)
}

/// Fetches what stands at the address of a source, which is told without what may be secret of it.
async fn fetched(source: &SchemaSource, url: &Url, way: &Way) -> Result<Fetched, String> {
    let fetched = fetch((&source.id, url), source.sha256.as_deref(), way).await;
    fetched.map_err(|reason| format!("{}: {reason}", shown(url)))
}

/// Whether a copy is of what the configuration names.
fn is_expected(source: &SchemaSource, copy: &SchemaCopy) -> bool {
    let pinned = source.sha256.as_deref();
    pinned.is_none_or(|sha256| is_same(sha256, &copy.digest))
}
