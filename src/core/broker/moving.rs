//! Moving a link: an account that signs in one identity comes to sign in another of the same person,
//! who has proved to hold both.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Arrived, Broker, BrokerError, PendingLink};
use crate::{
    credential::Credential,
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState},
    link::Link,
    provider::{ConfiguredProvider, Vouched},
};

/// A move that waits for its person's word. Holds tokens, so only ever kept sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingMove {
    /// The provider.
    pub provider: ProviderId,
    /// What it vouched for.
    pub vouched: Vouched,
    /// The link as it is.
    pub link: CredentialId,
    /// The identity that the account signs in now.
    pub from: IdentityId,
    /// The identity that it would sign in.
    pub to: IdentityId,
    /// When the word comes too late.
    pub expires_at: Timestamp,
}

/// An account does not sign in whom it did any more.
#[derive(Debug)]
pub struct Moved {
    /// The identity that it signed in.
    pub from: IdentityId,
    /// The link as it was.
    pub link: Link,
    /// Whom it signs in now, unless that failed.
    pub arrived: Result<Box<Arrived>, BrokerError>,
}

impl Broker {
    /// What it takes to move the account to `identity`, which is signed in.
    ///
    /// Fails with [`BrokerError::LastFactor`] when nothing else would let the other identity in.
    pub async fn offer_move(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        vouched: Vouched,
    ) -> Result<PendingMove, BrokerError> {
        let configured = self.find(provider)?;
        let (owner, link) = self.movable(&configured, identity.id, &vouched).await?;
        if self.others(&owner, link.id).await?.is_empty() {
            return Err(BrokerError::LastFactor);
        }
        Ok(PendingMove {
            provider: configured.id.clone(),
            link: link.id,
            from: owner.id,
            to: identity.id,
            expires_at: self.clock.now() + PendingLink::LIFESPAN,
            vouched,
        })
    }

    /// Moves the account once its person has said so. Everything is looked at once more.
    pub async fn move_link(
        &self,
        pending: PendingMove,
        identity: &Identity,
    ) -> Result<Moved, BrokerError> {
        if self.clock.now() >= pending.expires_at {
            return Err(BrokerError::ProofExpired);
        }
        if pending.to != identity.id {
            return Err(BrokerError::IdentityMismatch);
        }
        let configured = self.find(&pending.provider)?;
        let vouched = pending.vouched;
        let (owner, credential) = self.movable(&configured, identity.id, &vouched).await?;
        if owner.id != pending.from || credential.id != pending.link {
            return Err(BrokerError::LinkedElsewhere);
        }
        let link = Link::of(&credential).ok_or(BrokerError::NoSuchLink)?;
        let to = self.may_link(&configured, identity.id, &vouched).await?;
        // What is kept of the account's tokens goes with the link. Nothing is revoked: that would
        // end those that have just come, too.
        self.release(owner.id, link.id).await?;
        Ok(Moved {
            from: owner.id,
            arrived: self.attach(&configured, to, vouched).await,
            link,
        })
    }

    /// Who the account signs in, and the link, when it could sign in `to` instead. Whoever is
    /// switched off keeps what they have, and so does whoever has a second factor.
    async fn movable(
        &self,
        configured: &ConfiguredProvider,
        to: IdentityId,
        vouched: &Vouched,
    ) -> Result<(Identity, Credential), BrokerError> {
        match self.linked(configured, &vouched.claims).await? {
            Some((owner, _)) if owner.state != IdentityState::Active => Err(BrokerError::Disabled),
            // Their account alone is one factor, and they are not here to show the other.
            Some((owner, _)) if owner.id != to && !owner.second_factors.is_empty() => {
                Err(BrokerError::LinkedElsewhere)
            }
            Some((owner, link)) if owner.id != to => Ok((owner, link)),
            _ => Err(BrokerError::NoSuchLink),
        }
    }

    /// What lets the identity in beside this link.
    async fn others(
        &self,
        identity: &Identity,
        link: CredentialId,
    ) -> Result<Vec<CredentialId>, BrokerError> {
        let credentials = self.credentials.list(identity.id).await?;
        let mut others = self.ways_in(identity, &credentials);
        others.retain(|other| *other != link);
        Ok(others)
    }
}
