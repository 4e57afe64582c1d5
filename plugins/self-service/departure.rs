//! Sending a browser to a provider.

use portcullis_core::{
    broker::{Asked, BrokerError},
    flow::{Flow, Transport},
    id::ProviderId,
};
use portcullis_kit::{Outcome, Visit, Wants};

use crate::{
    attempts::Attempts,
    desk::Desk,
    exchange,
    forms::settings,
    navigate::{self, outcome_with_cookie},
    provider, remembered,
    submission::Submission,
};

/// Sends the submission's browser to the provider called `name`.
pub(crate) async fn leave(
    desk: &Desk,
    visit: &Visit,
    submission: &Submission,
    name: &str,
) -> Outcome {
    let (flow, wants) = (&submission.flow, submission.wants);
    let id: ProviderId = name.parse().map_err(|_| provider::unknown(desk, name))?;
    if flow.transport == Transport::Api {
        return exchange::hand_over(desk, flow, &id).await;
    }
    let chooses = settings::chooses(desk, flow, &id).await?;
    let mut attempts = Attempts::of(desk, visit);
    let gone = send(desk, &mut attempts, (flow, wants), (&id, chooses)).await;
    outcome_with_cookie(gone, &attempts.set_cookie(desk))
}

/// Sends the flow's browser to the provider; when it `chooses`, to choose among its accounts, and
/// where somebody proves again who they are, to do so there. The attempts have yet to be given to it.
pub(crate) async fn send(
    desk: &Desk,
    attempts: &mut Attempts,
    (flow, wants): (&Flow, Wants),
    (id, chooses): (&ProviderId, bool),
) -> Outcome {
    let redirect_uri = provider::redirect_uri(desk, id)?;
    let broker = &desk.services.broker;
    // That the provider remembers a browser proves nothing of who sits before it.
    let asked = match (remembered::proves(flow), chooses) {
        (true, _) => Asked::Again,
        (false, true) => Asked::Account,
        (false, false) => Asked::Nothing,
    };
    let begun = broker.begin_asking(id, flow.id, (&redirect_uri, asked));
    let (url, attempt) = begun.await.map_err(|error| match error {
        BrokerError::Unknown => provider::unknown(desk, id.as_str()),
        error => provider::failure(desk, error, id, flow),
    })?;
    attempts.add(attempt);
    navigate::to(wants, url.as_str())
}
