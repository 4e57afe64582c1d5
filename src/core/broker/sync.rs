//! What a provider keeps up to date of a known identity.

use super::{
    Broker, BrokerError,
    address::{is_trusted, is_unverified},
    plan::link_key,
};
use crate::{
    administrators,
    credential::Kinds,
    id::{IdentityId, ProviderId},
    identity::{Identity, IdentityState, TRIES},
    mapping::{self, Facts, Occasion, Source, Transfer},
    provider::{Claims, ConfiguredProvider},
    schema::Schema,
    store::{ADMINISTRATORS_ADDRESS, StoreError},
};

/// What an identity lost when an account was the first to prove its address.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// Whether everything but that account went, and every session.
    pub(super) everything_else: bool,
    /// The providers of the links that went.
    pub(super) unlinked: Vec<ProviderId>,
}

impl Broker {
    /// The identity with what the claims change of it, stored; as somebody else has changed it, where
    /// that came first. Where they prove it first, what was put there before goes, of which `lost` tells.
    pub(super) async fn synced(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        claims: &Claims,
        lost: &mut Lost,
    ) -> Result<Identity, BrokerError> {
        let id = identity.id;
        let (mut next, mut tries) = (identity, 1);
        loop {
            let synced = self.sync(configured, next, claims, lost).await;
            self.still_linked(configured, id, claims).await?;
            match synced {
                Err(BrokerError::Store(StoreError::Conflict { .. })) if tries < TRIES => tries += 1,
                done => return done,
            }
            let found = self.identities.find(id).await?;
            let found = found.filter(|found| found.state == IdentityState::Active);
            next = found.ok_or(BrokerError::Disabled)?;
        }
    }

    /// Fails when the account was unlinked meanwhile: then its provider has no say any more, and
    /// what it has just set by the link that was is taken back.
    async fn still_linked(
        &self,
        configured: &ConfiguredProvider,
        id: IdentityId,
        claims: &Claims,
    ) -> Result<(), BrokerError> {
        let key = link_key(&configured.id, claims);
        let error = match self.kept(&key).await? {
            Some(link) if link.identity_id == id => return Ok(()),
            Some(_) => BrokerError::LinkedElsewhere,
            None => BrokerError::NoSuchLink,
        };
        self.disown(id, &configured.id).await?;
        Err(error)
    }

    async fn sync(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        claims: &Claims,
        lost: &mut Lost,
    ) -> Result<Identity, BrokerError> {
        let linked = self.forcing(configured, &identity).await?;
        let Some(mut fresh) = self.refreshed(configured, &identity, claims, &linked) else {
            return Ok(identity);
        };
        // Nobody is kept out because a provider says something that cannot be taken over.
        if self.is_out_of_reach(&fresh, Some(&identity)).await? {
            tracing::warn!("traits are not refreshed: an address belongs to another identity");
            match self.refreshed_one_by_one(configured, &identity, claims, &linked) {
                Some(beside) => fresh = beside,
                None => return Ok(identity),
            }
        }
        self.earn(&mut fresh).await?;
        if identity.awaits_first_proof() && !fresh.awaits_first_proof() {
            // Whom the provider vouches for need not be who registered.
            let own = link_key(&configured.id, claims).identifier();
            lost.everything_else = true;
            self.take_back_beside(identity.id, Some(&own), &mut lost.unlinked)
                .await?;
            fresh.second_factors = Kinds::default();
        }
        // A role that stays so is still the provider's, and goes once it is somebody else's, too.
        self.keep_synced(&identity, fresh).await
    }

    /// Stores what a provider has said. Who shares an address becomes no administrator by its word, and is
    /// not kept out for it.
    async fn keep_synced(
        &self,
        before: &Identity,
        fresh: Identity,
    ) -> Result<Identity, BrokerError> {
        let identities = &*self.identities;
        let stored = administrators::update_staying(identities, before, fresh.clone()).await;
        let Err(StoreError::Conflict {
            what: ADMINISTRATORS_ADDRESS,
        }) = stored
        else {
            return Ok(stored?);
        };
        tracing::warn!(
            identity.id = %before.id,
            "a provider's role is not given: somebody else has the same address, and an administrator's is nobody else's"
        );
        let fresh = administrators::reach::without_new_roles(before, fresh);
        Ok(administrators::update_staying(identities, before, fresh).await?)
    }

