//! Links of an identity: proved and made.

use super::{
    Arrived, Broker, BrokerError, PendingLink,
    arrival::{arrived, judge},
    plan::{Course, link_key, refusal, withheld},
    sync::Lost,
    vouching::broken_off,
};
use crate::{
    credential::Credential,
    id::{CredentialId, IdentityId, ProviderId},
    identity::{Identity, IdentityState},
    link::{self, Link, PreparedLink},
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
                let proved = self.proved_itself(found).await?;
                self.attach(&configured, proved, pending.vouched).await
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
                None => return self.attach_new(configured, identity, vouched).await,
            },
        };
        self.enter(configured, identity, (link, vouched)).await
    }

    /// Links an account that nobody is linked to. Where its owner does not come in by it, no link is left:
    /// nobody would look then whether it may stay. One stays for which everything else has gone.
    async fn attach_new(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        vouched: Vouched,
    ) -> Result<Box<Arrived>, BrokerError> {
        let (id, mut lost) = (identity.id, Lost::default());
        let Some(link) = self
            .put_link(configured, &identity, &vouched.claims)
            .await?
        else {
            // Another answer for the same account was faster; it may have been for the same person.
            return match self.linked(configured, &vouched.claims).await? {
                Some((owner, link)) if owner.id == id => {
                    self.enter(configured, identity, (link, vouched)).await
                }
                _ => Err(BrokerError::LinkedElsewhere),
            };
        };
        let made = link.id;
        let entered = self.try_enter(configured, identity, (link, vouched), &mut lost);
        let entered = entered.await;
        if entered.is_err()
            && !lost.everything_else
            && let Err(error) = self.retract(id, made).await
        {
            tracing::error!(identity.id = %id, %error, "a link that came to nothing is left");
        }
        entered.map_err(|error| broken_off(id, lost.unlinked, error))
    }

    /// Lets the owner of a link in.
    pub(super) async fn enter(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        (link, vouched): (Credential, Vouched),
    ) -> Result<Box<Arrived>, BrokerError> {
        let (id, mut lost) = (identity.id, Lost::default());
        let by = (link, vouched);
        let entered = self.try_enter(configured, identity, by, &mut lost).await;
        entered.map_err(|error| broken_off(id, lost.unlinked, error))
    }

    /// The same; `lost` tells what went for it, when it failed, too.
    async fn try_enter(
        &self,
        configured: &ConfiguredProvider,
        identity: Identity,
        (link, vouched): (Credential, Vouched),
        lost: &mut Lost,
    ) -> Result<Box<Arrived>, BrokerError> {
        let claims = &vouched.claims;
        let identity = self.synced(configured, identity, claims, lost).await?;
        self.keep_label(&link, claims).await;
        self.keep_tokens(configured, &link, &vouched).await;
        let arrived = arrived(configured, identity, (link.id, &vouched));
        Ok(Box::new(Arrived {
            is_first_proof: lost.everything_else,
            unlinked: std::mem::take(&mut lost.unlinked),
            ..*arrived
        }))
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

    /// Removes a link that was only prepared; `false` when an account has taken its place, or it is
    /// gone.
    pub async fn remove_prepared(&self, stub: &Credential) -> Result<bool, BrokerError> {
        Ok(PreparedLink::remove(stub, &*self.credentials).await?)
    }

    /// Makes the link; `None` when the account is somebody's.
    async fn put_link(
        &self,
        configured: &ConfiguredProvider,
        identity: &Identity,
        claims: &Claims,
    ) -> Result<Option<Credential>, BrokerError> {
        let link = self.new_link(configured, identity.id, claims);
        match self.credentials.put(&link).await {
            Ok(()) => Ok(Some(link)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(BrokerError::Store(error)),
        }
    }

    pub(super) fn new_link(
        &self,
        configured: &ConfiguredProvider,
        identity: IdentityId,
        claims: &Claims,
    ) -> Credential {
        let (key, id) = (
            link_key(&configured.id, claims),
            CredentialId::generate(&*self.entropy),
        );
        let mut made = key.credential(identity, id, self.clock.now());
        if let Some(label) = link::label(&claims.document) {
            link::set_label(&mut made.config, label);
        }
        made
    }
}
