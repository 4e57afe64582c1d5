//! Follows the folder of schemas while a gateway serves. What is broken in it, and what people do not
//! fit, leaves what counted before; a folder that is empty or away says nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use portcullis_core::{
    clock::Clock,
    identity::IdentityStore,
    schema::runtime::{Refusals, SchemaDesk},
    store::StoreError,
};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::{PERIOD, fetch::digest};
use crate::{
    config::{self, Identity, SchemaFolder},
    providers::{Looks, looks},
    store::{SchemaCopies, SchemaCopy},
};

/// After how many looks what was refused is tried again, for people may fit it by now: ten minutes,
/// because everybody is read for it.
const AGAIN: u32 = 300;

/// What is needed to follow the folder.
#[derive(Debug)]
pub(crate) struct FolderParts {
    /// What the configuration said about identities when the process began.
    pub(crate) identity: Identity,
    /// Where schemas are changed.
    pub(crate) desk: Arc<SchemaDesk>,
    /// Everybody.
    pub(crate) identities: Arc<dyn IdentityStore>,
    /// What is kept for the next start.
    pub(crate) copies: SchemaCopies,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Follows the folder of schemas.
#[derive(Debug)]
pub(crate) struct Folder {
    parts: FolderParts,
    folder: PathBuf,
    seen: Vec<(PathBuf, Option<Looks>)>,
    /// How many looks are left until what was refused is tried again.
    left: Option<u32>,
    /// What was refused outside of the folder when the process began.
    standing: Refusals,
    /// What was said already.
    told: Refusals,
    /// What is kept already.
    kept: BTreeMap<String, Value>,
}

impl Folder {
    /// What follows the folder, where one is configured.
    pub(crate) fn new(parts: FolderParts) -> Option<Self> {
        let folder = parts.identity.schemas_dir.clone()?;
        let told = parts.desk.refused();
        let mut standing = told.clone();
        let others = &parts.identity.schemas;
        standing.retain(|id, _| others.iter().any(|source| source.id == *id));
        Some(Self {
            told,
            standing,
            parts,
            folder,
            seen: Vec::new(),
            left: None,
            kept: BTreeMap::new(),
        })
    }

    /// Follows for as long as it is run.
    pub(crate) async fn run(mut self) {
        let mut period = interval(PERIOD);
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "the folder of schemas is followed later");
                self.seen.clear();
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let stamp = self.stamp();
        let is_due = match &mut self.left {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        if stamp == self.seen && !is_due {
            return Ok(());
        }
        let Some((folder, broken)) = self.read().await else {
            self.left = None;
            self.seen = stamp;
            return Ok(());
        };
        self.follow(folder, broken).await?;
        self.seen = stamp;
        Ok(())
    }

    fn stamp(&self) -> Vec<(PathBuf, Option<Looks>)> {
        let files = config::schema_files(&self.folder).unwrap_or_default();
        files
            .into_iter()
            .map(|file| (file.clone(), looks(&file)))
            .collect()
    }

    /// What the folder says, and what of it is broken; nothing where it says nothing.
    async fn read(&self) -> Option<(SchemaFolder, Refusals)> {
        let read = read_aside(self.folder.clone()).await;
        let read = read.inspect_err(|error| {
            tracing::error!(%error, "the folder of schemas cannot be read; what counted before stays");
        });
        let (mut folder, mut broken) = read.ok()?;
        broken.extend(folder.take_misnamed(&self.parts.identity.schemas));
        if folder.is_empty() && broken.is_empty() {
            tell_of_emptiness();
            return None;
        }
        Some((folder, broken.into_iter().collect()))
    }

    async fn follow(&mut self, folder: SchemaFolder, broken: Refusals) -> Result<(), StoreError> {
        let own: BTreeSet<String> = folder.ids().map(str::to_owned).collect();
        let FolderParts { identity, desk, .. } = &self.parts;
        let identity = identity.clone().with_folder(folder);
        let mut next = identity.schema_documents();
        for id in broken.keys() {
            // A file that is broken leaves what it said before, also over one that is built in.
            if let Some(before) = desk.configured(id) {
                next.retain(|(other, _)| other != id);
                next.push((id.clone(), before));
            }
        }
        let everybody = &*self.parts.identities;
        let changed = desk.reconfigure(next, identity.default_id(), everybody);
        let changed = changed.await?;
        desk.note_refused(broken);
        desk.note_refused(self.standing.clone());
        let documents = changed.documents.into_iter();
        let own = documents.filter(|(id, _)| own.contains(id) && !changed.refused.contains_key(id));
        for (id, document) in own {
            self.keep(id, document).await?;
        }
        self.tell();
        Ok(())
    }

    /// Keeps what counts for the next start.
    async fn keep(&mut self, id: String, document: Value) -> Result<(), StoreError> {
        if self.kept.get(&id) == Some(&document) {
            return Ok(());
        }
        let copy = SchemaCopy {
            digest: digest(document.to_string().as_bytes()),
            id: id.clone(),
            document: document.clone(),
        };
        let now = self.parts.clock.now();
        self.parts.copies.put(&copy, now).await?;
        if self.kept.insert(id.clone(), document).is_some() {
            tracing::info!(schema = id, "a schema of the folder counts as it is now");
        }
        Ok(())
    }

    fn tell(&mut self) {
        let refused = self.parts.desk.refused();
        for (schema, reason) in &refused {
            if self.told.get(schema) != Some(reason) {
                super::tell_of_refusal(schema, reason);
            }
        }
        for schema in self.told.keys().filter(|id| !refused.contains_key(*id)) {
            tracing::info!(schema, "what was refused of a schema is not any more");
        }
        self.left = (!refused.is_empty()).then_some(AGAIN);
        self.told = refused;
    }
}

/// Reads a folder off the threads that serve.
async fn read_aside(folder: PathBuf) -> io::Result<(SchemaFolder, Vec<(String, String)>)> {
    let reading = tokio::task::spawn_blocking(move || SchemaFolder::look(&folder));
    reading.await.map_err(io::Error::other)?
}

fn tell_of_emptiness() {
    tracing::warn!("no schema is in the folder of schemas; what counted before stays");
}
