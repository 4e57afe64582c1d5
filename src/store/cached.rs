//! The stores that the gateway writes through: each change is in the record first, then in Redis,
//! then in this process, and only then does the caller hear that it is done.

mod credentials;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use jiff::Timestamp;
use portcullis_core::{
    credential::Credential,
    id::{CredentialId, IdentityId, SessionId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    part::Part,
    secret::TokenHash,
    session::{Ended, Liveness, Session, SessionStore},
    store::StoreError,
};

pub(super) use credentials::CachedCredentials;

use super::{
    identities::SqlIdentities, principals::Principals, redis::SharedSessions, sessions::SqlSessions,
};

/// What must hear of a change.
#[derive(Debug, Clone)]
pub(super) struct Caches {
    pub(super) shared: Option<Arc<SharedSessions>>,
    pub(super) principals: Arc<Principals>,
}

impl Caches {
    /// The records behind these tokens have changed.
    async fn forget(&self, tokens: &[TokenHash]) {
        if let Some(shared) = &self.shared {
            shared.bar(tokens).await;
        }
        for token in tokens {
            self.principals.forget(token);
        }
    }

    /// Records have changed and nobody can say which.
    fn forget_all(&self) {
        if let Some(shared) = &self.shared {
            shared.miss();
        }
        self.principals.forget_all();
    }
}

/// Sessions whose ends are obeyed at once.
#[derive(Debug)]
pub(super) struct CachedSessions {
    pub(super) record: SqlSessions,
    pub(super) caches: Caches,
}

#[async_trait]
impl SessionStore for CachedSessions {
    async fn insert(&self, session: &Session) -> Result<(), StoreError> {
        self.record.insert(session).await
    }

    async fn find(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        self.record.find(token).await
    }

    async fn find_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.record.find_by_id(id).await
    }

    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Session>, StoreError> {
        self.record.list(identity_id).await
    }

    async fn list_all(
        &self,
        liveness: Option<&Liveness>,
        part: Part<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError> {
        self.record.list_all(liveness, part, limit).await
    }

    async fn count(&self, liveness: &Liveness) -> Result<u64, StoreError> {
        self.record.count(liveness).await
    }

    async fn touch(&self, token: &TokenHash, seen_at: Timestamp) -> Result<(), StoreError> {
        self.record.touch(token, seen_at).await
    }

    async fn replace(&self, before: &TokenHash, session: &Session) -> Result<bool, StoreError> {
        let replaced = self.record.replace(before, session).await;
        self.caches.forget(&[*before, session.token_hash]).await;
        replaced
    }

    async fn revoke(&self, id: SessionId) -> Result<bool, StoreError> {
        // Read first: the database may end the session and its answer still be lost.
        let tokens = self.record.token(id).await?;
        let ended = self.record.end(id).await;
        self.caches.forget(&tokens).await;
        Ok(!ended?.is_empty())
    }

    async fn end_all(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<Ended, StoreError> {
        let mut tokens = self.record.tokens_in_hands_of(identity_id).await?;
        let ended = self.record.end_in_hands_of(identity_id, keep).await;
        tokens.extend(ended.iter().flat_map(|(tokens, _)| tokens));
        self.caches.forget(&tokens).await;
        Ok(ended?.1)
    }

    async fn revoke_acting(&self, actor: &str, of: Option<IdentityId>) -> Result<u64, StoreError> {
        let mut tokens = self.record.tokens_of_acting(actor).await?;
        let ended = self.record.end_acting(actor, of).await;
        tokens.extend(ended.iter().flatten());
        self.caches.forget(&tokens).await;
        Ok(ended?.len() as u64)
    }
}

/// Identities whose changes their sessions see at once.
#[derive(Debug)]
pub(super) struct CachedIdentities {
    pub(super) record: SqlIdentities,
    pub(super) sessions: SqlSessions,
    pub(super) caches: Caches,
}

impl CachedIdentities {
    /// Has every session of an identity read again, those of `ended` included.
    ///
    /// The sessions are looked up after the change: one that began while it was made may have been
    /// read with the identity as it was before.
    pub(super) async fn forget(&self, id: IdentityId, ended: Vec<TokenHash>) {
        match self.sessions.tokens(id).await {
            Ok(mut tokens) => {
                tokens.extend(ended);
                self.caches.forget(&tokens).await;
            }
            Err(_) => self.caches.forget_all(),
        }
    }
}

#[async_trait]
impl IdentityStore for CachedIdentities {
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        self.record.insert(identity, credentials).await
    }

    async fn insert_many(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Vec<Result<(), StoreError>> {
        self.record.insert_many(newcomers).await
    }

    async fn present(&self, ids: &[IdentityId]) -> Result<BTreeSet<IdentityId>, StoreError> {
        self.record.present(ids).await
    }

    async fn owners(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        self.record.owners(identifiers).await
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        self.record.find(id).await
    }

    async fn find_all(&self, ids: &[IdentityId]) -> Result<Vec<Identity>, StoreError> {
        self.record.find_all(ids).await
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        self.record.find_by_identifier(identifier).await
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        self.record.find_by_address(address).await
    }

    async fn namesakes(
        &self,
        external_ids: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        self.record.namesakes(external_ids).await
    }

    async fn find_by_external_id(&self, external_id: &str) -> Result<Option<Identity>, StoreError> {
        self.record.find_by_external_id(external_id).await
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        self.record.list(after, limit).await
    }

    async fn list_of(
        &self,
        schema_id: &str,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        self.record.list_of(schema_id, after, limit).await
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        let ended = self.record.replace(identity).await?;
        self.forget(identity.id, ended).await;
        Ok(())
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        let replaced = self.record.replace_without(identity, removed, others);
        let Some(ended) = replaced.await? else {
            return Ok(false);
        };
        self.forget(identity.id, ended).await;
        Ok(true)
    }

    async fn update_without_beside(
        &self,
        identity: &Identity,
        which: (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<Removal, StoreError> {
        let (removal, ended) = self.record.part_beside(identity, which, role).await?;
        if removal == Removal::Done {
            self.forget(identity.id, ended).await;
        }
        Ok(removal)
    }

    async fn update_beside(&self, identity: &Identity, role: &str) -> Result<bool, StoreError> {
        let Some(ended) = self.record.replace_beside(identity, role).await? else {
            return Ok(false);
        };
        self.forget(identity.id, ended).await;
        Ok(true)
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        let (replaced, ended) = self.record.replace_all_of(whole, role).await?;
        if let Replaced::Done(_) = replaced {
            self.forget(whole.identity.id, ended).await;
        }
        Ok(replaced)
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        let removal = self.record.part_with(which, others, role).await?;
        if removal == Removal::Done {
            self.forget(which.0, Vec::new()).await;
        }
        Ok(removal)
    }

    async fn delete_beside(&self, id: IdentityId, role: &str) -> Result<Removal, StoreError> {
        let (removal, ended) = self.record.remove_unless_last(id, role).await?;
        if removal == Removal::Done {
            self.forget(id, ended).await;
        }
        Ok(removal)
    }

    async fn is_role_elsewhere(&self, role: &str, except: IdentityId) -> Result<bool, StoreError> {
        self.record.is_role_elsewhere(role, except).await
    }

    async fn holders(&self, role: &str) -> Result<Vec<Identity>, StoreError> {
        self.record.holders(role).await
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        let Some(ended) = self.record.remove(id).await? else {
            return Ok(false);
        };
        self.forget(id, ended).await;
        Ok(true)
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        // It has no session that anybody could remember.
        self.record.remove_unused(identity).await
    }
}
