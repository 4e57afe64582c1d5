//! The gateway: every part put in its place. The one corner that sees them all.

mod admin;
mod assembly;
mod factors;
mod foundation;
mod passwords;
mod probes;
mod providers;
mod recoveries;
mod routes;
mod security_headers;
mod serving;
mod switched_off;

use std::sync::Arc;

use portcullis_core::{
    plugin::{InstallError, Plugin},
    provider::ConfiguredProvider,
    schema::{TraitValidator, Validators},
    store::StoreError,
};

pub use self::{
    foundation::{Foundation, addresses},
    probes::{Probe, probes},
};
pub(crate) use self::{
    providers::{OtherSources, ProviderParts},
    serving::log_format,
};
use crate::{
    aside,
    config::{Config, Report, Sources},
    listener::endpoint::ListenError,
    observe::log::LogError,
    schemas::Unsettled,
};

/// A gateway in the making: the built-in parts and whatever an embedder adds.
#[derive(Debug)]
pub struct Builder {
    config: Config,
    plugins: Vec<Arc<dyn Plugin>>,
    providers: Vec<ConfiguredProvider>,
    validators: Validators,
    sources: Option<Sources>,
    warnings: Report,
}

/// The gateway.
#[derive(Debug, Clone, Copy)]
pub struct Gateway;

impl Gateway {
    /// Begins a gateway of this configuration.
    pub fn builder(config: Config) -> Builder {
        Builder {
            config,
            plugins: Vec::new(),
            providers: Vec::new(),
            validators: Validators::new(),
            sources: None,
            warnings: Report::default(),
        }
    }
}

impl Builder {
    /// Adds a plugin after the built-in ones.
    #[must_use]
    pub fn plugin(mut self, plugin: impl Plugin + 'static) -> Self {
        self.plugins.push(Arc::new(plugin));
        self
    }

    /// Adds a provider beside the configured ones.
    #[must_use]
    pub fn provider(mut self, provider: ConfiguredProvider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Adds a validator that schemas name as `plugin` in `x-profile.validators`.
    #[must_use]
    pub fn validator(mut self, name: &str, validator: impl TraitValidator + 'static) -> Self {
        self.validators.insert(name.to_owned(), Arc::new(validator));
        self
    }

    /// Reads providers anew from where the configuration came from, when something changes there.
    #[must_use]
    pub fn follow(mut self, sources: Sources) -> Self {
        self.sources = Some(sources);
        self
    }

    /// Tells in the log, once it begins, which of the configuration's choices are weak.
    #[must_use]
    pub fn warn_of(mut self, warnings: Report) -> Self {
        self.warnings = warnings;
        self
    }

    /// Serves until Ctrl-C or SIGTERM, then finishes what is in flight.
    pub fn run(self) -> Result<(), BuildError> {
        // Every TLS connection of the process uses this one; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let front = tokio::runtime::Builder::new_multi_thread()
            .thread_name("front")
            .enable_all()
            .build()
            .map_err(BuildError::Runtime)?;
        let beside = aside::runtime().map_err(BuildError::Runtime)?;
        // On a thread of that runtime, so that whatever it starts gives way as well.
        let serving = beside.spawn(serving::serve(self, front.handle().clone()));
        let served = front.block_on(serving);
        // Work that no request waits for must not keep the process alive.
        front.shutdown_background();
        beside.shutdown_background();
        served.map_err(|broken| BuildError::Runtime(broken.into()))?
    }
}

/// A gateway cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration cannot be followed.
    #[error("the configuration cannot be followed: {0}")]
    Invalid(String),
    /// A store is needed and does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A plugin cannot be installed.
    #[error(transparent)]
    Plugin(#[from] InstallError),
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The log cannot be set up.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The process cannot have what it needs to run.
    #[error("the runtime cannot be started")]
    Runtime(#[source] std::io::Error),
}

impl From<Unsettled> for BuildError {
    fn from(error: Unsettled) -> Self {
        match error {
            Unsettled::Missing(reason) => Self::Invalid(reason),
            Unsettled::Store(error) => Self::Store(error),
        }
    }
}

impl BuildError {
    /// What an error of a library says about a part that cannot be made.
    fn part(error: &dyn std::error::Error) -> Self {
        Self::Invalid(error.to_string())
    }
}
