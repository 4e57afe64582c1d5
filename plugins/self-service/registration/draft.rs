//! Drafts: what a provider said waits, sealed, in a registration flow for missing traits.

use axum::response::{IntoResponse, Redirect};
use portcullis_core::{
    broker::{Arrival, BrokerError, Draft},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind},
    message::Message,
    schema::TraitError,
    ui::Node,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    form::{self, Complaint},
    oidc,
    sign_in::{self, SignIn},
    start::NewFlow,
    submission::Submission,
};

/// Drafts are sealed for this purpose: claims are personal and belong in no store in the clear.
const PURPOSE: &str = "draft";

/// Whether a flow holds a draft.
pub(crate) fn is_in(flow: &Flow) -> bool {
    flow.context["draft"].is_string()
}

/// Parks a draft in a new registration flow and sends the browser there. `from` is the flow the
/// browser signed in with.
pub(crate) async fn park(
    desk: &Desk,
    visit: &Visit,
    from: &Flow,
    draft: &Draft,
    errors: Vec<TraitError>,
) -> Outcome {
    let provider = draft.provider.as_str();
    let label = oidc::label(desk, &draft.provider);
    let schema = desk.services.schemas.default_schema();
    let mut nodes = schema.nodes(&draft.traits, "oidc");
    for node in &mut nodes {
        let value = node.attributes.value.as_ref().and_then(Value::as_str);
        node.attributes.disabled |= value.is_some_and(|text| draft.is_vouched_for(text));
    }
    let button = Message::continue_with(&label);
    nodes.push(Node::submit("oidc", "provider", provider, button));
    let new = NewFlow {
        request_url: from.request_url.clone(),
        return_to: from.return_to.clone(),
        csrf_hash: from.csrf_hash,
        context: json!({"draft": seal(desk, draft)?}),
        nodes,
        ..NewFlow::plain(desk, visit, FlowKind::Registration)
    };
    let mut flow = new.start(desk).await?;
    flow.active = Some("oidc".to_owned());
    form::complain(&mut flow.ui, complaints(errors));
    desk.services.flows.put(&flow).await?;
    Ok(Redirect::to(&desk.flow_page(flow.kind, flow.id)).into_response())
}

/// Completes the draft with the submitted traits and signs in.
pub(crate) async fn complete(desk: &Desk, visit: &Visit, submission: Box<Submission>) -> Outcome {
    let draft = open(desk, &submission.flow)?;
    let provider = draft.provider.clone();
    let schema = desk.services.schemas.default_schema();
    let traits = schema.coerce(submission.traits());
    if !desk.services.flows.remove(submission.flow.id).await? {
        return Err(Code::FlowNotFound.into());
    }
    let identity = match desk.services.broker.complete(draft, traits).await {
        Ok(Arrival::Known(arrived) | Arrival::Linked(arrived, _)) => arrived.identity,
        Ok(Arrival::Created(arrived)) => {
            desk.services.announcer.announce(&Event::IdentityCreated {
                identity: arrived.identity.id,
                provider: Some(&provider),
            });
            arrived.identity
        }
        // Rejecting puts the removed flow back.
        Ok(Arrival::Incomplete(_, errors)) => {
            return submission.reject(desk, complaints(errors)).await;
        }
        Ok(Arrival::Confirm(_)) | Err(BrokerError::AddressTaken) => {
            let taken = Message::address_taken(&oidc::label(desk, &provider));
            return submission.reject(desk, vec![(None, taken)]).await;
        }
        Err(error) => {
            let failure = oidc::failure(desk, error, &provider, &submission.flow);
            desk.services.flows.put(&submission.flow).await?;
            return Err(failure);
        }
    };
    let sign_in = SignIn {
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity: &identity,
        method: sign_in::OIDC,
        provider: Some(&provider),
    };
    sign_in.begin(desk, visit).await
}

fn complaints(errors: Vec<TraitError>) -> Vec<Complaint> {
    let mut complaints = form::about_traits(errors);
    complaints.push((None, Message::complete_profile()));
    complaints
}

fn seal(desk: &Desk, draft: &Draft) -> Result<String, Failure> {
    let text = serde_json::to_vec(draft).map_err(|_| Code::Internal)?;
    let services = &desk.services;
    let sealed = services.seal.close(PURPOSE, &text, &*services.entropy);
    sealed.ok_or_else(|| Code::Internal.into())
}

fn open(desk: &Desk, flow: &Flow) -> Result<Draft, Failure> {
    let sealed = flow.context["draft"].as_str().unwrap_or_default();
    let text: Option<Vec<u8>> = desk.services.seal.open(PURPOSE, sealed);
    let draft = text.and_then(|text| serde_json::from_slice::<Draft>(&text).ok());
    // The key was changed, or the record is damaged: only signing in again helps.
    draft.ok_or_else(|| {
        let begin = desk.begin_page(FlowKind::Login, flow.return_to.as_deref());
        Failure::from(Code::FlowNotFound).way_out("Begin anew", begin)
    })
}
