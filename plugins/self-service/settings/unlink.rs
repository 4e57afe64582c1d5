//! Removing a link.

use portcullis_core::{
    broker::BrokerError,
    event::{Event, UnlinkReason},
    id::IdentityId,
    link::Link,
    message::Message,
    principal::Principal,
    session::end_each,
};
use portcullis_kit::{Failure, Outcome};

use super::save;
use crate::{complaint::Complaint, desk::Desk, forms::settings, provider, submission::Submission};

/// Removes the link that `named` means, and ends the other sessions that came through it.
pub(super) async fn unlink(
    desk: &Desk,
    principal: &Principal,
    mut submission: Box<Submission>,
    named: &str,
) -> Outcome {
    let identity = &principal.identity;
    let broker = &desk.services.broker;
    let links = broker.links(identity.id).await;
    let links = links.map_err(|error| Failure::from(error.code()).caused_by(error))?;
    let link = match chosen(desk, &links, named) {
        Ok(link) => link,
        Err(complaint) => return submission.reject(desk, vec![(None, *complaint)]).await,
    };
    save::require_session(desk, principal).await?;
    match broker.unlink(identity, link.id).await {
        Ok(()) => {}
        Err(error) => {
            desk.services.announcer.announce(&Event::UnlinkRefused {
                identity: identity.id,
                provider: &link.key.provider,
                code: error.code(),
            });
            return refuse(desk, submission, error, link, identity.id).await;
        }
    }
    desk.services.announcer.announce(&Event::Unlinked {
        identity: identity.id,
        provider: &link.key.provider,
        reason: UnlinkReason::Settings,
    });
    end_sessions(desk, principal, link).await;
    let saved = Message::settings_saved();
    save::succeed(desk, &mut submission.flow, identity.id, saved).await?;
    save::answer(desk, &submission)
}

/// Says in the form why the link stays, where the person can do something about it.
async fn refuse(
    desk: &Desk,
    mut submission: Box<Submission>,
    error: BrokerError,
    link: &Link,
    identity: IdentityId,
) -> Outcome {
    if !matches!(error, BrokerError::LastFactor | BrokerError::NoSuchLink) {
        return Err(Failure::from(error.code()).caused_by(error));
    }
    save::refresh(desk, &mut submission.flow, identity).await?;
    let complaint = complaint(desk, &error, link);
    submission.reject(desk, vec![complaint]).await
}

/// The one link that is meant, or what is wrong with how it is named.
fn chosen<'a>(desk: &Desk, links: &'a [Link], named: &str) -> Result<&'a Link, Box<Message>> {
    match settings::named(links, named)[..] {
        [link] => Ok(link),
        [] => Err(Box::new(Message::not_linked(named))),
        [one, ..] => {
            let label = provider::label(desk, &one.key.provider);
            Err(Box::new(Message::which_link(&label)))
        }
    }
}

fn complaint(desk: &Desk, error: &BrokerError, link: &Link) -> Complaint {
    let label = provider::label(desk, &link.key.provider);
    let message = match error {
        BrokerError::LastFactor => Message::last_factor(&label),
        _ => Message::not_linked(&label),
    };
    (None, message)
}

/// Ends what the account still keeps open elsewhere: it may be somebody else who holds it. The link
/// is gone by now, so whatever fails is no refusal.
pub(super) async fn end_sessions(desk: &Desk, principal: &Principal, link: &Link) {
    let (key, services) = (&link.key, &desk.services);
    let origins = &services.upstream_sessions;
    let came = origins.sessions(&key.provider, &key.issuer, Some(&key.subject), None);
    let failure = match came.await {
        Ok(mut came) => {
            came.retain(|session| *session != principal.session.id);
            end_each(&**services.sessions.store(), came).await.1
        }
        Err(error) => Some(error),
    };
    if let Some(error) = failure {
        tracing::error!(%error, "not every session of a removed link has ended");
    }
}
