//! The sign-in line through providers: claims, mapping, traits, identity.
//!
//! The link key (provider, issuer, subject) finds an identity; an address only says whom an account
//! could be linked to, and only where the provider's rules call it verified. An address that they
//! do not is asked for on a form, and one that belongs to somebody else is refused.

mod address;
mod arrival;
mod assignment;
mod decide;
mod dry_run;
mod error;
mod label;
mod links;
mod moving;
mod names;
mod plan;
mod prompt;
mod sync;
mod unlinking;
mod vouching;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

pub use self::{
    assignment::{Assigned, Readied},
    dry_run::DryRun,
    error::BrokerError,
    moving::{Moved, PendingMove},
    names::Names,
    prompt::Asked,
};
use crate::{
    clock::Clock,
    credential::{CredentialKind, CredentialStore},
    entropy::Entropy,
    id::{CredentialId, FlowId, IdentityId, ProviderId},
    identity::{Identity, IdentityStore},
    provenance::is_within,
    provider::{Answer, Attempt, ConfiguredProvider, Upstream, Vouched},
    registry::Registry,
    schema::{Schemas, TraitError},
    session::{Aal, SessionStore},
    vault::TokenVault,
};

/// Signs people in through providers.
#[derive(Debug, Clone)]
pub struct Broker {
    /// The providers.
    pub registry: Arc<Registry>,
    /// The schemas that mapped traits must obey.
    pub schemas: Arc<Schemas>,
    /// Where identities are.
    pub identities: Arc<dyn IdentityStore>,
    /// Where links are.
    pub credentials: Arc<dyn CredentialStore>,
    /// Where sessions are.
    pub sessions: Arc<dyn SessionStore>,
    /// The kinds of credentials that somebody can sign in with here, beside links.
    pub local: Vec<CredentialKind>,
    /// Where upstream tokens are kept.
    pub vault: Arc<dyn TokenVault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The scopes that were asked for where people are going; profiles may have to hold more for them.
    pub scopes: Vec<String>,
    /// Who keeps names for those who have registered and proved nothing yet, where anybody does.
    pub names: Option<Arc<dyn Names>>,
}

/// Where a provider's answer leads.
#[derive(Debug)]
pub enum Arrival {
    /// To an identity that is linked to the account.
    Known(Box<Arrived>),
    /// To an identity that was created just now.
    Created(Box<Arrived>),
    /// To an identity that was linked to the account just now, because a rule allows it.
    Linked(Box<Arrived>, LinkReason),
    /// To a form that asks for what is missing, or shows what is taken over.
    Incomplete(Box<Draft>, Vec<TraitError>),
    /// To somebody who has to prove first that this identity is theirs.
    Confirm(Box<PendingLink>),
}

/// Somebody signed in through a provider.
#[derive(Debug)]
pub struct Arrived {
    /// Who.
    pub identity: Identity,
    /// Where from.
    pub upstream: Upstream,
    /// The link that let them in.
    pub link: CredentialId,
    /// When they are known to have proved themselves there.
    pub proved_at: Option<Timestamp>,
    /// How strongly they did.
    pub aal: Aal,
    /// The same in the provider's own words: the ID token's `acr`.
    pub acr: Option<String>,
    /// And its `amr`.
    pub amr: Vec<String>,
    /// Whether the account was the first to prove the identity's address: everything else that it had, and
    /// every session, has gone.
    pub is_first_proof: bool,
    /// The providers whose links it lost when it was reclaimed, or proved for the first time.
    pub unlinked: Vec<ProviderId>,
}

/// A link that waits for a proof. Holds tokens, so only ever kept sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingLink {
    /// The provider.
    pub provider: ProviderId,
    /// What it vouched for.
    pub vouched: Vouched,
    /// The identity that the account would be linked to, which has to be proved.
    pub identity: IdentityId,
    /// The address they have in common.
    pub address: String,
    /// When the proof comes too late.
    pub expires_at: Timestamp,
}

impl PendingLink {
    /// How long a proof may take.
    pub const LIFESPAN: Duration = Duration::from_secs(600);
}

/// Why an account was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkReason {
    /// It made a new identity.
    Created,
    /// Both sides have verified the same address, and the provider links by itself.
    TrustedAddress,
    /// An administrator had prepared it.
    Prepared,
    /// The address was reclaimed from whoever had taken it unproved; their sessions have ended.
    Reclaimed,
    /// The person proved to be the identity.
    Proved,
    /// The person asked for it in the settings.
    Settings,
    /// A command made it.
    Command,
    /// An administrator made it.
    Administrator,
}

