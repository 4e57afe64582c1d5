//! Creating an identity with its credentials, all or nothing.

use portcullis_core::{
    credential::Credential,
    event::{CreationReason, Event},
    identity::Identity,
    schema::{Evaluation, ProfileContext},
};
use portcullis_kit::Failure;
use serde_json::json;

use super::{
    Wanted, audit, facts,
    fitting::{require_short, schema, with_attributes},
    links, password, refusal,
};
use crate::{administrators, caller::Caller, desk::Desk, role::Permission};

/// Creates an identity.
pub(crate) async fn create(
    desk: &Desk,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<Identity, Failure> {
    let services = &desk.services;
    let identity = newcomer(desk, wanted)?;
    if !identity.roles.is_empty() {
        caller.require(Permission::ManageAccess)?;
        administrators::may_give(caller, &identity)?;
    }
    let mut credentials: Vec<Credential> = Vec::new();
    for link in &wanted.links {
        credentials.push(links::credential(desk, &identity, link).await?);
    }
    if let Some(new) = &wanted.password {
        credentials.push(password::credential(desk, &identity, new).await?);
    }
    let inserted = services.identities.insert(&identity, &credentials).await;
    inserted.map_err(refusal::conflict)?;
    services.announcer.announce(&Event::IdentityCreated {
        identity: identity.id,
        provider: None,
        reason: CreationReason::Administrator,
    });
    for credential in &credentials {
        links::announce(desk, credential);
    }
    let kinds: Vec<_> = credentials.iter().map(|one| one.kind).collect();
    let mut after = facts::of(desk, &identity);
    after["credentials"] = json!(kinds);
    let act = audit::on("identity.create", identity.id).to(after);
    audit::note(desk, caller, act).await;
    Ok(identity)
}

/// The identity as it is wanted, not yet stored. What everybody new has to do comes before what they
/// in particular have to.
fn newcomer(desk: &Desk, wanted: &Wanted) -> Result<Identity, Failure> {
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
    let identity = match &wanted.unmanaged {
        None => identity,
        Some(sent) => with_attributes(desk, identity, sent)?,
    };
    Ok(identity)
}
