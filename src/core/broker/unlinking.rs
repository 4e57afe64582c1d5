//! Links that go: one by one, or all of an identity that is reclaimed.
//!
//! What a provider alone could set of an identity goes in the same write as each of its links, so
//! that nothing that fails half-way leaves it standing.

use std::sync::Arc;

use super::{Arrived, Broker, BrokerError, vouching::broken_off};
use crate::{
    administrators::{self, LeaveError, update_without_staying},
    credential::Credential,
    entrances::{Entrances, lets_in},
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState, TRIES},
    link::Link,
    provider::{ConfiguredProvider, Vouched},
    store::StoreError,
    vault::SealedTokens,
};

impl Broker {
    /// Removes a link, unless nothing else lets the identity in. Its tokens are given back once it
    /// is gone: those of a link that stays go on.
    pub async fn unlink(&self, identity: &Identity, link: CredentialId) -> Result<(), BrokerError> {
        let kept = self.kept_tokens(link).await;
        self.release(identity.id, link).await?;
        self.give_back(kept).await;
        Ok(())
    }

    /// Removes a link, and what its provider alone could set, as long as something else lets the
    /// identity in. The last administrator stays one.
    pub(super) async fn release(
        &self,
        id: IdentityId,
        link: CredentialId,
    ) -> Result<(), BrokerError> {
        let mut changed = BrokerError::LastFactor;
        for _ in 0..TRIES {
            // The identity is read first: whatever happens to its links afterwards is noticed.
            let identity = self.identities.find(id).await?;
            let identity = identity.ok_or(BrokerError::NoSuchLink)?;
            let (left, others) = self.left(identity.clone(), link).await?;
            self.may_part(&identity, link).await?;
            let (states, removed) = ((&identity, left), (link, &others[..]));
            let identities = &*self.identities;
            changed = match update_without_staying(identities, states, removed).await {
                Ok(true) => return Ok(()),
                // The others may be on their way out, too.
                Ok(false) => BrokerError::LastFactor,
                Err(error @ StoreError::Conflict { .. }) => BrokerError::Store(error),
                // The answer may have been lost on its way, and not the question.
                Err(_) if self.is_gone(id, link).await => return Ok(()),
                Err(error) => return Err(BrokerError::Store(error)),
            };
        }
        Err(changed)
    }

    /// Refuses to take the account away that made somebody the last administrator: the role would stay, and
    /// hold in no session.
    async fn may_part(&self, identity: &Identity, link: CredentialId) -> Result<(), BrokerError> {
        let Some(giver) = administrators::giver(identity) else {
            return Ok(());
        };
        let own = self.links(identity.id).await?;
        if !own
            .iter()
            .any(|one| one.id == link && one.key.mark() == giver)
        {
            return Ok(());
        }
        match administrators::may_go(&*self.identities, identity).await {
            Ok(()) => Ok(()),
            Err(LeaveError::Last) => Err(BrokerError::LastAdministrator),
            Err(LeaveError::Store(error)) => Err(BrokerError::Store(error)),
        }
    }

    async fn is_gone(&self, identity: IdentityId, link: CredentialId) -> bool {
        let left = self.credentials.list(identity).await;
        left.is_ok_and(|left| left.iter().all(|credential| credential.id != link))
    }

    /// What is left of an identity without this link, and what lets it in then.
    async fn left(
        &self,
        identity: Identity,
        link: CredentialId,
    ) -> Result<(Identity, Vec<CredentialId>), BrokerError> {
        let mut rest = self.credentials.list(identity.id).await?;
        let at = rest.iter().position(|credential| credential.id == link);
        let removed = at.map(|at| rest.remove(at));
        let removed = removed.as_ref().and_then(Link::of);
        let removed = removed.ok_or(BrokerError::NoSuchLink)?;
        let others = self.ways_in(&identity, &rest);
        if others.is_empty() {
            return Err(BrokerError::LastFactor);
        }
        let links: Vec<Link> = rest.iter().filter_map(Link::of).collect();
        let left = self.disowned(&identity, &removed.key.provider, &links);
        Ok((left.unwrap_or(identity), others))
    }

