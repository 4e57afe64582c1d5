//! Impersonation: an administrator acts as somebody else, in a session of its own that says so; their
//! own session is parked in the browser and comes back when it ends.

mod end;
mod ticket;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    administrators::held,
    id::{IdentityId, SessionId},
    identity::{Identity, IdentityState},
    plugin::Services,
    secret::{Token, TokenHash},
    session::{Aal, Acting, AuthenticationMethod, Device, Session},
    store::StoreError,
};

pub use self::{
    end::{Ender, tell_of_end, tell_of_ends},
    ticket::{LIFESPAN as TICKET_LIFESPAN, Ticket},
};

/// The role of whoever may do everything.
const ADMIN: &str = crate::administrators::ROLE;
/// The roles of administrators who may act as somebody else.
pub const ROLES: [&str; 2] = ["impersonator", ADMIN];

/// How people prove themselves who act with an API credential.
const API_CREDENTIAL: &str = "api_credential";
/// Parked sessions are sealed for this purpose.
const PURPOSE: &str = "parked-session";

/// What a session in which somebody acts as somebody else begins with.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// Who acts, and how.
    pub acting: Acting,
    /// Their own session, where they have one: the new one is as strong and lasts no longer.
    pub own: Option<Session>,
    /// When it ends at the latest.
    pub until: Timestamp,
    /// Where they are.
    pub device: Device,
}

impl Impersonation {
    /// The session of `identity` that begins `now`.
    fn session(
        self,
        (id, token): (SessionId, &Token),
        identity: &Identity,
        now: Timestamp,
    ) -> Session {
        let own = self.own.as_ref();
        let by_credential = || vec![AuthenticationMethod::local(API_CREDENTIAL, Aal::Aal1, now)];
        Session {
            id,
            token_hash: token.hash(),
            identity_id: identity.id,
            issued_at: now,
            authenticated_at: own.map_or(now, |own| own.authenticated_at),
            expires_at: own.map_or(self.until, |own| own.expires_at.min(self.until)),
            last_seen_at: now,
            methods: own.map_or_else(by_credential, |own| own.methods.clone()),
            device: self.device,
            acting: Some(self.acting),
        }
    }
}

/// Whether an identity may act as somebody else at all.
pub fn may_act(identity: &Identity) -> bool {
    let mut roles = identity.roles.iter();
    identity.state == IdentityState::Active && roles.any(|role| ROLES.contains(&role.as_str()))
}

/// Whether an identity may act as this other one: as nobody whose roles permit more than its own.
///
/// What the roles permit is in the table of the admin plugin, whose tests compare the two.
pub fn may_act_as(actor: &Identity, other: &Identity) -> bool {
    may_act(actor) && covers(&actor.roles, &other.roles)
}

/// Whether roles permit all that others do; those that are no administrators' permit nothing here.
pub fn covers(own: &[String], others: &[String]) -> bool {
    let has = |names: &[&str]| own.iter().any(|role| names.contains(&role.as_str()));
    others.iter().all(|role| match role.as_str() {
        "viewer" => has(&["viewer", "user-manager", "impersonator", ADMIN]),
        "user-manager" | "provider-manager" | "impersonator" => has(&[role, ADMIN]),
        ADMIN => has(&[ADMIN]),
        _ => true,
    })
}

/// Whether it may in this session of its own.
fn may_act_in(identity: &Identity, session: &Session) -> bool {
    may_act(identity) && held(identity, session).any(|role| ROLES.contains(&role))
}

/// Whether it may act as this other one in this session of its own, or go on with it in the one that came of
/// it, which holds the same proofs.
pub fn may_act_as_in(identity: &Identity, session: &Session, other: &Identity) -> bool {
    let own: Vec<String> = held(identity, session).map(str::to_owned).collect();
    may_act_in(identity, session) && covers(&own, &other.roles)
}

/// Begins to act as `identity`; `None` when whoever would act, or the identity, may not any more, or the
/// identity has got roles meanwhile that permit more.
pub async fn begin(
    services: &Services,
    identity: &Identity,
    impersonation: Impersonation,
    token: &Token,
) -> Result<Option<Session>, StoreError> {
    let own = impersonation.own.clone();
    let id = SessionId::generate(&*services.entropy);
    let session = impersonation.session((id, token), identity, services.clock.now());
    let store = services.sessions.store();
    store.insert(&session).await?;
    // What has been taken away meanwhile was taken away before this session was there to end.
    if stands(services, identity.id, own.as_ref()).await? {
        return Ok(Some(session));
    }
    store.revoke(session.id).await?;
    Ok(None)
}

