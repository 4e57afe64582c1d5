//! Recoveries that administrators hand out or mail, made as the gateway's own are.

use std::sync::Arc;

use portcullis_core::plugin::Announcer;
use portcullis_self_service::{Errands, Recoveries};

use super::{BuildError, Foundation};
use crate::config::Config;

impl Foundation {
    /// What hands out recoveries.
    pub async fn recoveries(&self, config: &Config) -> Result<Recoveries, BuildError> {
        Ok(Recoveries {
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            flows: Arc::clone(&self.stores.flows),
            seal: self.seal(config).await?,
            addresses: self.addresses.clone(),
            ui_url: config.plugins.self_service.recovery.ui_url.clone(),
        })
    }

    /// What has people do things by mail.
    pub async fn errands(
        &self,
        config: &Config,
        announcer: Announcer,
    ) -> Result<Errands, BuildError> {
        Ok(Errands {
            recoveries: self.recoveries(config).await?,
            identities: Arc::clone(&self.stores.identities),
            actions: Arc::clone(&self.actions),
            mailer: Arc::clone(&self.post.mailer),
            announcer,
        })
    }
}
