//! Changing one's traits.

use std::sync::Arc;

use portcullis_core::{
    action::Action,
    catalogue::Code,
    event::Event,
    identity::Identity,
    message::Message,
    principal::Principal,
    schema::{Evaluation, Schema},
    store::StoreError,
};
use portcullis_kit::{Failure, Outcome, Wants};
use serde_json::Value;

use super::{privilege, save};
use crate::{
    actions, attributes,
    complaint::{self, Complaint},
    desk::Desk,
    forms::{action, profile::PROFILE},
    names, notices,
    submission::Submission,
    throttle,
    verification::begin,
};

/// Puts the traits that were sent in place of those that are stored: all of them or none.
pub(super) async fn save(
    desk: &Desk,
    principal: &Principal,
    mut submission: Box<Submission>,
) -> Outcome {
    submission.flow.active = Some(PROFILE.to_owned());
    let stored = save::stored(desk, principal).await?;
    let schema = schema(desk, &stored)?;
    let place = action::place(&submission.flow);
    let sent = sent(&submission, &schema, &stored);
    let judged = judged(desk, &place, &stored, sent);
    // Both are judged, so that people learn of all mistakes at once.
    let identity = match (judged, attributes::taken(desk, stored.clone(), &submission)) {
        (Ok(identity), Ok(further)) => Identity {
            unmanaged: further.unmanaged,
            ..*identity
        },
        (traits, further) => {
            let complaints = traits.err().into_iter().chain(further.err()).flatten();
            return submission.reject(desk, complaints.collect()).await;
        }
    };
    if schema.is_privileged_change(&stored.traits, &identity.traits)
        && let Some(answer) = privilege::lacking(desk, principal, &mut submission, None).await?
    {
        return Ok(answer);
    }
    match keep(desk, principal, (&stored, &identity)).await? {
        Kept::Yes => {
            let identity = actions::done(desk, &identity, Action::UpdateProfile).await?;
            let begun = begin::after_change(desk, &submission.flow, (&stored, &identity)).await;
            save::saved(desk, (&identity, begun.as_ref()), submission).await
        }
        Kept::Overtaken => save::overtaken(desk, stored.id, submission).await,
        Kept::Taken => {
            throttle::duplicate_of(desk, stored.id).await?;
            let complaint = (None, Message::duplicate());
            submission.reject(desk, vec![complaint]).await
        }
    }
}

/// The schema of an identity.
pub(crate) fn schema(desk: &Desk, identity: &Identity) -> Result<Arc<Schema>, Failure> {
    let found = desk.services.schemas.find(&identity.schema_id);
    found.ok_or(Code::Internal.into())
}

/// The traits that were sent. A page has no fields for some of them, such as lists of lists, which
/// must not go for that.
pub(crate) fn sent(submission: &Submission, schema: &Schema, stored: &Identity) -> Value {
    let traits = submission.traits();
    if submission.wants == Wants::Json {
        return traits;
    }
    let nodes = &submission.flow.ui.nodes;
    let is_asked = |path: &String| {
        let name = format!("traits.{path}");
        nodes.iter().any(|node| node.attributes.name == name)
    };
    let mut leaves = schema.leaves();
    leaves.retain(|path| !is_asked(path));
    schema.completed(traits, &stored.traits, &leaves)
}

/// The identity with the traits that were sent, or all that is wrong with them. What a provider
/// keeps up to date stays as it is.
pub(crate) fn judged(
    desk: &Desk,
    place: &Evaluation,
    stored: &Identity,
    sent: Value,
) -> Result<Box<Identity>, Vec<Complaint>> {
    let services = &desk.services;
    let Some(schema) = services.schemas.find(&stored.schema_id) else {
        return Err(vec![(None, Message::invalid("This is not accepted here."))]);
    };
    let mut forced = schema.leaves();
    forced.retain(|path| stored.is_forced(path));
    let sent = schema.completed(sent, &stored.traits, &forced);
    let refused = schema.differing(&sent, &stored.traits, &forced);
    let mut complaints: Vec<Complaint> = refused
        .iter()
        .map(|path| (Some(format!("traits.{path}")), Message::kept_by_provider()))
        .collect();
    let sent = schema.restored(sent, &stored.traits, &forced);
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let accepted =
        schema.accept_of_stored(place, sent, &stored.traits, &|path| stored.is_forced(path));
    let changed =
        accepted.and_then(|traits| services.schemas.changed(stored, traits, clock, entropy));
    match changed {
        Ok(identity) if complaints.is_empty() => Ok(Box::new(identity)),
        Ok(_) => Err(complaints),
        Err(errors) => {
            complaints.extend(complaint::about_traits(errors));
            Err(complaints)
        }
    }
}

/// What became of a change.
pub(crate) enum Kept {
    /// It is stored.
    Yes,
    /// Somebody else changed the identity first.
    Overtaken,
    /// Somebody else signs in with an identifier of it.
    Taken,
}

/// Stores a change, and tells of it.
pub(crate) async fn keep(
    desk: &Desk,
    principal: &Principal,
    (stored, identity): (&Identity, &Identity),
) -> Result<Kept, Failure> {
    if identity.traits == stored.traits && identity.unmanaged == stored.unmanaged {
        return Ok(Kept::Yes);
    }
    save::require_session(desk, principal).await?;
    let own = &stored.identifiers;
    let gained = || names::of(identity).filter(|name| !own.contains(name));
    if names::is_any_taken(desk, identity.id, gained()).await? {
        return Ok(Kept::Taken);
    }
    let identities = &desk.services.identities;
    let mut kept = identities.update(identity).await;
    if matches!(kept, Err(StoreError::Conflict { .. })) && names::free(desk, gained()).await? {
        kept = identities.update(identity).await;
    }
    match kept {
        Ok(()) => {
            desk.services.announcer.announce(&Event::ProfileChanged {
                identity: identity.id,
            });
            notices::tell_of_addresses(desk, stored, identity).await;
            Ok(Kept::Yes)
        }
        Err(StoreError::Conflict { .. }) => {
            let now = identities.find(identity.id).await?;
            Ok(match now.is_some_and(|now| now.version == stored.version) {
                true => Kept::Taken,
                false => Kept::Overtaken,
            })
        }
        Err(error) => Err(error.into()),
    }
}
