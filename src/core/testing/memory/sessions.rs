//! Sessions and where they came from, in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;

use super::MemoryStore;
use crate::{
    id::{IdentityId, ProviderId, SessionId},
    part::Part,
    provider::Upstream,
    secret::TokenHash,
    session::{Ended, Liveness, Session, SessionStore, Stopped},
    store::StoreError,
    vault::UpstreamSessionStore,
};

#[async_trait]
impl SessionStore for MemoryStore {
    async fn insert(&self, session: &Session) -> Result<(), StoreError> {
        self.kept().sessions.push(session.clone());
        Ok(())
    }

    async fn find(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        let kept = self.kept();
        let is_it = |session: &&Session| session.token_hash == *token;
        Ok(kept.sessions.iter().find(is_it).cloned())
    }

    async fn find_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let kept = self.kept();
        Ok(kept.sessions.iter().find(|one| one.id == id).cloned())
    }

    async fn list_all(
        &self,
        liveness: Option<&Liveness>,
        part: Part<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError> {
        let mut list = self.kept().sessions.clone();
        list.retain(|one| match part {
            Part::First => true,
            Part::Behind(place) => one.id > place,
            Part::Before(place) => one.id < place,
        });
        list.retain(|one| liveness.is_none_or(|liveness| liveness.fits(one)));
        list.sort_by_key(|one| one.id);
        super::cut(&mut list, &part, limit);
        Ok(list)
    }

    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Session>, StoreError> {
        let kept = self.kept();
        let own = kept
            .sessions
            .iter()
            .filter(|s| s.identity_id == identity_id);
        let mut list: Vec<_> = own.cloned().collect();
        list.sort_by_key(|session| std::cmp::Reverse(session.issued_at));
        Ok(list)
    }

    async fn touch(&self, token: &TokenHash, seen_at: Timestamp) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let used = kept.sessions.iter().find(|s| s.token_hash == *token);
        let from = used.and_then(|used| used.acting.as_ref()?.own_session);
        let sessions = kept.sessions.iter_mut();
        for session in sessions.filter(|s| s.token_hash == *token || Some(s.id) == from) {
            session.last_seen_at = session.last_seen_at.max(seen_at);
        }
        Ok(())
    }

    async fn replace(&self, before: &TokenHash, session: &Session) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let mut sessions = kept.sessions.iter_mut();
        let found = sessions.find(|one| one.id == session.id && one.token_hash == *before);
        Ok(found.map(|found| *found = session.clone()).is_some())
    }

    async fn revoke(&self, id: SessionId) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let before = kept.sessions.len();
        let from = |s: &Session| s.acting.as_ref().and_then(|acting| acting.own_session);
        kept.sessions
            .retain(|session| session.id != id && from(session) != Some(id));
        kept.prune();
        Ok(kept.sessions.len() < before)
    }

    async fn end_all(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<Ended, StoreError> {
        let mut kept = self.kept();
        let ends = |s: &mut Session| is_in_hands_of(s, identity_id) && Some(s.id) != keep;
        let ended: Vec<Session> = kept.sessions.extract_if(.., ends).collect();
        kept.prune();
        Ok(Ended {
            count: ended.len() as u64,
            acting: ended.iter().filter_map(Stopped::of).collect(),
        })
    }

    async fn revoke_acting(&self, actor: &str, of: Option<IdentityId>) -> Result<u64, StoreError> {
        let mut kept = self.kept();
        let before = kept.sessions.len();
        kept.sessions.retain(|session| {
            let acting = session.acting.as_ref();
            let is_other = of.is_some_and(|of| of != session.identity_id);
            is_other || acting.is_none_or(|acting| acting.actor != actor)
        });
        kept.prune();
        Ok((before - kept.sessions.len()) as u64)
    }
}

/// Whether this identity is signed in in a session, or acts in it.
pub(super) fn is_in_hands_of(session: &Session, identity: IdentityId) -> bool {
    let acting = session.acting.as_ref();
    session.identity_id == identity || acting.is_some_and(|acting| acting.is_by(identity))
}

#[async_trait]
impl UpstreamSessionStore for MemoryStore {
    async fn put(&self, session: SessionId, upstream: &Upstream) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if !kept.sessions.iter().any(|one| one.id == session) {
            return Err(StoreError::Conflict { what: "session" });
        }
        let is_it = |(one, noted): &&mut (SessionId, Upstream)| {
            *one == session && noted.link == upstream.link
        };
        match kept.upstreams.iter_mut().find(is_it) {
            Some((_, noted)) => *noted = upstream.clone(),
            None => kept.upstreams.push((session, upstream.clone())),
        }
        Ok(())
    }

    async fn list(&self, session: SessionId) -> Result<Vec<Upstream>, StoreError> {
        let kept = self.kept();
        let own = kept.upstreams.iter().filter(|(one, _)| *one == session);
        Ok(own.map(|(_, upstream)| upstream.clone()).collect())
    }

    async fn sessions(
        &self,
        provider: &ProviderId,
        issuer: &str,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let kept = self.kept();
        let matches = |upstream: &Upstream| {
            upstream.link.provider == *provider
                && upstream.link.issuer == issuer
                && subject.is_none_or(|subject| upstream.link.subject == subject)
                && session_id.is_none_or(|id| upstream.session_id.as_deref() == Some(id))
        };
        let found = kept.upstreams.iter().filter(|(_, one)| matches(one));
        let found: BTreeSet<_> = found.map(|(id, _)| *id).collect();
        Ok(found.into_iter().collect())
    }

    async fn sessions_of_provider(
        &self,
        provider: &ProviderId,
    ) -> Result<Vec<SessionId>, StoreError> {
        let kept = self.kept();
        let found = kept.upstreams.iter();
        let found = found.filter(|(_, upstream)| upstream.link.provider == *provider);
        let found: BTreeSet<_> = found.map(|(id, _)| *id).collect();
        Ok(found.into_iter().collect())
    }
}
