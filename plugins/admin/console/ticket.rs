//! Tickets: an administrator who is signed in at the public listener, until their browser comes to the
//! console.

use std::time::Duration;

use portcullis_core::{
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    id::{FlowId, IdentityId},
    plugin::Services,
    secret::{Token, TokenHash},
    session::Session,
    store::StoreError,
    ui::Ui,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long a ticket can be taken.
const LIFESPAN: Duration = Duration::from_secs(60);
/// The state of flows that are tickets; also what they are sealed for.
const STATE: &str = "console-ticket";

/// What the console begins with once a browser comes with the ticket's code.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ticket {
    /// What opens the session.
    pub(crate) session: TokenHash,
    /// The browser that may take it, by the hash of its cookie.
    pub(crate) state: TokenHash,
    /// Where it goes on, below the console's own path.
    pub(crate) return_to: String,
}

impl Ticket {
    /// A ticket for the browser of this state.
    pub(crate) fn new(session: &Session, state: TokenHash, return_to: String) -> Self {
        Self {
            session: session.token_hash,
            state,
            return_to,
        }
    }

    /// Keeps it, and answers with the code that takes it once; only its digest is kept.
    pub(crate) async fn issue(
        &self,
        services: &Services,
        owner: IdentityId,
    ) -> Result<Token, Failure> {
        let text = serde_json::to_vec(self).map_err(|_| Code::Internal)?;
        let sealed = services.seal.close(STATE, &text, &*services.entropy);
        let sealed = sealed.ok_or(Code::Internal)?;
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
            context: json!({ Flow::OWNER: owner, STATE: sealed }),
        };
        services.flows.put(&flow).await?;
        Ok(code)
    }

    /// The ticket of this code, for the only one who takes it.
    pub(crate) async fn take(services: &Services, code: &str) -> Result<Option<Self>, Failure> {
        let id = id(code)?;
        let flow = services.flows.find(id).await?;
        let is_valid = |flow: &Flow| flow.state == STATE && services.clock.now() < flow.expires_at;
        let Some(flow) = flow.filter(is_valid) else {
            return Ok(None);
        };
        if !services.flows.remove(id).await? {
            return Ok(None);
        }
        let sealed = flow.context[STATE].as_str().unwrap_or_default();
        let text = services.seal.open(STATE, sealed);
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }
}

fn id(code: &str) -> Result<FlowId, StoreError> {
    let hex = TokenHash::of(&format!("{STATE}:{code}")).to_hex();
    let id = hex.get(..32).and_then(|digits| digits.parse().ok());
    id.ok_or(StoreError::Corrupt { what: "ticket" })
}
