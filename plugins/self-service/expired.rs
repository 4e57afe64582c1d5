//! Submitting an expired flow: a new one takes its place.

use axum::response::{IntoResponse, Redirect};
use portcullis_core::{
    broker::{Draft, PendingLink},
    catalogue::Code,
    flow::{Flow, FlowKind, Transport},
    message::Message,
};
use portcullis_kit::{Failure, Outcome, Visit, Wants};
use serde_json::{Value, json};

use crate::{
    complaint, csrf::Csrf, desk::Desk, factors, fetch, form::Form, forms, login::ways, parked,
    remembered, scopes, start::NewFlow, throttle,
};

/// Answers with the flow that takes the place of `old`.
pub(crate) async fn replace(desk: &Desk, visit: &Visit, old: &Flow) -> Outcome {
    throttle::flow(desk, visit).await?;
    // What a provider said has expired with its flow, so it is asked again by signing in.
    let mut old = old.clone();
    if remembered::steps_up(&old) {
        parked::take::<PendingLink>(&mut old);
    }
    let old = &old;
    let parked = parked::is_in::<Draft>(old) || parked::is_in::<PendingLink>(old);
    let kind = match old.kind {
        kind @ (FlowKind::Settings | FlowKind::Recovery | FlowKind::Verification) => kind,
        FlowKind::Registration if desk.config.registration.enabled && !parked => {
            FlowKind::Registration
        }
        _ => FlowKind::Login,
    };
    // Whoever is not signed in as its person any more proves nothing again: they sign in.
    let person = visit.visitor.principal.as_ref();
    let person = person.filter(|one| remembered::identity(old) == Some(one.identity.id));
    let is_lost = (remembered::refreshes(old) || remembered::steps_up(old)) && person.is_none();
    let form = form(desk, visit, (old, kind, is_lost)).await?;
    // A proof was for the old form; whoever asks for another one gets a form of their own.
    let is_mailed = matches!(kind, FlowKind::Recovery | FlowKind::Verification);
    let csrf = Csrf::of(desk, visit).filter(|_| fetch::is_unbound(old));
    let keeps_context = kind == old.kind && !parked && !is_mailed && !is_lost;
    // What a proof releases is told for as long as it releases it.
    let warnings = old.ui.messages.iter().filter(|_| keeps_context);
    let warnings = warnings.filter(|one| complaint::warns(one)).cloned();
    let new = NewFlow {
        csrf_hash: old.csrf_hash.or(csrf.map(|csrf| csrf.hash())),
        context: match keeps_context {
            true => old.context.clone(),
            false => Value::Null,
        },
        messages: std::iter::once(said(kind)).chain(warnings).collect(),
        ..NewFlow::after(old, kind, form)
    };
    let flow = new.start(desk).await?;
    if old.transport == Transport::Browser && visit.wants() == Wants::Html {
        return Ok(Redirect::to(&desk.flow_page(kind, flow.id)).into_response());
    }
    let since = desk.now().duration_since(old.expires_at).as_nanos();
    Err(Failure::from(Code::FlowExpired)
        .member("use_flow_id", flow.id.to_string())
        .member("expired_at", json!(old.expires_at))
        .member("since", json!(i64::try_from(since).unwrap_or(i64::MAX))))
}

/// What the new form says from the start.
fn said(kind: FlowKind) -> Message {
    match kind {
        FlowKind::Registration => Message::registration_expired(),
        FlowKind::Settings => Message::settings_expired(),
        FlowKind::Recovery => Message::recovery_expired(),
        FlowKind::Verification => Message::verification_expired(),
        FlowKind::Login | FlowKind::Error => Message::login_expired(),
    }
}

/// What the new flow of this kind asks; where its person is lost, what it asks of anybody.
async fn form(
    desk: &Desk,
    visit: &Visit,
    (old, kind, is_lost): (&Flow, FlowKind, bool),
) -> Result<Form, Failure> {
    let scopes = scopes::of_flow(old);
    match &visit.visitor.principal {
        Some(principal) if remembered::steps_up(old) && !is_lost => {
            let own = factors::own(desk, &principal.identity).await?;
            factors::ask(desk, principal, &own).await
        }
        Some(principal) if remembered::refreshes(old) && !is_lost => {
            ways::own(desk, &principal.identity).await
        }
        Some(principal) if let Some(action) = remembered::action(old) => {
            forms::action::form(desk, &principal.identity, (action, &scopes)).await
        }
        _ if kind == FlowKind::Registration => {
            let schema = forms::registration::schema_of(desk, old);
            Ok(forms::registration::nodes(desk, &schema, &scopes).into())
        }
        _ => forms::usual(desk, visit, (kind, &scopes)).await,
    }
}
