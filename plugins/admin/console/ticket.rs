//! Tickets: an administrator who is signed in at the public listener, until their browser comes to the
//! console.

use std::time::Duration;

use portcullis_core::{
    catalogue::Code,
    id::IdentityId,
    plugin::Services,
    secret::{Token, TokenHash},
    session::Session,
    ticket::Tickets,
};
use portcullis_kit::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What tickets are called, and sealed for.
const NAME: &str = "console-ticket";
const TICKETS: Tickets = Tickets {
    name: NAME,
    lifespan: Duration::from_secs(60),
};

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
        let sealed = services.seal.close(NAME, &text, &*services.entropy);
        let sealed = Value::String(sealed.ok_or(Code::Internal)?);
        Ok(TICKETS.issue(services, owner, sealed).await?)
    }

    /// The ticket of this code, for the only one who takes it.
    pub(crate) async fn take(services: &Services, code: &str) -> Result<Option<Self>, Failure> {
        let sealed = TICKETS.take(services, code).await?;
        let sealed = sealed.as_ref().and_then(Value::as_str);
        let text = sealed.and_then(|sealed| services.seal.open(NAME, sealed));
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }
}
