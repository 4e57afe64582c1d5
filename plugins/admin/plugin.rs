//! The plugin: puts the desk together and installs its router.

use std::sync::Arc;

use portcullis_core::plugin::{Addresses, Host, InstallError, Plugin};
use portcullis_kit::{Locales, RouterPages, SecurityHeaders, Shell, ShellError};

use crate::{
    config::{Auth, Config},
    console,
    desk::Desk,
    router,
};

/// What pages call the gateway.
const PRODUCT: &str = "Portcullis";

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

    /// What renders the console's pages.
    pub(crate) fn shell(&self) -> Result<Shell, ShellError> {
        let is_secure = self.config.public_url.scheme() == "https";
        let shell = Shell::new(PRODUCT, console::HOME, is_secure)?;
        self.furnish(shell).with_look(console::LOOK)
    }

    /// What renders the page on the public listener that hands administrators over.
    fn public_shell(&self, addresses: &Addresses) -> Result<Shell, ShellError> {
        let is_secure = addresses.public_url().scheme() == "https";
        let shell = Shell::new(PRODUCT, &addresses.prefix, is_secure)?;
        Ok(self.furnish(shell))
    }

    fn furnish(&self, shell: Shell) -> Shell {
        let shell = shell.with_security_headers(self.security.clone());
        match &self.locales {
            Some(locales) => shell.with_locales(Arc::clone(locales)),
            None => shell,
        }
    }
}

fn install_error(error: &ShellError) -> InstallError {
    InstallError {
        reason: error.to_string(),
    }
}

impl Plugin for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    /// Sessions are known by the authenticators that others have added so far.
    fn install(&self, host: &mut Host) -> Result<(), InstallError> {
        let shell = self.shell().map_err(|error| install_error(&error))?;
        let shell = Arc::new(shell);
        let desk = Desk::new(host, self.config.clone(), Arc::clone(&shell));
        host.observers.push(desk.tally.clone());
        host.gauges.push(desk.levels.clone());
        let desk = Arc::new(desk);
        if self.config.console && self.config.auth == Auth::Token {
            let addresses = &host.services.addresses;
            let public = self.public_shell(addresses);
            let public = public.map_err(|error| install_error(&error))?;
            let router = console::public(Arc::clone(&desk));
            let pages = RouterPages::new(&addresses.prefix, router, Arc::new(public));
            let path = console::HANDOVER.to_owned();
            host.public_pages.push((path, Arc::new(pages)));
        }
        let pages = RouterPages::new("", router::router(desk), shell);
        host.admin_pages.push(("/".to_owned(), Arc::new(pages)));
        Ok(())
    }
}
