//! What a store of sessions promises of those in which somebody acts as somebody else.

use super::{identity, moment, odd, session};
use crate::{
    entropy::Entropy,
    identity::{Identity, IdentityStore},
    session::{Acting, Session, SessionStore},
};

/// Checks that such a session ends with what it was begun from, and with what its actor is.
pub(super) async fn who_acts_ends_with_what_they_are(
    identities: &dyn IdentityStore,
    sessions: &dyn SessionStore,
    entropy: &dyn Entropy,
) {
    let mut grace = identity(entropy, &odd(entropy));
    grace.roles = vec!["impersonator".to_owned()];
    let ada = identity(entropy, &odd(entropy));
    for one in [&grace, &ada] {
        identities.insert(one, &[]).await.unwrap();
    }
    let parts = (sessions, entropy);
    a_session_carries_who_acts(parts, &grace, &ada).await;
    the_end_of_their_own_session_is_its_end(parts, &grace, &ada).await;
    whoever_signs_out_everywhere_acts_nowhere(parts, &grace, &ada).await;
    an_actor_is_stopped_by_name(parts, &grace, &ada).await;
    nobody_goes_on_as_whoever_may_more(identities, parts).await;
    let (own, acted) = begun(parts, &grace, &ada).await;
    grace.roles.clear();
    identities.update(&grace).await.unwrap();
    assert!(!is_there(sessions, &acted).await, "the role has gone");
    assert!(is_there(sessions, &own).await, "they stay signed in");
}

type Parts<'a> = (&'a dyn SessionStore, &'a dyn Entropy);

/// A session of `actor`, and one in which they act from it as `other`.
async fn begun(
    (sessions, entropy): Parts<'_>,
    actor: &Identity,
    other: &Identity,
) -> (Session, Session) {
    let own = session(entropy, actor);
    let mut acted = session(entropy, other);
    acted.acting = Some(Acting {
        actor: actor.id.to_string(),
        label: "Grace \"the\" admin".to_owned(),
        read_only: true,
        reason: "they're asking 日本".to_owned(),
        own_session: Some(own.id),
    });
    for one in [&own, &acted] {
        sessions.insert(one).await.unwrap();
    }
    (own, acted)
}

async fn is_there(sessions: &dyn SessionStore, one: &Session) -> bool {
    sessions.find(&one.token_hash).await.unwrap().is_some()
}

async fn a_session_carries_who_acts(parts: Parts<'_>, grace: &Identity, ada: &Identity) {
    let (sessions, _) = parts;
    let (own, acted) = begun(parts, grace, ada).await;
    let found = sessions.find(&acted.token_hash).await.unwrap();
    assert_eq!(found.as_ref(), Some(&acted));
    let list = sessions.list(ada.id).await.unwrap();
    assert_eq!(list, std::slice::from_ref(&acted));
    let used = moment("2026-07-01T12:10:00Z");
    sessions.touch(&acted.token_hash, used).await.unwrap();
    for one in [&own, &acted] {
        let seen = sessions.find(&one.token_hash).await.unwrap().unwrap();
        assert_eq!(seen.last_seen_at, used, "the use of one is the other's");
    }
    assert!(sessions.revoke(acted.id).await.unwrap());
    assert!(is_there(sessions, &own).await, "one's own goes on");
}

async fn the_end_of_their_own_session_is_its_end(
    parts: Parts<'_>,
    grace: &Identity,
    ada: &Identity,
) {
    let (sessions, _) = parts;
    let (own, acted) = begun(parts, grace, ada).await;
    assert!(is_there(sessions, &acted).await);
    assert!(sessions.revoke(own.id).await.unwrap());
    assert!(!is_there(sessions, &acted).await);
}

async fn whoever_signs_out_everywhere_acts_nowhere(
    parts: Parts<'_>,
    grace: &Identity,
    ada: &Identity,
) {
    let (sessions, _) = parts;
    let (own, acted) = begun(parts, grace, ada).await;
    sessions.revoke_all(grace.id, Some(own.id)).await.unwrap();
    assert!(!is_there(sessions, &acted).await);
    assert!(is_there(sessions, &own).await);
}

async fn an_actor_is_stopped_by_name(parts: Parts<'_>, grace: &Identity, ada: &Identity) {
    let (sessions, _) = parts;
    let (own, acted) = begun(parts, grace, ada).await;
    let actor = grace.id.to_string();
    let stopped = sessions.revoke_acting(&actor, Some(grace.id)).await;
    assert_eq!(stopped.unwrap(), 0, "they act as somebody else");
    let stopped = sessions.revoke_acting(&actor, Some(ada.id)).await;
    assert_eq!(stopped.unwrap(), 1);
    assert!(!is_there(sessions, &acted).await);
    assert!(is_there(sessions, &own).await);
    let stopped = sessions.revoke_acting("api-credential:o'brien", None).await;
    assert_eq!(stopped.unwrap(), 0);
}

/// KC-130: neither where the person gets roles, nor where the actor loses some.
async fn nobody_goes_on_as_whoever_may_more(identities: &dyn IdentityStore, parts: Parts<'_>) {
    let (sessions, entropy) = parts;
    let somebody = async |roles: &[&str]| {
        let mut one = identity(entropy, &odd(entropy));
        one.roles = roles.iter().map(|role| (*role).to_owned()).collect();
        identities.insert(&one, &[]).await.unwrap();
        one
    };
    let change = async |one: &mut Identity, roles: &[&str]| {
        one.roles = roles.iter().map(|role| (*role).to_owned()).collect();
        identities.update(one).await.unwrap();
        one.version += 1;
    };
    let mut grace = somebody(&["admin"]).await;
    let mut lena = somebody(&["impersonator"]).await;
    let mut ada = somebody(&["odd, role"]).await;
    let [by_grace, by_lena] = [
        begun(parts, &grace, &ada).await,
        begun(parts, &lena, &ada).await,
    ];
    let (_, mut by_program) = begun(parts, &grace, &ada).await;
    sessions.revoke(by_program.id).await.unwrap();
    if let Some(acting) = &mut by_program.acting {
        acting.actor = Acting::api_credential("nobody's");
        acting.own_session = None;
    }
    sessions.insert(&by_program).await.unwrap();
    let stands = async |(own, acted): &(Session, Session)| {
        assert!(is_there(sessions, own).await, "they stay signed in");
        is_there(sessions, acted).await
    };
    change(&mut ada, &["other"]).await;
    assert!(is_there(sessions, &by_program).await);
    change(&mut ada, &["viewer"]).await;
    assert!(stands(&by_grace).await && stands(&by_lena).await);
    assert!(!is_there(sessions, &by_program).await, "it has no role");
    change(&mut ada, &["viewer", "user-manager"]).await;
    assert!(stands(&by_grace).await);
    assert!(!stands(&by_lena).await, "the person may do more");
    change(&mut lena, &["impersonator", "user-manager"]).await;
    let by_lena = begun(parts, &lena, &ada).await;
    change(&mut lena, &["user-manager", "impersonator", "viewer"]).await;
    assert!(stands(&by_lena).await);
    change(&mut lena, &["impersonator"]).await;
    assert!(!stands(&by_lena).await, "the actor may do less");
    change(&mut grace, &["impersonator"]).await;
    assert!(!stands(&by_grace).await);
}