impl LinkReason {
    /// The reason's name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::TrustedAddress => "trusted_address",
            Self::Prepared => "prepared",
            Self::Reclaimed => "reclaimed",
            Self::Proved => "proved",
            Self::Settings => "settings",
            Self::Command => "command",
            Self::Administrator => "administrator",
        }
    }
}

/// An identity in the making: what a provider said, waiting for missing traits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    /// The provider.
    pub provider: ProviderId,
    /// What it vouched for.
    pub vouched: Vouched,
    /// The traits so far.
    pub traits: Value,
    /// The dotted paths of the traits that are the provider's alone to set.
    #[serde(default)]
    pub forced: Vec<String>,
}

impl Draft {
    /// Whether the provider vouches for this address; one that it does stays as it is.
    pub fn is_vouched_for(&self, address: &str) -> bool {
        address::is_trusted(address, &self.vouched.claims)
    }

    /// Whether the trait of this dotted path stays as the provider says, whatever is filled in.
    pub fn is_forced(&self, path: &str) -> bool {
        self.forced.iter().any(|forced| is_within(path, forced))
    }
}

impl Broker {
    /// The same for people on their way to where these scopes are asked for.
    #[must_use]
    pub fn asking(&self, scopes: Vec<String>) -> Self {
        Self {
            scopes,
            ..self.clone()
        }
    }

    /// The provider of this name.
    pub fn find(&self, id: &ProviderId) -> Result<Arc<ConfiguredProvider>, BrokerError> {
        let providers = self.registry.current();
        let found = providers.enabled().find(|provider| provider.id == *id);
        found.cloned().ok_or(BrokerError::Unknown)
    }

    /// Begins an attempt: where to send the browser, and what its sealed cookie keeps.
    pub async fn begin(
        &self,
        id: &ProviderId,
        flow: FlowId,
        redirect_uri: &Url,
    ) -> Result<(Url, Attempt), BrokerError> {
        let configured = self.find(id)?;
        let attempt = Attempt::new(id.clone(), flow, &*self.entropy, self.clock.now());
        let url = configured
            .provider
            .begin(&attempt, redirect_uri)
            .await
            .map_err(BrokerError::Provider)?;
        Ok((url, attempt))
    }

    /// Begins an attempt in which the provider's page asks for more than it would by itself, where
    /// the provider heeds that; elsewhere like any other.
    pub async fn begin_asking(
        &self,
        id: &ProviderId,
        flow: FlowId,
        (redirect_uri, asked): (&Url, Asked),
    ) -> Result<(Url, Attempt), BrokerError> {
        let configured = self.find(id)?;
        let (url, attempt) = self.begin(id, flow, redirect_uri).await?;
        Ok((asked.of(configured.provider.heeds(), url), attempt))
    }

    /// Ends an attempt with the provider's answer.
    pub async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Arrival, BrokerError> {
        self.finish_as(attempt, answer, redirect_uri, None).await
    }

    /// Ends an attempt that has to lead to this identity, when one is named: somebody proves again
    /// who they are, so nobody is created or linked, and a sign-in of before is no proof.
    pub async fn finish_as(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
        expected: Option<IdentityId>,
    ) -> Result<Arrival, BrokerError> {
        let vouched = self.vouch(attempt, answer, redirect_uri).await?;
        if expected.is_some() {
            self.require_fresh(attempt, &vouched.claims)?;
        }
        // Looked up once more: the provider may have been switched off while it was asked.
        let configured = self.find(&attempt.provider)?;
        let mut arrival = self.arrive(&configured, vouched, expected).await?;
        if let (Some(_), Arrival::Known(arrived)) = (expected, &mut arrival) {
            arrived.proved_at = Some(self.clock.now());
        }
        Ok(arrival)
    }

    /// The provider's word for an answer, judged by its rules, before anything comes of it.
    pub async fn vouch(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Vouched, BrokerError> {
        let configured = self.find(&attempt.provider)?;
        let mut vouched = configured
            .provider
            .finish(attempt, answer, redirect_uri)
            .await
            .map_err(BrokerError::Provider)?;
        arrival::judge(&configured, &mut vouched);
        Ok(vouched)
    }

    /// Completes a draft with the traits somebody filled in; theirs win over the provider's,
    /// except for forced ones and for an address that the provider vouches for.
    pub async fn complete(&self, draft: Draft, traits: Value) -> Result<Arrival, BrokerError> {
        let configured = self.find(&draft.provider)?;
        self.arrive_completed(&configured, draft, traits).await
    }
}

#[cfg(test)]
mod tests;
