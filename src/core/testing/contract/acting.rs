//! What a store of sessions promises of those in which somebody acts as somebody else.

use super::{identity, moment, odd, session, together};
use crate::{
    entropy::Entropy,
    identity::{Identity, IdentityStore},
    mapping::Sync,
    provenance::{Origin, ROLES},
    secret::TokenHash,
    session::{Acting, Session, SessionStore, Stopped},
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
    let ended = sessions.end_all(grace.id, Some(own.id)).await.unwrap();
    assert!(!is_there(sessions, &acted).await);
    assert!(is_there(sessions, &own).await);
    let stopped = Stopped {
        identity: ada.id,
        actor: grace.id.to_string(),
        seen_at: acted.last_seen_at,
        until: acted.expires_at,
    };
    assert_eq!(ended.acting, std::slice::from_ref(&stopped));
    let (own, acted) = begun(parts, grace, ada).await;
    let plain = session(parts.1, ada);
    sessions.insert(&plain).await.unwrap();
    let ended = sessions.end_all(ada.id, None).await.unwrap();
    assert_eq!((ended.count, ended.acting), (2, vec![stopped]));
    assert!(!is_there(sessions, &acted).await && is_there(sessions, &own).await);
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
    who_gets_roles_is_left_by_who_may_less(identities, parts).await;
    who_loses_roles_leaves_who_may_more(identities, parts).await;
    neither_is_judged_by_what_the_other_was(identities, parts).await;
    who_act_as_each_other_are_changed_at_once(identities, parts).await;
    whose_role_somebody_else_gives_goes_on_as_nobody(identities, parts).await;
    a_program_that_is_gone_has_no_role(identities, parts).await;
}

fn named(roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| (*role).to_owned()).collect()
}

async fn somebody(
    identities: &dyn IdentityStore,
    entropy: &dyn Entropy,
    roles: &[&str],
) -> Identity {
    let mut one = identity(entropy, &odd(entropy));
    one.roles = named(roles);
    identities.insert(&one, &[]).await.unwrap();
    one
}

async fn change(identities: &dyn IdentityStore, one: &mut Identity, roles: &[&str]) {
    one.roles = named(roles);
    identities.update(one).await.unwrap();
    one.version += 1;
}

/// Whether somebody goes on acting; their own session does in any case.
async fn stands(sessions: &dyn SessionStore, (own, acted): &(Session, Session)) -> bool {
    assert!(is_there(sessions, own).await, "they stay signed in");
    is_there(sessions, acted).await
}

async fn who_gets_roles_is_left_by_who_may_less(identities: &dyn IdentityStore, parts: Parts<'_>) {
    let (sessions, entropy) = parts;
    let grace = somebody(identities, entropy, &["admin"]).await;
    let lena = somebody(identities, entropy, &["impersonator"]).await;
    let mut ada = somebody(identities, entropy, &["odd, role"]).await;
    let by_grace = begun(parts, &grace, &ada).await;
    let by_lena = begun(parts, &lena, &ada).await;
    change(identities, &mut ada, &["viewer"]).await;
    assert!(stands(sessions, &by_lena).await);
    change(identities, &mut ada, &["viewer", "user-manager"]).await;
    assert!(stands(sessions, &by_grace).await);
    assert!(!stands(sessions, &by_lena).await, "the person may do more");
}

async fn who_loses_roles_leaves_who_may_more(identities: &dyn IdentityStore, parts: Parts<'_>) {
    let (sessions, entropy) = parts;
    let both = ["impersonator", "user-manager"];
    let mut lena = somebody(identities, entropy, &both).await;
    let ada = somebody(identities, entropy, &["user-manager"]).await;
    let by_lena = begun(parts, &lena, &ada).await;
    change(identities, &mut lena, &["user-manager", "impersonator"]).await;
    assert!(stands(sessions, &by_lena).await);
    change(identities, &mut lena, &["impersonator"]).await;
    assert!(!stands(sessions, &by_lena).await, "the actor may do less");
}

/// Both change at once: whichever comes second sees the first, or fails and changes nothing.
async fn neither_is_judged_by_what_the_other_was(identities: &dyn IdentityStore, parts: Parts<'_>) {
    let (sessions, entropy) = parts;
    for _ in 0..8 {
        let mut grace = somebody(identities, entropy, &["admin"]).await;
        let mut ada = somebody(identities, entropy, &["odd, role"]).await;
        let by_grace = begun(parts, &grace, &ada).await;
        grace.roles = named(&["impersonator"]);
        ada.roles = named(&["user-manager"]);
        let done = together([&grace, &ada].map(|one| identities.update(one))).await;
        let is_both = done.iter().all(Result::is_ok);
        assert!(!(is_both && stands(sessions, &by_grace).await));
    }
}

/// Nobody waits for ever, and no change is lost.
async fn who_act_as_each_other_are_changed_at_once(
    identities: &dyn IdentityStore,
    parts: Parts<'_>,
) {
    let (sessions, entropy) = parts;
    let both = ["admin", "viewer"];
    let mut grace = somebody(identities, entropy, &both).await;
    let mut lena = somebody(identities, entropy, &both).await;
    let by_grace = begun(parts, &grace, &lena).await;
    let by_lena = begun(parts, &lena, &grace).await;
    for _ in 0..24 {
        for one in [&mut grace, &mut lena] {
            one.roles.reverse();
        }
        let done = together([&grace, &lena].map(|one| identities.update(one))).await;
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        grace.version += 1;
        lena.version += 1;
    }
    assert!(stands(sessions, &by_grace).await && stands(sessions, &by_lena).await);
}

/// The role stays, and holds in their own session no more.
async fn whose_role_somebody_else_gives_goes_on_as_nobody(
    identities: &dyn IdentityStore,
    parts: Parts<'_>,
) {
    let (sessions, entropy) = parts;
    let mut grace = somebody(identities, entropy, &["impersonator"]).await;
    let ada = somebody(identities, entropy, &["odd, role"]).await;
    // The account that their sessions came by.
    for (account, lasts) in [("idp", true), ("another", false)] {
        let by_grace = begun(parts, &grace, &ada).await;
        let origin = Origin {
            source: "idp".parse().unwrap(),
            synced_at: moment("2026-07-01T12:00:00Z"),
            sync: Sync::Force,
            account: Some(TokenHash::of(account)),
        };
        grace.provenance.insert(ROLES.to_owned(), origin);
        change(identities, &mut grace, &["impersonator"]).await;
        assert_eq!(stands(sessions, &by_grace).await, lasts, "{account}");
    }
}

async fn a_program_that_is_gone_has_no_role(identities: &dyn IdentityStore, parts: Parts<'_>) {
    let (sessions, entropy) = parts;
    let mut ada = somebody(identities, entropy, &["odd, role"]).await;
    let (_, mut acted) = begun(parts, &ada, &ada).await;
    sessions.revoke(acted.id).await.unwrap();
    if let Some(acting) = &mut acted.acting {
        acting.actor = Acting::api_credential("nobody's");
        acting.own_session = None;
    }
    sessions.insert(&acted).await.unwrap();
    change(identities, &mut ada, &["other"]).await;
    assert!(is_there(sessions, &acted).await);
    change(identities, &mut ada, &["viewer"]).await;
    assert!(!is_there(sessions, &acted).await);
}
