//! Links at an administrator's word: the account is named, and nobody has to come first.

use super::{Broker, BrokerError};
use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId, ProviderId},
    link::{Link, LinkKey, PreparedLink},
    store::StoreError,
};

/// A link that somebody wanted to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The link.
    pub link: Link,
    /// Whether it was made just now; an account that was the identity's already stays so.
    pub is_new: bool,
    /// The providers whose links went with all else that somebody had put there who registered the
    /// identity and never proved it.
    pub unlinked: Vec<ProviderId>,
}

/// A link that was prepared just now.
#[derive(Debug, Clone, PartialEq)]
pub struct Readied {
    /// What stands in its place until then.
    pub stub: Credential,
    /// The same as [`Assigned::unlinked`].
    pub unlinked: Vec<ProviderId>,
}

impl Broker {
    /// Refuses a provider that nobody is linked to, and says why: who may link others sees all
    /// providers anyway.
    fn find_for_links(&self, id: &ProviderId) -> Result<(), BrokerError> {
        match self.registry.current().find(id) {
            Some(provider) if provider.policy.enabled => Ok(()),
            Some(_) => Err(BrokerError::SwitchedOff),
            None => Err(BrokerError::Unknown),
        }
    }

    /// Links the account of this key to an identity, unless it is somebody else's. Of one that was
    /// registered and never proved nothing else that lets anybody in stays. The provider must be
    /// switched on: the links of one that is not may be about to go.
    pub async fn assign(
        &self,
        identity: IdentityId,
        key: &LinkKey,
    ) -> Result<Assigned, BrokerError> {
        self.find_for_links(&key.provider)?;
        if let Some(kept) = self.kept(key).await? {
            return self.already(&kept, identity).await;
        }
        let now = self.clock.now();
        let made = key.credential(identity, CredentialId::generate(&*self.entropy), now);
        match self.credentials.put(&made).await {
            // Somebody came through the account meanwhile.
            Err(StoreError::Conflict { .. }) => match self.kept(key).await? {
                Some(kept) => self.already(&kept, identity).await,
                None => Err(BrokerError::LinkedElsewhere),
            },
            Err(error) => Err(BrokerError::Store(error)),
            Ok(()) => Ok(Assigned {
                unlinked: self.hand_over(identity, &made).await?,
                link: Link {
                    id: made.id,
                    key: key.clone(),
                    label: None,
                    created_at: now,
                },
                is_new: true,
            }),
        }
    }

    /// Prepares a link: the first account of the provider with this trusted address takes its
    /// place. `None` when one is prepared for it already. What goes, and that the provider must be
    /// switched on, is as for [`Self::assign`].
    pub async fn prepare(
        &self,
        identity: IdentityId,
        prepared: &PreparedLink,
    ) -> Result<Option<Readied>, BrokerError> {
        self.find_for_links(&prepared.provider)?;
        let id = CredentialId::generate(&*self.entropy);
        let stub = prepared.credential(identity, id, self.clock.now());
        match self.credentials.put(&stub).await {
            Err(StoreError::Conflict { .. }) => self.readied_before(identity, prepared).await,
            Err(error) => Err(BrokerError::Store(error)),
            Ok(()) => Ok(Some(Readied {
                unlinked: self.hand_over(identity, &stub).await?,
                stub,
            })),
        }
    }

    /// The link that was prepared before, where that broke off: it stands there, and so does what
    /// whoever registered the identity has put there.
    async fn readied_before(
        &self,
        identity: IdentityId,
        prepared: &PreparedLink,
    ) -> Result<Option<Readied>, BrokerError> {
        let (kind, identifier) = (CredentialKind::Oidc, prepared.identifier());
        let found = self.credentials.find_by_identifier(kind, &identifier);
        let found = found.await?;
        let Some(stub) = found.filter(|one| one.identity_id == identity) else {
            return Ok(None);
        };
        let owner = self.identities.find(identity).await?;
        if !owner.is_some_and(|one| one.awaits_first_proof()) {
            return Ok(None);
        }
        Ok(Some(Readied {
            unlinked: self.hand_over(identity, &stub).await?,
            stub,
        }))
    }

    /// The credential that links this account, whoever owns it.
    pub(super) async fn kept(&self, key: &LinkKey) -> Result<Option<Credential>, StoreError> {
        let identifier = key.identifier();
        self.credentials
            .find_by_identifier(CredentialKind::Oidc, &identifier)
            .await
    }

    async fn already(
        &self,
        kept: &Credential,
        identity: IdentityId,
    ) -> Result<Assigned, BrokerError> {
        let own = Link::of(kept).filter(|_| kept.identity_id == identity);
        Ok(Assigned {
            link: own.ok_or(BrokerError::LinkedElsewhere)?,
            is_new: false,
            unlinked: self.hand_over(identity, kept).await?,
        })
    }
}
