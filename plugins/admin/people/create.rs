//! Creating an identity with its credentials, all or nothing.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    event::{CreationReason, Event},
    identity::Identity,
    schema::{Evaluation, ProfileContext},
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{
    Wanted, audit, factors, facts,
    fitting::{require_short, schema, with_attributes},
    links, password, refusal,
};
use crate::{administrators, caller::Caller, desk::Desk, role::Permission};

/// How much the clocks of two systems may differ.
const CLOCKS_APART: Duration = Duration::from_secs(5 * 60);
/// How many are made ready at a time: their passwords are hashed beside each other.
const AT_ONCE: usize = 4;

/// Creates an identity.
pub(crate) async fn create(
    desk: &Desk,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<Identity, Failure> {
    let (identity, credentials) = prepared(desk, caller, wanted).await?;
    let identities = &desk.services.identities;
    let inserted = identities.insert(&identity, &credentials).await;
    inserted.map_err(refusal::conflict)?;
    note(desk, caller, (&identity, &credentials)).await;
    Ok(identity)
}

/// Creates many identities, each by itself: what became of each, in their order.
pub(crate) async fn create_many(
    desk: &Desk,
    caller: &Caller,
    wanted: &[&Wanted],
) -> Vec<Result<Identity, Failure>> {
    let mut outcomes: Vec<Result<Identity, Failure>> = Vec::new();
    let mut ready: Vec<(Identity, Vec<Credential>)> = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        let work = some.iter().map(|wanted| prepared(desk, caller, wanted));
        for made in join_all(work).await {
            outcomes.push(made.map(|made| {
                ready.push(made);
                ready[ready.len() - 1].0.clone()
            }));
        }
    }
    let inserted = desk.services.identities.insert_many(&ready).await;
    let waiting = outcomes.iter_mut().filter(|outcome| outcome.is_ok());
    for ((outcome, inserted), (identity, credentials)) in waiting.zip(inserted).zip(&ready) {
        match inserted {
            Ok(()) => note(desk, caller, (identity, credentials)).await,
            Err(error) => *outcome = Err(refusal::conflict(error)),
        }
    }
    outcomes
}

/// An identity with its credentials, not yet stored.
async fn prepared(
    desk: &Desk,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<(Identity, Vec<Credential>), Failure> {
    let identity = newcomer(desk, wanted)?;
    if !identity.roles.is_empty() {
        caller.require(Permission::ManageAccess)?;
        administrators::may_give(caller, &identity)?;
    }
    let mut credentials: Vec<Credential> = Vec::new();
    for link in wanted.links.iter().enumerate() {
        credentials.push(links::credential(desk, caller, &identity, link).await?);
    }
    if let Some(new) = &wanted.password {
        credentials.push(password::credential(desk, &identity, (new, password::AMONG_ALL)).await?);
    }
    let factors = factors::credentials(desk, (&identity, &[]), &wanted.factors)?;
    credentials.extend(factors);
    Ok((identity, credentials))
}

/// Tells of a new identity, and writes it down.
async fn note(desk: &Desk, caller: &Caller, (identity, credentials): (&Identity, &[Credential])) {
    desk.services.announcer.announce(&Event::IdentityCreated {
        identity: identity.id,
        provider: None,
        reason: CreationReason::Administrator,
    });
    for credential in credentials {
        links::announce(desk, credential);
    }
    let mut kinds: Vec<_> = credentials.iter().map(|one| one.kind).collect();
    kinds.dedup();
    let mut after = facts::of(desk, identity);
    after["credentials"] = json!(kinds);
    let act = audit::on("identity.create", identity.id).to(after);
    audit::note(desk, caller, act).await;
}

/// Since when somebody is known elsewhere; what clocks are apart is no future.
fn created_at(at: Timestamp, now: Timestamp) -> Result<Timestamp, Failure> {
    match at <= now + CLOCKS_APART {
        true => Ok(at.min(now)),
        false => Err(refusal::mistaken("created_at", "this lies in the future.")),
    }
}

/// The identity as it is wanted, not yet stored. What everybody new has to do comes before what they
/// in particular have to.
pub(super) fn newcomer(desk: &Desk, wanted: &Wanted) -> Result<Identity, Failure> {
    let services = &desk.services;
    let (clock, entropy) = (&*services.clock, &*services.entropy);
    let schema = schema(desk, wanted.schema_id.as_deref())?;
    let place = Evaluation::of(ProfileContext::Admin);
    let traits = wanted.traits.clone().unwrap_or_default();
    let accepted = schema.accept(&place, traits, &json!({}));
    let made = accepted.and_then(|traits| {
        let schemas = &services.schemas;
        schemas.identity(&schema, traits, clock, entropy)
    });
    let identity = made.map_err(|errors| refusal::traits(&errors))?;
    require_short(&identity)?;
    let defaults = identity.required_actions.clone();
    let mut identity = wanted.applied(desk, identity)?;
    let mut required = defaults;
    for alias in std::mem::take(&mut identity.required_actions) {
        if !required.contains(&alias) {
            required.push(alias);
        }
    }
    identity.required_actions = required;
    if let Some(id) = wanted.id {
        identity.id = id;
    }
    if let Some(at) = wanted.created_at {
        identity.created_at = created_at(at, clock.now())?;
    }
    let identity = match &wanted.unmanaged {
        None => identity,
        Some(sent) => with_attributes(desk, identity, sent)?,
    };
    Ok(identity)
}
