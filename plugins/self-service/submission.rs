//! A submission: a flow, the fields somebody sent to it, and the right to send them.

use std::sync::Arc;

use axum::response::{IntoResponse, Json, Redirect, Response};
use http::StatusCode;
use portcullis_core::{
    flow::{Flow, FlowKind, Transport},
    identity::Identity,
    message::Message,
    principal::Principal,
};
use portcullis_kit::{Failure, Locale, Outcome, Visit, Wants};
use serde_json::{Map, Value};

use crate::{
    complaint::{self, Complaint},
    csrf::Csrf,
    desk::Desk,
    expired, fetch, flow_json,
    forms::mailed::TOKEN,
    language, native, throttle,
};

/// What was sent to a flow that can take it.
#[derive(Debug)]
pub(crate) struct Submission {
    /// The flow.
    pub(crate) flow: Flow,
    /// The fields.
    pub(crate) fields: Map<String, Value>,
    /// The browser's cookie; `None` for native clients.
    pub(crate) csrf: Option<Csrf>,
    /// Who sent it, if anybody is signed in.
    pub(crate) principal: Option<Arc<Principal>>,
    /// How to answer.
    pub(crate) wants: Wants,
    /// In which language.
    pub(crate) locale: Locale,
    /// Whether its sender has proved who they are for this very submission.
    pub(crate) is_proved: bool,
    /// Who the sender is after what it has changed.
    pub(crate) changed: Option<Box<Identity>>,
}

/// A submission, or the answer when there is nothing to submit to.
#[derive(Debug)]
pub(crate) enum Opened {
    /// It can go on.
    Ready(Box<Submission>),
    /// The flow had expired, and this is the answer.
    Answered(Response),
}

impl Submission {
    /// Reads the submission to a flow of this kind.
    pub(crate) async fn open(
        desk: &Desk,
        visit: &Visit,
        kind: FlowKind,
    ) -> Result<Opened, Failure> {
        Self::open_as(desk, visit, (kind, visit.query("flow"))).await
    }

    /// Reads the submission to the flow of this kind and id.
    pub(crate) async fn open_as(
        desk: &Desk,
        visit: &Visit,
        (kind, id): (FlowKind, Option<&str>),
    ) -> Result<Opened, Failure> {
        let fields = visit.fields()?;
        let mut flow = fetch::find(desk, id, kind).await?;
        let csrf = match token(visit, kind, &fields) {
            None => fetch::bound(desk, visit, &flow)?,
            // A link is opened in whichever browser shows the mail, so that only the form has to be
            // that browser's own.
            Some(_) => Csrf::of(desk, visit),
        };
        if csrf.is_some() {
            flow.transport = Transport::Browser;
        }
        let wants = match (&csrf, flow.transport) {
            (None, Transport::Api) => {
                native::require(&visit.headers)?;
                Wants::Json
            }
            (Some(csrf), _) if csrf.is_in(visit, &fields) => visit.wants(),
            _ => return Err(fetch::foreign(desk, &flow, false)),
        };
        if flow.expires_at <= desk.now() {
            let answer = expired::replace(desk, visit, &flow).await?;
            return Ok(Opened::Answered(answer));
        }
        throttle::sign_in(desk, visit)
            .await
            .map_err(|failure| failure.way_out("Try again", desk.flow_page(flow.kind, flow.id)))?;
        Ok(Opened::Ready(Box::new(Self {
            locale: language::of_flow(desk, visit, &flow),
            flow,
            fields,
            csrf,
            principal: visit.visitor.principal.clone(),
            wants,
            is_proved: false,
            changed: None,
        })))
    }

    /// The text of a field.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// All fields as one value.
    pub(crate) fn value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// The traits that were sent.
    pub(crate) fn traits(&self) -> Value {
        let traits = self.fields.get("traits").cloned();
        traits.unwrap_or_else(|| Value::Object(Map::new()))
    }

    /// Answers that the submission is not accepted, with what was entered kept.
    pub(crate) async fn reject(
        mut self: Box<Self>,
        desk: &Desk,
        complaints: Vec<Complaint>,
    ) -> Outcome {
        complaint::fill(&mut self.flow.ui, &self.fields);
        complaint::complain(&mut self.flow.ui, complaints);
        desk.services.flows.put(&self.flow).await?;
        if self.wants == Wants::Html {
            let page = desk.flow_page(self.flow.kind, self.flow.id);
            return Ok(Redirect::to(&page).into_response());
        }
        Ok((StatusCode::BAD_REQUEST, Json(self.json(desk))).into_response())
    }

    /// Answers that the flow went on, with this message.
    pub(crate) async fn accept(mut self: Box<Self>, desk: &Desk, message: Message) -> Outcome {
        self.flow.ui.messages = vec![message];
        desk.services.flows.put(&self.flow).await?;
        if self.wants == Wants::Html {
            let page = desk.flow_page(self.flow.kind, self.flow.id);
            return Ok(Redirect::to(&page).into_response());
        }
        Ok(Json(self.json(desk)).into_response())
    }

    /// The flow as its sender reads it.
    pub(crate) fn json(&self, desk: &Desk) -> Value {
        let principal = self.principal.as_deref();
        let known = principal.map(|principal| &*principal.identity);
        let identity = self.changed.as_deref().or(known);
        let csrf = self.csrf.as_ref();
        flow_json::flow(desk, &self.flow, csrf, identity, &self.locale)
    }
}

/// The token of a link that a request to a flow of this kind brings.
pub(crate) fn token(visit: &Visit, kind: FlowKind, fields: &Map<String, Value>) -> Option<String> {
    let is_mailed = matches!(kind, FlowKind::Recovery | FlowKind::Verification);
    let field = fields.get(TOKEN).and_then(Value::as_str);
    let token = visit.query(TOKEN).or(field).filter(|text| !text.is_empty());
    token.filter(|_| is_mailed).map(str::to_owned)
}
