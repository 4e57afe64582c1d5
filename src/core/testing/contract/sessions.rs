//! What a store of sessions promises.

use super::{acting::who_acts_ends_with_what_they_are, identity, moment, odd, session};
use crate::{
    entropy::Entropy,
    id::SessionId,
    identity::{Identity, IdentityStore},
    part::Part,
    secret::{Token, TokenHash},
    session::{Device, Liveness, Session, SessionStore},
};

/// Checks a store of sessions; their identities are kept in the other.
pub async fn session_store_contract(
    identities: &dyn IdentityStore,
    sessions: &dyn SessionStore,
    entropy: &dyn Entropy,
) {
    let ada = identity(entropy, &odd(entropy));
    let eve = identity(entropy, &odd(entropy));
    for one in [&ada, &eve] {
        identities.insert(one, &[]).await.unwrap();
    }
    what_is_inserted_is_found(sessions, &ada, entropy).await;
    a_touch_moves_only_the_last_use(sessions, &ada, entropy).await;
    a_revoked_session_is_gone(sessions, &ada, entropy).await;
    a_session_is_replaced_under_the_token_it_has(sessions, &ada, entropy).await;
    all_but_one_are_revoked(sessions, &eve, entropy).await;
    who_acts_ends_with_what_they_are(identities, sessions, entropy).await;
    everybodys_come_in_pages(sessions, &ada, entropy).await;
}

/// Others may keep sessions in the same store.
async fn everybodys_come_in_pages(
    sessions: &dyn SessionStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let mut own = Vec::new();
    for expires_at in ["2026-07-01T13:00:00Z", "2026-07-02T13:00:00Z"] {
        let session = Session {
            expires_at: moment(expires_at),
            ..session(entropy, ada)
        };
        sessions.insert(&session).await.unwrap();
        assert_eq!(
            sessions.find_by_id(session.id).await.unwrap().as_ref(),
            Some(&session)
        );
        own.push(session);
    }
    let nobody = SessionId::generate(entropy);
    assert_eq!(sessions.find_by_id(nobody).await.unwrap(), None);
    let lists = |is_live: Option<bool>, idle_since: &str| {
        let liveness = is_live.map(|is_live| Liveness {
            is_live,
            now: moment("2026-07-02T12:00:00Z"),
            idle_since: moment(idle_since),
        });
        paged(sessions, liveness)
    };
    let (short, long) = (own[0].id, own[1].id);
    let early = "2026-07-01T12:00:00Z";
    let all = lists(None, early).await;
    assert!(all.contains(&short) && all.contains(&long));
    let live = lists(Some(true), early).await;
    assert!(!live.contains(&short) && live.contains(&long));
    let ended = lists(Some(false), early).await;
    assert!(ended.contains(&short) && !ended.contains(&long));
    let idle = lists(Some(false), "2026-07-01T12:30:00Z").await;
    assert!(idle.contains(&long), "it was not used for too long");
    for is_live in [true, false] {
        let meant = Liveness {
            is_live,
            now: moment("2026-07-02T12:00:00Z"),
            idle_since: moment(early),
        };
        let counted = sessions.count(&meant).await.unwrap();
        let listed = lists(Some(is_live), early).await;
        assert_eq!(counted, listed.len() as u64, "live: {is_live}");
    }
}

/// All that are as live as this, page by page; from each page the one before is found again.
async fn paged(sessions: &dyn SessionStore, liveness: Option<Liveness>) -> Vec<SessionId> {
    let liveness = liveness.as_ref();
    let (mut seen, mut part) = (Vec::new(), Part::First);
    loop {
        let page = sessions.list_all(liveness, part, 2).await.unwrap();
        assert!(page.len() <= 2 && page.is_sorted_by_key(|one| one.id));
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return seen;
        };
        let before = Part::Before(first.id);
        let before = sessions.list_all(liveness, before, 2).await.unwrap();
        let before: Vec<SessionId> = before.into_iter().map(|one| one.id).collect();
        assert!(seen.ends_with(&before), "{before:?}");
        assert_eq!(before.len(), seen.len().min(2));
        part = Part::Behind(last.id);
        seen.extend(page.into_iter().map(|one| one.id));
    }
}

