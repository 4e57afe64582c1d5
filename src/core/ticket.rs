//! Tickets: what one has asked for at one place, kept for a short while until their browser comes for
//! it at another.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    flow::{Flow, FlowKind},
    id::{FlowId, IdentityId},
    plugin::Services,
    secret::Token,
    store::StoreError,
};

/// One kind of tickets.
#[derive(Debug, Clone, Copy)]
pub struct Tickets {
    /// What they are called where they are kept; no two kinds share a name.
    pub name: &'static str,
    /// How long one can be taken.
    pub lifespan: Duration,
}

impl Tickets {
    /// Keeps `content` for the identity that it is about, and answers with the code that takes it once;
    /// only the code's digest is kept.
    pub async fn issue(
        &self,
        services: &Services,
        owner: IdentityId,
        content: Value,
    ) -> Result<Token, StoreError> {
        let code = Token::generate(&*services.entropy);
        let now = services.clock.now();
        let id = self.id(code.expose());
        let flow = Flow {
            state: self.name.to_owned(),
            context: json!({ Flow::OWNER: owner, self.name: content }),
            ..Flow::blank(FlowKind::Error, id, now, now + self.lifespan)
        };
        services.flows.put(&flow).await?;
        Ok(code)
    }

    /// What is kept under this code, which stays; nothing where its time is over.
    pub async fn find(&self, services: &Services, code: &str) -> Result<Option<Value>, StoreError> {
        let flow = services.flows.find(self.id(code)).await?;
        let is_valid =
            |flow: &Flow| flow.state == self.name && services.clock.now() < flow.expires_at;
        let flow = flow.filter(is_valid);
        Ok(flow.map(|mut flow| flow.context[self.name].take()))
    }

    /// What is kept under this code, for the only one who takes it.
    pub async fn take(&self, services: &Services, code: &str) -> Result<Option<Value>, StoreError> {
        let Some(content) = self.find(services, code).await? else {
            return Ok(None);
        };
        let is_taken = services.flows.remove(self.id(code)).await?;
        Ok(is_taken.then_some(content))
    }

    fn id(&self, code: &str) -> FlowId {
        FlowId::of(&format!("{}:{code}", self.name))
    }
}
