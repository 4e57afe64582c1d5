//! Recoveries that administrators hand out or mail, made as the gateway's own are.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use portcullis_core::{
    errand::{Errand, ErrandError, Handout, Outreach, Recovery, Sent},
    id::IdentityId,
    plugin::Announcer,
};
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
            lifespan: config.mail.actions_lifespan,
        })
    }

    /// Both, for administrators.
    pub(super) async fn outreach(
        &self,
        config: &Config,
        announcer: Announcer,
    ) -> Result<Reaching, BuildError> {
        Ok(Reaching {
            errands: self.errands(config, announcer).await?,
            lifespan: config.plugins.self_service.recovery.lifespan,
        })
    }
}

/// Hands out and mails what the self-service flows take.
#[derive(Debug)]
pub(super) struct Reaching {
    errands: Errands,
    lifespan: Duration,
}

#[async_trait]
impl Outreach for Reaching {
    async fn hand_out(&self, id: IdentityId, handout: Handout) -> Result<Recovery, ErrandError> {
        let recoveries = &self.errands.recoveries;
        recoveries.hand_out(id, handout, self.lifespan).await
    }

    async fn send(&self, id: IdentityId, errand: Errand) -> Result<Sent, ErrandError> {
        self.errands.send(id, errand).await
    }
}
