//! What serves: the configured providers with their origins, and the registry made of them.

use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use portcullis_core::{
    administration::{ProviderReport, ProviderSource},
    clock::Clock,
    id::ProviderId,
    outbound::Way,
    plugin::Addresses,
    provider::ConfiguredProvider,
    registry::{Providers, Registry},
};

use crate::{
    builtin::{self, InvalidProvider},
    config::{self, Config},
};

/// Providers by name.
pub(super) type Entries = BTreeMap<ProviderId, Entry>;

/// One provider as it serves.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its table.
    pub(super) table: Arc<config::Provider>,
    /// Where it comes from.
    pub(super) origin: Origin,
    configured: ConfiguredProvider,
}

/// Where a provider comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The configuration file or the environment.
    Config,
    /// This file of `providers_dir`.
    File(PathBuf),
    /// The store.
    Runtime,
}

impl Origin {
    /// The kind of source.
    pub(super) fn source(&self) -> ProviderSource {
        match self {
            Self::Config => ProviderSource::Config,
            Self::File(_) => ProviderSource::File,
            Self::Runtime => ProviderSource::Runtime,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config => f.write_str("the configuration"),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Runtime => f.write_str("the store, added at run time"),
        }
    }
}

/// The providers that serve.
#[derive(Debug)]
pub(crate) struct Roster {
    registry: Arc<Registry>,
    /// What an embedder brought; it never changes.
    additional: Vec<ConfiguredProvider>,
    way: Arc<Way>,
    clock: Arc<dyn Clock>,
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Entries,
    trouble: Trouble,
}

/// Why what serves is not what the sources say.
#[derive(Debug, Default, Clone)]
pub(super) struct Trouble {
    /// What is wrong with the files.
    pub(super) files: Option<String>,
    /// What is wrong with the providers in the store.
    pub(super) stored: Option<String>,
}

impl Roster {
    /// A roster of nothing but what an embedder brought.
    pub(crate) fn new(additional: Vec<ConfiguredProvider>, clock: Arc<dyn Clock>) -> Self {
        Self {
            registry: Arc::new(Registry::new(Providers::new(additional.clone()))),
            additional,
            way: Arc::default(),
            clock,
            state: RwLock::default(),
        }
    }

    /// The same, whose providers are reached this way.
    #[must_use]
    pub(crate) fn by(self, way: Arc<Way>) -> Self {
        Self { way, ..self }
    }

    /// What a table describes, which is not asked yet.
    pub(super) fn made(
        &self,
        id: &str,
        table: &config::Provider,
    ) -> Result<ConfiguredProvider, InvalidProvider> {
        builtin::provider(id, table, &self.way, Arc::clone(&self.clock))
    }

    /// Where requests find the providers.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// What is wrong with the sources, while what was good before serves.
    pub(crate) fn trouble(&self) -> Option<String> {
        let trouble = self.state().trouble.clone();
        let texts: Vec<String> = trouble.files.into_iter().chain(trouble.stored).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// How each provider is, in the order of the buttons.
    pub(crate) fn reports(&self, addresses: &Addresses) -> Vec<ProviderReport> {
        let state = self.state();
        let report = |configured: &Arc<ConfiguredProvider>| ProviderReport {
            source: state
                .entries
                .get(&configured.id)
                .map_or(ProviderSource::Config, |entry| entry.origin.source()),
            enabled: configured.policy.enabled,
            status: configured.provider.status(),
            redirect_uri: addresses.redirect_uri(&configured.id),
            id: configured.id.clone(),
        };
        self.registry.current().all().iter().map(report).collect()
    }

    /// The providers that serve now.
    pub(super) fn entries(&self) -> Entries {
        self.state().entries.clone()
    }

    /// The provider of this name.
    pub(super) fn entry(&self, id: &ProviderId) -> Option<Entry> {
        self.state().entries.get(id).cloned()
    }

    /// Whether an embedder brought a provider of this name.
    pub(super) fn is_embedded(&self, id: &ProviderId) -> bool {
        self.additional.iter().any(|provider| provider.id == *id)
    }

    /// A provider made of its table; the one that serves, where nothing about it has changed, so
    /// that what it has learned of the other side stays.
    pub(super) fn entry_of(
        &self,
        id: &str,
        table: config::Provider,
        origin: Origin,
    ) -> Result<(ProviderId, Entry), InvalidProvider> {
        let known = self
            .state()
            .entries
            .iter()
            .find(|(known, entry)| known.as_str() == id && *entry.table == table)
            .map(|(id, entry)| (id.clone(), entry.clone()));
        if let Some((id, entry)) = known {
            return Ok((id, Entry { origin, ..entry }));
        }
        let configured = self.made(id, &table)?;
        let entry = Entry {
            table: Arc::new(table),
            origin,
            configured,
        };
        Ok((entry.configured.id.clone(), entry))
    }

    /// The providers of files and environment.
    pub(super) fn entries_of(&self, config: &Config) -> Result<Entries, InvalidProvider> {
        let entry = |(id, table): (&String, &config::Provider)| {
            let file = config.drop_ins.get(id).cloned();
            let origin = file.clone().map_or(Origin::Config, Origin::File);
            let made = self.entry_of(id, table.clone(), origin);
            made.map_err(|error| error.in_file(file))
        };
        config.providers.iter().map(entry).collect()
    }

    /// Lets these serve from now on. Requests under way finish with those of before.
    pub(super) fn serve(&self, entries: Entries) {
        let configured = entries.values().map(|entry| entry.configured.clone());
        let embedded = self.additional.iter().cloned();
        let providers = Providers::new(embedded.chain(configured));
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.entries = entries;
        self.registry.replace(providers);
    }

    /// Notes what is wrong with the sources, or that nothing is.
    pub(super) fn note(&self, change: impl FnOnce(&mut Trouble)) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut state.trouble);
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Whether it can be used.
    pub(super) fn is_enabled(&self) -> bool {
        self.configured.policy.enabled
    }

    /// The same, switched off: nobody can begin or end a sign-in through it.
    pub(super) fn disabled(mut self) -> Self {
        self.configured.policy.enabled = false;
        self
    }

    /// How it is, from what was last seen of it.
    pub(super) fn report(&self, addresses: &Addresses) -> ProviderReport {
        ProviderReport {
            id: self.configured.id.clone(),
            source: self.origin.source(),
            enabled: self.is_enabled(),
            status: self.configured.provider.status(),
            redirect_uri: addresses.redirect_uri(&self.configured.id),
        }
    }

    /// Asks the provider itself, so that its status is of now.
    pub(super) async fn reach(&self) {
        // What went wrong is in its status.
        let _ = self.configured.provider.reach().await;
    }
}
