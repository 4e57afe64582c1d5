//! Starting flows: one place where a flow gets its id, its times and its form.

use portcullis_core::{
    flow::{Flow, FlowKind, Transport},
    id::FlowId,
    message::Message,
    secret::TokenHash,
    ui::{Node, Ui},
};
use portcullis_kit::{Failure, Visit};
use serde_json::Value;

use crate::{csrf, desk::Desk, login, registration};

/// What a new flow is made of.
#[derive(Debug)]
pub(crate) struct NewFlow {
    pub(crate) kind: FlowKind,
    pub(crate) transport: Transport,
    /// The URL that began it; that of a provider's answer would keep its code.
    pub(crate) request_url: String,
    pub(crate) return_to: Option<String>,
    pub(crate) csrf_hash: Option<TokenHash>,
    pub(crate) context: Value,
    pub(crate) messages: Vec<Message>,
    /// The form's nodes beside the anti-forgery token.
    pub(crate) nodes: Vec<Node>,
}

impl NewFlow {
    /// A plain flow with the usual form of its kind.
    pub(crate) fn plain(desk: &Desk, visit: &Visit, kind: FlowKind) -> Self {
        let nodes = match kind {
            FlowKind::Registration => registration::nodes(desk),
            FlowKind::Login | FlowKind::Error => login::nodes(desk, visit.query("provider")),
        };
        Self {
            kind,
            transport: Transport::Browser,
            request_url: visit.url(),
            return_to: None,
            csrf_hash: None,
            context: Value::Null,
            messages: Vec::new(),
            nodes,
        }
    }

    /// Makes the flow and keeps it.
    pub(crate) async fn start(self, desk: &Desk) -> Result<Flow, Failure> {
        let now = desk.now();
        let id = FlowId::generate(&*desk.services.entropy);
        let token = Node::input("default", csrf::FIELD, "hidden").required();
        // Nodes of the default group come first; otherwise the order stays.
        let (first, rest): (Vec<Node>, Vec<Node>) =
            self.nodes.into_iter().partition(|n| n.group == "default");
        let action = format!("/self-service/{}?flow={id}", self.kind.as_str());
        let flow = Flow {
            id,
            kind: self.kind,
            transport: self.transport,
            issued_at: now,
            expires_at: now + desk.lifespan(self.kind),
            request_url: self.request_url,
            return_to: self.return_to,
            csrf_hash: self.csrf_hash,
            active: None,
            state: "choose_method".to_owned(),
            ui: Ui {
                action: desk.own(&action),
                method: "POST".to_owned(),
                nodes: std::iter::once(token).chain(first).chain(rest).collect(),
                messages: self.messages,
            },
            context: self.context,
        };
        desk.services.flows.put(&flow).await?;
        Ok(flow)
    }
}
