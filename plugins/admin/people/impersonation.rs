//! Acting as somebody else: who may, as whom, why and for how long.

mod begun;

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    api_credential::ApiCredential,
    catalogue::Code,
    event::Event,
    id::IdentityId,
    identity::{Identity, IdentityState},
    impersonation::{self, Ender, Impersonation, Ticket},
    secret::Token,
    session::{Acting, Device, Session, Stopped},
};
use portcullis_kit::Failure;
use serde_json::{Value, json};

pub(crate) use self::begun::{Begun, begin_for, begin_from};
use crate::{
    audit::Act,
    caller::{Actor, Caller},
    desk::Desk,
    people::refusal::{mistaken, refused},
    role::{Permission, Roles},
};

/// How long it lasts where nobody says.
const USUAL: Duration = Duration::from_secs(30 * 60);
/// How long it lasts at most.
const LONGEST: Duration = Duration::from_secs(4 * 60 * 60);
/// How long a reason may be.
const REASON_LENGTH: usize = 500;

/// What an administrator asks for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Why.
    pub(crate) reason: String,
    /// For how long.
    pub(crate) ttl: Option<Duration>,
    /// Whether to look only.
    pub(crate) read_only: bool,
}

/// Begins it, in a session that `token` opens.
async fn begin(
    desk: &Desk,
    (caller, device): (&Caller, Device),
    identity: &Identity,
    asked: &Asked,
    token: &Token,
) -> Result<Session, Failure> {
    let ticket = ticket(desk, caller, identity, asked)?;
    let begun = Impersonation {
        acting: ticket.acting,
        own: caller.principal.as_ref().map(|own| own.session.clone()),
        until: ticket.until,
        device,
    };
    let session = impersonation::begin(&desk.services, identity, begun, token).await?;
    let session = session.ok_or(Code::Unauthorized)?;
    if !still_may(desk, caller, identity.id).await? {
        let sessions = desk.services.sessions.store();
        sessions.revoke(session.id).await?;
        return Err(Code::Unauthorized.into());
    }
    if let Some(acting) = &session.acting {
        desk.services.announcer.announce(&Event::Impersonated {
            identity: identity.id,
            actor: &acting.actor,
            session: session.id,
            read_only: acting.read_only,
        });
    }
    let act = act(identity, asked, session.expires_at);
    desk.audit(caller, act).await;
    Ok(session)
}

/// Whether a program has not lost its rights meanwhile, nor the identity got roles that permit more; what
/// people have lost is known already.
async fn still_may(desk: &Desk, caller: &Caller, identity: IdentityId) -> Result<bool, Failure> {
    let Actor::ApiCredential(id) = caller.actor else {
        return Ok(true);
    };
    let services = &desk.services;
    let found = services.api_credentials.find(id).await?;
    let identity = services.identities.find(identity).await?;
    let may_touch = identity.is_some_and(|now| caller.may_touch(&now).is_ok());
    let permits = |one: ApiCredential| Roles::among(&one.roles).permit(Permission::Impersonate);
    Ok(may_touch && found.is_some_and(permits))
}

/// Hands out a code with which the caller's browser begins it elsewhere.
async fn invite(
    desk: &Desk,
    caller: &Caller,
    (identity, came_from): (&Identity, Option<String>),
    asked: &Asked,
) -> Result<Token, Failure> {
    let ticket = Ticket {
        came_from,
        ..ticket(desk, caller, identity, asked)?
    };
    let code = ticket.issue(&desk.services).await?;
    desk.audit(caller, act(identity, asked, ticket.until)).await;
    Ok(code)
}

/// Ends whatever the caller does as `identity`; `false` when that was nothing.
pub(crate) async fn end(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
) -> Result<bool, Failure> {
    let Some(actor) = name(caller.actor) else {
        return Ok(false);
    };
    let sessions = desk.services.sessions.store();
    let ended = sessions.revoke_acting(&actor, Some(identity.id)).await?;
    if ended > 0 {
        tell_of_end(desk, caller, (identity.id, &actor)).await;
    }
    Ok(ended > 0)
}

/// Ends whatever an actor does as anybody: what they may do has changed.
pub(crate) async fn end_all(desk: &Desk, actor: Actor) -> Result<(), Failure> {
    if let Some(actor) = name(actor) {
        let sessions = desk.services.sessions.store();
        sessions.revoke_acting(&actor, None).await?;
    }
    Ok(())
}

/// Ends the session in which the caller acts as `identity`.
pub(crate) async fn end_session(
    desk: &Desk,
    caller: &Caller,
    session: &Session,
) -> Result<(), Failure> {
    let sessions = desk.services.sessions.store();
    if sessions.revoke(session.id).await? {
        tell_of_end_of(desk, caller, session).await;
    }
    Ok(())
}

