//! Starting flows: one place where a flow gets its id, its times and its anti-forgery field. What
//! its form asks for is told to it.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    entropy::Entropy,
    flow::{Flow, FlowKind, Transport},
    id::FlowId,
    message::Message,
    plugin::Addresses,
    secret::TokenHash,
    ui::{Node, Ui},
};
use portcullis_kit::{Failure, Visit};
use serde_json::Value;

use crate::{csrf, desk::Desk, form::Form, language};

/// What a new flow is made of.
#[derive(Debug)]
pub(crate) struct NewFlow {
    pub(crate) kind: FlowKind,
    pub(crate) transport: Transport,
    /// The URL that began it; that of a provider's answer would keep its code.
    pub(crate) request_url: String,
    pub(crate) return_to: Option<String>,
    /// The language it begins in.
    pub(crate) locale: String,
    pub(crate) csrf_hash: Option<TokenHash>,
    pub(crate) context: Value,
    pub(crate) messages: Vec<Message>,
    /// The form beside the anti-forgery token.
    pub(crate) form: Form,
    /// When it ends even if flows of its kind last longer.
    pub(crate) until: Option<Timestamp>,
}

impl NewFlow {
    /// A browser's flow that this visit begins.
    pub(crate) fn of(desk: &Desk, visit: &Visit, kind: FlowKind, form: impl Into<Form>) -> Self {
        Self {
            kind,
            transport: Transport::Browser,
            request_url: visit.url(),
            return_to: None,
            locale: language::of_visit(desk, visit).tag().to_owned(),
            csrf_hash: None,
            context: Value::Null,
            messages: Vec::new(),
            form: form.into(),
            until: None,
        }
    }

    /// A flow in which somebody goes on with what they began in another.
    pub(crate) fn after(from: &Flow, kind: FlowKind, form: impl Into<Form>) -> Self {
        Self {
            kind,
            transport: from.transport,
            request_url: from.request_url.clone(),
            return_to: from.return_to.clone(),
            locale: from.locale.clone(),
            csrf_hash: from.csrf_hash,
            context: Value::Null,
            messages: Vec::new(),
            form: form.into(),
            until: None,
        }
    }

    /// Makes the flow and keeps it.
    pub(crate) async fn start(mut self, desk: &Desk) -> Result<Flow, Failure> {
        let (services, lifespan) = (&desk.services, desk.lifespan(self.kind));
        let memory = std::mem::take(&mut self.form.memory);
        let mut flow = self.make(
            &services.addresses,
            &*services.entropy,
            desk.now(),
            lifespan,
        );
        memory.keep(desk, &mut flow)?;
        services.flows.put(&flow).await?;
        Ok(flow)
    }

    /// Makes the flow.
    pub(crate) fn make(
        self,
        addresses: &Addresses,
        entropy: &dyn Entropy,
        now: Timestamp,
        lifespan: Duration,
    ) -> Flow {
        let id = FlowId::generate(entropy);
        let action = format!("/self-service/{}?flow={id}", self.kind.as_str());
        let expires_at = now + lifespan;
        Flow {
            id,
            kind: self.kind,
            transport: self.transport,
            issued_at: now,
            expires_at: self.until.map_or(expires_at, |until| until.min(expires_at)),
            request_url: self.request_url,
            return_to: self.return_to,
            locale: self.locale,
            csrf_hash: self.csrf_hash,
            active: None,
            state: match self.kind {
                FlowKind::Settings => "show_form".to_owned(),
                _ => "choose_method".to_owned(),
            },
            ui: Ui {
                action: addresses.own(&action),
                method: "POST".to_owned(),
                nodes: arrange(self.form.nodes),
                messages: self.messages,
            },
            context: self.context,
        }
    }
}

/// The nodes behind the anti-forgery token; those of the default group come first, otherwise the
/// order stays.
pub(crate) fn arrange(nodes: Vec<Node>) -> Vec<Node> {
    let token = Node::input("default", csrf::FIELD, "hidden").required();
    let (first, rest): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|n| n.group == "default");
    std::iter::once(token).chain(first).chain(rest).collect()
}
