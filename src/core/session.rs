//! A session: somebody signed in on some device, and the port that keeps sessions.

mod acting;

use std::{fmt::Debug, net::IpAddr};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    credential::CredentialKind,
    id::{IdentityId, ProviderId, SessionId},
    part::Part,
    secret::TokenHash,
    store::StoreError,
};

pub use self::acting::Acting;

/// Somebody signed in on some device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its name; no secret.
    pub id: SessionId,
    /// The hash of the token that opens it.
    pub token_hash: TokenHash,
    /// Who is signed in.
    pub identity_id: IdentityId,
    /// When it began.
    pub issued_at: Timestamp,
    /// When somebody last proved to be this identity.
    pub authenticated_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// When it was last seen in use, to within a tenth of the idle timeout.
    pub last_seen_at: Timestamp,
    /// How they proved it, oldest first; never empty.
    pub methods: Vec<AuthenticationMethod>,
    /// Where from.
    pub device: Device,
    /// Who acts in it, where that is not the identity itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acting: Option<Acting>,
}

impl Session {
    /// The strongest assurance the completed methods give.
    pub fn aal(&self) -> Aal {
        self.methods
            .iter()
            .map(|method| method.aal)
            .max()
            .unwrap_or(Aal::Aal0)
    }

    /// When somebody is last known to have proved to be this identity; `None` when only providers
    /// vouched for them that may have let through a browser they remembered.
    pub fn proved_at(&self) -> Option<Timestamp> {
        let known = self
            .methods
            .iter()
            .filter_map(|method| match method.provider {
                Some(_) => method.proved_at,
                // A list on paper shows that somebody has the list.
                None if method.method == CredentialKind::LookupSecret.as_str() => None,
                None => Some(method.completed_at),
            });
        known.max()
    }

    /// The provider that vouched for the first factor, if one did.
    pub fn provider(&self) -> Option<&ProviderId> {
        self.methods
            .iter()
            .find_map(|method| method.provider.as_ref())
    }
}

/// One completed proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationMethod {
    /// The method's wire name, such as `password` or `oidc`.
    pub method: String,
    /// The assurance it gives.
    pub aal: Aal,
    /// When it was completed.
    pub completed_at: Timestamp,
    /// The provider that vouched, for `oidc`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<ProviderId>,
    /// The account there ([`crate::link::LinkKey::mark`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<TokenHash>,
    /// When the person is known to have proved themselves there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proved_at: Option<Timestamp>,
    /// How the person proved themselves there (`acr`), as a verified ID token says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub upstream_acr: Option<String>,
    /// By what (`amr`), as a verified ID token says.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub upstream_amr: Vec<String>,
}

impl AuthenticationMethod {
    /// A proof by a method of local identities.
    pub fn local(method: &str, aal: Aal, completed_at: Timestamp) -> Self {
        Self {
            method: method.to_owned(),
            aal,
            completed_at,
            provider: None,
            account: None,
            proved_at: None,
            upstream_acr: None,
            upstream_amr: Vec::new(),
        }
    }
}

/// Authenticator assurance level (NIST SP 800-63B names, wire spelling of the dialect).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aal {
    /// Nothing proved.
    Aal0,
    /// One factor.
    Aal1,
    /// Two factors.
    Aal2,
}

impl Aal {
    /// The level's wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aal0 => "aal0",
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }
}

/// The device a session was begun on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The client's address.
    pub ip_address: Option<IpAddr>,
    /// The client's `User-Agent`, cut at 512 bytes.
    pub user_agent: Option<String>,
}

/// Which sessions are meant by whether they still open anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liveness {
    /// Those that do, or those that do not.
    pub is_live: bool,
    /// Whatever ends later than this may.
    pub now: Timestamp,
    /// Whatever was in use since then may.
    pub idle_since: Timestamp,
}

impl Liveness {
    /// Whether a session is meant.
    pub fn fits(&self, session: &Session) -> bool {
        let is_live = session.expires_at > self.now && session.last_seen_at > self.idle_since;
        is_live == self.is_live
    }
}

