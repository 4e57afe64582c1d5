//! Links of an identity: proved, made and removed.

use super::{
    Arrived, Broker, BrokerError, PendingLink,
    arrival::arrived,
    plan::{Course, link_key, refusal, withheld},
};
use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState},
    link::Link,
    provider::{Claims, ConfiguredProvider, ProviderError, Vouched},
    store::StoreError,
};

impl Broker {
    /// Links the account of `pending` once somebody has proved to be `identity`.
    ///
    /// Everything is looked at once more: the account must still be nobody's, and the identity
    /// still the only one that its address leads to.
    pub async fn confirm(
        &self,
        pending: PendingLink,
        identity: &Identity,
    ) -> Result<Box<Arrived>, BrokerError> {
        if self.clock.now() >= pending.expires_at {
            return Err(BrokerError::ProofExpired);
        }
        if pending.identity != identity.id {
            return Err(BrokerError::IdentityMismatch);
        }
        let configured = self.find(&pending.provider)?;
        let plan = self.plan(&configured, &pending.vouched.claims).await?;
        match plan.course(None)? {
            Course::Enter(linked, _) if linked.id != identity.id => {
                Err(BrokerError::LinkedElsewhere)
            }
            Course::Enter(found, _)
            | Course::Confirm(found)
            | Course::Auto(found)
            | Course::Reclaim(found)
            | Course::Prepared(found)
                if found.id == identity.id =>
            {
                self.attach(&configured, found, pending.vouched).await
            }
            _ => Err(BrokerError::IdentityMismatch),
        }
    }

    /// Links an account from the settings of `identity`, who is signed in.
    pub async fn link(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let configured = self.find(provider)?;
        let claims = &vouched.claims;
        if let Some(claim) = withheld(&configured, claims) {
            let claim = claim.to_owned();
            return Err(BrokerError::ClaimsWithheld { claim });
        }
        if let Some(reason) = refusal(&configured, claims) {
            return Err(BrokerError::Provider(ProviderError::NotAdmitted { reason }));
        }
        let found = self.identities.find(identity.id).await?;
        let found = found.filter(|found| found.state == IdentityState::Active);
        let found = found.ok_or(BrokerError::Disabled)?;
        self.attach(&configured, found, vouched).await
    }

    /// The links of an identity, oldest first.
    pub async fn links(&self, identity: IdentityId) -> Result<Vec<Link>, BrokerError> {
        let credentials = self.credentials.list(identity).await?;
        Ok(credentials.iter().filter_map(Link::of).collect())
    }

    /// Removes a link, unless nothing else lets the identity in.
    pub async fn unlink(&self, identity: &Identity, link: CredentialId) -> Result<(), BrokerError> {
        let mut credentials = self.credentials.list(identity.id).await?;
        let own = |credential: &Credential| credential.id == link;
        let at = credentials.iter().position(own);
        let removed = at.map(|at| credentials.remove(at));
        let removed = removed.as_ref().and_then(Link::of);
        let removed = removed.ok_or(BrokerError::NoSuchLink)?;
        if !credentials
            .iter()
            .any(|other| self.lets_in(identity, other))
        {
            return Err(BrokerError::LastFactor);
        }
        self.forget_tokens(link).await;
        self.credentials.delete(link).await?;
        let provider = &removed.key.provider;
        let mut rest = credentials.iter().filter_map(Link::of);
        match rest.any(|other| other.key.provider == *provider) {
            true => Ok(()),
            false => self.disown(identity.id, provider).await,
        }
    }

    /// Whether somebody can sign in with this credential alone.
    fn lets_in(&self, identity: &Identity, credential: &Credential) -> bool {
        match credential.kind {
            CredentialKind::Password => !identity.identifiers.is_empty(),
            CredentialKind::Oidc => {
                Link::of(credential).is_some_and(|link| self.find(&link.key.provider).is_ok())
            }
        }
    }

    /// Whatever the provider has set is the identity's own from here on.
    async fn disown(&self, id: IdentityId, provider: &ProviderId) -> Result<(), BrokerError> {
        let Some(mut identity) = self.identities.find(id).await? else {
            return Ok(());
        };
        let before = identity.provenance.len();
        identity.provenance.retain(|_, o| o.source != *provider);
        match identity.provenance.len() == before {
            true => Ok(()),
            false => Ok(self.identities.update(&identity).await?),
        }
    }

    /// Links an account to an identity, in place of the link that was prepared for it.
    pub(super) async fn attach(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let claims = &vouched.claims;
        let link = match self.linked(configured, claims).await? {
            Some((owner, link)) if owner.id == identity.id => link,
            Some(_) => return Err(BrokerError::LinkedElsewhere),
            None => self.put_link(configured, &identity, claims).await?,
        };
        let identity = self.synced(configured, identity, claims).await?;
        self.keep_tokens(configured, &link, &vouched).await;
        Ok(arrived(configured, identity, &vouched))
    }

    async fn put_link(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Result<Credential, BrokerError> {
        let mut link = self.new_link(configured, identity.id, claims);
        // The prepared link counts once: the real one takes its place in one write.
        if let Some((owner, stub)) = self.prepared(configured, claims).await?
            && owner.id == identity.id
        {
            link.id = stub.id;
        }
        match self.credentials.put(&link).await {
            Ok(()) => Ok(link),
            // Another answer for the same account was faster; it may have been for the same person.
            Err(StoreError::Conflict { .. }) => match self.linked(configured, claims).await? {
                Some((owner, link)) if owner.id == identity.id => Ok(link),
                _ => Err(BrokerError::LinkedElsewhere),
            },
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    pub(super) fn new_link(
        &self,
        configured: &ConfiguredProvider,
        identity: IdentityId,
        claims: &Claims,
    ) -> Credential {
        let key = link_key(&configured.id, claims);
        let now = self.clock.now();
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity,
            kind: CredentialKind::Oidc,
            identifier: Some(key.identifier()),
            config: key.config(),
            created_at: now,
            updated_at: now,
        }
    }

    /// An identity without anything that would let somebody in, and the providers of its former
    /// links; its sessions are the caller's to end.
    pub(super) async fn cleared(
        &self,
        mut identity: Identity,
    ) -> Result<(Identity, Vec<ProviderId>), BrokerError> {
        let mut unlinked = Vec::new();
        for credential in self.credentials.list(identity.id).await? {
            if let Some(link) = Link::of(&credential) {
                self.forget_tokens(credential.id).await;
                unlinked.push(link.key.provider);
            }
            self.credentials.delete(credential.id).await?;
        }
        identity.provenance.clear();
        self.identities.update(&identity).await?;
        Ok((identity, unlinked))
    }

    async fn forget_tokens(&self, link: CredentialId) {
        if let Err(error) = self.vault.forget(link).await {
            tracing::warn!(%error, "upstream tokens are not forgotten");
        }
    }
}
