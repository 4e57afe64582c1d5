//! Coming back from a provider.

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::header::SET_COOKIE;
use portcullis_core::{
    broker::{Arrival, BrokerError},
    catalogue::Code,
    event::Event,
    flow::{Flow, FlowKind},
    id::ProviderId,
    identity::Identity,
    provider::{Answer, Attempt},
    secret::TokenHash,
};
use portcullis_kit::{Failure, Outcome, Visit};

use super::{
    attempts::{Attempts, LIFESPAN},
    failure, redirect_uri,
};
use crate::{
    csrf::Csrf,
    desk::Desk,
    init::with_cookie,
    registration::draft,
    sign_in::{self, OIDC, SignIn},
    throttle,
};

/// Answers a browser that comes back from `provider`.
pub(crate) async fn arrive(
    State(desk): State<Arc<Desk>>,
    Path(provider): Path<String>,
    visit: Visit,
) -> Outcome {
    throttle::sign_in(&desk, &visit).await?;
    let (state, answer) = read(&desk, &visit)?;
    let mut attempts = Attempts::of(&desk, &visit);
    let attempt = attempts.take(state, &provider);
    let attempt = attempt.ok_or_else(|| unexpected(&desk, None))?;
    // From here on the attempt is gone from the browser, however it ends.
    let cookie = attempts.set_cookie(&desk);
    match finish(&desk, &visit, &attempt, &answer).await {
        Ok(response) => Ok(with_cookie(response, &cookie)),
        Err(failure) => Err(failure.header(SET_COOKIE, &cookie)),
    }
}

/// The parameters of the answer. One that comes twice is refused, for the provider's library and
/// ours might each take another one.
fn read<'a>(desk: &Desk, visit: &'a Visit) -> Result<(&'a str, Answer), Failure> {
    let mut seen = HashSet::new();
    let mut names = visit.parameters().iter().map(|(name, _)| name.as_str());
    if names.any(|name| !seen.insert(name)) {
        return Err(unexpected(desk, Some("The answer repeats a parameter.")));
    }
    let state = visit.query("state");
    let state = state.ok_or_else(|| unexpected(desk, Some("The answer has no state.")))?;
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
    attempt: &Attempt,
    answer: &Answer,
) -> Result<Response, Failure> {
    let services = &desk.services;
    let once = TokenHash::of(&format!("oidc-state:{}", attempt.state));
    let until = attempt.issued_at + LIFESPAN + LIFESPAN;
    if !services.flows.claim_once(&once, until).await? {
        return Err(unexpected(desk, Some("The answer was used already.")));
    }
    let flow = services.flows.find(attempt.flow).await?;
    let flow = flow.ok_or_else(|| unexpected(desk, None))?;
    let id = &attempt.provider;
    let redirect_uri = redirect_uri(desk, id)?;
    let arrival = services.broker.finish(attempt, answer, &redirect_uri).await;
    match arrival.map_err(|error| failure(desk, error, id, &flow))? {
        Arrival::Known(arrived) | Arrival::Linked(arrived, _) => {
            enter(desk, visit, &flow, &arrived.identity, id).await
        }
        Arrival::Created(arrived) => {
            services.announcer.announce(&Event::IdentityCreated {
                identity: arrived.identity.id,
                provider: Some(id),
            });
            enter(desk, visit, &flow, &arrived.identity, id).await
        }
        Arrival::Confirm(_) => Err(failure(desk, BrokerError::AddressTaken, id, &flow)),
        Arrival::Incomplete(draft, errors) => draft::park(desk, visit, &flow, &draft, errors).await,
    }
}

async fn enter(
    desk: &Desk,
    visit: &Visit,
    flow: &Flow,
    identity: &Identity,
    provider: &ProviderId,
) -> Outcome {
    sign_in::claim(desk, flow, identity.id).await?;
    let sign_in = SignIn {
        flow,
        csrf: Csrf::of(desk, visit),
        wants: visit.wants(),
        identity,
        method: OIDC,
        provider: Some(provider),
    };
    sign_in.begin(desk, visit).await
}

fn unexpected(desk: &Desk, reason: Option<&str>) -> Failure {
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