    /// The providers the identity is linked to; looked up only where others force something.
    pub(super) async fn forcing(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
    ) -> Result<Vec<ProviderId>, BrokerError> {
        let mut origins = identity.provenance.values();
        let is_forced = origins
            .any(|origin| origin.sync == mapping::Sync::Force && origin.source != configured.id);
        if !is_forced {
            return Ok(Vec::new());
        }
        let links = self.links(identity.id).await?;
        Ok(links.into_iter().map(|link| link.key.provider).collect())
    }

    /// The identity as the claims change it; `None` when they do not. Where the result would not
    /// be valid, only what spoils it stays as it is.
    pub(super) fn refreshed(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
        linked: &[ProviderId],
    ) -> Option<Identity> {
        let facts = self.facts(configured, identity, claims, linked)?;
        if facts == Facts::of(identity) && !is_unproved(identity, claims) {
            return None;
        }
        let traits = facts.traits.clone();
        match self
            .schemas
            .refreshed(identity, traits, &*self.clock, &*self.entropy)
        {
            Ok(mut fresh) => {
                facts.complete(&mut fresh);
                self.prove(&mut fresh, claims);
                Some(fresh)
            }
            Err(_) => {
                tracing::warn!("traits are not refreshed: they would not be valid");
                self.refreshed_one_by_one(configured, identity, claims, linked)
            }
        }
    }

    /// The identity as the claims change it, but for what would spoil it, and for what it signs in
    /// with or is reached by; `None` when nothing is left to change.
    fn refreshed_one_by_one(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
        linked: &[ProviderId],
    ) -> Option<Identity> {
        let before = Facts::of(identity);
        let schema = self.schemas.find(&identity.schema_id)?;
        let transfer = self.transfer(configured, identity, claims, (&schema, linked));
        let mut facts = transfer.apply_one_by_one(&before);
        transfer.note(&before, &mut facts);
        if facts == before && !is_unproved(identity, claims) {
            return None;
        }
        let mut fresh = identity.clone();
        fresh.traits = facts.traits.clone();
        facts.complete(&mut fresh);
        fresh.updated_at = self.clock.now();
        self.prove(&mut fresh, claims);
        Some(fresh)
    }

    /// What is known of the identity after a sign-in with these claims, valid or not; `None` when
    /// its schema is not known any more.
    pub(super) fn facts(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
        linked: &[ProviderId],
    ) -> Option<Facts> {
        let before = Facts::of(identity);
        let schema = self.schemas.find(&identity.schema_id)?;
        let transfer = self.transfer(configured, identity, claims, (&schema, linked));
        let mut facts = transfer.apply(&before);
        schema.restore_addresses(&mut facts.traits, &before.traits, |text| {
            is_unverified(text, claims)
        });
        transfer.note(&before, &mut facts);
        Some(facts)
    }

    fn transfer<'a>(
        &self,
        configured: &'a ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
        (schema, linked): (&'a Schema, &'a [ProviderId]),
    ) -> Transfer<'a> {
        let source = Source {
            provider: &configured.id,
            schema,
            linked,
            now: self.clock.now(),
        };
        let (map, before) = (&configured.mapping, Facts::of(identity));
        map.transfer(claims, &before, Occasion::SignIn, source)
    }

    /// Whether somebody else signs in with what this identity has, or has it as an address; only
    /// what it has not had `before` counts, for others cannot hold it back by having the same.
    pub(super) async fn is_taken(
        &self,
        identity: &Identity,
        before: Option<&Identity>,
    ) -> Result<bool, BrokerError> {
        let had = |address: &&String| {
            let mut own = before.into_iter().flat_map(|before| &before.addresses);
            own.any(|own| own.value == **address)
        };
        let signed_in = |identifier: &&String| {
            before.is_some_and(|before| before.identifiers.contains(identifier))
        };
        let addresses = identity.addresses.iter().map(|address| &address.value);
        let addresses = addresses.filter(|address| !had(address));
        let identifiers = identity.identifiers.iter();
        let identifiers = identifiers.filter(|identifier| !signed_in(identifier));
        for value in identifiers.chain(addresses) {
            let holders = self.holders(value).await?;
            if holders.iter().any(|holder| holder.id != identity.id) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Who signs in with this value, or has it as an address, verified or not.
    pub(super) async fn holders(&self, value: &str) -> Result<Vec<Identity>, BrokerError> {
        let mut holders = self.identities.find_by_address(value).await?;
        holders.extend(self.identities.find_by_identifier(value).await?);
        Ok(holders)
    }
}

/// Whether the claims prove an address that is not proved yet.
fn is_unproved(identity: &Identity, claims: &Claims) -> bool {
    let mut addresses = identity.addresses.iter();
    addresses.any(|address| address.verified_at.is_none() && is_trusted(&address.value, claims))
}
