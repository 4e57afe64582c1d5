//! An identity: who somebody is, as its schema describes, and the port that keeps identities.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    credential::{Credential, Kinds},
    id::{AddressId, CredentialId, IdentityId, ProviderId},
    provenance::{self, Provenance, is_within},
    store::StoreError,
};

/// Somebody or something that can sign in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Its name for ever.
    pub id: IdentityId,
    /// The tenant it belongs to; `default` until there are several.
    pub tenant: String,
    /// The schema its traits obey.
    pub schema_id: String,
    /// Whether it may sign in.
    pub state: IdentityState,
    /// When the state last changed.
    pub state_changed_at: Timestamp,
    /// What is known of it, valid against its schema.
    pub traits: Value,
    /// What it is called elsewhere; at most one identity is called the same.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Further facts it may see but not change.
    pub metadata_public: Option<Value>,
    /// Further facts only administrators see.
    pub metadata_admin: Option<Value>,
    /// Roles, such as `admin`.
    pub roles: Vec<String>,
    /// What it has to do before it is let through, by alias; also aliases that mean nothing here.
    #[serde(default)]
    pub required_actions: Vec<String>,
    /// The terms it accepted, oldest first.
    #[serde(default)]
    pub accepted_terms: Vec<AcceptedTerms>,
    /// Attributes that no schema describes, apart from the traits.
    #[serde(default)]
    pub unmanaged: BTreeMap<String, Vec<String>>,
    /// Which traits came from a provider.
    #[serde(default)]
    pub provenance: Provenance,
    /// What it signs in with, normalised; each belongs to at most one identity.
    pub identifiers: Vec<String>,
    /// Addresses that can be verified or used for recovery.
    pub addresses: Vec<Address>,
    /// Which kinds of second factors are among its credentials, switched on or not. Stores find it
    /// out as they read; what is written of it counts for nothing.
    // No default: a record of before there were any says nothing of them, and is read anew.
    pub second_factors: Kinds,
    /// Whether it is linked to an account at a provider; found out likewise.
    pub is_linked: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it has been changed since it was created.
    #[serde(default)]
    pub version: i64,
}

impl Identity {
    /// Stands among the required actions of whoever registered where nobody signs in before a first
    /// address is proved.
    pub const FIRST_PROOF: &'static str = "FIRST_PROOF";

    /// Whether it was registered so, and nothing of it is proved yet.
    pub fn awaits_first_proof(&self) -> bool {
        let mut aliases = self.required_actions.iter();
        aliases.any(|alias| alias == Self::FIRST_PROOF)
            && self.addresses.iter().all(|one| one.verified_at.is_none())
    }

    /// Notes that something of it is proved, or vouched for by an administrator.
    pub fn lift_first_proof(&mut self) {
        self.required_actions
            .retain(|alias| alias != Self::FIRST_PROOF);
    }

    /// An active identity of which nothing is known yet.
    pub fn blank(id: IdentityId, schema_id: &str, now: Timestamp) -> Self {
        Self {
            id,
            tenant: "default".to_owned(),
            schema_id: schema_id.to_owned(),
            state: IdentityState::Active,
            state_changed_at: now,
            traits: Value::Null,
            external_id: None,
            metadata_public: None,
            metadata_admin: None,
            roles: Vec::new(),
            required_actions: Vec::new(),
            accepted_terms: Vec::new(),
            unmanaged: BTreeMap::new(),
            provenance: Provenance::new(),
            identifiers: Vec::new(),
            addresses: Vec::new(),
            second_factors: Kinds::default(),
            is_linked: false,
            created_at: now,
            updated_at: now,
            version: 0,
        }
    }

    /// Whether it may sign in and has the role.
    pub fn is_active_as(&self, role: &str) -> bool {
        self.state == IdentityState::Active && self.roles.iter().any(|own| own == role)
    }

    /// Whether a provider keeps the trait of this dotted path up to date, so that nobody here
    /// changes it.
    pub fn is_forced(&self, path: &str) -> bool {
        self.kept_by(path).is_some()
    }

