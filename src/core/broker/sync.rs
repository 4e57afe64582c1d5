//! What a provider keeps up to date of a known identity.

use super::{
    Broker, BrokerError,
    address::{is_trusted, is_unverified},
};
use crate::{
    id::ProviderId,
    identity::{Identity, IdentityState},
    mapping::{self, Facts, Occasion, Source},
    provider::{Claims, ConfiguredProvider},
    store::StoreError,
};

impl Broker {
    /// The identity with what the claims change of it, stored; as somebody else has changed it, where
    /// that came first.
    pub(super) async fn synced(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        claims: &Claims,
    ) -> Result<Identity, BrokerError> {
        let id = identity.id;
        match self.sync(configured, identity, claims).await {
            Err(BrokerError::Store(StoreError::Conflict { .. })) => {}
            done => return done,
        }
        let found = self.identities.find(id).await?;
        let found = found.filter(|found| found.state == IdentityState::Active);
        let found = found.ok_or(BrokerError::Disabled)?;
        // What came first may be that the link was removed; then its provider has no say any more.
        let linked = self.linked(configured, claims).await?;
        if linked.is_none_or(|(owner, _)| owner.id != id) {
            return Err(BrokerError::NoSuchLink);
        }
        match self.sync(configured, found.clone(), claims).await {
            Err(BrokerError::Store(StoreError::Conflict { .. })) => Ok(found),
            done => done,
        }
    }

    async fn sync(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        claims: &Claims,
    ) -> Result<Identity, BrokerError> {
        let linked = self.forcing(configured, &identity).await?;
        let Some(mut fresh) = self.refreshed(configured, &identity, claims, &linked) else {
            return Ok(identity);
        };
        // Nobody is kept out because a provider says something that cannot be taken over.
        if self.is_taken(&fresh).await? {
            tracing::warn!("traits are not refreshed: an address belongs to another identity");
            return Ok(identity);
        }
        self.identities.update(&fresh).await?;
        fresh.version += 1;
        Ok(fresh)
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

    /// The identity as the claims change it; `None` when they do not, or when the result would
    /// not be valid.
    pub(super) fn refreshed(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
        linked: &[ProviderId],
    ) -> Option<Identity> {
        let facts = self.facts(configured, identity, claims, linked)?;
        let unproved = identity
            .addresses
            .iter()
            .any(|address| address.verified_at.is_none() && is_trusted(&address.value, claims));
        if facts == Facts::of(identity) && !unproved {
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
                None
            }
        }
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
        let source = Source {
            provider: &configured.id,
            schema,
            linked,
            now: self.clock.now(),
        };
        let transfer = configured
            .mapping
            .transfer(claims, &before, Occasion::SignIn, source);
        let mut facts = transfer.apply(&before);
        schema.restore_addresses(&mut facts.traits, &before.traits, |text| {
            is_unverified(text, claims)
        });
        transfer.note(&before, &mut facts);
        Some(facts)
    }

    /// Whether somebody else signs in with what this identity has, or has it as an address.
    pub(super) async fn is_taken(&self, identity: &Identity) -> Result<bool, BrokerError> {
        let addresses = identity.addresses.iter().map(|address| &address.value);
        for value in identity.identifiers.iter().chain(addresses) {
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