    /// The identity after an account of a provider has no say any more: what the provider alone
    /// could set is gone, for nobody knows which of its accounts it came with. With the last of
    /// the provider's `links` the rest becomes the identity's own, too. `None` when it had set
    /// nothing.
    fn disowned(
        &self,
        identity: &Identity,
        provider: &ProviderId,
        links: &[Link],
    ) -> Option<Identity> {
        let (clock, entropy) = (&*self.clock, &*self.entropy);
        let schemas = &self.schemas;
        match links.iter().any(|other| other.key.provider == *provider) {
            true => schemas.released_of_privileges(identity, provider, clock, entropy),
            false => schemas.released(identity, provider, clock, entropy),
        }
    }

    /// Takes back what an account of a provider could set that is not the identity's any more. The last
    /// administrator stays one.
    pub(super) async fn disown(
        &self,
        id: IdentityId,
        provider: &ProviderId,
    ) -> Result<(), BrokerError> {
        let mut tries = 1;
        loop {
            let Some(identity) = self.identities.find(id).await? else {
                return Ok(());
            };
            let links = self.links(id).await?;
            let Some(left) = self.disowned(&identity, provider, &links) else {
                return Ok(());
            };
            match administrators::update_staying(&*self.identities, &identity, left).await {
                Err(StoreError::Conflict { .. }) if tries < TRIES => tries += 1,
                done => return Ok(done.map(drop)?),
            }
        }
    }

    /// Those of the credentials with which alone somebody can sign in.
    pub fn ways_in(&self, identity: &Identity, credentials: &[Credential]) -> Vec<CredentialId> {
        let ways = credentials.iter();
        let ways = ways.filter(|one| self.lets_in(identity, one));
        ways.map(|one| one.id).collect()
    }

    /// Whether somebody can sign in with this credential alone.
    fn lets_in(&self, identity: &Identity, credential: &Credential) -> bool {
        lets_in((&self.registry, &self.local), identity, credential)
    }

    /// By what those come in who may do everything.
    pub fn entrances(&self) -> Entrances {
        Entrances {
            identities: Arc::clone(&self.identities),
            credentials: Arc::clone(&self.credentials),
            registry: Arc::clone(&self.registry),
            local: self.local.clone(),
        }
    }

    /// Links an account to the identity whose address somebody else had taken unproved, and takes
    /// away all that let them in and all that their providers said. They may be adding to it at
    /// this moment: sessions end before anything of the account is theirs to see, and what came
    /// meanwhile goes afterwards.
    pub(super) async fn reclaim(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let (id, mut unlinked) = (identity.id, Vec::new());
        match self
            .take_over(configured, (id, vouched), &mut unlinked)
            .await
        {
            Ok(arrived) => Ok(Box::new(Arrived {
                unlinked,
                ..*arrived
            })),
            Err(error) => Err(broken_off(id, unlinked, error)),
        }
    }

