//! Coming back from a provider.

pub(crate) mod form_post;

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{Path, State},
    response::Response,
};
use portcullis_core::{
    broker::{Arrival, Arrived},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind},
    provider::{Answer, Attempt},
    secret::TokenHash,
};
use portcullis_kit::{Failure, Outcome, Visit};

use crate::{
    attempts::{Attempts, LIFESPAN},
    csrf::Csrf,
    desk::Desk,
    exchange, fetch,
    login::confirmation,
    navigate::outcome_with_cookie,
    provider::{self, OIDC},
    registration::draft,
    remembered, scopes,
    settings::link,
    sign_in::{Detour, Proof, SignIn},
    throttle,
};

/// Answers a browser that comes back from `provider`.
pub(crate) async fn arrive(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    throttle::sign_in(&desk, &visit).await?;
    let (state, answer) = read(&desk, &provider, &visit)?;
    let mut attempts = Attempts::of(&desk, &visit);
    let attempt = attempts.take(state, &provider);
    let attempt = attempt.ok_or_else(|| unexpected(&desk, &provider, None))?;
    // From here on the attempt is gone from the browser, however it ends.
    let answered = finish(&desk, &visit, (&attempt, &answer), &mut attempts).await;
    outcome_with_cookie(answered, &attempts.set_cookie(&desk))
}

/// The parameters of the answer. One that comes twice is refused, for the provider's library and
/// ours might each take another one.
fn read<'a>(desk: &Desk, provider: &str, visit: &'a Visit) -> Result<(&'a str, Answer), Failure> {
    let mut seen = HashSet::new();
    let mut names = visit.parameters().iter().map(|(name, _)| name.as_str());
    if names.any(|name| !seen.insert(name)) {
        let reason = Some("The answer repeats a parameter.");
        return Err(unexpected(desk, provider, reason));
    }
    let state = visit.query("state");
    let without = || unexpected(desk, provider, Some("The answer has no state."));
    let state = state.ok_or_else(without)?;
    let owned = |name: &str| visit.query(name).map(str::to_owned);
    let answer = Answer {
        code: owned("code"),
        iss: owned("iss"),
        error: owned("error"),
    };
    Ok((state, answer))
}

async fn finish(
    desk: &Desk,
    visit: &Visit,
    (attempt, answer): (&Attempt, &Answer),
    attempts: &mut Attempts,
) -> Result<Response, Failure> {
    let services = &desk.services;
    let once = TokenHash::of(&format!("oidc-state:{}", attempt.state));
    let until = attempt.issued_at + LIFESPAN + LIFESPAN;
    if !services.flows.claim_once(&once, until).await? {
        let reason = Some("The answer was used already.");
        return Err(unexpected(desk, attempt.provider.as_str(), reason));
    }
    let flow = services.flows.find(attempt.flow).await?;
    let flow = flow.ok_or_else(|| unexpected(desk, attempt.provider.as_str(), None))?;
    may_go_on(desk, visit, &flow).inspect_err(|failure| {
        provider::turned_away(desk, failure.code(), &attempt.provider, &flow);
        confirmation::refused(desk, &flow, failure.code());
    })?;
    match flow.kind {
        FlowKind::Settings => link::arrive(desk, visit, flow, (attempt, answer), attempts).await,
        _ => sign_in(desk, visit, &flow, (attempt, answer)).await,
    }
}

/// Whether the flow lives, and is this browser's.
fn may_go_on(desk: &Desk, visit: &Visit, flow: &Flow) -> Result<(), Failure> {
    fetch::bound(desk, visit, flow)?;
    if flow.expires_at <= desk.now() {
        let begin = desk.begin_page(flow.kind, flow.return_to.as_deref());
        return Err(Failure::from(Code::FlowExpired).way_out("Begin anew", begin));
    }
    Ok(())
}

async fn sign_in(
    desk: &Desk,
    visit: &Visit,
    flow: &Flow,
    (attempt, answer): (&Attempt, &Answer),
) -> Outcome {
    let id = &attempt.provider;
    let redirect_uri = provider::redirect_uri(desk, id)?;
    let expected = remembered::identity(flow);
    let broker = &desk.services.broker;
    let broker = broker.asking(scopes::of_flow(flow));
    let arrival = broker.finish_as(attempt, answer, &redirect_uri, expected);
    let mut arrival = match arrival.await {
        Ok(arrival) => arrival,
        Err(error) => {
            exchange::fail(desk, flow).await?;
            confirmation::refused(desk, flow, error.code());
            return Err(provider::failure(desk, error, id, flow));
        }
    };
    provider::settle(desk, &mut arrival).await?;
    let is_new = matches!(arrival, Arrival::Created(_));
    match arrival {
        Arrival::Known(arrived) | Arrival::Linked(arrived, _) | Arrival::Created(arrived) => {
            enter(desk, visit, flow, (&arrived, is_new)).await
        }
        Arrival::Confirm(pending) => confirmation::park(desk, flow, visit.wants(), &pending).await,
        Arrival::Incomplete(draft, errors) => {
            draft::park(desk, (flow, visit.wants()), &draft, errors).await
        }
    }
}

async fn enter(
    desk: &Desk,
    visit: &Visit,
    flow: &Flow,
    (arrived, is_new): (&Arrived, bool),
) -> Outcome {
    let proof = Proof::provider(arrived);
    let settled = confirmation::settle(desk, flow, (proof, &arrived.identity)).await?;
    let (identity, proofs) = match &settled.linked {
        Some(linked) => (&linked.identity, vec![Proof::provider(linked), proof]),
        None => (&arrived.identity, vec![proof]),
    };
    let sign_in = SignIn {
        is_new,
        flow,
        csrf: Csrf::of(desk, visit),
        wants: visit.wants(),
        identity,
        proofs: &proofs,
    };
    let detour = settled.waits.as_deref().map(|one| one as &dyn Detour);
    sign_in.begin_by(desk, visit, detour).await
}

/// The answer to a provider's answer that nothing here waits for, told to observers.
fn unexpected(desk: &Desk, provider: &str, reason: Option<&str>) -> Failure {
    let providers = desk.services.broker.registry.current();
    // Anybody can put anything in the path; only what is configured is repeated.
    let known = provider.parse().ok().and_then(|id| providers.find(&id));
    desk.services.announcer.announce(&Event::SignInRefused {
        method: OIDC,
        provider: known.map(|configured| &configured.id),
        code: Code::AnswerUnexpected,
        reason,
    });
    let failure = Failure::from(Code::AnswerUnexpected)
        .way_out("Sign in again", desk.begin_page(FlowKind::Login, None));
    match reason {
        Some(reason) => failure.because(reason),
        None => failure
            .because("No sign-in of this browser waits for this answer.")
            .hint("It may have taken too long, or it was begun in another browser.")
            .hint("Cookies may be blocked for this site in your browser's settings."),
    }
}