async fn what_is_inserted_is_found(
    sessions: &dyn SessionStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let mut old = session(entropy, ada);
    old.device = Device::default();
    let mut new = session(entropy, ada);
    new.issued_at = moment("2026-07-01T12:30:00Z");
    for one in [&old, &new] {
        sessions.insert(one).await.unwrap();
    }
    for one in [&old, &new] {
        let found = sessions.find(&one.token_hash).await.unwrap();
        assert_eq!(found.as_ref(), Some(one), "expired ones included");
    }
    let list = sessions.list(ada.id).await.unwrap();
    assert_eq!(list, [new, old], "newest first");
    let unknown = TokenHash::of("nobody's");
    assert_eq!(sessions.find(&unknown).await.unwrap(), None);
}

async fn a_touch_moves_only_the_last_use(
    sessions: &dyn SessionStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let mut one = session(entropy, ada);
    sessions.insert(&one).await.unwrap();
    one.last_seen_at = moment("2026-07-01T12:10:00Z");
    let touched = sessions.touch(&one.token_hash, one.last_seen_at).await;
    touched.unwrap();
    let found = sessions.find(&one.token_hash).await.unwrap();
    assert_eq!(found, Some(one.clone()));
    let unknown = TokenHash::of("nobody's");
    sessions.touch(&unknown, one.last_seen_at).await.unwrap();
    assert_eq!(sessions.find(&unknown).await.unwrap(), None);
}

async fn a_revoked_session_is_gone(
    sessions: &dyn SessionStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let one = session(entropy, ada);
    sessions.insert(&one).await.unwrap();
    // It may have been read into a cache.
    assert!(sessions.find(&one.token_hash).await.unwrap().is_some());
    assert!(sessions.revoke(one.id).await.unwrap());
    assert!(!sessions.revoke(one.id).await.unwrap());
    assert_eq!(sessions.find(&one.token_hash).await.unwrap(), None);
    let list = sessions.list(ada.id).await.unwrap();
    assert!(list.iter().all(|left| left.id != one.id));
    let seen_at = moment("2026-07-01T12:20:00Z");
    sessions.touch(&one.token_hash, seen_at).await.unwrap();
    let found = sessions.find(&one.token_hash).await.unwrap();
    assert_eq!(found, None, "a touch brings nothing back");
}

async fn a_session_is_replaced_under_the_token_it_has(
    sessions: &dyn SessionStore,
    ada: &Identity,
    entropy: &dyn Entropy,
) {
    let before = session(entropy, ada);
    sessions.insert(&before).await.unwrap();
    // It may have been read into a cache.
    assert!(sessions.find(&before.token_hash).await.unwrap().is_some());
    let renewed = || Session {
        token_hash: Token::generate(entropy).hash(),
        ..before.clone()
    };
    let (first, second) = (renewed(), renewed());
    assert!(sessions.replace(&before.token_hash, &first).await.unwrap());
    let late = sessions.replace(&before.token_hash, &second).await;
    assert!(!late.unwrap(), "it has moved to another token");
    let back = sessions.replace(&before.token_hash, &before).await;
    assert!(!back.unwrap(), "and does not come back under the old one");
    for gone in [&before, &second] {
        assert_eq!(sessions.find(&gone.token_hash).await.unwrap(), None);
    }
    let found = sessions.find(&first.token_hash).await.unwrap();
    assert_eq!(found.as_ref(), Some(&first));
    assert!(sessions.revoke(first.id).await.unwrap());
    let ended = sessions.replace(&first.token_hash, &first).await;
    assert!(!ended.unwrap(), "an ended session stays ended");
}

async fn all_but_one_are_revoked(
    sessions: &dyn SessionStore,
    eve: &Identity,
    entropy: &dyn Entropy,
) {
    let all: Vec<_> = (0..3).map(|_| session(entropy, eve)).collect();
    for one in &all {
        sessions.insert(one).await.unwrap();
    }
    let kept = all[1].id;
    let count = sessions.revoke_all(eve.id, Some(kept)).await.unwrap();
    assert_eq!(count, 2);
    let list = sessions.list(eve.id).await.unwrap();
    assert_eq!(list, [all[1].clone()]);
    assert_eq!(sessions.find(&all[0].token_hash).await.unwrap(), None);
    assert_eq!(sessions.revoke_all(eve.id, None).await.unwrap(), 1);
    assert_eq!(sessions.revoke_all(eve.id, None).await.unwrap(), 0);
    assert!(sessions.list(eve.id).await.unwrap().is_empty());
}
