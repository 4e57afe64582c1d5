//! Submitting the form of an action, and going on once it is done.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    action::Action,
    flow::{FlowKind, Transport},
    identity::{AcceptedTerms, Identity},
    message::Message,
    principal::Principal,
};
use portcullis_kit::{Outcome, Wants};
use serde_json::{Value, json};

use super::{after, begin, change, done, status::Status};
use crate::{
    complaint,
    desk::Desk,
    factors,
    forms::action,
    language, navigate, remembered, start,
    submission::Submission,
    verification::{self, begin::Begun},
};

/// Answers a submission to the flow of `action` that is not one of the settings as well.
pub(crate) async fn submit(
    desk: &Desk,
    principal: &Principal,
    submission: Box<Submission>,
    action: Action,
) -> Outcome {
    match (action, submission.text("method")) {
        (Action::TermsAndConditions, Some(action::ACCEPT)) => {
            accept(desk, principal, submission).await
        }
        (Action::VerifyEmail, Some(action::VERIFY)) => verify(desk, principal, &submission).await,
        _ => {
            let complaint = (None, complaint::unknown());
            submission.reject(desk, vec![complaint]).await
        }
    }
}

/// Notes which terms were accepted, and when.
async fn accept(desk: &Desk, principal: &Principal, mut submission: Box<Submission>) -> Outcome {
    let terms = desk.services.actions.terms();
    let read = submission.text(action::VERSION);
    let Some(terms) = terms.filter(|terms| Some(terms.version.as_str()) == read) else {
        // What was read is not what counts any more.
        let identity = &principal.identity;
        let nodes = action::nodes(desk, identity, (Action::TermsAndConditions, &[]));
        submission.flow.ui.nodes = start::arrange(nodes);
        let complaint = (None, Message::terms_changed());
        return submission.reject(desk, vec![complaint]).await;
    };
    let accepted = AcceptedTerms {
        alias: Action::TermsAndConditions.alias().to_owned(),
        version: terms.version.clone(),
        accepted_at: desk.now(),
    };
    let identity = change(desk, principal.identity.id, |identity| {
        let last = identity.accepted_terms.last();
        let is_new = last.is_none_or(|last| last.version != accepted.version);
        if is_new {
            identity.accepted_terms.push(accepted.clone());
        }
        is_new
    });
    let identity = identity.await?;
    complete(
        desk,
        submission,
        (&identity, None),
        Action::TermsAndConditions,
    )
    .await
}

/// Begins to prove an address. An application that asked for it hears of it afterwards.
async fn verify(desk: &Desk, principal: &Principal, submission: &Submission) -> Outcome {
    let flow = &submission.flow;
    let return_to = flow.return_to.as_deref();
    let back = begin::asked_page(desk, Action::VerifyEmail, return_to);
    let return_to = match remembered::is_asked(flow) {
        true => Some(back.as_str()),
        false => return_to,
    };
    let from = after::with_return(flow, return_to);
    let begun = verification::begin::begin_for(desk, &from, &principal.identity).await?;
    let Some(begun) = begun else {
        let page = desk.begin_page(FlowKind::Verification, return_to);
        return navigate::to(submission.wants, &language::kept(flow, &page));
    };
    if submission.wants == Wants::Json {
        let mut body = submission.json(desk);
        begun.tell(desk, &mut body);
        return Ok(Json(body).into_response());
    }
    let page = desk.flow_page(begun.flow.kind, begun.flow.id);
    Ok(Redirect::to(&page).into_response())
}

/// Notes that the action of this flow is done, and goes on: to the next one, else to where its
/// person was going.
pub(crate) async fn complete(
    desk: &Desk,
    mut submission: Box<Submission>,
    (identity, begun): (&Identity, Option<&Begun>),
    action: Action,
) -> Outcome {
    let identity = done(desk, identity, action).await?;
    submission.changed = Some(Box::new(identity.clone()));
    let flow = &mut submission.flow;
    factors::clear(desk, flow)?;
    flow.state = "success".to_owned();
    flow.ui.messages = vec![Message::settings_saved()];
    desk.services.flows.put(flow).await?;
    let flow = &submission.flow;
    let return_to = match remembered::is_asked(flow) {
        true => Some(Status::Success.tell(desk, flow.return_to.as_deref())),
        false => flow.return_to.clone(),
    };
    let from = (flow, return_to.as_deref());
    let session = submission.principal.as_ref().map(|one| &one.session);
    let next = after::next(desk, from, submission.wants, (&identity, session, begun)).await?;
    let onward = return_to.clone().unwrap_or_else(|| desk.home());
    if submission.wants == Wants::Html {
        let page = next.map_or(onward, |next| next.page);
        return Ok(Redirect::to(&page).into_response());
    }
    let mut body = submission.json(desk);
    let mut continue_with: Vec<Value> = next.into_iter().filter_map(|n| n.continue_with).collect();
    if submission.flow.transport == Transport::Browser {
        continue_with.push(json!({
            "action": "redirect_browser_to",
            "redirect_browser_to": onward,
        }));
    }
    body["continue_with"] = continue_with.into();
    Ok(Json(body).into_response())
}