    /// Takes away all that lets somebody in as this identity and all that their providers said, and
    /// returns what is left of it; `unlinked` tells the providers of the links that went, those
    /// that had gone when it failed included.
    pub async fn dispossess(
        &self,
        id: IdentityId,
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<Identity, BrokerError> {
        // Privileges first: whatever fails from here on leaves none of theirs.
        self.owned_by_nobody(id).await?;
        self.clear(id, |_| false, unlinked).await?;
        // And what came by a sign-in before its link was gone.
        self.owned_by_nobody(id).await
    }

    async fn take_over(
        &self,
        configured: &ConfiguredProvider,
        (id, vouched): (IdentityId, Vouched),
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<Box<Arrived>, BrokerError> {
        let identity = self.dispossess(id, unlinked).await?;
        let cleared = unlinked.len();
        let mut arrived = self.attach(configured, identity, vouched).await?;
        unlinked.append(&mut arrived.unlinked);
        let own = arrived.upstream.link.identifier();
        let is_own = |one: &Credential| one.identifier.as_ref() == Some(&own);
        self.clear(id, is_own, unlinked).await?;
        for late in &unlinked[cleared..] {
            self.disown(id, late).await?;
        }
        let found = self.identities.find(id).await?;
        arrived.identity = found.ok_or(BrokerError::Disabled)?;
        Ok(arrived)
    }

    /// The identity, stored, without what any provider alone could set. Fails where it is the last
    /// administrator by their word: whoever takes it over is not to be one, and nobody else would be.
    async fn owned_by_nobody(&self, id: IdentityId) -> Result<Identity, BrokerError> {
        let mut tries = 1;
        loop {
            let found = self.identities.find(id).await?;
            let found = found.filter(|found| found.state == IdentityState::Active);
            let mut own = found.ok_or(BrokerError::Disabled)?;
            let sources: Vec<_> = own.provenance.values().map(|o| o.source.clone()).collect();
            for source in &sources {
                own = self.disowned(&own, source, &[]).unwrap_or(own);
            }
            if sources.is_empty() {
                return Ok(own);
            }
            match administrators::update(&*self.identities, &own).await {
                Err(LeaveError::Store(StoreError::Conflict { .. })) if tries < TRIES => tries += 1,
                Err(LeaveError::Store(error)) => return Err(error.into()),
                Err(LeaveError::Last) => return Err(BrokerError::LastAdministrator),
                Ok(()) => {
                    own.version += 1;
                    return Ok(own);
                }
            }
        }
    }

    /// Ends all sessions and removes every way in but those that stay; `unlinked` tells the providers
    /// of the links that went. Whoever adds something looks afterwards whether their session lasts, or
    /// what they have proved: both are gone before what is there is read for the last time, so that
    /// nothing is added behind that.
    pub(super) async fn clear(
        &self,
        identity: IdentityId,
        stays: impl Fn(&Credential) -> bool + Send,
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<(), BrokerError> {
        self.sessions.revoke_all(identity, None).await?;
        for _ in 0..TRIES {
            let mut going = self.credentials.list(identity).await?;
            going.retain(|one| !stays(one));
            if going.is_empty() {
                // And those that began with what was still there.
                self.sessions.revoke_all(identity, None).await?;
                return Ok(());
            }
            self.remove(going, unlinked).await?;
        }
        // Somebody adds as fast as it goes: whoever wants it cleared has to ask again.
        Err(BrokerError::Store(StoreError::Conflict {
            what: "credential",
        }))
    }

    async fn remove(
        &self,
        going: Vec<Credential>,
        unlinked: &mut Vec<ProviderId>,
    ) -> Result<(), BrokerError> {
        for credential in going {
            let link = Link::of(&credential);
            let kept = match &link {
                Some(link) => self.kept_tokens(link.id).await,
                None => None,
            };
            if self.credentials.delete(credential.id).await? {
                self.give_back(kept).await;
                unlinked.extend(link.map(|link| link.key.provider));
            }
        }
        Ok(())
    }

    /// Takes this very link back that an identity has been given, though nothing else lets it in; one that
    /// was made of the same account since stays.
    pub async fn retract(
        &self,
        identity: IdentityId,
        link: CredentialId,
    ) -> Result<(), BrokerError> {
        let mut links = self.links(identity).await?.into_iter();
        let Some(link) = links.find(|one| one.id == link) else {
            return Ok(());
        };
        let kept = self.kept_tokens(link.id).await;
        if self.credentials.delete(link.id).await? {
            self.give_back(kept).await;
            self.disown(identity, &link.key.provider).await?;
        }
        Ok(())
    }

    /// Gives back the tokens of a link that is gone.
    async fn give_back(&self, kept: Option<SealedTokens>) {
        if let Some(kept) = kept
            && let Err(error) = self.vault.give_back(kept).await
        {
            tracing::warn!(%error, "upstream tokens are not forgotten");
        }
    }

    async fn kept_tokens(&self, link: CredentialId) -> Option<SealedTokens> {
        let kept = self.vault.kept(link).await;
        kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "upstream tokens are not forgotten");
            None
        })
    }
}
