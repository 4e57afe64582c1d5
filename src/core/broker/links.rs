//! Links of an identity: proved, made and removed.

use super::{Arrived, Broker, BrokerError, PendingLink};
use crate::{
    id::{CredentialId, IdentityId, ProviderId},
    identity::Identity,
    link::Link,
    provider::Vouched,
};

impl Broker {
    /// Links the account of `pending` once somebody has proved to be `identity`.
    pub async fn confirm(
        &self,
        pending: PendingLink,
        identity: &Identity,
    ) -> Result<Box<Arrived>, BrokerError> {
        let _ = (pending, identity);
        Err(BrokerError::Unknown)
    }

    /// Links an account from the settings of `identity`, who is signed in.
    pub async fn link(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let _ = (identity, provider, vouched);
        Err(BrokerError::Unknown)
    }

    /// The links of an identity, oldest first.
    pub async fn links(&self, identity: IdentityId) -> Result<Vec<Link>, BrokerError> {
        let credentials = self.credentials.list(identity).await?;
        Ok(credentials.iter().filter_map(Link::of).collect())
    }

    /// Removes a link, unless nothing else lets the identity in.
    pub async fn unlink(&self, identity: &Identity, link: CredentialId) -> Result<(), BrokerError> {
        let _ = (identity, link);
        Err(BrokerError::NoSuchLink)
    }
}
