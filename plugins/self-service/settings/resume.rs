//! Making the change that waited, once its person comes back and has proved who they are.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use portcullis_core::{
    flow::FlowKind,
    id::{FlowId, IdentityId},
    message::Message,
    secret::TokenHash,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{
    submit,
    waiting::{LIFESPAN, Waiting, forget, page},
};
use crate::{
    desk::Desk,
    expired, fetch, language,
    parked::{self, Parked},
    remembered,
    submission::Submission,
};

/// What proving who one is releases in the flow `id`, where a change of this identity waits in it:
/// its mark, and what to say of it.
pub(crate) async fn told(
    desk: &Desk,
    id: FlowId,
    identity: IdentityId,
) -> Result<Option<(String, Option<Message>)>, Failure> {
    let flow = desk.services.flows.find(id).await?;
    let flow = flow.filter(|flow| remembered::identity(flow) == Some(identity));
    let Some(flow) = flow.filter(parked::is_in::<Waiting>) else {
        return Ok(None);
    };
    let waiting = parked::open::<Waiting>(desk, &flow)?;
    let told = submit::told(desk, &flow, &waiting.fields);
    Ok(Some((parked::mark::<Waiting>(&flow), told)))
}

/// Makes the change that waits in the flow, now that its person has proved who they are.
pub(crate) async fn go_on(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let mut flow = fetch::find(&desk, visit.query("flow"), FlowKind::Settings).await?;
    let here = page(&desk, &flow);
    if visit.visitor.principal.is_none() {
        // Whoever signs in here has not said that they want what waits.
        let form = desk.flow_page(flow.kind, flow.id);
        let sign_in = desk.begin_page(FlowKind::Login, Some(&form));
        return Ok(Redirect::to(&sign_in).into_response());
    }
    let csrf = fetch::bound(&desk, &visit, &flow)?;
    let principal = fetch::owned(&desk, &visit, &flow)?;
    if flow.expires_at <= desk.now() {
        return expired::replace(&desk, &visit, &flow).await;
    }
    let form = Redirect::to(&desk.flow_page(flow.kind, flow.id)).into_response();
    if !parked::is_in::<Waiting>(&flow) {
        return Ok(form);
    }
    let waiting = parked::open::<Waiting>(&desk, &flow)?;
    let is_own = waiting.flow == flow.id && waiting.identity == principal.identity.id;
    let session = principal.session.id;
    let mark = parked::mark::<Waiting>(&flow);
    let is_confirmed = remembered::is_confirmed(&flow, (waiting.session, session), &mark);
    let is_asked = is_confirmed || waiting.session == session;
    if !is_own || !is_asked || desk.now() >= waiting.since + LIFESPAN {
        forget(&mut flow);
        flow.ui.messages = vec![Message::nothing_changed()];
        desk.services.flows.put(&flow).await?;
        return Ok(form);
    }
    if !is_confirmed {
        return Ok(Redirect::to(&desk.confirm_page(flow.id, &here)).into_response());
    }
    let sealed = flow.context[Waiting::NAME].to_string();
    let once = TokenHash::of(&format!("waiting:{sealed}"));
    let until = waiting.since + LIFESPAN;
    if !desk.services.flows.claim_once(&once, until).await? {
        return Ok(form);
    }
    forget(&mut flow);
    let submission = Submission {
        locale: language::of_flow(&desk, &visit, &flow),
        flow,
        fields: waiting.fields,
        csrf,
        principal: visit.visitor.principal.clone(),
        wants: visit.wants(),
        is_proved: true,
        changed: None,
    };
    // What waited is gone whatever becomes of it: it may hold a password.
    desk.services.flows.put(&submission.flow).await?;
    submit::dispatch(&desk, &visit, Box::new(submission)).await
}
