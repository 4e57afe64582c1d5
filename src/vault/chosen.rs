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

/// How long a choice holds that another node may have made wrong by one more link.
const AGE: Duration = Duration::from_secs(30);

/// The same where this process has changed something meanwhile, or where there is nothing to give.
const SHORT_AGE: Duration = Duration::from_secs(5);

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
    /// Until when, as long as this process changes nothing that is kept.
    until: Timestamp,
    /// Until when, whatever it changes.
    in_any_case: Timestamp,
    changes: u64,
}

impl Chosen {
    /// Whether the choice still holds.
    pub(super) fn serves_at(&self, now: Timestamp, changes: u64) -> bool {
        now < match self.changes == changes {
            true => self.until,
            false => self.in_any_case,
        }
    }
}

/// Why a link is the one.
enum Choice {
    /// The session came from its account: it holds as long as there are tokens.
    Own(CredentialId),
    /// The identity has no other of the provider's.
    Only(CredentialId),
    /// No link is.
    Nothing,
}

impl Keeper {
    /// Chooses a link, when `changes` were made in this process so far.
    pub(super) async fn choose(&self, asking: &Asking, changes: u64) -> Result<Chosen, StoreError> {
        let now = self.parts.clock.now();
        let (link, until, in_any_case) = match self.link(asking).await? {
            Choice::Own(link) => (Some(link), Timestamp::MAX, Timestamp::MAX),
            Choice::Only(link) => (Some(link), now + AGE, now + SHORT_AGE),
            Choice::Nothing => (None, now + SHORT_AGE, Timestamp::MIN),
        };
        Ok(Chosen {
            link,
            until,
            in_any_case,
            changes,
        })
    }

    async fn link(&self, asking: &Asking) -> Result<Choice, StoreError> {
        let credentials = &self.parts.credentials;
        let origins = self.parts.origins.list(asking.session).await?;
        let mut origins = origins.iter();
        if let Some(origin) = origins.find(|origin| origin.link.provider == asking.provider) {
            let key = origin.link.identifier();
            let own = credentials.find_by_identifier(CredentialKind::Oidc, &key);
            let own = own.await?.filter(|own| own.identity_id == asking.identity);
            return Ok(own.map_or(Choice::Nothing, |own| Choice::Own(own.id)));
        }
        let all = credentials.list(asking.identity).await?;
        let links = all.iter().filter_map(Link::of);
        let mut links = links.filter(|link| link.key.provider == asking.provider);
        Ok(match (links.next(), links.next()) {
            (Some(only), None) => Choice::Only(only.id),
            _ => Choice::Nothing,
        })
    }
}
