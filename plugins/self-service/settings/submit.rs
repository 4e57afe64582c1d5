//! Submitting the settings form.

use std::sync::Arc;

use axum::extract::State;
use portcullis_core::{
    action::Action,
    factor::Enrolment,
    flow::{Flow, FlowKind},
    message::Message,
    method::Method,
};
use portcullis_kit::{Outcome, Visit};
use serde_json::{Map, Value};

use super::{deletion, factor, moving, order, password, privilege, profile, unlink, waiting};
use crate::{
    actions, complaint, departure,
    desk::Desk,
    factors, fetch,
    forms::{self, action, profile::PROFILE},
    provider, remembered,
    submission::{Opened, Submission},
};

/// Answers a submission of the settings form.
pub(crate) async fn submit(State(desk): State<Arc<Desk>>, visit: Visit) -> Outcome {
    match Submission::open(&desk, &visit, FlowKind::Settings).await? {
        Opened::Ready(mut submission) => {
            // Whoever submits something else does not want what they wanted before.
            waiting::forget(&mut submission.flow);
            dispatch(&desk, &visit, submission).await
        }
        Opened::Answered(response) => Ok(response),
    }
}

/// What somebody wants to change.
enum Wish<'a> {
    LeaveLink,
    MoveLink,
    Link(String),
    Unlink(String),
    Profile,
    Secret(&'a dyn Method),
    Factor(&'a dyn Enrolment),
    First(String),
    Deletion,
    Nothing,
}

impl<'a> Wish<'a> {
    fn of(desk: &'a Desk, flow: &Flow, fields: &Map<String, Value>) -> Self {
        let field = |name: &str| {
            let text = fields.get(name)?.as_str();
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let moves = moving::is_in(flow);
        if moves && field(moving::KEEP).is_some() {
            return Self::LeaveLink;
        }
        if moves && field(moving::MOVE).is_some() {
            return Self::MoveLink;
        }
        if let Some(provider) = field("link") {
            return Self::Link(provider);
        }
        if let Some(named) = field("unlink") {
            return Self::Unlink(named);
        }
        if deletion::is_wanted(fields) {
            return Self::Deletion;
        }
        if let Some(named) = field(factors::FIRST) {
            return Self::First(named);
        }
        if let Some(enrolment) = factors::enrolment(desk, fields) {
            return Self::Factor(enrolment);
        }
        match field("method").as_deref() {
            Some(PROFILE) => Self::Profile,
            Some(name) => {
                let known = desk.method(name).map(|method| &**method);
                let known = known.filter(|method| forms::settings::is_offered(*method));
                known.map_or(Self::Nothing, Self::Secret)
            }
            None => Self::Nothing,
        }
    }

    /// Whether it is what this action asks for.
    fn does(&self, action: Action) -> bool {
        match self {
            Self::Profile => matches!(action, Action::UpdateProfile | Action::VerifyProfile),
            Self::Secret(_) => action == Action::UpdatePassword,
            Self::Deletion => action == Action::DeleteAccount,
            Self::Factor(one) => action::adds(action) == Some(one.kind()),
            _ => false,
        }
    }

    /// Whether it changes how one signs in, whatever else is sent.
    fn is_privileged(&self) -> bool {
        matches!(
            self,
            Self::MoveLink | Self::Link(_) | Self::Unlink(_) | Self::Secret(_) | Self::Factor(_)
        )
    }
}

/// Does what a submission asks for, also one that has waited for a proof.
pub(super) async fn dispatch(
    desk: &Desk,
    visit: &Visit,
    mut submission: Box<Submission>,
) -> Outcome {
    let principal = fetch::owned(desk, visit, &submission.flow)?;
    fetch::require_strong(desk, principal, &submission.flow).await?;
    let wish = Wish::of(desk, &submission.flow, &submission.fields);
    if let Some(action) = remembered::action(&submission.flow)
        && !wish.does(action)
    {
        return actions::submit::submit(desk, principal, submission, action).await;
    }
    if let Wish::Secret(method) = &wish {
        let complaints = password::judge(principal, *method, &submission);
        if !complaints.is_empty() {
            submission.flow.active = Some(method.name().to_owned());
            return submission.reject(desk, complaints).await;
        }
    }
    let action = remembered::action(&submission.flow).filter(|action| wish.does(*action));
    let action = match wish {
        Wish::Secret(_) => Some(Action::UpdatePassword),
        _ => action,
    };
    if wish.is_privileged()
        && let Some(answer) = privilege::lacking(desk, principal, &mut submission, action).await?
    {
        return Ok(answer);
    }
    let oidc = Some("oidc".to_owned());
    match wish {
        Wish::LeaveLink => moving::keep(desk, principal, submission).await,
        Wish::MoveLink => {
            submission.flow.active = oidc;
            moving::go(desk, principal, submission).await
        }
        Wish::Link(provider) => {
            submission.flow.active = oidc;
            departure::leave(desk, visit, &submission, &provider).await
        }
        Wish::Unlink(named) => {
            submission.flow.active = oidc;
            unlink::unlink(desk, principal, submission, &named).await
        }
        Wish::Profile => profile::save(desk, principal, submission).await,
        Wish::Secret(method) => password::change(desk, principal, method, submission).await,
        Wish::Factor(one) => factor::change(desk, (visit, principal), one, submission).await,
        Wish::First(named) => order::first(desk, principal, submission, &named).await,
        Wish::Deletion => deletion::submit(desk, visit, principal, submission).await,
        Wish::Nothing => {
            submission
                .reject(desk, vec![(None, complaint::unknown())])
                .await
        }
    }
}

/// What these fields ask for in `flow`, for whoever is about to let it happen.
pub(super) fn told(desk: &Desk, flow: &Flow, fields: &Map<String, Value>) -> Option<Message> {
    Some(match Wish::of(desk, flow, fields) {
        Wish::Secret(_) => Message::confirms_password(),
        Wish::Link(id) => {
            let label = id.parse().map(|id| provider::label(desk, &id));
            Message::confirms_link(&label.unwrap_or(id))
        }
        Wish::Unlink(_) => Message::confirms_unlink(),
        Wish::MoveLink => Message::confirms_move(),
        Wish::Profile => Message::confirms_profile(),
        Wish::Deletion => Message::confirms_deletion(),
        Wish::Factor(_) => Message::confirms_factor(),
        Wish::First(_) | Wish::LeaveLink | Wish::Nothing => return None,
    })
}
