//! Registering with a method of local identities.

use std::sync::Arc;

use portcullis_core::{
    credential::Credential,
    event::{CreationReason, Event},
    id::IdentityId,
    identity::{Identity, IdentityState},
    message::Message,
    method::{Method, MethodError},
    schema::{Evaluation, ProfileContext, Schema},
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome, Visit};
use serde_json::{Value, json};

use super::{alike, unseen};
use crate::{
    attributes,
    complaint::{self, Complaint},
    desk::Desk,
    forms::registration,
    names, newcomer, scopes,
    sign_in::{self, Proof, SignIn},
    submission::Submission,
    throttle,
};

/// Registers with `method` and signs in.
pub(crate) async fn register(
    desk: &Arc<Desk>,
    visit: &Visit,
    method: &dyn Method,
    mut submission: Box<Submission>,
) -> Outcome {
    submission.flow.active = Some(method.name().to_owned());
    let (identity, credential) = match candidate(desk, method, &submission).await? {
        Candidate::Good(identity, credential) => (identity, credential),
        Candidate::Bad(complaints) => return submission.reject(desk, complaints).await,
    };
    let proves_first = alike::proves_first(desk, &identity);
    if proves_first {
        // Whoever comes back to sign in learns whether they were known.
        let flow = &submission.flow;
        throttle::registration(desk, visit)
            .await
            .map_err(|failure| {
                failure.way_out("Back to the form", desk.flow_page(flow.kind, flow.id))
            })?;
    }
    if newcomer::becomes_one(desk, &identity) {
        return unseen::register(desk, visit, submission, (*identity, *credential)).await;
    }
    sign_in::claim(desk, &submission.flow, identity.id).await?;
    match store(desk, &identity, &credential).await {
        Ok(Stored::Yes) => {}
        Ok(Stored::NameTaken) => {
            alike::count(desk, visit, &submission).await?;
            // Rejecting puts the claimed flow back.
            let complaint = (None, Message::duplicate());
            return submission.reject(desk, vec![complaint]).await;
        }
        Err(StoreError::Conflict { .. }) => {
            return alike::known(desk, visit, submission, &identity).await;
        }
        Err(error) => {
            desk.services.flows.put(&submission.flow).await?;
            return Err(error.into());
        }
    }
    desk.services.announcer.announce(&Event::IdentityCreated {
        identity: identity.id,
        provider: None,
        reason: CreationReason::Registration,
    });
    if proves_first {
        return alike::wait(desk, visit, &submission, &identity).await;
    }
    let sign_in = SignIn {
        is_new: true,
        flow: &submission.flow,
        csrf: submission.csrf.clone(),
        wants: submission.wants,
        identity: &identity,
        proofs: &[Proof::credential(method.name(), &credential)],
    };
    sign_in.begin(desk, visit).await
}

/// What became of somebody new who begins a session at once.
enum Stored {
    Yes,
    /// A newcomer has one of its names, or may have in a moment.
    NameTaken,
}

async fn store(
    desk: &Desk,
    identity: &Identity,
    credential: &Credential,
) -> Result<Stored, StoreError> {
    let (identities, own) = (&desk.services.identities, std::slice::from_ref(credential));
    if !newcomer::prove_first(desk) {
        return identities.insert(identity, own).await.map(|()| Stored::Yes);
    }
    if names::is_any_taken(desk, identity.id, names::of(identity)).await? {
        return Ok(Stored::NameTaken);
    }
    let mut stored = identities.insert(identity, own).await;
    let is_taken = matches!(stored, Err(StoreError::Conflict { .. }));
    if is_taken && names::free(desk, names::of(identity)).await? {
        stored = identities.insert(identity, own).await;
    }
    stored.map(|()| Stored::Yes)
}

/// What a submission comes to.
enum Candidate {
    Good(Box<Identity>, Box<Credential>),
    Bad(Vec<Complaint>),
}

/// Judges traits and secret together, so that people learn of all mistakes at once.
async fn candidate(
    desk: &Desk,
    method: &dyn Method,
    submission: &Submission,
) -> Result<Candidate, Failure> {
    let services = &desk.services;
    let schema = registration::schema_of(desk, &submission.flow);
    let place = Evaluation::of(ProfileContext::Registration);
    let place = place.asking(&scopes::of_flow(&submission.flow));
    let traits = schema.from_person(submission.traits(), &json!({}));
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let accepted = schema.accept(&place, submission.traits(), &json!({}));
    let made =
        accepted.and_then(|traits| services.schemas.identity(&schema, traits, clock, entropy));
    let (identity, mut complaints) = match made {
        Ok(identity) => (identity, Vec::new()),
        Err(errors) => (
            stand_in(desk, &schema, traits),
            complaint::about_traits(errors),
        ),
    };
    let identity = match attributes::taken(desk, identity.clone(), submission) {
        Ok(identity) => identity,
        Err(more) => {
            complaints.extend(more);
            identity
        }
    };
    match method.enroll(&submission.value(), &identity).await {
        Ok(credential) if complaints.is_empty() => {
            Ok(Candidate::Good(Box::new(identity), Box::new(credential)))
        }
        Ok(_) => Ok(Candidate::Bad(complaints)),
        Err(MethodError::Invalid(more)) => {
            complaints.extend(more);
            Ok(Candidate::Bad(complaints))
        }
        Err(error) => Err(throttle::of_method(desk, error)),
    }
}

/// An identity that is never stored, so that the secret can be judged while the traits are wrong.
fn stand_in(desk: &Desk, schema: &Schema, traits: Value) -> Identity {
    let id = IdentityId::generate(&*desk.services.entropy);
    Identity {
        state: IdentityState::Inactive,
        identifiers: schema.identifiers(&traits),
        traits,
        ..Identity::blank(id, schema.id(), desk.now())
    }
}
