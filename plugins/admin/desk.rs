//! The desk: what every page function works with.

use std::sync::Arc;

use portcullis_core::{plugin::Services, stage::Authenticator};
use portcullis_kit::Shell;
use tokio::sync::Mutex;

use crate::config::Config;

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
    /// Held while an administrator goes.
    pub(crate) leaving: Mutex<()>,
}
