//! Keeps the registry as the sources say: reads them anew when they change, and lets what was good
//! before serve on while they are broken.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use portcullis_core::{
    administration::{Departed, LinkFate},
    entrances::Entrances,
    id::ProviderId,
    store::StoreError,
};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use super::{
    absence::{Absences, Files, MainFile},
    departure::{Departures, Fates},
    roster::{Entries, Entry, Origin, Roster},
    stamp::Stamp,
    table::{Tables, taken},
};
use crate::{
    builtin::InvalidProvider,
    config::{self, Config, Loaded, Sources},
    store::{StoredProvider, StoredProviders},
};

/// What a keeper works with.
#[derive(Debug)]
pub(crate) struct KeeperParts {
    /// Where the configuration is read anew from; `None` when a program made it.
    pub(crate) sources: Option<Sources>,
    /// What it keeps.
    pub(crate) roster: Arc<Roster>,
    /// The providers that were added at run time.
    pub(crate) stored: StoredProviders,
    /// Opens their secrets.
    pub(crate) tables: Tables,
    /// Who looks after what a provider leaves behind.
    pub(crate) departures: Departures,
    /// By what those come in who may do everything.
    pub(crate) entrances: Entrances,
}

/// Keeps the registry as the sources say.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(super) parts: KeeperParts,
    /// The other sections at the start; they count until the process ends.
    started_with: Value,
    seen: Mutex<Seen>,
}

/// What was last seen of the sources.
#[derive(Debug)]
pub(super) struct Seen {
    stamp: Stamp,
    /// The last good reading of the files.
    config: Config,
    /// The configuration file of that reading.
    main: MainFile,
    /// The configuration file of what serves.
    served: Option<PathBuf>,
    /// Whether they could not be read since.
    is_broken: bool,
    rows: Vec<StoredProvider>,
    absences: Absences,
}

impl Keeper {
    /// Lets the configured providers serve, and those of the store that can.
    pub(crate) async fn begin(config: Config, parts: KeeperParts) -> Result<Self, CannotBegin> {
        let files = parts.roster.entries_of(&config)?;
        tell_of_losses(&config, &[]);
        let rows = parts.stored.list().await?;
        let main = parts.sources.as_ref().and_then(Sources::chosen_file);
        let main = main.map(Path::to_owned);
        let keeper = Self {
            started_with: other_sections(&config),
            seen: Mutex::new(Seen {
                stamp: stamp(parts.sources.as_ref(), &config),
                config,
                main: MainFile {
                    file: main.clone(),
                    has_table: false,
                },
                served: main,
                is_broken: false,
                rows,
                absences: Absences::default(),
            }),
            parts,
        };
        let seen = keeper.hold().await;
        let all = keeper.with_stored(files, &seen);
        keeper.parts.roster.serve(all);
        drop(seen);
        Ok(keeper)
    }

    /// Keeps others from changing what serves for as long as this is held.
    pub(super) async fn hold(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().await
    }

    /// Has the next look settle what providers leave behind that a file switches off already.
    pub(crate) async fn take_up(&self) {
        let mut seen = self.hold().await;
        seen.absences.take_up(self.parts.roster.entries());
        drop(seen);
        self.tell_of_lockout().await;
    }

    /// Looks at all sources and follows what has changed; `anew`: reads the files in any case.
    pub(crate) async fn look(&self, anew: bool) {
        let mut seen = self.hold().await;
        let files = self.look_at_files(&mut seen, anew).await;
        let stored = self.look_at_store(&mut seen).await;
        if files || stored {
            self.follow(&mut seen);
            self.tell_of_lockout().await;
        }
        if !anew {
            self.look_for_the_missing(&mut seen);
        }
        self.settle(&mut seen).await;
    }

    /// Follows the store, whatever the files say.
    pub(super) async fn follow_store(&self, seen: &mut Seen) -> Result<(), StoreError> {
        seen.rows = self.parts.stored.list().await?;
        self.follow(seen);
        Ok(())
    }