/// Tells that the caller has ended this session, where somebody acted in it.
pub(super) async fn tell_of_end_of(desk: &Desk, caller: &Caller, session: &Session) {
    if let Some(acting) = &session.acting {
        tell_of_end(desk, caller, (session.identity_id, &acting.actor)).await;
    }
}

/// The same of sessions that the caller has ended together.
pub(super) async fn tell_of_ends(desk: &Desk, caller: &Caller, stopped: &[Stopped]) {
    impersonation::tell_of_ends(&desk.services, stopped, &ender(caller)).await;
}

async fn tell_of_end(desk: &Desk, caller: &Caller, whom: (IdentityId, &str)) {
    impersonation::tell_of_end(&desk.services, whom, ender(caller)).await;
}

fn ender(caller: &Caller) -> Ender {
    Ender {
        actor: caller.actor.to_string(),
        label: caller.label.clone(),
        client: caller.client,
        request_id: caller.request_id.clone(),
    }
}

/// What the caller may have of what they ask for.
fn ticket(
    desk: &Desk,
    caller: &Caller,
    identity: &Identity,
    asked: &Asked,
) -> Result<Ticket, Failure> {
    if caller.actor == Actor::Identity(identity.id) {
        return Err(refused("Nobody acts as themselves."));
    }
    caller.may_touch(identity)?;
    if identity.state != IdentityState::Active {
        return Err(Code::IdentityDisabled.into());
    }
    let actor = name(caller.actor).ok_or_else(|| {
        Failure::from(Code::InsufficientRole)
            .because("Only somebody who is known acts as somebody else: here nobody is asked.")
    })?;
    let own = caller.principal.as_ref().map(|own| &own.session);
    let until = desk.services.clock.now() + lifespan(asked)?;
    Ok(Ticket {
        identity: identity.id,
        acting: Acting {
            actor,
            label: caller.label.clone(),
            read_only: asked.read_only,
            reason: reason(asked)?.to_owned(),
            own_session: own.map(|own| own.id),
        },
        until: own.map_or(until, |own| own.expires_at.min(until)),
        came_from: None,
    })
}

/// An actor as sessions name it; nobody in particular has no name.
fn name(actor: Actor) -> Option<String> {
    match actor {
        Actor::Identity(id) => Some(id.to_string()),
        Actor::ApiCredential(id) => Some(Acting::api_credential(id)),
        Actor::Anybody => None,
    }
}

fn reason(asked: &Asked) -> Result<&str, Failure> {
    let reason = asked.reason.trim();
    match (1..=REASON_LENGTH).contains(&reason.chars().count()) {
        true => Ok(reason),
        false => Err(mistaken(
            "reason",
            "The reason must have between 1 and 500 characters.",
        )),
    }
}

fn lifespan(asked: &Asked) -> Result<Duration, Failure> {
    let wanted = asked.ttl.unwrap_or(USUAL);
    match wanted.is_zero() || wanted > LONGEST {
        true => Err(mistaken(
            "ttl",
            "The ttl must be more than nothing and at most 4h.",
        )),
        false => Ok(wanted),
    }
}

fn act(identity: &Identity, asked: &Asked, until: Timestamp) -> Act {
    let terms: Value = json!({
        "reason": asked.reason.trim(),
        "read_only": asked.read_only,
        "expires_at": until,
    });
    Act::on("identity.impersonate", "identity", identity.id).to(terms)
}

#[cfg(test)]
mod tests {
    use portcullis_core::impersonation::{ROLES, covers};

    use crate::role::{Permission, Role, Roles};

    #[test]
    fn those_whose_sessions_may_act_are_those_whose_roles_permit_it() {
        let permitted = Role::ALL.into_iter();
        let permitted = permitted.filter(|role| role.permits(Permission::Impersonate));
        let permitted: Vec<_> = permitted.map(Role::as_str).collect();
        assert_eq!(permitted, ROLES);
    }
    /// Every set of roles beside every other one.
    #[test]
    fn nobody_acts_as_whoever_may_more_by_the_table_of_roles() {
        let sets = 0..1_usize << Role::ALL.len();
        let sets = sets.map(|bits| {
            let own = Role::ALL.into_iter().enumerate();
            let own = own.filter(|(place, _)| bits & (1 << place) != 0);
            own.map(|(_, role)| role.to_string()).collect::<Vec<_>>()
        });
        let sets: Vec<_> = sets.collect();
        for (actor, other) in sets
            .iter()
            .flat_map(|one| sets.iter().map(move |two| (one, two)))
        {
            let by_table = Roles::among(actor).cover(&Roles::among(other));
            assert_eq!(covers(actor, other), by_table, "{actor:?} as {other:?}");
        }
        let odd = ["delete-account".to_owned(), "Admin".to_owned()];
        assert!(covers(&[], &odd), "they mean something elsewhere");
    }
}
