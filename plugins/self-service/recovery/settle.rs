//! The end of a recovery: a session, and the settings to choose a new password in.

use std::sync::Arc;

use axum::response::{IntoResponse, Json};
use portcullis_core::{
    action::Action,
    catalogue::Code,
    credential::CredentialKind,
    flow::{Flow, FlowKind, Transport},
    identity::{Identity, IdentityState},
    mail::Occasion,
    message::Message,
    principal::Principal,
    secret::Token,
    session::Session,
};
use portcullis_kit::{Failure, Outcome, Visit, dialect};
use serde_json::{Value, json};

use crate::{
    codes::{
        awaited::Holder,
        first_proof::{Lost, first_proof},
        prove::{self, Proved},
        step::PASSED,
    },
    desk::Desk,
    forms, navigate, notices, remembered,
    sign_in::{self, Proof, SignIn},
    start::NewFlow,
    submission::Submission,
};

/// Signs in whoever has proved to hold the address. Every session that there was ends: somebody who
/// needs to get back in may have lost more than a password. The operator can want it otherwise, but
/// not where nobody had proved anything before: somebody else may have registered with their
/// address, so that all that let anybody in goes.
pub(super) async fn enter(
    desk: &Desk,
    mut visit: Visit,
    mut submission: Box<Submission>,
    proved: &Proved,
) -> Outcome {
    let method = proved.proof.recovers_by();
    let lost = Lost::of(desk, FlowKind::Recovery, &proved.holder).await?;
    let leads_on = remembered::leads_on(&submission.flow);
    let Some(identity) = found(desk, proved, (lost, leads_on)).await? else {
        desk.services
            .announcer
            .refuse(method, Code::IdentityDisabled);
        let complaint = prove::invalid(FlowKind::Recovery, proved.proof);
        return submission.reject(desk, vec![(None, complaint)]).await;
    };
    let csrf = submission.csrf.as_ref().map(|csrf| csrf.hash());
    submission.flow.csrf_hash = csrf;
    sign_in::claim(desk, &submission.flow, identity.id).await?;
    let identity = match leads_on {
        true => identity,
        false => {
            if desk.config.settings.end_other_sessions {
                let sessions = desk.services.sessions.store();
                sessions.revoke_all(identity.id, None).await?;
            }
            lost.settle(desk, identity).await?
        }
    };
    let sign_in = SignIn {
        is_new: false,
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity: &identity,
        proofs: &[Proof::local(method)],
    };
    if leads_on {
        return sign_in.begin(desk, &visit).await;
    }
    let (session, token) = sign_in.open(desk, &visit).await?;
    notices::tell(desk, Occasion::Recovered, &identity).await;
    let cookies = sign_in.cookies(desk, &token);
    let pending = desk.services.actions.pending(&identity);
    let principal = Principal::new(Arc::new(identity.clone()), session.clone(), pending);
    visit.visitor.principal = Some(Arc::new(principal));
    let settings = settings(desk, &visit, &submission.flow, &identity).await?;
    if submission.flow.transport == Transport::Api {
        submission.flow.state = PASSED.to_owned();
        let body = body(desk, &submission, (&session, &token, &identity), &settings);
        return Ok(Json(body).into_response());
    }
    let page = desk.flow_page(FlowKind::Settings, settings.id);
    let mut answer = navigate::to(submission.wants, &page);
    for cookie in cookies {
        answer = navigate::outcome_with_cookie(answer, &cookie);
    }
    answer
}

/// Who comes back, if the proof lets anybody in.
async fn found(
    desk: &Desk,
    proved: &Proved,
    (lost, leads_on): (Lost, bool),
) -> Result<Option<Identity>, Failure> {
    let (kind, holder) = (FlowKind::Recovery, &proved.holder);
    // An administrator's letter is good for weeks; a proof that its owner has just asked for beats a
    // password, which whoever has taken the identity over could choose again and again.
    if leads_on && lost.is_chosen_since(proved.issued_at) {
        return Ok(None);
    }
    match (leads_on, lost.is_unproved && lost.has_credentials) {
        (true, true) => led_on(desk, holder).await,
        (true, false) => holder.settle(desk, kind).await,
        (false, _) => first_proof(desk, (kind, holder), lost).await,
    }
}

/// An administrator's letter asks somebody to do something and takes nothing away, so that it is no proof
/// where somebody else may have registered with the address: whoever recovers by it later must still
/// find it unproved.
async fn led_on(desk: &Desk, holder: &Holder) -> Result<Option<Identity>, Failure> {
    let found = desk.services.identities.find(holder.identity).await?;
    let found = found.filter(|one| one.state == IdentityState::Active);
    Ok(found.filter(|one| holder.is_first_proof(FlowKind::Recovery, one)))
}

/// The settings flow that somebody goes on with.
async fn settings(
    desk: &Desk,
    visit: &Visit,
    from: &Flow,
    identity: &Identity,
) -> Result<Flow, Failure> {
    let mut form = forms::usual(desk, visit, (FlowKind::Settings, &[])).await?;
    // What they came for stands first.
    form.nodes
        .sort_by_key(|node| node.group != CredentialKind::Password.as_str());
    let new = NewFlow {
        context: remembered::owner(identity.id),
        messages: vec![welcome(desk, identity)],
        ..NewFlow::after(from, FlowKind::Settings, form)
    };
    new.start(desk).await
}

/// What is said to them. Whoever has to choose a password cannot link an account instead.
fn welcome(desk: &Desk, identity: &Identity) -> Message {
    let pending = desk.services.actions.pending(identity);
    let providers = desk.services.broker.registry.current();
    let can_link = providers.enabled().any(|one| !one.hidden);
    match can_link && !pending.contains(&Action::UpdatePassword) {
        true => Message::recovered(),
        false => Message::recovered_to_choose(),
    }
}

/// What a native client gets: the flow, its token, and where to go on.
fn body(
    desk: &Desk,
    submission: &Submission,
    (session, token, identity): (&Session, &Token, &Identity),
    settings: &Flow,
) -> Value {
    let mut body = submission.json(desk);
    body["session"] = dialect::session(&desk.services, session, identity);
    body["session_token"] = json!(token.expose());
    let page = desk.flow_page(FlowKind::Settings, settings.id);
    body["continue_with"] = json!([
        {"action": "set_ory_session_token", "ory_session_token": token.expose()},
        {"action": "show_settings_ui", "flow": {"id": settings.id, "url": page}},
    ]);
    body
}
