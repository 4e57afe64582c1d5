//! Sending a browser to a provider.

use portcullis_core::{broker::BrokerError, catalogue::Code, flow::Transport, id::ProviderId};
use portcullis_kit::{Failure, Outcome, Visit};

use crate::{
    attempts::Attempts, desk::Desk, navigate, navigate::outcome_with_cookie, provider,
    submission::Submission,
};

/// Sends the submission's browser to the provider called `name`.
pub(crate) async fn leave(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    name: &str,
) -> Outcome {
    if submission.flow.transport == Transport::Api {
        return Err(Failure::from(Code::BadRequest).because(
            "A provider needs a browser: begin a browser flow, and open it in the system's \
             browser.",
        ));
    }
    let flow = &submission.flow;
    let id: ProviderId = name.parse().map_err(|_| Code::ProviderUnknown)?;
    let redirect_uri = provider::redirect_uri(desk, &id)?;
    let begun = desk
        .services
        .broker
        .begin(&id, flow.id, &redirect_uri)
        .await;
    let (url, attempt) = begun.map_err(|error| match error {
        BrokerError::Unknown => Code::ProviderUnknown.into(),
        error => provider::failure(desk, error, &id, flow),
    })?;
    let mut attempts = Attempts::of(desk, visit);
    attempts.add(attempt);
    let gone = navigate::to(submission.wants, url.as_str());
    outcome_with_cookie(gone, &attempts.set_cookie(desk))
}
