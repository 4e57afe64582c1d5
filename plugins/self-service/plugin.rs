//! The plugin: puts the desk together and installs its router.

use std::sync::Arc;

use portcullis_core::plugin::{Host, InstallError, Plugin};
use portcullis_kit::{RouterPages, Shell};

use crate::{
    config::{Config, Limits},
    desk::Desk,
    router,
};

/// What pages call the gateway.
const PRODUCT: &str = "Portcullis";

/// The self-service plugin.
#[derive(Debug, Clone, Default)]
pub struct SelfService {
    config: Config,
    limits: Limits,
}

impl SelfService {
    /// The plugin with these settings.
    pub fn new(config: Config, limits: Limits) -> Self {
        Self { config, limits }
    }
}

impl Plugin for SelfService {
    fn name(&self) -> &'static str {
        "self-service"
    }

    fn install(&self, host: &mut Host) -> Result<(), InstallError> {
        let services = host.services.clone();
        let addresses = &services.addresses;
        let prefix = addresses.prefix.clone();
        let secure = addresses.public_url().scheme() == "https";
        let shell = Shell::new(PRODUCT, &prefix, secure).map_err(|error| InstallError {
            reason: error.to_string(),
        })?;
        let shell = Arc::new(shell);
        let desk = Desk {
            services,
            config: self.config.clone(),
            limits: self.limits,
            shell: shell.clone(),
        };
        let router = router::router(Arc::new(desk));
        let pages = RouterPages::new(&prefix, router, shell);
        host.public_pages.push(("/".to_owned(), Arc::new(pages)));
        Ok(())
    }
}
