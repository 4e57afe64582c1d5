//! By what those who may do everything come in. Whoever takes something of that away does so here: while one of
//! them can come in now, one of them still can afterwards.

use std::sync::Arc;

use crate::{
    administrators::{ROLE, giver},
    credential::{Credential, CredentialKind, CredentialStore},
    id::{CredentialId, ProviderId},
    identity::{Identity, IdentityStore, Removal},
    link::Link,
    registry::Registry,
    store::StoreError,
};

/// By what people come in, and where those are who may do everything.
#[derive(Debug, Clone)]
pub struct Entrances {
    /// Where identities are.
    pub identities: Arc<dyn IdentityStore>,
    /// Where credentials are.
    pub credentials: Arc<dyn CredentialStore>,
    /// The providers.
    pub registry: Arc<Registry>,
    /// The kinds of credentials that somebody can sign in with here, beside links.
    pub local: Vec<CredentialKind>,
}

/// Whether anybody who may do everything can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Somebody can, or nothing has been taken from anybody who could.
    Open,
    /// Nobody can.
    Shut,
}

/// Whether somebody can sign in with this credential alone.
pub(crate) fn lets_in(
    (registry, local): (&Registry, &[CredentialKind]),
    identity: &Identity,
    credential: &Credential,
) -> bool {
    let is_on = |provider: &ProviderId| {
        let providers = registry.current();
        providers.enabled().any(|one| one.id == *provider)
    };
    match credential.kind {
        CredentialKind::Password => {
            local.contains(&credential.kind) && !identity.identifiers.is_empty()
        }
        CredentialKind::Passkey => local.contains(&credential.kind),
        CredentialKind::Totp | CredentialKind::LookupSecret | CredentialKind::Webauthn => false,
        CredentialKind::Oidc => Link::of(credential).is_some_and(|link| is_on(&link.key.provider)),
    }
}

impl Entrances {
    /// Removes a credential that is no link, unless nobody who may do everything could come in without it.
    pub async fn remove(
        &self,
        owner: &Identity,
        credential: &Credential,
    ) -> Result<Removal, StoreError> {
        if !owner.is_active_as(ROLE) || !self.lets_in(owner, credential) {
            return Ok(match self.credentials.delete(credential.id).await? {
                true => Removal::Done,
                false => Removal::Missing,
            });
        }
        let open = self.all().await?;
        let open = open.iter().filter(|(_, lets_in)| *lets_in == Outlook::Open);
        let open: Vec<CredentialId> = open.map(|(one, _)| one.id).collect();
        // The store looks once more whether one of them is there, and nobody takes it meanwhile.
        let which = (owner.id, credential.id);
        self.identities.remove_beside(which, &open, ROLE).await
    }

    /// Whether anybody who may do everything could come in without this provider. That nobody comes in
    /// by it shuts nobody out.
    pub async fn without(&self, provider: &ProviderId) -> Result<Outlook, StoreError> {
        let is_by_it =
            |one: &Credential| Link::of(one).is_some_and(|l| l.key.provider == *provider);
        let all = self.all().await?;
        let (by_it, others): (Vec<_>, Vec<_>) = all.iter().partition(|(one, _)| is_by_it(one));
        Ok(match others.iter().any(|(_, now)| *now == Outlook::Open) {
            false if !by_it.is_empty() => Outlook::Shut,
            _ => Outlook::Open,
        })
    }

    /// Whether anybody who may do everything could come in without these.
    pub async fn without_all(&self, going: &[Credential]) -> Result<Outlook, StoreError> {
        let is_going = |one: &Credential| going.iter().any(|other| other.id == one.id);
        let all = self.all().await?;
        let open = all.iter().filter(|(_, now)| *now == Outlook::Open);
        let (going, staying): (Vec<_>, Vec<_>) = open.partition(|(one, _)| is_going(one));
        Ok(match staying.is_empty() && !going.is_empty() {
            true => Outlook::Shut,
            false => Outlook::Open,
        })
    }

    /// Whether anybody who may do everything can come in now. Who has nothing to sign in with yet gets it
    /// in another way, and is not shut out.
    pub async fn now(&self) -> Result<Outlook, StoreError> {
        let all = self.all().await?;
        let is_shut = !all.is_empty() && all.iter().all(|(_, now)| *now == Outlook::Shut);
        Ok(match is_shut {
            true => Outlook::Shut,
            false => Outlook::Open,
        })
    }

    /// All that those who may do everything could sign in with alone, and whether it lets them in now.
    async fn all(&self) -> Result<Vec<(Credential, Outlook)>, StoreError> {
        let mut all = Vec::new();
        for holder in self.identities.holders(ROLE).await? {
            let own = self.credentials.list(holder.id).await?.into_iter();
            // What is only prepared is nobody's way in yet.
            let is_one = |one: &Credential| match one.kind {
                CredentialKind::Oidc => Link::of(one).is_some(),
                kind => kind.is_first_factor(),
            };
            all.extend(own.filter(is_one).map(|one| {
                let now = match self.lets_in(&holder, &one) {
                    true => Outlook::Open,
                    false => Outlook::Shut,
                };
                (one, now)
            }));
        }
        Ok(all)
    }

    /// Whether somebody comes in by this credential as one who may do everything: roles that an account at a
    /// provider gave hold where that very account is signed in with.
    fn lets_in(&self, identity: &Identity, credential: &Credential) -> bool {
        let mark = || Link::of(credential).map(|link| link.key.mark());
        giver(identity).is_none_or(|giver| mark() == Some(giver))
            && lets_in((&self.registry, &self.local), identity, credential)
    }
}
