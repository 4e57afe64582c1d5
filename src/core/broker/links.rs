//! Links of an identity: proved, made and removed.

use super::{
    Arrived, Broker, BrokerError, PendingLink,
    arrival::{arrived, judge},
    plan::{Course, link_key, refusal, withheld},
};
use crate::{
    credential::{Credential, CredentialKind},
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState},
    link::{self, Link},
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
        mut pending: PendingLink,
        identity: &Identity,
    ) -> Result<Box<Arrived>, BrokerError> {
        if self.clock.now() >= pending.expires_at {
            return Err(BrokerError::ProofExpired);
        }
        if pending.identity != identity.id {
            return Err(BrokerError::IdentityMismatch);
        }
        let configured = self.find(&pending.provider)?;
        judge(&configured, &mut pending.vouched);
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
        let found = self.may_link(&configured, identity.id, &vouched).await?;
        self.attach(&configured, found, vouched).await
    }

    /// The identity as it is now, when it may link the account as far as the account goes.
    pub(super) async fn may_link(
        &self,
        configured: &ConfiguredProvider,
        identity: IdentityId,
        vouched: &Vouched,
    ) -> Result<Identity, BrokerError> {
        let claims = &vouched.claims;
        if let Some(claim) = withheld(configured, claims) {
            let claim = claim.to_owned();
            return Err(BrokerError::ClaimsWithheld { claim });
        }
        if let Some(reason) = refusal(configured, claims) {
            return Err(BrokerError::Provider(ProviderError::NotAdmitted { reason }));
        }
        let found = self.identities.find(identity).await?;
        let found = found.filter(|found| found.state == IdentityState::Active);
        found.ok_or(BrokerError::Disabled)
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
        let others = self.ways_in(identity, &credentials);
        if others.is_empty() {
            return Err(BrokerError::LastFactor);
        }
        self.forget_tokens(link).await;
        self.release(identity.id, (link, &removed.key.provider), &others)
            .await
    }

    /// Removes a link as long as one of the `others` still lets the identity in.
    pub(super) async fn release(
        &self,
        identity: IdentityId,
        (link, provider): (CredentialId, &ProviderId),
        others: &[CredentialId],
    ) -> Result<(), BrokerError> {
        // The others may be on their way out, too.
        let credentials = &self.credentials;
        if !credentials.delete_beside(identity, link, others).await? {
            return Err(self.left(identity, link).await?);
        }
        let rest = self.links(identity).await?;
        match rest.iter().any(|other| other.key.provider == *provider) {
            true => Ok(()),
            false => self.disown(identity, provider).await,
        }
    }

    /// Those of the credentials with which alone somebody can sign in.
    pub(super) fn ways_in(
        &self,
        identity: &Identity,
        credentials: &[Credential],
    ) -> Vec<CredentialId> {
        let ways = credentials.iter();
        let ways = ways.filter(|one| self.lets_in(identity, one));
        ways.map(|one| one.id).collect()
    }

    /// Why a link was not removed after all.
    async fn left(
        &self,
        identity: IdentityId,
        link: CredentialId,
    ) -> Result<BrokerError, BrokerError> {
        let left = self.credentials.list(identity).await?;
        Ok(match left.iter().any(|left| left.id == link) {
            true => BrokerError::LastFactor,
            false => BrokerError::NoSuchLink,
        })
    }

    /// Whether somebody can sign in with this credential alone.
    fn lets_in(&self, identity: &Identity, credential: &Credential) -> bool {
        match credential.kind {
            CredentialKind::Password => {
                self.local.contains(&credential.kind) && !identity.identifiers.is_empty()
            }
            CredentialKind::Oidc => {
                Link::of(credential).is_some_and(|link| self.find(&link.key.provider).is_ok())
            }
        }
    }

    /// The provider has no say any more: what it alone could set goes, the rest is the identity's own.
    async fn disown(&self, id: IdentityId, provider: &ProviderId) -> Result<(), BrokerError> {
        let released = |identity: &Identity| {
            self.schemas
                .released(identity, provider, &*self.clock, &*self.entropy)
        };
        self.rewritten(id, released).await.map(drop)
    }

    /// The identity as `change` makes it, done once more when somebody else changes it meanwhile;
    /// `None` when it is gone.
    async fn rewritten(
        &self,
        id: IdentityId,
        change: impl Fn(&Identity) -> Option<Identity>,
    ) -> Result<Option<Identity>, BrokerError> {
        let mut is_repeated = false;
        loop {
            let Some(identity) = self.identities.find(id).await? else {
                return Ok(None);
            };
            let Some(mut changed) = change(&identity) else {
                return Ok(Some(identity));
            };
            match self.identities.update(&changed).await {
                Err(StoreError::Conflict { .. }) if !is_repeated => is_repeated = true,
                Err(error) => return Err(BrokerError::Store(error)),
                Ok(()) => {
                    changed.version += 1;
                    return Ok(Some(changed));
                }
            }
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
            None => match self.replace_prepared(configured, &identity, claims).await? {
                Some(link) => link,
                None => self.put_link(configured, &identity, claims).await?,
            },
        };
        self.enter(configured, identity, (link, vouched)).await
    }

    /// Lets the owner of a link in.
    pub(super) async fn enter(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        (link, vouched): (Credential, Vouched),
    ) -> Result<Box<Arrived>, BrokerError> {
        let identity = self.synced(configured, identity, &vouched.claims).await?;
        self.keep_label(&link, &vouched.claims).await;
        self.keep_tokens(configured, &link, &vouched).await;
        Ok(arrived(configured, identity, &vouched))
    }

    /// The account's link in place of the one prepared for the identity; `None` when there is none,
    /// or not any more. The prepared link counts once: the real one takes its place in one write.
    pub(super) async fn replace_prepared(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Result<Option<Credential>, BrokerError> {
        let prepared = self.prepared(configured, claims).await?;
        let Some((_, stub)) = prepared.filter(|(owner, _)| owner.id == identity.id) else {
            return Ok(None);
        };
        let mut link = self.new_link(configured, identity.id, claims);
        link.id = stub.id;
        let before = stub.identifier.as_deref().unwrap_or_default();
        match self.credentials.replace(before, &link).await {
            Ok(is_replaced) => Ok(is_replaced.then_some(link)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    async fn put_link(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Result<Credential, BrokerError> {
        let link = self.new_link(configured, identity.id, claims);
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
        let mut config = key.config();
        if let Some(label) = link::label(&claims.document) {
            link::set_label(&mut config, label);
        }
        let now = self.clock.now();
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: identity,
            kind: CredentialKind::Oidc,
            identifier: Some(key.identifier()),
            config,
            created_at: now,
            updated_at: now,
        }
    }

    /// Links an account to the identity whose address somebody else had taken unproved, and takes
    /// away all that let them in. They may be adding to it at this moment: sessions end before
    /// anything of the account is theirs to see, and what came meanwhile goes afterwards.
    pub(super) async fn reclaim(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let unlinked = self.clear(identity.id, None).await?;
        let own = |identity: &Identity| {
            let mut identity = identity.clone();
            identity.provenance.clear();
            Some(identity)
        };
        let identity = self.rewritten(identity.id, own).await?;
        let identity = identity.filter(|identity| identity.state == IdentityState::Active);
        let identity = identity.ok_or(BrokerError::Disabled)?;
        let mut arrived = self.attach(configured, identity, vouched).await?;
        arrived.unlinked = unlinked;
        let own = arrived.upstream.link.identifier();
        let late = self.clear(arrived.identity.id, Some(&own)).await?;
        arrived.unlinked.extend(late);
        Ok(arrived)
    }

    /// Removes every way in but the link of this identifier, then ends all sessions; the providers
    /// of the links that went.
    async fn clear(
        &self,
        identity: IdentityId,
        keep: Option<&str>,
    ) -> Result<Vec<ProviderId>, BrokerError> {
        let mut unlinked = Vec::new();
        for credential in self.credentials.list(identity).await? {
            if keep.is_some() && credential.identifier.as_deref() == keep {
                continue;
            }
            if let Some(link) = Link::of(&credential) {
                self.forget_tokens(credential.id).await;
                unlinked.push(link.key.provider);
            }
            self.credentials.delete(credential.id).await?;
        }
        self.sessions.revoke_all(identity, None).await?;
        Ok(unlinked)
    }

    async fn forget_tokens(&self, link: CredentialId) {
        if let Err(error) = self.vault.forget(link).await {
            tracing::warn!(%error, "upstream tokens are not forgotten");
        }
    }
}
