//! The plugin: puts the desk together and installs its router.

use std::sync::Arc;

use portcullis_core::plugin::{Addresses, Host, InstallError, Plugin};
use portcullis_kit::{Locales, Modules, RouterPages, Shell, ShellError};

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
    locales: Option<Arc<Locales>>,
}

impl SelfService {
    /// The plugin with these settings.
    pub fn new(config: Config, limits: Limits) -> Self {
        Self {
            config,
            limits,
            locales: None,
        }
    }

    /// The plugin with these languages; without, the built-in ones.
    #[must_use]
    pub fn with_locales(mut self, locales: Arc<Locales>) -> Self {
        self.locales = Some(locales);
        self
    }

    fn shell(&self, addresses: &Addresses) -> Result<Shell, ShellError> {
        let public_url = addresses.public_url();
        let secure = public_url.scheme() == "https";
        let modules = Modules::new(public_url, self.config.form_modules.clone());
        let shell = Shell::new(PRODUCT, &addresses.prefix, secure)?.with_modules(modules);
        Ok(match &self.locales {
            Some(locales) => shell.with_locales(Arc::clone(locales)),
            None => shell,
        })
    }
}

impl Plugin for SelfService {
    fn name(&self) -> &'static str {
        "self-service"
    }

    fn install(&self, host: &mut Host) -> Result<(), InstallError> {
        let services = host.services.clone();
        let prefix = services.addresses.prefix.clone();
        let shell = self
            .shell(&services.addresses)
            .map_err(|error| InstallError {
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
