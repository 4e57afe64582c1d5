//! The plugin: puts the desk together and installs its router.

use std::sync::Arc;

use portcullis_core::plugin::{Host, InstallError, Plugin};
use portcullis_kit::{Locales, RouterPages, SecurityHeaders, Shell, ShellError};

use crate::{config::Config, desk::Desk, router};

/// What pages call the gateway.
const PRODUCT: &str = "Portcullis";
/// Where the console's pages live.
const CONSOLE: &str = "/ui";

/// The admin plugin.
#[derive(Debug, Clone)]
pub struct Admin {
    config: Config,
    locales: Option<Arc<Locales>>,
    security: SecurityHeaders,
}

impl Admin {
    /// The plugin with these settings.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            locales: None,
            security: SecurityHeaders::default(),
        }
    }

    /// The plugin with these languages; without, the built-in ones.
    #[must_use]
    pub fn with_locales(mut self, locales: Arc<Locales>) -> Self {
        self.locales = Some(locales);
        self
    }

    /// The plugin with these headers of its answers.
    #[must_use]
    pub fn with_security_headers(mut self, security: SecurityHeaders) -> Self {
        self.security = security;
        self
    }

    fn shell(&self) -> Result<Shell, ShellError> {
        let secure = self.config.public_url.scheme() == "https";
        let shell = Shell::new(PRODUCT, CONSOLE, secure)?;
        let shell = shell.with_security_headers(self.security.clone());
        Ok(match &self.locales {
            Some(locales) => shell.with_locales(Arc::clone(locales)),
            None => shell,
        })
    }
}

impl Plugin for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    /// Sessions are known by the authenticators that others have added so far.
    fn install(&self, host: &mut Host) -> Result<(), InstallError> {
        let shell = self.shell().map_err(|error| InstallError {
            reason: error.to_string(),
        })?;
        let desk = Desk::new(host, self.config.clone());
        let router = router::router(Arc::new(desk));
        let pages = RouterPages::new("", router, Arc::new(shell));
        host.admin_pages.push(("/".to_owned(), Arc::new(pages)));
        Ok(())
    }
}
