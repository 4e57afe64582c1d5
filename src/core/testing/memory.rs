//! Every store in one, in memory: what the contract means in the fewest lines.

mod api_credentials;
mod audit;
mod credentials;
mod flows;
mod identities;
mod mails;
mod schemas;
mod search;
mod sessions;
mod throttles;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::Location,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use self::tokens::Leased;
use crate::{
    api_credential::{ApiCredential, ApiToken},
    audit::AuditEntry,
    clock::Clock,
    credential::{Credential, CredentialKind, Kinds},
    flow::Flow,
    id::{CredentialId, FlowId, IdentityId, ProviderId, SessionId},
    identity::{Identity, IdentityStore, Removal, Replaced, Whole},
    impersonation,
    mail::{PastMail, QueuedMail},
    part::Part,
    provider::{TokenSet, Upstream},
    schema::{Schemas, runtime::StoredSchema},
    secret::TokenHash,
    session::{Acting, Session},
    store::StoreError,
    throttle::Pause,
};

/// Keeps everything in memory, for tests.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    schemas: Option<Arc<Schemas>>,
    kept: Mutex<Kept>,
    calls: Mutex<Vec<Call>>,
}

/// One thing that was asked of a store in memory: where in it that is done.
pub type Call = &'static Location<'static>;

#[derive(Debug, Default)]
struct Kept {
    identities: Vec<Identity>,
    /// The ids of those that are gone.
    past: BTreeSet<IdentityId>,
    arrivals: HashMap<IdentityId, i64>,
    credentials: Vec<Credential>,
    sessions: Vec<Session>,
    flows: HashMap<FlowId, Flow>,
    claimed: HashMap<TokenHash, Timestamp>,
    counters: HashMap<TokenHash, (u64, Timestamp)>,
    tokens: HashMap<CredentialId, (ProviderId, TokenSet)>,
    sealed: HashMap<CredentialId, Leased>,
    upstreams: Vec<(SessionId, Upstream)>,
    mails: Vec<QueuedMail>,
    past_mails: Vec<PastMail>,
    pauses: Vec<Pause>,
    api_credentials: Vec<ApiCredential>,
    api_tokens: Vec<ApiToken>,
    audit: Vec<AuditEntry>,
    schemas: BTreeMap<String, StoredSchema>,
}

impl MemoryStore {
    /// An empty store; claims and counters expire by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            schemas: None,
            kept: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// The same, where what these schemas have searched is found.
    #[must_use]
    pub fn searching(mut self, schemas: Arc<Schemas>) -> Self {
        self.schemas = Some(schemas);
        self
    }

    /// All that was asked of it so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[track_caller]
    fn kept(&self) -> MutexGuard<'_, Kept> {
        let calls = self.calls.lock();
        let mut calls = calls.unwrap_or_else(PoisonError::into_inner);
        calls.push(Location::caller());
        drop(calls);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Removes what cannot be without a credential or a session that has been removed.
    fn prune(&mut self) {
        let Self {
            credentials,
            sessions,
            sealed,
            upstreams,
            ..
        } = self;
        sealed.retain(|link, _| credentials.iter().any(|one| one.id == *link));
        upstreams.retain(|(session, _)| sessions.iter().any(|one| one.id == *session));
    }

    fn remove(&mut self, id: IdentityId) -> bool {
        let before = self.identities.len();
        self.identities.retain(|identity| identity.id != id);
        self.credentials.retain(|c| c.identity_id != id);
        self.sessions
            .retain(|session| !sessions::is_in_hands_of(session, id));
        self.flows.retain(|_, flow| flow.owner() != Some(id));
        self.mails.retain(|mail| mail.owner != Some(id));
        self.past_mails.retain(|mail| mail.owner != Some(id));
        self.prune();
        self.identities.len() < before
    }

    fn update(&mut self, identity: &Identity) -> Result<(), StoreError> {
        if self.is_identifier_taken(identity) {
            return Err(IDENTIFIER_TAKEN);
        }
        if self.is_name_taken(identity) {
            return Err(NAME_TAKEN);
        }
        self.require_alone(identity)?;
        let is_read = |i: &&mut Identity| i.id == identity.id && i.version == identity.version;
        let found = self.identities.iter_mut().find(is_read);
        *found.ok_or(IDENTITY_CHANGED)? = Identity {
            version: identity.version + 1,
            ..identity.clone()
        };
        if !impersonation::may_act(identity) {
            let acts = |s: &Session| s.acting.as_ref().is_some_and(|one| one.is_by(identity.id));
            self.sessions.retain(|session| !acts(session));
        }
        self.end_uncovered(identity.id);
        Ok(())
    }

    /// Ends the sessions of an identity, or by it, whose actor may not act as their owner any more.
    fn end_uncovered(&mut self, changed: IdentityId) {
        let Self {
            identities,
            api_credentials,
            sessions,
            ..
        } = self;
        let named = |id: &str| {
            let mut all = identities.iter();
            all.find(|one| one.id.to_string() == id)
        };
        let of_program = |id: &str| {
            let mut all = api_credentials.iter();
            let found = all.find(|one| one.id.to_string() == id);
            found.map_or(&[][..], |one| &one.roles)
        };
        sessions.retain(|session| {
            let Some(acting) = &session.acting else {
                return true;
            };
            let is_involved = session.identity_id == changed || acting.is_by(changed);
            let Some(owner) = named(&session.identity_id.to_string()).filter(|_| is_involved)
            else {
                return true;
            };
            match Acting::credential_of(&acting.actor) {
                Some(id) => impersonation::covers(of_program(id), &owner.roles),
                None => named(&acting.actor)
                    .is_some_and(|actor| impersonation::may_act_as_in(actor, session, owner)),
            }
        });
    }

