//! The desk: what every page function works with.

use std::sync::Arc;

use portcullis_core::{
    plugin::{Host, Services},
    stage::Authenticator,
};
use portcullis_kit::Shell;

use crate::{config::Config, credential::Issuer, levels::Levels, tally::Tally};

/// What every page function works with.
#[derive(Debug)]
pub(crate) struct Desk {
    /// What the gateway offers.
    pub(crate) services: Services,
    /// What the operator chose.
    pub(crate) config: Config,
    /// What renders pages.
    pub(crate) shell: Arc<Shell>,
    /// Who knows the sessions of administrators.
    pub(crate) authenticators: Vec<Arc<dyn Authenticator>>,
    /// What it hears of sign-ins.
    pub(crate) tally: Arc<Tally>,
    /// What it reads of sessions.
    pub(crate) levels: Arc<Levels>,
}

impl Desk {
    /// The desk of a plugin that is installed into this host.
    pub(crate) fn new(host: &Host, config: Config, shell: Arc<Shell>) -> Self {
        Self {
            services: host.services.clone(),
            config,
            shell,
            authenticators: host.authenticators.clone(),
            tally: Arc::new(Tally::new(Arc::clone(&host.services.clock))),
            levels: Arc::new(Levels::new(&host.services)),
        }
    }

    /// Where access tokens come from, and whom they are for.
    pub(crate) fn issuer(&self) -> Issuer<'_> {
        Issuer(&self.config.public_url)
    }
}
