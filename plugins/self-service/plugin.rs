//! The plugin: puts the desk together and installs its router.

use std::sync::{Arc, OnceLock};

use portcullis_core::plugin::{Addresses, Host, InstallError, Plugin};
use portcullis_kit::{Locales, Modules, RouterPages, SecurityHeaders, Shell, ShellError};

use crate::{
    config::{Config, Limits},
    desk::Desk,
    guard::CaptchaGuard,
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
    captcha: Option<CaptchaGuard>,
    security: SecurityHeaders,
}

impl SelfService {
    /// The plugin with these settings.
    pub fn new(config: Config, limits: Limits) -> Self {
        Self {
            config,
            limits,
            locales: None,
            captcha: None,
            security: SecurityHeaders::default(),
        }
    }

    /// The plugin with these languages; without, the built-in ones.
    #[must_use]
    pub fn with_locales(mut self, locales: Arc<Locales>) -> Self {
        self.locales = Some(locales);
        self
    }

    /// The plugin with a captcha in the forms of some flows.
    #[must_use]
    pub fn with_captcha(mut self, guard: CaptchaGuard) -> Self {
        self.captcha = Some(guard);
        self
    }

    /// The plugin with these headers of its answers.
    #[must_use]
    pub fn with_security_headers(mut self, security: SecurityHeaders) -> Self {
        self.security = security;
        self
    }

    fn shell(&self, addresses: &Addresses) -> Result<Shell, ShellError> {
        let public_url = addresses.public_url();
        let secure = public_url.scheme() == "https";
        let modules = Modules::new(public_url, self.config.form_modules.clone());
        let shell = Shell::new(PRODUCT, &addresses.prefix, secure)?
            .with_modules(modules)
            .with_security_headers(self.security.clone());
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
            captcha: self.captcha.clone(),
            description: OnceLock::new(),
        };
        let router = router::router(Arc::new(desk));
        let pages = RouterPages::new(&prefix, router, shell);
        host.public_pages.push(("/".to_owned(), Arc::new(pages)));
        Ok(())
    }
}
