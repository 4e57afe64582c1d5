//! Sessions that have to end although the store does not do it at once.

use std::sync::Mutex;

use serde_json::json;

use super::*;
use crate::testing::SeededEntropy;

/// A store that fails twice for each session, and always for one.
#[derive(Debug, Default)]
struct Failing {
    asked: Mutex<Vec<SessionId>>,
    stuck: Option<SessionId>,
}

#[async_trait]
impl SessionStore for Failing {
    async fn insert(&self, _: &Session) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find(&self, _: &TokenHash) -> Result<Option<Session>, StoreError> {
        Ok(None)
    }

    async fn find_by_id(&self, _: SessionId) -> Result<Option<Session>, StoreError> {
        Ok(None)
    }

    async fn list_all(
        &self,
        _: Option<&Liveness>,
        _: Part<SessionId>,
        _: u32,
    ) -> Result<Vec<Session>, StoreError> {
        Ok(Vec::new())
    }

    async fn list(&self, _: IdentityId) -> Result<Vec<Session>, StoreError> {
        Ok(Vec::new())
    }

    async fn touch(&self, _: &TokenHash, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    async fn replace(&self, _: &TokenHash, _: &Session) -> Result<bool, StoreError> {
        Ok(false)
    }

    async fn revoke(&self, id: SessionId) -> Result<bool, StoreError> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(id);
        let before = asked.iter().filter(|other| **other == id).count();
        match self.stuck == Some(id) || before < 3 {
            true => Err(StoreError::unavailable("away")),
            false => Ok(true),
        }
    }

    async fn end_all(&self, _: IdentityId, _: Option<SessionId>) -> Result<Ended, StoreError> {
        Ok(Ended::default())
    }

    async fn revoke_acting(&self, _: &str, _: Option<IdentityId>) -> Result<u64, StoreError> {
        Ok(0)
    }
}

#[tokio::test]
async fn every_session_is_ended_that_can_be_and_the_others_are_told() {
    let entropy = SeededEntropy::new(3);
    let ids: Vec<_> = std::iter::repeat_with(|| SessionId::generate(&entropy))
        .take(3)
        .collect();
    let (ended, failure) = end_each(&Failing::default(), ids.clone()).await;
    assert_eq!((ended, failure.is_none()), (3, true));
    let stuck = Failing {
        stuck: Some(ids[0]),
        ..Failing::default()
    };
    let (ended, failure) = end_each(&stuck, ids).await;
    assert!(matches!(failure, Some(StoreError::Unavailable { .. })));
    assert_eq!(ended, 2);
}

#[test]
fn a_proof_that_was_kept_without_the_providers_word_is_read() {
    let kept = json!({
        "method": "oidc", "aal": "aal1", "completed_at": "2026-07-01T12:00:00Z",
        "provider": "google",
    });
    let read: AuthenticationMethod = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!((&read.upstream_acr, read.upstream_amr.len()), (&None, 0));
    assert_eq!(read.proved_at, None);
    assert_eq!(serde_json::to_value(read).unwrap(), kept);
}

#[test]
fn a_list_on_paper_is_no_fresh_proof_of_who_somebody_is() {
    let (long_ago, now): (Timestamp, Timestamp) = (
        "2026-07-01T12:00:00Z".parse().unwrap(),
        "2026-07-02T12:00:00Z".parse().unwrap(),
    );
    let mut session: Session = serde_json::from_value(json!({
        "id": "01980000-0000-7000-8000-000000000001",
        "token_hash": TokenHash::of("token"),
        "identity_id": "01980000-0000-7000-8000-000000000002",
        "issued_at": long_ago, "authenticated_at": long_ago,
        "expires_at": now, "last_seen_at": now, "methods": [], "device": {},
    }))
    .unwrap();
    session.methods = vec![
        AuthenticationMethod::local("password", Aal::Aal1, long_ago),
        AuthenticationMethod::local("lookup_secret", Aal::Aal2, now),
    ];
    assert_eq!(session.proved_at(), Some(long_ago));
    session.methods[1] = AuthenticationMethod::local("totp", Aal::Aal2, now);
    assert_eq!(session.proved_at(), Some(now));
}

#[test]
fn a_session_that_was_written_down_before_there_were_any_that_are_acted_in_is_still_read() {
    let entropy = SeededEntropy::new(4);
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let session = Session {
        id: SessionId::generate(&entropy),
        token_hash: TokenHash::of("a token"),
        identity_id: IdentityId::generate(&entropy),
        issued_at: now,
        authenticated_at: now,
        expires_at: now,
        last_seen_at: now,
        methods: vec![AuthenticationMethod::local("password", Aal::Aal1, now)],
        device: Device::default(),
        acting: None,
    };
    let written = serde_json::to_value(&session).unwrap();
    assert!(written.get("acting").is_none());
    assert_eq!(serde_json::from_value::<Session>(written).unwrap(), session);
}