    /// Whether the files say something new, and it is good.
    async fn look_at_files(&self, seen: &mut Seen, anew: bool) -> bool {
        let Some(sources) = &self.parts.sources else {
            return false;
        };
        // Taken before the reading: what changes meanwhile is seen the next time.
        let stamp = Stamp::take(sources, &seen.config);
        if stamp == seen.stamp && !anew {
            return false;
        }
        seen.stamp = stamp;
        match self.read(sources.clone()).await {
            Ok((config, main)) => {
                self.warn_of_restart(&config);
                tell_of_losses(&config, &seen.config.drop_in_losses);
                seen.config = config;
                seen.main = main;
                seen.is_broken = false;
                self.parts.roster.note(|trouble| trouble.files = None);
                tracing::info!("the configuration was read anew");
                true
            }
            Err(problems) => {
                for problem in problems.lines() {
                    tracing::error!(
                        problem,
                        "the configuration is broken; the providers of before serve on"
                    );
                }
                seen.is_broken = true;
                let text = Some(problems);
                self.parts.roster.note(|trouble| trouble.files = text);
                false
            }
        }
    }

    /// Reads the files off the threads that serve, and checks all of them.
    async fn read(&self, sources: Sources) -> Result<(Config, MainFile), String> {
        let reading = tokio::task::spawn_blocking(move || config::load(&sources));
        let read = reading.await.map_err(|error| error.to_string())?;
        let loaded = read.map_err(|report| report.problems_alone().to_string())?;
        let made = self.parts.roster.entries_of(&loaded.config);
        made.map_err(|error| error.to_string())?;
        let Loaded {
            config,
            file,
            has_table,
            ..
        } = loaded;
        Ok((config, MainFile { file, has_table }))
    }

    /// Whether the store says something new.
    async fn look_at_store(&self, seen: &mut Seen) -> bool {
        match self.parts.stored.list().await {
            Ok(rows) => {
                let new = rows != seen.rows;
                seen.rows = rows;
                new
            }
            Err(error) => {
                tracing::debug!(%error, "the providers added at run time cannot be read now");
                false
            }
        }
    }

    /// Lets serve what was last seen.
    fn follow(&self, seen: &mut Seen) {
        let roster = &self.parts.roster;
        let files = match roster.entries_of(&seen.config) {
            Ok(files) => files,
            Err(error) => return tracing::error!(%error, "the providers of before serve on"),
        };
        let next = self.with_stored(files, seen);
        let before = roster.entries();
        seen.absences.note(&before, &next, seen.served.as_deref());
        roster.serve(next);
        seen.served.clone_from(&seen.main.file);
    }

    /// Looks once more for those that the files do not name any more.
    fn look_for_the_missing(&self, seen: &mut Seen) {
        if self.parts.sources.is_some() && !seen.is_broken {
            seen.absences.look(&Files {
                main: &seen.main,
                drop_ins: &seen.config.drop_ins,
            });
        }
    }

    /// Settles what those leave behind who have left for good; what fails is tried again at the
    /// next look. Meanwhile they are among those that serve, switched off, so that who is told of
    /// it reads their name.
    async fn settle(&self, seen: &mut Seen) {
        let due = seen.absences.due();
        if due.is_empty() {
            return;
        }
        let roster = &self.parts.roster;
        let serving = roster.entries();
        let mut between = due.clone();
        between.extend(serving.clone());
        roster.serve(between);
        for (id, entry) in &due {
            let fates = Fates::of_table(&entry.table);
            if fates.links == LinkFate::Refuse {
                tracing::warn!(
                    provider.id = %id,
                    "a file cannot be refused its change: the provider's links stay"
                );
            }
            let settled = self.parts.departures.settle(id, fates).await;
            tell_of_departure(id, &settled);
            if settled.is_ok() {
                seen.absences.settled(id);
            }
        }
        roster.serve(serving);
    }