    /// The provider that keeps the trait of this dotted path up to date.
    pub fn kept_by(&self, path: &str) -> Option<&ProviderId> {
        let forced = self.provenance.iter();
        let mut forced = forced.filter(|(_, origin)| origin.sync == provenance::Sync::Force);
        let found = forced.find(|(whole, _)| is_within(path, whole));
        found.map(|(_, origin)| &origin.source)
    }
}

/// Whether an identity may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityState {
    /// It may.
    Active,
    /// It may not, and has no sessions.
    Inactive,
}

/// Terms that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// The action that asked: `TERMS_AND_CONDITIONS`.
    pub alias: String,
    /// Which version.
    pub version: String,
    /// When.
    pub accepted_at: Timestamp,
}

/// An address of an identity, found through its schema's keywords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Its name.
    pub id: AddressId,
    /// The address, normalised.
    pub value: String,
    /// How it is reached: `email` or `sms`.
    pub via: String,
    /// What the schema lets it be used for.
    pub purpose: AddressPurpose,
    /// When somebody proved to hold it; `None` until then.
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What an address may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPurpose {
    /// It can be verified.
    pub verification: bool,
    /// Codes for recovery may go there.
    pub recovery: bool,
}

/// Keeps identities; each write is atomic.
#[async_trait]
pub trait IdentityStore: Debug + Send + Sync {
    /// Adds an identity with its credentials, all or nothing.
    ///
    /// Fails with [`StoreError::Conflict`] when an identifier or a credential's identifier is taken.
    async fn insert(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Result<(), StoreError>;

    /// Adds many as [`Self::insert`] does, each by itself: what became of each, in their order.
    async fn insert_many(
        &self,
        newcomers: &[(Identity, Vec<Credential>)],
    ) -> Vec<Result<(), StoreError>> {
        let mut outcomes = Vec::new();
        for (identity, credentials) in newcomers {
            outcomes.push(self.insert(identity, credentials).await);
        }
        outcomes
    }

    /// Those of these ids whose identities are here.
    async fn present(&self, ids: &[IdentityId]) -> Result<BTreeSet<IdentityId>, StoreError> {
        let mut present = BTreeSet::new();
        for id in ids {
            present.extend(self.find(*id).await?.map(|one| one.id));
        }
        Ok(present)
    }

    /// Who signs in with which of these normalised identifiers.
    async fn owners(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, IdentityId>, StoreError> {
        let mut owners = BTreeMap::new();
        for identifier in identifiers {
            let owner = self.find_by_identifier(identifier).await?;
            owners.extend(owner.map(|owner| (identifier.clone(), owner.id)));
        }
        Ok(owners)
    }

    /// The identity of this id.
    async fn find(&self, id: IdentityId) -> Result<Option<Identity>, StoreError>;

    /// The identity that signs in with this normalised identifier.
    async fn find_by_identifier(&self, identifier: &str) -> Result<Option<Identity>, StoreError>;

    /// Every identity that holds this normalised address, verified or not.
    async fn find_by_address(&self, address: &str) -> Result<Vec<Identity>, StoreError>;

    /// The identity that is called this elsewhere.
    async fn find_by_external_id(&self, external_id: &str) -> Result<Option<Identity>, StoreError> {
        let mut after = None;
        loop {
            let page = self.list(after, 500).await?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            after = Some(last.id);
            let is_it = |one: &Identity| one.external_id.as_deref() == Some(external_id);
            if let Some(found) = page.into_iter().find(is_it) {
                return Ok(Some(found));
            }
        }
    }

    /// The identities in the order of their ids, those after `after`, at most `limit` of them.
    async fn list(
        &self,
        after: Option<IdentityId>,
        limit: u32,
    ) -> Result<Vec<Identity>, StoreError>;

    /// Replaces a stored identity; its sessions see the change at once, and its version is one more
    /// than the one given.
    ///
    /// Fails with [`StoreError::Conflict`] when an identifier is taken by another identity, and when
    /// the stored identity is not of the version given any more: whoever read it before somebody
    /// else changed or removed it would undo that.
    async fn update(&self, identity: &Identity) -> Result<(), StoreError>;

    /// Removes one credential of a stored identity and replaces the identity as [`Self::update`]
    /// does, both or neither; `false`, and nothing done, when it has no such credential or none of
    /// `others` any more. Two removals at once never remove both of two.
    async fn update_without(
        &self,
        identity: &Identity,
        removed: CredentialId,
        others: &[CredentialId],
    ) -> Result<bool, StoreError>;

    /// Replaces a stored identity as [`Self::update`] does, unless the one stored is active and has
    /// the role and nobody else active has it: `false`, and nothing done. Two such changes at once
    /// never leave the role to nobody.
    async fn update_beside(&self, identity: &Identity, role: &str) -> Result<bool, StoreError> {
        // Stores that several nodes share look and change in one step instead.
        if stays_last(self, identity.id, role).await? {
            return Ok(false);
        }
        self.update(identity).await.map(|()| true)
    }

    /// Removes a credential as [`Self::update_without`] does, unless the role would be left to nobody as
    /// by [`Self::update_beside`]; [`Removal::Missing`] where the credential stays or is none.
    async fn update_without_beside(
        &self,
        identity: &Identity,
        (removed, others): (CredentialId, &[CredentialId]),
        role: &str,
    ) -> Result<Removal, StoreError> {
        if !identity.is_active_as(role) && stays_last(self, identity.id, role).await? {
            return Ok(Removal::Last);
        }
        Ok(
            match self.update_without(identity, removed, others).await? {
                true => Removal::Done,
                false => Removal::Missing,
            },
        )
    }

    /// Removes an identity as [`Self::delete`] does, unless it is active and has the role and nobody
    /// else active has it; of two that go at once one stays.
    async fn delete_beside(&self, id: IdentityId, role: &str) -> Result<Removal, StoreError> {
        if stays_last(self, id, role).await? {
            return Ok(Removal::Last);
        }
        Ok(match self.delete(id).await? {
            true => Removal::Done,
            false => Removal::Missing,
        })
    }

    /// Whether an active identity other than this one has the role.
    async fn is_role_elsewhere(&self, role: &str, except: IdentityId) -> Result<bool, StoreError> {
        let mut after = None;
        loop {
            let page = self.list(after, 500).await?;
            let Some(last) = page.last() else {
                return Ok(false);
            };
            after = Some(last.id);
            let has_role = |one: &Identity| one.roles.iter().any(|own| own == role);
            let mut others = page.iter().filter(|one| one.id != except);
            if others.any(|one| one.state == IdentityState::Active && has_role(one)) {
                return Ok(true);
            }
        }
    }

    /// Removes an identity with its credentials and sessions; `false` when there was none. Its id is
    /// nobody's again.
    async fn delete(&self, id: IdentityId) -> Result<bool, StoreError>;

    /// Removes an identity in the same way that nobody has ever been: where nothing was kept by its id, it
    /// need not be remembered.
    async fn delete_unused(&self, id: IdentityId) -> Result<bool, StoreError> {
        self.delete(id).await
    }
}

/// What became of an identity, or one of its credentials, that was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// There was none.
    Missing,
    /// It is the last one that has the role, and would have it no more.
    Last,
}

async fn stays_last<S: IdentityStore + ?Sized>(
    identities: &S,
    id: IdentityId,
    role: &str,
) -> Result<bool, StoreError> {
    let own = identities.find(id).await?;
    let has_it = own.is_some_and(|own| own.is_active_as(role));
    Ok(has_it && !identities.is_role_elsewhere(role, id).await?)
}

/// How often an identity is changed over what others change meanwhile.
pub(crate) const TRIES: usize = 8;

/// Changes an identity, over what others change of it meanwhile: as it is stored then, or `None`
/// when there is no such identity. It stays as it is where `change` has nothing in its place.
pub async fn rewrite<E, F>(
    identities: &dyn IdentityStore,
    id: IdentityId,
    mut change: impl FnMut(Identity) -> F,
) -> Result<Option<Identity>, E>
where
    E: From<StoreError>,
    F: Future<Output = Result<Option<Identity>, E>>,
{
    let mut tries = 1;
    loop {
        let Some(identity) = identities.find(id).await? else {
            return Ok(None);
        };
        let Some(mut changed) = change(identity.clone()).await? else {
            return Ok(Some(identity));
        };
        match identities.update(&changed).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
            Ok(()) => {
                changed.version += 1;
                return Ok(Some(changed));
            }
        }
    }
}
