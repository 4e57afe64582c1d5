//! Tickets: what an administrator has asked for elsewhere, until their browser comes to begin it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    flow::{Flow, FlowKind, Transport},
    id::{FlowId, IdentityId},
    plugin::Services,
    secret::{Token, TokenHash},
    session::Acting,
    store::StoreError,
    ui::Ui,
};

/// How long a ticket can be taken.
pub const LIFESPAN: Duration = Duration::from_secs(60);
/// The state of flows that are tickets.
const STATE: &str = "impersonation";

/// What begins once a browser comes with the ticket's code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// As whom.
    pub identity: IdentityId,
    /// Who acts, and how.
    pub acting: Acting,
    /// When it ends at the latest.
    pub until: Timestamp,
}

impl Ticket {
    /// Keeps the ticket, and answers with the code that takes it once; only its digest is kept.
    pub async fn issue(&self, services: &Services) -> Result<Token, StoreError> {
        let code = Token::generate(&*services.entropy);
        let now = services.clock.now();
        let flow = Flow {
            id: id(code.expose())?,
            kind: FlowKind::Error,
            transport: Transport::Api,
            issued_at: now,
            expires_at: now + LIFESPAN,
            request_url: String::new(),
            return_to: None,
            csrf_hash: None,
            active: None,
            locale: String::new(),
            state: STATE.to_owned(),
            ui: Ui {
                action: String::new(),
                method: String::new(),
                nodes: Vec::new(),
                messages: Vec::new(),
            },
            context: json!({ Flow::OWNER: self.identity, STATE: self }),
        };
        services.flows.put(&flow).await?;
        Ok(code)
    }

    /// The ticket of this code, which stays.
    pub async fn find(services: &Services, code: &str) -> Result<Option<Self>, StoreError> {
        let Some(flow) = services.flows.find(id(code)?).await? else {
            return Ok(None);
        };
        let is_valid = flow.state == STATE && services.clock.now() < flow.expires_at;
        let ticket = || Self::deserialize(flow.context.get(STATE).unwrap_or(&Value::Null)).ok();
        Ok(is_valid.then(ticket).flatten())
    }

    /// The ticket of this code, for the only one who takes it.
    pub async fn take(services: &Services, code: &str) -> Result<Option<Self>, StoreError> {
        let Some(ticket) = Self::find(services, code).await? else {
            return Ok(None);
        };
        let taken = services.flows.remove(id(code)?).await?;
        Ok(taken.then_some(ticket))
    }
}

fn id(code: &str) -> Result<FlowId, StoreError> {
    let hex = TokenHash::of(&format!("{STATE}:{code}")).to_hex();
    let id = hex.get(..32).and_then(|digits| digits.parse().ok());
    id.ok_or(StoreError::Corrupt { what: "ticket" })
}
