//! Everybody's sessions: seen, prolonged and ended.

use std::collections::{BTreeSet, HashMap};

use portcullis_core::{
    catalogue::Code,
    id::{IdentityId, SessionId},
    identity::Identity,
    part::Part,
    session::{Liveness, Session},
};
use portcullis_kit::{
    Failure,
    pages::{Around, around},
};
use serde_json::json;

use super::{audit, find as find_identity, impersonation, refusal::refused};
use crate::{audit::Act, caller::Caller, desk::Desk};

/// Which page of sessions is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Those that still open something, those that do not, or all.
    pub(crate) is_active: Option<bool>,
    /// Those of this part.
    pub(crate) part: Part<SessionId>,
    /// How many a page has.
    pub(crate) size: u32,
}

/// The sessions of an identity, the newest first.
pub(crate) async fn of(
    desk: &Desk,
    id: &str,
    is_active: Option<bool>,
) -> Result<(Identity, Vec<Session>), Failure> {
    let identity = find_identity(desk, id).await?;
    let mut sessions = desk.services.sessions.store().list(identity.id).await?;
    if let Some(is_active) = is_active {
        sessions.retain(|one| is_live(desk, one) == is_active);
    }
    Ok((identity, sessions))
}

/// Ends all sessions of an identity: how many.
pub(crate) async fn end_all(desk: &Desk, caller: &Caller, id: &str) -> Result<u64, Failure> {
    let identity = find_identity(desk, id).await?;
    caller.may_touch(&identity)?;
    end_all_of(desk, caller, identity.id).await
}

pub(super) async fn end_all_of(
    desk: &Desk,
    caller: &Caller,
    id: IdentityId,
) -> Result<u64, Failure> {
    let ended = desk.services.sessions.store().end_all(id, None).await?;
    let count = json!({"sessions_ended": ended.count});
    let act = audit::on("identity.sessions.revoke", id).to(count);
    audit::note(desk, caller, act).await;
    impersonation::tell_of_ends(desk, caller, &ended.acting).await;
    Ok(ended.count)
}

/// A page of everybody's sessions with their identities, in the order of their ids, and the pages around it.
pub(crate) async fn page(
    desk: &Desk,
    wanted: Wanted,
) -> Result<(Vec<(Session, Identity)>, Around), Failure> {
    let services = &desk.services;
    let now = services.clock.now();
    let liveness = wanted.is_active.map(|is_live| Liveness {
        is_live,
        now,
        idle_since: now - services.sessions.lifetimes().idle_timeout,
    });
    let store = services.sessions.store();
    // One more than is shown tells whether there is another page.
    let limit = wanted.size.saturating_add(1);
    let listed = store.list_all(liveness.as_ref(), wanted.part, limit);
    let shown = (&wanted.part, wanted.size as usize);
    let (sessions, around) = around(listed.await?, shown, |one| one.id.to_string());
    let owners: BTreeSet<IdentityId> = sessions.iter().map(|one| one.identity_id).collect();
    let owners: Vec<IdentityId> = owners.into_iter().collect();
    let owners = services.identities.find_all(&owners).await?;
    let owners: HashMap<IdentityId, Identity> =
        owners.into_iter().map(|one| (one.id, one)).collect();
    // Whoever is gone takes their sessions along, at once or a moment later.
    let with_owner = |session: Session| {
        let owner = owners.get(&session.identity_id)?.clone();
        Some((session, owner))
    };
    let page = sessions.into_iter().filter_map(with_owner).collect();
    Ok((page, around))
}

/// One session with its identity.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<(Session, Identity), Failure> {
    let id: SessionId = id.parse().map_err(|_| Code::RecordNotFound)?;
    let services = &desk.services;
    let session = services.sessions.store().find_by_id(id).await?;
    let session = session.ok_or(Code::RecordNotFound)?;
    let identity = services.identities.find(session.identity_id).await?;
    Ok((session, identity.ok_or(Code::RecordNotFound)?))
}

/// Ends one session.
pub(crate) async fn end(desk: &Desk, caller: &Caller, id: &str) -> Result<(), Failure> {
    let (session, identity) = find(desk, id).await?;
    caller.may_touch(&identity)?;
    if !desk.services.sessions.store().revoke(session.id).await? {
        return Err(Code::RecordNotFound.into());
    }
    tell_of_end(desk, caller, &session).await;
    Ok(())
}

/// Writes down that the caller has ended a session; whoever acted in it acts no more.
async fn tell_of_end(desk: &Desk, caller: &Caller, session: &Session) {
    audit::note(desk, caller, on("session.revoke", session)).await;
    impersonation::tell_of_end_of(desk, caller, session).await;
}

/// Prolongs a session that has not ended: it lasts as long as one that begins now.
pub(crate) async fn extend(
    desk: &Desk,
    caller: &Caller,
    id: &str,
) -> Result<(Session, Identity), Failure> {
    let (session, identity) = find(desk, id).await?;
    caller.may_touch(&identity)?;
    if !is_live(desk, &session) {
        return Err(refused("The session has ended, so it is not prolonged."));
    }
    if session.acting.is_some() {
        return Err(refused(
            "Somebody acts as this identity in the session, for a time that they have said.",
        ));
    }
    let services = &desk.services;
    let mut longer = session.clone();
    longer.expires_at = services.clock.now() + services.sessions.lifetimes().lifespan;
    let store = services.sessions.store();
    if !store.replace(&session.token_hash, &longer).await? {
        return Err(Code::RecordNotFound.into());
    }
    let act = on("session.extend", &session)
        .from(json!({"expires_at": session.expires_at}))
        .to(json!({"expires_at": longer.expires_at}));
    audit::note(desk, caller, act).await;
    Ok((longer, identity))
}

/// Ends these sessions and all of these identities, none where one of them may not be touched: how
/// many ended. What is not there is passed over.
pub(crate) async fn end_many(
    desk: &Desk,
    caller: &Caller,
    (identities, sessions): (&[IdentityId], &[SessionId]),
) -> Result<u64, Failure> {
    let mut of_all = Vec::new();
    for id in identities {
        match find_identity(desk, &id.to_string()).await {
            Ok(identity) => of_all.push(identity),
            Err(failure) if failure.code() == Code::IdentityNotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    let mut single = Vec::new();
    for id in sessions {
        match find(desk, &id.to_string()).await {
            Ok(found) => single.push(found),
            Err(failure) if failure.code() == Code::RecordNotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    let owners = single.iter().map(|(_, identity)| identity);
    for identity in of_all.iter().chain(owners) {
        caller.may_touch(identity)?;
    }
    let mut ended = 0;
    for (session, _) in &single {
        if desk.services.sessions.store().revoke(session.id).await? {
            ended += 1;
            tell_of_end(desk, caller, session).await;
        }
    }
    for identity in &of_all {
        ended += end_all_of(desk, caller, identity.id).await?;
    }
    Ok(ended)
}

fn is_live(desk: &Desk, session: &Session) -> bool {
    let services = &desk.services;
    let lifetimes = services.sessions.lifetimes();
    lifetimes.is_live(session, services.clock.now())
}

fn on(verb: &str, session: &Session) -> Act {
    Act::on(verb, "session", session.id).from(json!({"identity_id": session.identity_id}))
}
