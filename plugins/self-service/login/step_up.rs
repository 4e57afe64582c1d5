//! Beginning the second step: who is asked for it, and where those go who have nothing to show.

use portcullis_core::{
    action::Action, catalogue::Code, flow::FlowKind, message::Message, principal::Principal,
    session::Aal,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use crate::{actions, desk::Desk, factors, fetch, init::Opening, navigate, remembered, return_to};

/// Whether somebody is asked once more, whatever they have shown already.
pub(super) fn wants_refresh(visit: &Visit) -> bool {
    visit.query("refresh") == Some("true")
}

/// Whether the visit asks for the second step.
pub(super) fn is_wanted(visit: &Visit) -> bool {
    visit.query("aal") == Some("aal2")
}

/// Whether the visitor has taken it already, and is not asked to take it again.
pub(super) fn is_taken(desk: &Desk, visit: &Visit, principal: &Principal) -> bool {
    let (assurance, session) = (desk.services.actions.assurance(), &principal.session);
    let lacks_key = assurance.lacks_key(&principal.identity, session);
    session.aal() >= Aal::Aal2 && !lacks_key && !wants_refresh(visit)
}

/// How its flow begins; `None` for somebody without a second factor.
pub(super) async fn opening(
    desk: &Desk,
    principal: &Principal,
) -> Result<Option<Opening>, Failure> {
    let own = factors::own(desk, &principal.identity).await?;
    let form = factors::ask(desk, principal, &own).await?;
    Ok((!form.nodes.is_empty()).then(|| Opening {
        context: remembered::step_up(principal),
        messages: vec![Message::second_step()],
        form: Some(form),
        ..Opening::default()
    }))
}

/// Leads somebody without a second factor to where they can set one up.
pub(super) fn set_up(desk: &Desk, visit: &Visit) -> Outcome {
    // Their settings are closed until they show what nothing here can ask for.
    if let Some(principal) = visit.visitor.principal.as_deref()
        && fetch::is_too_weak(desk, principal)
    {
        return Err(Failure::from(Code::SecondFactorRequired)
            .because("There is a second factor, but it cannot be asked for here. Please ask your administrator."));
    }
    match (visit.wants(), missing(desk, visit)) {
        (Wants::Html, Some(action)) => {
            let return_to = return_to::lenient(desk, visit);
            let page = actions::begin::asked_page(desk, action, return_to.as_deref());
            navigate::to(Wants::Html, &page)
        }
        _ => Err(none().way_out("To the settings", desk.begin_page(FlowKind::Settings, None))),
    }
}

/// What somebody without a second factor is asked to set up.
fn missing(desk: &Desk, visit: &Visit) -> Option<Action> {
    let actions = &desk.services.actions;
    let principal = visit.visitor.principal.as_deref();
    let assurance = actions.assurance();
    match principal.is_some_and(|one| assurance.asks_for_key(&one.identity, &one.session)) {
        true => Some(Action::WebauthnRegister),
        false => actions.factor(),
    }
}

/// The answer where there is no second factor.
pub(super) fn none() -> Failure {
    Failure::from(Code::BadRequest).because("There is no second factor to sign in with.")
}
