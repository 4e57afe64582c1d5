//! Whose tokens a session is given: those of the account it came from, and never another's unasked.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::{
    credential::CredentialKind,
    id::{CredentialId, IdentityId, ProviderId, SessionId},
    link::Link,
    store::StoreError,
};

use super::keeper::Keeper;

/// How long a choice holds: another node may have changed the links.
const AGE: Duration = Duration::from_secs(5);

/// Who asks for tokens, and of which provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asking {
    pub(super) identity: IdentityId,
    pub(super) session: SessionId,
    pub(super) provider: ProviderId,
}

/// The link that was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) link: Option<CredentialId>,
    until: Timestamp,
    changes: u64,
}

impl Chosen {
    /// Whether the choice still holds; that there is no link holds only until this process changes
    /// any.
    pub(super) fn serves_at(&self, now: Timestamp, changes: u64) -> bool {
        now < self.until && (self.link.is_some() || self.changes == changes)
    }
}

impl Keeper {
    /// Chooses a link, when `changes` were made in this process so far.
    pub(super) async fn choose(&self, asking: &Asking, changes: u64) -> Result<Chosen, StoreError> {
        let until = self.parts.clock.now() + AGE;
        Ok(Chosen {
            link: self.link(asking).await?,
            until,
            changes,
        })
    }

    async fn link(&self, asking: &Asking) -> Result<Option<CredentialId>, StoreError> {
        let credentials = &self.parts.credentials;
        let origins = self.parts.origins.list(asking.session).await?;
        let mut origins = origins.iter();
        if let Some(origin) = origins.find(|origin| origin.link.provider == asking.provider) {
            let key = origin.link.identifier();
            let own = credentials.find_by_identifier(CredentialKind::Oidc, &key);
            let own = own.await?.filter(|own| own.identity_id == asking.identity);
            return Ok(own.map(|own| own.id));
        }
        let all = credentials.list(asking.identity).await?;
        let mut links = all.iter().filter_map(Link::of);
        let mut links = links
            .by_ref()
            .filter(|link| link.key.provider == asking.provider);
        Ok(match (links.next(), links.next()) {
            (Some(only), None) => Some(only.id),
            _ => None,
        })
    }
}
