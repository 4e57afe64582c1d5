//! The providers of all sources, prepared for one errand beside a gateway or without one.

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    administration::{Problem, ProviderAdministration, ProviderRecord},
    broker::Broker,
    plugin::Announcer,
    vault::UpstreamSessionStore,
};
use tokio::task::JoinHandle;

use crate::{
    cli::{Common, Failure, desk, output::remark},
    config::Config,
    gateway::{Foundation, OtherSources, ProviderParts},
    observe::events::EventLog,
    providers::Administration,
};

/// How long a command waits for the mail server to take what it has written.
const PATIENCE: Duration = Duration::from_secs(15);

/// What an errand to the providers needs.
#[derive(Debug)]
pub(in crate::cli) struct Errand {
    config: Config,
    foundation: Foundation,
    parts: ProviderParts,
    announcer: Announcer,
    mail: JoinHandle<()>,
}

impl Errand {
    /// Opens the stores and prepares the providers, does the errand, and closes the stores.
    pub(in crate::cli) fn run<F>(common: &Common, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        Self::run_with(desk::configuration(common)?, errand)
    }

    /// The same for an errand about an identity, which broken drop-in files do not keep from its
    /// work.
    pub(in crate::cli) fn run_past_drop_ins<F>(common: &Common, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        Self::run_with(desk::configuration_past_drop_ins(common)?, errand)
    }

    fn run_with<F>(config: Config, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        let _flush = desk::log_events(&config);
        let store = config.store.url.clone();
        desk::runtime()?.block_on(async {
            let prepared = Self::prepare(config).await?;
            let done = errand(&prepared).await;
            prepared.close().await;
            done.map_err(|failure| failure.asked(&store))
        })
    }

    async fn prepare(config: Config) -> Result<Self, Failure> {
        let foundation = Foundation::lay(&config).await;
        let (foundation, rounds) = foundation.map_err(|error| Failure::refused(&error))?;
        let observer = Arc::clone(&foundation.post.observer);
        let announcer = Announcer::new(vec![observer, Arc::new(EventLog)]);
        let other = OtherSources::default();
        let parts = ProviderParts::prepare(&config, &foundation, other, &announcer).await;
        let parts = parts.map_err(|error| Failure::refused(&error))?;
        let identities = Arc::clone(&foundation.stores.identities);
        let mail = tokio::spawn(rounds.run(identities));
        Ok(Self {
            config,
            foundation,
            parts,
            announcer,
            mail,
        })
    }

    /// Sends what was written, and closes the stores.
    async fn close(self) {
        let Self {
            config: _,
            foundation,
            parts,
            announcer,
            mail,
        } = self;
        let Foundation { post, store, .. } = foundation;
        // Nobody can write any more, so the mail ends when all is sent.
        drop((parts, announcer, post));
        if tokio::time::timeout(PATIENCE, mail).await.is_err() {
            remark(format_args!(
                "warning: not all mail is sent yet; the rest waits for a gateway to send it"
            ));
        }
        store.close().await;
    }

    pub(in crate::cli) fn administration(&self) -> &Administration {
        &self.parts.administration
    }

    pub(in crate::cli) fn broker(&self) -> &Broker {
        &self.parts.broker
    }

    pub(in crate::cli) fn foundation(&self) -> &Foundation {
        &self.foundation
    }

    /// The configuration it began with.
    pub(in crate::cli) fn config(&self) -> &Config {
        &self.config
    }

    /// Says what is weak about a provider, as `check` would if it stood in a file.
    pub(super) async fn mention_weakness(&self, record: &ProviderRecord) {
        for Problem { key, message } in self.administration().weakness(record).await {
            let key = match key.as_str() {
                "" => record.id.to_string(),
                key => format!("{}.{key}", record.id),
            };
            remark(format_args!("warning: providers.{key}: {message}"));
        }
    }

    /// Who hears of what is done.
    pub(in crate::cli) fn announcer(&self) -> &Announcer {
        &self.announcer
    }

    /// Where sessions came from.
    pub(in crate::cli) fn upstream_sessions(&self) -> &dyn UpstreamSessionStore {
        &*self.parts.upstream_sessions
    }

    /// Says what keeps providers of the store from serving.
    pub(in crate::cli) async fn mention_trouble(&self) {
        if let Some(trouble) = self.administration().trouble().await {
            remark(format_args!("warning: {trouble}"));
        }
    }
}
