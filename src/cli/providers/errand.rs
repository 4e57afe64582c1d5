//! The providers of all sources, prepared for one errand beside a gateway or without one.

use portcullis_core::{broker::Broker, plugin::Announcer};

use crate::{
    cli::{Common, Failure, desk},
    gateway::{Foundation, OtherSources, ProviderParts},
    providers::Administration,
};

/// What an errand to the providers needs.
#[derive(Debug)]
pub(in crate::cli) struct Errand {
    foundation: Foundation,
    parts: ProviderParts,
}

impl Errand {
    /// Opens the stores and prepares the providers, does the errand, and closes the stores.
    pub(in crate::cli) fn run<F>(common: &Common, errand: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Self) -> Result<(), Failure>,
    {
        let config = desk::configuration(common)?;
        desk::runtime()?.block_on(async {
            let foundation = Foundation::lay(&config).await;
            let foundation = foundation.map_err(|error| Failure::refused(&error))?;
            let (other, announcer) = (OtherSources::default(), Announcer::default());
            let parts = ProviderParts::prepare(&config, &foundation, other, &announcer).await;
            match parts {
                Ok(parts) => {
                    let prepared = Self { foundation, parts };
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

    /// Says what keeps providers of the store from serving.
    pub(super) fn mention_trouble(&self) {
        if let Some(trouble) = self.parts.roster.trouble() {
            eprintln!("warning: {trouble}");
        }
    }
}
