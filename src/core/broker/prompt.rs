//! What a provider's page is to ask for, and whether it has done so.

use std::time::Duration;

use url::Url;

use super::{Broker, BrokerError};
use crate::provider::{Attempt, Claims, Heeds};

/// How far the provider's clock may be off.
const SKEW: Duration = Duration::from_secs(60);

/// What the provider's page asks for beside what it asks for by itself (OpenID Connect Core 1.0,
/// section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// Which account it is to be.
    Account,
    /// Who somebody is, although the provider may know them already.
    Again,
}

impl Asked {
    /// The authorization request that asks for it, as far as the provider heeds that.
    pub(super) fn of(self, heeds: Heeds, mut url: Url) -> Url {
        let (wanted, max_age) = match (heeds, self) {
            (Heeds::Nothing, _) | (_, Self::Nothing) => return url,
            (Heeds::Prompt, _) | (_, Self::Account) => ("select_account", None),
            (Heeds::MaxAge, Self::Again) => ("login", Some("0")),
        };
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let own = pairs.iter().find(|(name, _)| name == "prompt");
        let own = own.map_or("", |(_, own)| own.as_str()).split(' ');
        let own = own.filter(|one| !matches!(*one, "" | "none") && *one != wanted);
        let prompt: Vec<&str> = std::iter::once(wanted).chain(own).collect();
        let prompt = prompt.join(" ");
        let replaced = |name: &str| name == "prompt" || (name == "max_age" && max_age.is_some());
        let others = pairs.iter().filter(|(name, _)| !replaced(name));
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair("prompt", &prompt)
            .extend_pairs(max_age.map(|seconds| ("max_age", seconds)));
        url
    }
}

impl Broker {
    /// Fails when the provider, which says when people prove themselves, does not say that this
    /// person has done so since the attempt began: whoever finds a browser that the provider
    /// remembers can take the demand out of the address.
    pub(super) fn require_fresh(
        &self,
        attempt: &Attempt,
        claims: &Claims,
    ) -> Result<(), BrokerError> {
        if self.find(&attempt.provider)?.heeds() < Heeds::MaxAge {
            return Ok(());
        }
        let since = attempt.issued_at - SKEW;
        match claims.authenticated_at {
            Some(at) if at >= since => Ok(()),
            _ => Err(BrokerError::NotAskedAgain),
        }
    }
}
