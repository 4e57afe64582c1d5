//! Tickets: what an administrator has asked for elsewhere, until their browser comes to begin it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, to_value};

use crate::{
    id::IdentityId, plugin::Services, secret::Token, session::Acting, store::StoreError,
    ticket::Tickets,
};

/// How long a ticket can be taken.
pub const LIFESPAN: Duration = Duration::from_secs(60);

const TICKETS: Tickets = Tickets {
    name: "impersonation",
    lifespan: LIFESPAN,
};

/// What begins once a browser comes with the ticket's code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// As whom.
    pub identity: IdentityId,
    /// Who acts, and how.
    pub acting: Acting,
    /// When it ends at the latest.
    pub until: Timestamp,
    /// The page that they come back to: one of the gateway's own, never one that a request names.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub came_from: Option<String>,
}

impl Ticket {
    /// Keeps the ticket, and answers with the code that takes it once; only its digest is kept.
    pub async fn issue(&self, services: &Services) -> Result<Token, StoreError> {
        let content = to_value(self).map_err(|_| StoreError::Corrupt { what: "ticket" })?;
        TICKETS.issue(services, self.identity, content).await
    }

    /// The ticket of this code, which stays.
    pub async fn find(services: &Services, code: &str) -> Result<Option<Self>, StoreError> {
        Ok(TICKETS.find(services, code).await?.and_then(read))
    }

    /// The ticket of this code, for the only one who takes it.
    pub async fn take(services: &Services, code: &str) -> Result<Option<Self>, StoreError> {
        Ok(TICKETS.take(services, code).await?.and_then(read))
    }
}

fn read(content: Value) -> Option<Ticket> {
    serde_json::from_value(content).ok()
}
