//! The sign-in line through providers: claims, mapping, traits, identity.
//!
//! Only the link key (provider, issuer, subject) finds an identity; an address never does. An
//! address that a provider has not verified is asked for on a form before anybody signs in with
//! it, and one that belongs to somebody else is refused.

mod arrival;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    catalogue::Code,
    clock::Clock,
    credential::CredentialStore,
    entropy::Entropy,
    id::{FlowId, ProviderId},
    identity::{Identity, IdentityStore},
    provider::{Answer, Attempt, Claims, ConfiguredProvider, ProviderError},
    schema::{Schemas, TraitError},
    store::StoreError,
};

/// Signs people in through providers.
#[derive(Debug, Clone)]
pub struct Broker {
    /// The enabled providers, in the order of their buttons.
    pub providers: Arc<[ConfiguredProvider]>,
    /// The schemas that mapped traits must obey.
    pub schemas: Arc<Schemas>,
    /// Where identities are.
    pub identities: Arc<dyn IdentityStore>,
    /// Where links are.
    pub credentials: Arc<dyn CredentialStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Where a provider's answer leads.
#[derive(Debug)]
pub enum Arrival {
    /// To an identity that is linked to the account.
    Known(Identity),
    /// To an identity that was created just now.
    Created(Identity),
    /// To a form that asks for what is missing.
    Incomplete(Box<Draft>, Vec<TraitError>),
}

/// An identity in the making: what a provider said, waiting for missing traits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draft {
    /// The provider.
    pub provider: ProviderId,
    /// What it said.
    pub claims: Claims,
    /// The traits so far.
    pub traits: Value,
}

impl Draft {
    /// Whether the provider vouches for this address; one that it does stays as it is.
    pub fn is_vouched_for(&self, address: &str) -> bool {
        arrival::is_trusted(address, &self.claims)
    }
}

/// A sign-in through a provider did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// There is no such provider, or it is switched off.
    #[error("there is no provider of this name")]
    Unknown,
    /// The provider did not vouch for anybody.
    #[error(transparent)]
    Provider(ProviderError),
    /// An identity that signs in another way holds an identifier of the new one.
    #[error("the address belongs to an identity that signs in another way")]
    AddressTaken,
    /// Nobody is linked to the account and the provider does not create identities.
    #[error("the provider does not create identities")]
    CreationRefused,
    /// The linked identity is switched off.
    #[error("the identity is switched off")]
    Disabled,
    /// A store did not do what it was asked.
    #[error(transparent)]
    Store(StoreError),
}

impl BrokerError {
    /// The failure's place in the catalogue.
    pub fn code(&self) -> Code {
        match self {
            Self::Unknown => Code::ProviderUnknown,
            Self::Provider(ProviderError::Refused { .. }) => Code::ProviderRefused,
            Self::Provider(ProviderError::NotAdmitted { .. }) => Code::ProviderNotAdmitted,
            Self::Provider(ProviderError::Invalid { .. }) => Code::ProviderInvalid,
            Self::Provider(ProviderError::Unavailable { .. }) => Code::ProviderUnavailable,
            Self::AddressTaken => Code::AddressTaken,
            Self::CreationRefused => Code::CreationRefused,
            Self::Disabled => Code::IdentityDisabled,
            Self::Store(_) => Code::StoreUnavailable,
        }
    }
}

impl Broker {
    /// The provider of this name.
    pub fn find(&self, id: &ProviderId) -> Result<&ConfiguredProvider, BrokerError> {
        self.providers
            .iter()
            .find(|provider| provider.id == *id)
            .ok_or(BrokerError::Unknown)
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

    /// Ends an attempt with the provider's answer.
    pub async fn finish(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        redirect_uri: &Url,
    ) -> Result<Arrival, BrokerError> {
        let configured = self.find(&attempt.provider)?;
        let claims = configured
            .provider
            .finish(attempt, answer, redirect_uri)
            .await
            .map_err(BrokerError::Provider)?;
        self.arrive(configured, claims).await
    }

    /// Completes a draft with the traits somebody filled in; theirs win over the provider's,
    /// except for forced ones and for an address that the provider vouches for.
    pub async fn complete(&self, draft: Draft, traits: Value) -> Result<Arrival, BrokerError> {
        let configured = self.find(&draft.provider)?;
        self.arrive_completed(configured, draft, traits).await
    }
}

#[cfg(test)]
mod tests;
