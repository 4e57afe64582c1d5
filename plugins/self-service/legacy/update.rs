//! Submitting the profile.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Json, Redirect, Response},
};
use http::StatusCode;
use portcullis_core::{
    flow::FlowKind,
    identity::Identity,
    message::Message,
    principal::Principal,
    schema::{Evaluation, ProfileContext},
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{BEGIN, REQUEST, page, request};
use crate::{
    complaint::{self, Complaint},
    desk::Desk,
    fetch,
    settings::{
        profile::{self, Kept},
        save,
    },
    submission::{Opened, Submission},
};

/// Stores the traits that were sent, all or none of them.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    let id = visit.query(REQUEST);
    let flow = fetch::find(&desk, id, FlowKind::Settings).await?;
    if flow.expires_at <= desk.now() {
        fetch::bound(&desk, &visit, &flow)?;
        return match visit.wants() {
            Wants::Html => Ok(Redirect::to(&desk.own(BEGIN)).into_response()),
            Wants::Json => Err(fetch::expired(&desk, &flow)),
        };
    }
    let submission = match Submission::open_as(&desk, &visit, (FlowKind::Settings, id)).await? {
        Opened::Ready(submission) => submission,
        Opened::Answered(response) => return Ok(response),
    };
    let principal = fetch::owned(&desk, &visit, &submission.flow)?;
    fetch::require_strong(&desk, principal, &submission.flow).await?;
    let stored = save::stored(&desk, principal).await?;
    match judged(&desk, &submission, &stored)? {
        Ok(identity) => keep(&desk, principal, submission, (&stored, &identity)).await,
        Err(complaints) => reject(&desk, submission, &stored, complaints).await,
    }
}

/// The identity with what was sent, or all that is wrong with it. What one signs in with or is
/// reached by may be sent as it is, but not otherwise.
fn judged(
    desk: &Desk,
    submission: &Submission,
    stored: &Identity,
) -> Result<Result<Box<Identity>, Vec<Complaint>>, Failure> {
    let schema = profile::schema(desk, stored)?;
    let guarded = schema.guarded();
    let sent = profile::sent(submission, &schema, stored);
    let sent = schema.completed(sent, &stored.traits, &guarded);
    let refused = schema.differing(&sent, &stored.traits, &guarded);
    let refused = refused
        .iter()
        .map(|path| (Some(format!("traits.{path}")), Message::protected_trait()));
    let mut complaints: Vec<Complaint> = refused.collect();
    let sent = schema.restored(sent, &stored.traits, &guarded);
    let place = Evaluation::of(ProfileContext::Account);
    Ok(match profile::judged(desk, &place, stored, sent) {
        Ok(identity) if complaints.is_empty() => Ok(identity),
        Ok(_) => Err(complaints),
        Err(more) => {
            complaints.extend(more);
            Err(complaints)
        }
    })
}

async fn keep(
    desk: &Desk,
    principal: &Principal,
    mut submission: Box<Submission>,
    (stored, identity): (&Identity, &Identity),
) -> Outcome {
    match profile::keep(desk, principal, (stored, identity)).await? {
        Kept::Yes => {
            let message = Message::settings_saved();
            save::succeed(desk, &mut submission.flow, identity.id, message).await?;
            Ok(answer(desk, &submission, identity, StatusCode::OK))
        }
        Kept::Overtaken | Kept::Taken => {
            save::refresh(desk, &mut submission.flow, stored.id).await?;
            submission.fields.clear();
            let complaints = vec![(None, Message::changed_meanwhile())];
            reject(desk, submission, stored, complaints).await
        }
    }
}

async fn reject(
    desk: &Desk,
    mut submission: Box<Submission>,
    stored: &Identity,
    complaints: Vec<Complaint>,
) -> Outcome {
    let flow = &mut submission.flow;
    complaint::fill(&mut flow.ui, &submission.fields);
    complaint::complain(&mut flow.ui, complaints);
    desk.services.flows.put(flow).await?;
    Ok(answer(desk, &submission, stored, StatusCode::BAD_REQUEST))
}

/// Sends people back to the page, and tells scripts the flow.
fn answer(
    desk: &Desk,
    submission: &Submission,
    identity: &Identity,
    status: StatusCode,
) -> Response {
    let flow = &submission.flow;
    match submission.wants {
        Wants::Html => Redirect::to(&page(desk, flow)).into_response(),
        Wants::Json => {
            let payload = request::payload(desk, flow, submission.csrf.as_ref(), identity);
            (status, Json(payload)).into_response()
        }
    }
}