async fn stands(
    services: &Services,
    identity: IdentityId,
    own: Option<&Session>,
) -> Result<bool, StoreError> {
    let identity = services.identities.find(identity).await?;
    let Some(identity) = identity.filter(|found| found.state == IdentityState::Active) else {
        return Ok(false);
    };
    let Some(own) = own else {
        return Ok(true);
    };
    let kept = services.sessions.store().find(&own.token_hash).await?;
    let actor = services.identities.find(own.identity_id).await?;
    Ok(kept.is_some() && actor.is_some_and(|actor| may_act_as_in(&actor, own, &identity)))
}

/// What the browser keeps of the administrator's own session while they act in `acting`.
#[derive(Serialize, Deserialize)]
struct Parked {
    token: String,
    acting: SessionId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    came_from: Option<String>,
}

impl Parked {
    fn open(services: &Services, sealed: &str) -> Option<Self> {
        let text = services.seal.open(PURPOSE, sealed)?;
        serde_json::from_slice(&text).ok()
    }
}

/// The administrator's own session, which `token` opens, sealed for the browser to keep while they
/// act in the session `acting`, with the page that they came from; `None` only when it cannot be
/// sealed.
pub fn park(
    services: &Services,
    token: &str,
    (acting, came_from): (SessionId, Option<String>),
) -> Option<String> {
    let parked = Parked {
        token: token.to_owned(),
        acting,
        came_from,
    };
    let text = serde_json::to_vec(&parked).ok()?;
    services.seal.close(PURPOSE, &text, &*services.entropy)
}

/// The page that an administrator came from whose session is `parked`. The gateway has said it itself,
/// and nobody else can: it is sealed.
pub fn came_from(services: &Services, parked: &str) -> Option<String> {
    Parked::open(services, parked)?.came_from
}

/// Gives an administrator their own session back, under a new token, once the one they acted in has
/// `ended`; without its name, any that has. `None` when their own has ended too, or they are no
/// administrator any more.
pub async fn restore(
    services: &Services,
    parked: &str,
    ended: Option<SessionId>,
) -> Result<Option<(Session, Token)>, StoreError> {
    let opened = Parked::open(services, parked);
    let Some(parked) = opened.filter(|one| ended.is_none_or(|ended| ended == one.acting)) else {
        return Ok(None);
    };
    let (store, now) = (services.sessions.store(), services.clock.now());
    let before = TokenHash::of(&parked.token);
    let own = store.find(&before).await?;
    let lifetimes = services.sessions.lifetimes();
    let Some(own) = own.filter(|own| own.acting.is_none() && lifetimes.is_live(own, now)) else {
        return Ok(None);
    };
    let actor = services.identities.find(own.identity_id).await?;
    if !actor.is_some_and(|actor| may_act_in(&actor, &own)) {
        return Ok(None);
    }
    let token = Token::generate(&*services.entropy);
    let back = Session {
        token_hash: token.hash(),
        last_seen_at: now,
        ..own
    };
    let replaced = store.replace(&before, &back).await?;
    // The browser may have lost it before its time.
    store.revoke(parked.acting).await?;
    Ok(replaced.then_some((back, token)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        testing::{FrozenClock, SeededEntropy},
    };

    #[test]
    fn only_administrators_of_these_roles_may_act_as_somebody() {
        let clock = FrozenClock::new("2026-11-22T12:00:00Z".parse().unwrap());
        let id = IdentityId::generate(&SeededEntropy::new(3));
        let mut ada = Identity::blank(id, "default", clock.now());
        assert!(!may_act(&ada));
        ada.roles = vec!["viewer".to_owned(), "user-manager".to_owned()];
        assert!(!may_act(&ada));
        for role in ROLES {
            ada.roles = vec!["viewer".to_owned(), role.to_owned()];
            ada.state = IdentityState::Active;
            assert!(may_act(&ada), "{role}");
            ada.state = IdentityState::Inactive;
            assert!(!may_act(&ada), "{role}, switched off");
        }
    }
}
