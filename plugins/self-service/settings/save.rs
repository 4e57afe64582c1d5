//! What every change comes to: the form as it is now, and the word of what came of it.

use axum::response::{IntoResponse, Json, Redirect};
use portcullis_core::{
    action::Action,
    catalogue::Code,
    flow::{Flow, FlowKind},
    id::IdentityId,
    identity::Identity,
    message::Message,
    principal::Principal,
};
use portcullis_kit::{Failure, Outcome, Wants};

use crate::{
    actions,
    desk::Desk,
    forms::{action, settings},
    remembered, scopes, start,
    submission::Submission,
    verification::begin::Begun,
};

/// Brings the flow's form up to date after a change, and keeps it.
pub(crate) async fn succeed(
    desk: &Desk,
    flow: &mut Flow,
    identity: IdentityId,
    message: Message,
) -> Result<(), Failure> {
    refresh(desk, flow, identity).await?;
    flow.state = "success".to_owned();
    flow.ui.messages = vec![message];
    Ok(desk.services.flows.put(flow).await?)
}

/// Brings the form up to date.
pub(crate) async fn refresh(
    desk: &Desk,
    flow: &mut Flow,
    identity: IdentityId,
) -> Result<(), Failure> {
    let form = match remembered::action(flow) {
        Some(action) => {
            let scopes = scopes::of_flow(flow);
            action::of_stored(desk, identity, (action, &scopes)).await?
        }
        None => settings::form(desk, identity).await?,
    };
    flow.ui.nodes = start::arrange(form.nodes);
    form.memory.keep(desk, flow)?;
    flow.state = "show_form".to_owned();
    remembered::forget_choices(flow);
    Ok(())
}

/// Says that all is saved, and where to go on. `begun` is a verification that the change began; only
/// who has to complete it is led there.
pub(super) async fn saved(
    desk: &Desk,
    (identity, begun): (&Identity, Option<&Begun>),
    mut submission: Box<Submission>,
) -> Outcome {
    if let Some(action) = remembered::action(&submission.flow) {
        let done = (identity, begun);
        return actions::submit::complete(desk, submission, done, action).await;
    }
    let message = Message::settings_saved();
    succeed(desk, &mut submission.flow, identity.id, message).await?;
    submission.changed = Some(Box::new(identity.clone()));
    let Some(begun) = begun else {
        return answer(desk, &submission);
    };
    if submission.wants == Wants::Json {
        let mut body = submission.json(desk);
        begun.tell(desk, &mut body);
        return Ok(Json(body).into_response());
    }
    let pending = desk.services.actions.pending(identity);
    match pending.contains(&Action::VerifyEmail) {
        true => Ok(Redirect::to(&desk.flow_page(begun.flow.kind, begun.flow.id)).into_response()),
        false => answer(desk, &submission),
    }
}

/// Sends people on, and tells scripts the flow.
pub(super) fn answer(desk: &Desk, submission: &Submission) -> Outcome {
    let flow = &submission.flow;
    Ok(match submission.wants {
        Wants::Html => {
            let page = desk.flow_page(flow.kind, flow.id);
            Redirect::to(flow.return_to.as_deref().unwrap_or(&page)).into_response()
        }
        Wants::Json => Json(submission.json(desk)).into_response(),
    })
}

/// The identity as it is stored now: the one that a session brings may be of a while ago.
pub(crate) async fn stored(desk: &Desk, principal: &Principal) -> Result<Identity, Failure> {
    let found = desk.services.identities.find(principal.identity.id).await?;
    found.ok_or_else(|| Code::SignedOut.into())
}

/// Fails when the session has ended: what a request brings may be of a while ago, and somebody may
/// have taken the identity back just then.
pub(crate) async fn require_session(desk: &Desk, principal: &Principal) -> Result<(), Failure> {
    let session = &principal.session;
    let still = desk.services.sessions.store().find(&session.token_hash);
    match still.await? {
        Some(still) if still.id == session.id => Ok(()),
        _ => Err(Failure::from(Code::SignedOut)
            .way_out("Sign in", desk.begin_page(FlowKind::Login, None))),
    }
}

/// Shows the form as it is now, for somebody else was faster.
pub(super) async fn overtaken(
    desk: &Desk,
    identity: IdentityId,
    mut submission: Box<Submission>,
) -> Outcome {
    refresh(desk, &mut submission.flow, identity).await?;
    // What was entered gives way to what is there now.
    submission.fields.clear();
    let complaint = (None, Message::changed_meanwhile());
    submission.reject(desk, vec![complaint]).await
}