    /// The identities as they are read.
    fn read(&self) -> impl Iterator<Item = Identity> + '_ {
        self.identities.iter().map(|identity| {
            let own = self.credentials.iter();
            let own = own.filter(|one| one.identity_id == identity.id);
            let kinds: Vec<_> = own.map(|one| one.kind).collect();
            let factors = kinds.iter().copied();
            Identity {
                second_factors: Kinds::of(factors.filter(|kind| kind.is_second_factor())),
                is_linked: kinds.contains(&CredentialKind::Oidc),
                ..identity.clone()
            }
        })
    }

    fn is_identifier_taken(&self, identity: &Identity) -> bool {
        self.identities
            .iter()
            .filter(|other| other.id != identity.id)
            .flat_map(|other| &other.identifiers)
            .any(|taken| identity.identifiers.contains(taken))
    }

    fn is_name_taken(&self, identity: &Identity) -> bool {
        let mut others = self.identities.iter().filter(|one| one.id != identity.id);
        let name = identity.external_id.as_ref();
        name.is_some() && others.any(|one| one.external_id.as_ref() == name)
    }

    /// Whether another password stands in the way of this one.
    fn is_another_password(&self, credential: &Credential) -> bool {
        let mut others = self.credentials.iter();
        credential.kind == CredentialKind::Password
            && others.any(|other| {
                other.id != credential.id
                    && other.kind == credential.kind
                    && other.identity_id == credential.identity_id
            })
    }

    fn is_credential_taken(&self, credential: &Credential) -> bool {
        let is_named = credential.identifier.is_some()
            && self.credentials.iter().any(|other| {
                other.id != credential.id
                    && other.kind == credential.kind
                    && other.identifier == credential.identifier
            });
        is_named || self.is_another_password(credential)
    }
}

const IDENTIFIER_TAKEN: StoreError = StoreError::Conflict { what: "identifier" };
const NAME_TAKEN: StoreError = StoreError::Conflict { what: "identity" };
const IDENTITY_CHANGED: StoreError = StoreError::Conflict {
    what: "identity version",
};
const CREDENTIAL_TAKEN: StoreError = StoreError::Conflict { what: "credential" };

/// Leaves what of a part of a list is nearest to the place where it begins or ends.
fn cut<T, P>(all: &mut Vec<T>, part: &Part<P>, limit: u32) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    match part {
        Part::Before(_) => drop(all.drain(..all.len().saturating_sub(limit))),
        Part::First | Part::Behind(_) => all.truncate(limit),
    }
}

#[async_trait]
impl IdentityStore for MemoryStore {
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if kept.is_identifier_taken(identity) {
            return Err(IDENTIFIER_TAKEN);
        }
        let is_known = kept.identities.iter().any(|one| one.id == identity.id);
        let is_known = is_known || kept.past.contains(&identity.id);
        if is_known || kept.is_name_taken(identity) {
            return Err(NAME_TAKEN);
        }
        kept.require_alone(identity)?;
        if credentials.iter().any(|c| kept.is_credential_taken(c)) {
            return Err(CREDENTIAL_TAKEN);
        }
        let arrival = i64::try_from(kept.arrivals.len()).unwrap_or(i64::MAX);
        kept.arrivals.insert(identity.id, arrival);
        kept.identities.push(identity.clone());
        kept.credentials.extend_from_slice(credentials);
        Ok(())
    }

    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError> {
        Ok(self.kept().read().find(|found| found.id == id))
    }

    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError> {
        let holds = |found: &Identity| found.identifiers.iter().any(|i| i == identifier);
        Ok(self.kept().read().find(holds))
    }

    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError> {
        let holds = |found: &Identity| found.addresses.iter().any(|a| a.value == address);
        Ok(self.kept().read().filter(holds).collect())
    }

    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError> {
        let mut list: Vec<_> = self.kept().read().collect();
        list.retain(|identity| after.is_none_or(|after| identity.id > after));
        list.sort_by_key(|identity| identity.id);
        list.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(list)
    }

    async fn update(&self, identity: &Identity) -> Result<(), StoreError> {
        self.kept().update(identity)
    }

    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let own = kept.credentials.iter();
        let own = own.filter(|credential| credential.identity_id == identity.id);
        let own: Vec<_> = own.map(|credential| credential.id).collect();
        let stays = |other: &CredentialId| *other != removed && own.contains(other);
        if !own.contains(&removed) || !others.iter().any(stays) {
            return Ok(false);
        }
        kept.update(identity)?;
        kept.credentials
            .retain(|credential| credential.id != removed);
        kept.prune();
        Ok(true)
    }

    async fn replace_whole(&self, whole: &Whole<'_>, role: &str) -> Result<Replaced, StoreError> {
        self.kept().replace_whole(whole, role)
    }

    async fn remove_beside(
        &self,
        which: (IdentityId, CredentialId),
        others: &[CredentialId],
        role: &str,
    ) -> Result<Removal, StoreError> {
        Ok(self.kept().remove_beside(which, others, role))
    }

    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError> {
        let mut kept = self.kept();
        let is_gone = kept.remove(id);
        if is_gone {
            kept.past.insert(id);
        }
        Ok(is_gone)
    }

    async fn delete_unused(&self, identity: &Identity) -> Result<bool, StoreError> {
        Ok(self.kept().remove_unused(identity))
    }
}
