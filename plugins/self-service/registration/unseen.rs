//! Registrations that are answered before anybody looks whether they are new. All that differs between
//! somebody new and somebody known here is done after the answer, so that nothing in it tells.

use std::{sync::Arc, time::Duration};

use portcullis_core::{
    credential::Credential,
    event::{CreationReason, Event},
    flow::Flow,
    identity::{Identity, IdentityStore},
    mail::Letter,
    message::Message,
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome, Visit};
use tracing::Instrument;

use super::alike;
use crate::{
    codes::send,
    desk::Desk,
    names, sign_in,
    submission::Submission,
    verification::begin::{self, Begun},
};

/// How often a registration is stored that has been answered, while the store is away.
const TRIES: u32 = 4;

/// Somebody who has been answered.
#[derive(Debug)]
struct Answered {
    flow: Flow,
    identity: Identity,
    credential: Credential,
    /// What brings them the proof, unless too many were written to them.
    letter: Option<Letter>,
}

/// Answers a registration that begins no session, and sees to it then.
pub(super) async fn register(
    desk: &Arc<Desk>,
    visit: &Visit,
    submission: Box<Submission>,
    (mut identity, credential): (Identity, Credential),
) -> Outcome {
    // Before anything is looked up or reserved: who submits the form twice at once does so in vain.
    sign_in::claim(desk, &submission.flow, identity.id).await?;
    let begun = match prepare(desk, visit, &submission.flow, &identity).await {
        Ok(Prepared::Taken) => {
            alike::count(desk, visit, &submission).await?;
            // Rejecting puts the claimed flow back.
            let complaint = (None, Message::duplicate());
            return submission.reject(desk, vec![complaint]).await;
        }
        Ok(Prepared::Begun(begun)) => begun,
        Err(failure) => {
            desk.services.flows.put(&submission.flow).await?;
            return Err(failure);
        }
    };
    identity
        .required_actions
        .push(Identity::FIRST_PROOF.to_owned());
    let (begun, letter) = begun.map(|begun| *begun).unzip();
    let answer = alike::answer(desk, &submission, &identity, begun.as_ref());
    let answered = Answered {
        flow: submission.flow,
        identity,
        credential,
        letter,
    };
    let settled = answered.settle(Arc::clone(desk)).in_current_span();
    desk.services.afterwards.see_to(Box::pin(settled));
    Ok(answer)
}

/// What there is before the answer.
enum Prepared {
    /// A name that somebody has, or may have in a moment.
    Taken,
    /// The verification that the answer leads to, where one can be begun.
    Begun(Option<Box<(Begun, Letter)>>),
}

async fn prepare(
    desk: &Desk,
    visit: &Visit,
    flow: &Flow,
    identity: &Identity,
) -> Result<Prepared, Failure> {
    // People have to know that a name is taken to choose another one.
    if names::is_any_taken(desk, identity.id, names::of(identity)).await? {
        return Ok(Prepared::Taken);
    }
    let begun = begin::begin_unsent(desk, visit, flow, identity).await?;
    names::reserve(desk, identity).await?;
    Ok(Prepared::Begun(begun.map(Box::new)))
}

impl Answered {
    async fn settle(self, desk: Arc<Desk>) {
        if let Err(failure) = self.store(&desk).await {
            let code = failure.code().as_str();
            tracing::error!(code, "a registration that was answered is not stored");
        }
    }

    /// Stores the identity and mails the proof; whoever is known already is written to instead.
    async fn store(self, desk: &Desk) -> Result<(), Failure> {
        let (identities, identity) = (&desk.services.identities, &self.identity);
        let own = std::slice::from_ref(&self.credential);
        let mut stored = self.insert(&**identities, own).await;
        let is_taken = matches!(stored, Err(StoreError::Conflict { .. }));
        if is_taken && names::free(desk, names::of(identity)).await? {
            stored = self.insert(&**identities, own).await;
        }
        match stored {
            Err(StoreError::Conflict { .. }) => {
                let owner = alike::owner(desk, identity).await?;
                if let (Some(_), Some((holder, address))) = (&self.letter, owner) {
                    alike::write(desk, &self.flow, (holder, &address)).await?;
                }
                return Ok(());
            }
            stored => stored?,
        }
        desk.services.announcer.announce(&Event::IdentityCreated {
            identity: identity.id,
            provider: None,
            reason: CreationReason::Registration,
        });
        if let Some(letter) = self.letter {
            send::post(desk, letter).await;
        }
        Ok(())
    }

    /// Stores the identity; a store that is away for a moment loses nobody who has been answered.
    async fn insert(
        &self,
        identities: &dyn IdentityStore,
        own: &[Credential],
    ) -> Result<(), StoreError> {
        let mut pause = Duration::from_millis(100);
        for _ in 1..TRIES {
            match identities.insert(&self.identity, own).await {
                Err(StoreError::Unavailable(_)) => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause *= 4;
        }
        identities.insert(&self.identity, own).await
    }
}