/// Sessions that have ended together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// How many.
    pub count: u64,
    /// Those among them in which somebody acted as somebody else.
    pub acting: Vec<Stopped>,
}

/// Somebody acts as somebody else no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// As whom they acted.
    pub identity: IdentityId,
    /// Who, as sessions name them.
    pub actor: String,
    /// When it was last in use.
    pub seen_at: Timestamp,
    /// When it would have ended by itself at the latest.
    pub until: Timestamp,
}

impl Stopped {
    /// What ends with this session.
    pub fn of(session: &Session) -> Option<Self> {
        session.acting.as_ref().map(|acting| Self {
            identity: session.identity_id,
            actor: acting.actor.clone(),
            seen_at: session.last_seen_at,
            until: session.expires_at,
        })
    }
}

/// Keeps sessions. Writes are seen by every node at once; where a shared cache stands before the
/// record, the implementation keeps both equal.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync {
    /// Adds a session.
    async fn insert(&self, session: &Session) -> Result<(), StoreError>;

    /// The session that this token opens, expired or not.
    async fn find(&self, token: &TokenHash) -> Result<Option<Session>, StoreError>;

    /// The session of this id, expired or not.
    async fn find_by_id(&self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// All sessions of an identity, newest first, expired ones included.
    async fn list(&self, identity_id: IdentityId) -> Result<Vec<Session>, StoreError>;

    /// The sessions of everybody in the order of their ids, those of this part, at most `limit` of
    /// them: all, or those that are as live as this.
    async fn list_all(
        &self,
        liveness: Option<&Liveness>,
        part: Part<SessionId>,
        limit: u32,
    ) -> Result<Vec<Session>, StoreError>;

    /// How many sessions are as live as this.
    async fn count(&self, liveness: &Liveness) -> Result<u64, StoreError> {
        let (mut counted, mut after) = (0, None);
        loop {
            let page = self
                .list_all(Some(liveness), Part::from(after), 500)
                .await?;
            let Some(last) = page.last() else {
                return Ok(counted);
            };
            after = Some(last.id);
            counted += page.len() as u64;
        }
    }

    /// Notes that a session was in use, and with it the one that its administrator acts from.
    async fn touch(&self, token: &TokenHash, seen_at: Timestamp) -> Result<(), StoreError>;

    /// Keeps the session in place of the one of the same id, its token included, as long as that is
    /// still opened by the token `before`; `false` when it has ended or moved to another token.
    async fn replace(&self, before: &TokenHash, session: &Session) -> Result<bool, StoreError>;

    /// Ends one session, and those in which somebody acts from it; `false` when there was none.
    async fn revoke(&self, id: SessionId) -> Result<bool, StoreError>;

    /// Ends all sessions of an identity, and those in which it acts as somebody else, but for `keep`.
    async fn end_all(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<Ended, StoreError>;

    /// The same where nobody is told who acted in them; says how many ended.
    async fn revoke_all(
        &self,
        identity_id: IdentityId,
        keep: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let ended = self.end_all(identity_id, keep).await?;
        Ok(ended.count)
    }

    /// Ends the sessions in which this actor acts as somebody: as `of` where one is named; says how
    /// many ended.
    async fn revoke_acting(&self, actor: &str, of: Option<IdentityId>) -> Result<u64, StoreError>;
}

/// Ends these sessions, those of a link or a provider that has gone. One that cannot be ended is
/// tried again and does not keep the others: how many ended, and the last failure.
pub async fn end_each(store: &dyn SessionStore, ids: Vec<SessionId>) -> (u64, Option<StoreError>) {
    const TRIES: usize = 3;
    let (mut ended, mut failure) = (0, None);
    for id in ids {
        let mut last = None;
        for _ in 0..TRIES {
            match store.revoke(id).await {
                Ok(is_ended) => {
                    ended += u64::from(is_ended);
                    last = None;
                    break;
                }
                Err(error) => last = Some(error),
            }
        }
        failure = last.or(failure);
    }
    (ended, failure)
}

#[cfg(test)]
mod tests;
