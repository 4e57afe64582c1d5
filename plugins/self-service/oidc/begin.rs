//! Sending a browser to a provider.

use axum::response::{IntoResponse, Redirect};
use http::header::SET_COOKIE;
use portcullis_core::{broker::BrokerError, catalogue::Code, flow::Transport, id::ProviderId};
use portcullis_kit::{Failure, Outcome, Visit, Wants};

use super::{attempts::Attempts, failure, redirect_uri};
use crate::{desk::Desk, init::with_cookie, submission::Submission};

/// Sends the submission's browser to `provider`.
pub(crate) async fn begin(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    provider: &str,
) -> Outcome {
    if submission.flow.transport == Transport::Api {
        return Err(Failure::from(Code::BadRequest).because(
            "Signing in through a provider needs a browser: begin a browser flow, and open it in \
             the system's browser.",
        ));
    }
    let flow = &submission.flow;
    let id: ProviderId = provider.parse().map_err(|_| Code::ProviderUnknown)?;
    let redirect_uri = redirect_uri(desk, &id)?;
    let begun = desk
        .services
        .broker
        .begin(&id, flow.id, &redirect_uri)
        .await;
    let (url, attempt) = begun.map_err(|error| match error {
        BrokerError::Unknown => Code::ProviderUnknown.into(),
        error => failure(desk, error, &id, flow),
    })?;
    let mut attempts = Attempts::of(desk, visit);
    attempts.add(attempt);
    let cookie = attempts.set_cookie(desk);
    match submission.wants {
        Wants::Html => {
            let response = Redirect::to(url.as_str()).into_response();
            Ok(with_cookie(response, &cookie))
        }
        Wants::Json => Err(Failure::from(Code::LocationChangeRequired)
            .member("redirect_browser_to", url.as_str())
            .header(SET_COOKIE, &cookie)),
    }
}