    /// These, and the providers of the store that can serve; notes why others cannot.
    fn with_stored(&self, mut files: Entries, seen: &Seen) -> Entries {
        let mut problems = Vec::new();
        for row in &seen.rows {
            if let Some(entry) = files.get(&row.id) {
                problems.push(format!(
                    "provider {} is written in {} and was added at run time too; remove one of \
                     the two",
                    row.id, entry.origin
                ));
                continue;
            }
            match self.entry_of(row, seen) {
                Ok(entry) => {
                    files.insert(row.id.clone(), entry);
                }
                Err(problem) => {
                    problems.push(format!("provider {}, added at run time: {problem}", row.id));
                    let is_off = row.table.get("enabled") == Some(&Value::Bool(false));
                    let before = self.parts.roster.entry(&row.id).map(|entry| match is_off {
                        true => entry.disabled(),
                        false => entry,
                    });
                    files.extend(before.map(|entry| (row.id.clone(), entry)));
                }
            }
        }
        let text = (!problems.is_empty()).then(|| problems.join("\n"));
        self.parts.roster.note(|trouble| {
            if trouble.stored != text {
                for problem in &problems {
                    tracing::error!(problem, "a provider added at run time cannot serve");
                }
            }
            trouble.stored = text;
        });
        files
    }

    fn entry_of(&self, row: &StoredProvider, seen: &Seen) -> Result<Entry, String> {
        let (table, closed) = self.parts.tables.opened(&row.id, row.table.clone());
        if let Some(key) = closed.first() {
            return Err(format!(
                "{key} was sealed with another key; give it once more"
            ));
        }
        let table = Value::Object(taken(table));
        let table = config::load_provider(row.id.as_str(), &table, seen.identity())
            .map_err(|report| report.problems_alone().to_string())?;
        let made = self
            .parts
            .roster
            .entry_of(row.id.as_str(), table, Origin::Runtime);
        made.map(|(_, entry)| entry)
            .map_err(|error| error.to_string())
    }

    fn warn_of_restart(&self, config: &Config) {
        let now = other_sections(config);
        let names = [&now, &self.started_with];
        let names = names.into_iter().filter_map(Value::as_object);
        let names: BTreeSet<&String> = names.flat_map(serde_json::Map::keys).collect();
        for section in names {
            if now.get(section) != self.started_with.get(section) {
                tracing::warn!(section, "a changed section counts after a restart only");
            }
        }
    }
}

impl Seen {
    /// What identities are made of.
    pub(super) fn identity(&self) -> &config::Identity {
        &self.config.identity
    }

    /// The last good reading of the files.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// The provider of this name as the store has it.
    pub(super) fn row(&self, id: &ProviderId) -> Option<&StoredProvider> {
        self.rows.iter().find(|row| row.id == *id)
    }
}

/// A keeper cannot begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotBegin {
    /// A configured provider cannot be made.
    #[error(transparent)]
    Provider(#[from] InvalidProvider),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says what files say of providers that has no meaning here, and has not been told.
fn tell_of_losses(config: &Config, told: &[String]) {
    let lost = config.drop_in_losses.iter();
    for loss in lost.filter(|loss| !told.contains(loss)) {
        tracing::warn!(
            loss,
            "something that a list says of a provider is not followed"
        );
    }
}

fn tell_of_departure(id: &ProviderId, settled: &Result<Departed, StoreError>) {
    match settled {
        Ok(departed) => tracing::info!(
            provider.id = %id, links_removed = departed.links_removed,
            sessions_ended = departed.sessions_ended, "a provider was switched off"
        ),
        Err(error) => tracing::error!(
            provider.id = %id, %error, "not all of what a provider left behind is settled"
        ),
    }
}

fn stamp(sources: Option<&Sources>, config: &Config) -> Stamp {
    sources.map_or_else(Stamp::default, |sources| Stamp::take(sources, config))
}

/// Everything but providers, secrets hidden.
fn other_sections(config: &Config) -> Value {
    let mut sections = serde_json::to_value(config).unwrap_or_default();
    if let Some(sections) = sections.as_object_mut() {
        sections.shift_remove("providers");
        sections.shift_remove("providers_dir");
    }
    sections
}

#[cfg(test)]
mod tests;
