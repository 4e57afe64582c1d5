//! Identities that somebody registered and proved nothing of, at the word of a provider or an
//! administrator. Whom they vouch for need not be who registered: what was put there goes first, and
//! never comes alive by their word.

use super::{Broker, BrokerError};
use crate::{
    credential::Credential,
    id::{IdentityId, ProviderId},
    identity::{Identity, rewrite},
    link::PreparedLink,
    store::StoreError,
};

impl Broker {
    /// Takes away all that lets anybody in as this identity where nothing of it is proved yet, and what
    /// providers said of it; of any other identity nothing. What an administrator has prepared stays.
    /// `unlinked` tells the providers of the links that went, those that had gone when it failed included.
    pub async fn take_back(
        &self,
        id: IdentityId,
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<(), BrokerError> {
        let found = self.identities.find(id).await?;
        match found.filter(Identity::awaits_first_proof) {
            Some(_) => self.take_back_beside(id, None, unlinked).await,
            None => Ok(()),
        }
    }

    /// The same but for the link of this identifier, of an identity that is known to wait for a proof.
    pub(super) async fn take_back_beside(
        &self,
        id: IdentityId,
        link: Option<&str>,
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<(), BrokerError> {
        tracing::info!(identity.id = %id, "what was registered and never proved is taken back");
        let (known, is_own) = (unlinked.len(), |one: &Credential| {
            PreparedLink::of(one).is_some() || (link.is_some() && one.identifier.as_deref() == link)
        });
        self.clear(id, is_own, unlinked).await?;
        for gone in &unlinked[known..] {
            self.disown(id, gone).await?;
        }
        Ok(())
    }

    /// Leaves an identity of which nothing is proved yet to whoever comes by this link, which an
    /// administrator has just made or prepared: it waits for no proof any more. Returns the providers of
    /// the links that went.
    pub(super) async fn hand_over(
        &self,
        id: IdentityId,
        link: &Credential,
    ) -> Result<Vec<ProviderId>, BrokerError> {
        let found = self.identities.find(id).await?;
        if !found.is_some_and(|one| one.awaits_first_proof()) {
            return Ok(Vec::new());
        }
        let mut unlinked = Vec::new();
        let own = link.identifier.as_deref();
        let done = match self.take_back_beside(id, own, &mut unlinked).await {
            Ok(()) => self.lift(id).await.map(drop),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => Ok(unlinked),
            Err(error) => Err(broken_off(id, unlinked, error)),
        }
    }

    /// Has an identity sign in with what it has proved: an address that several have typed in is nobody's to
    /// sign in with before.
    pub async fn earn(&self, identity: &mut Identity) -> Result<(), StoreError> {
        for name in self.schemas.earned(identity) {
            if self.identities.find_by_identifier(&name).await?.is_none() {
                identity.identifiers.push(name);
            }
        }
        Ok(())
    }

    /// The identity of somebody who has proved to be it before an account is linked. Without any other
    /// link that was with what they registered, and the account has its address: theirs stays.
    pub(super) async fn proved_itself(&self, identity: Identity) -> Result<Identity, BrokerError> {
        let is_new = identity.awaits_first_proof() && self.links(identity.id).await?.is_empty();
        match is_new {
            true => self.lift(identity.id).await?.ok_or(BrokerError::Disabled),
            false => Ok(identity),
        }
    }

    /// Notes that the identity is known to be who it says, and returns it.
    async fn lift(&self, id: IdentityId) -> Result<Option<Identity>, BrokerError> {
        let lifted = rewrite::<BrokerError, _>(&*self.identities, id, async |mut one| {
            if !one.awaits_first_proof() {
                return Ok(None);
            }
            one.lift_first_proof();
            one.updated_at = self.clock.now();
            Ok(Some(one))
        });
        lifted.await
    }
}

/// The failure, with the links that were gone by then, where there were any.
pub(super) fn broken_off(
    identity: IdentityId,
    unlinked: Vec<ProviderId>,
    source: BrokerError,
) -> BrokerError {
    match unlinked.is_empty() {
        true => source,
        false => BrokerError::BrokenOff {
            identity,
            unlinked,
            source: Box::new(source),
        },
    }
}
