//! The providers of all sources, prepared for one errand beside a gateway or without one.

use portcullis_core::{administration::ProviderRecord, broker::Broker, plugin::Announcer};

use crate::{
    cli::{Common, Failure, desk},
    config::Config,
    gateway::{Foundation, OtherSources, ProviderParts},
    providers::Administration,
};

/// What an errand to the providers needs.
#[derive(Debug)]
pub(in crate::cli) struct Errand {
    config: Config,
    foundation: Foundation,
    parts: ProviderParts,
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
        let config = desk::configuration_past_drop_ins(common)?;
        let store = config.store.url.clone();
        Self::run_with(config, errand).map_err(|failure| failure.asked(&store))
    }

    fn run_with<F>(config: Config, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        desk::runtime()?.block_on(async {
            let foundation = Foundation::lay(&config).await;
            let foundation = foundation.map_err(|error| Failure::refused(&error))?;
            let (other, announcer) = (OtherSources::default(), Announcer::default());
            let parts = ProviderParts::prepare(&config, &foundation, other, &announcer).await;
            match parts {
                Ok(parts) => {
                    let prepared = Self {
                        config,
                        foundation,
                        parts,
                    };
                    let done = errand(&prepared).await;
                    prepared.foundation.close().await;
                    done
                }
                Err(error) => Err(Failure::refused(&error)),
            }
        })
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

    /// Says what is weak about a provider, as `check` would if it stood in a file.
    pub(super) fn mention_weakness(&self, record: &ProviderRecord) {
        let weakness = self.config.weakness_of(record.id.as_str(), &record.table);
        for finding in weakness {
            eprintln!("{finding}");
        }
    }

    /// Says what keeps providers of the store from serving.
    pub(super) fn mention_trouble(&self) {
        if let Some(trouble) = self.parts.roster.trouble() {
            eprintln!("warning: {trouble}");
        }
    }
}
