//! How sign-ins and links through providers fail: named by what the person can do about it.

use crate::{
    catalogue::Code,
    id::{IdentityId, ProviderId},
    provider::ProviderError,
    store::StoreError,
};

/// A sign-in or a link through a provider did not come about.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// There is no such provider, or, for people who sign in, it is switched off.
    #[error("there is no provider of this name")]
    Unknown,
    /// There is such a provider, and it is switched off; administrators alone are told.
    #[error("this sign-in provider is switched off")]
    SwitchedOff,
    /// The provider did not vouch for anybody.
    #[error(transparent)]
    Provider(ProviderError),
    /// The provider keeps a claim back that the configuration needs to judge the account.
    #[error("the provider keeps the claim `{claim}` back, which the configuration reads")]
    ClaimsWithheld {
        /// The claim's name.
        claim: String,
    },
    /// An identity that signs in another way holds an identifier of the new one.
    #[error("the address belongs to an identity that signs in another way")]
    AddressTaken,
    /// A name that only the provider says belongs to somebody else, or may in a moment.
    #[error("a name belongs to somebody else")]
    NameTaken,
    /// Nobody is linked to the account and the provider does not create identities.
    #[error("the provider does not create identities")]
    CreationRefused,
    /// Nobody is linked to the account, and links to this provider are made in the settings only.
    #[error("the provider is linked from the settings only")]
    LinkOnly,
    /// An identity has the account's address, and the provider never links by address.
    #[error("the provider links no identity by its address")]
    LinkDenied {
        /// Which identity.
        identity: IdentityId,
    },
    /// Several identities have the account's address, and nobody guesses which one is meant.
    #[error("several identities have the account's address")]
    Several,
    /// The account is linked to another identity.
    #[error("the account is linked to another identity")]
    LinkedElsewhere,
    /// The account is somebody else's than the identity that has to be proved.
    #[error("the account leads to another identity than the one that was expected")]
    IdentityMismatch,
    /// The provider does not say that it asked the person again who they are.
    #[error("the provider did not ask the person again, or does not say so (auth_time)")]
    NotAskedAgain,
    /// The proof came too late.
    #[error("the link was not proved in time")]
    ProofExpired,
    /// The identity has no such link.
    #[error("there is no such link")]
    NoSuchLink,
    /// Without the link nothing would let the identity in.
    #[error("the link is the only way to sign in")]
    LastFactor,
    /// The identity is the last administrator by the word of its providers, so nobody takes it over.
    #[error("the identity is the last administrator")]
    LastAdministrator,
    /// The linked identity is switched off.
    #[error("the identity is switched off")]
    Disabled,
    /// An identity was being reclaimed, and some of its links are gone already.
    #[error("the identity was not reclaimed to the end")]
    BrokenOff {
        /// Which identity.
        identity: IdentityId,
        /// The providers of those links.
        unlinked: Vec<ProviderId>,
        /// What came between.
        source: Box<BrokerError>,
    },
    /// A store did not do what it was asked.
    #[error(transparent)]
    Store(StoreError),
}

impl BrokerError {
    /// The failure's place in the catalogue.
    pub fn code(&self) -> Code {
        match self {
            Self::Unknown => Code::ProviderUnknown,
            Self::SwitchedOff => Code::ProviderDisabled,
            Self::Provider(ProviderError::Refused { .. }) => Code::ProviderRefused,
            Self::Provider(ProviderError::NotAdmitted { .. }) => Code::ProviderNotAdmitted,
            Self::Provider(ProviderError::Invalid { .. }) => Code::ProviderInvalid,
            Self::Provider(ProviderError::ForbiddenAddress { .. }) => {
                Code::ProviderForbiddenAddress
            }
            Self::Provider(ProviderError::Unavailable { .. }) => Code::ProviderUnavailable,
            Self::ClaimsWithheld { .. } => Code::ClaimsWithheld,
            Self::AddressTaken => Code::AddressTaken,
            Self::NameTaken => Code::IdentityConflict,
            Self::CreationRefused => Code::CreationRefused,
            Self::LinkOnly => Code::LinkOnly,
            Self::LinkDenied { .. } => Code::LinkDenied,
            Self::Several => Code::SeveralIdentities,
            Self::LinkedElsewhere => Code::LinkedElsewhere,
            Self::IdentityMismatch => Code::IdentityMismatch,
            Self::NotAskedAgain => Code::ProviderNotAskedAgain,
            Self::ProofExpired => Code::LinkExpired,
            Self::NoSuchLink => Code::LinkNotFound,
            Self::LastFactor => Code::LastFactor,
            Self::LastAdministrator => Code::LastAdministrator,
            Self::Disabled => Code::IdentityDisabled,
            Self::BrokenOff { source, .. } => source.code(),
            Self::Store(_) => Code::StoreUnavailable,
        }
    }

    /// Whether a link was refused, and not only a sign-in: what observers hear as
    /// `Event::LinkRefused`.
    pub fn refuses_link(&self) -> bool {
        match self {
            Self::LinkDenied { .. }
            | Self::LinkOnly
            | Self::Several
            | Self::LinkedElsewhere
            | Self::IdentityMismatch
            | Self::ProofExpired
            | Self::AddressTaken
            | Self::NameTaken => true,
            Self::BrokenOff { source, .. } => source.refuses_link(),
            _ => false,
        }
    }

    /// The identity that would have been linked, when it is certain.
    pub fn identity(&self) -> Option<IdentityId> {
        match self {
            Self::LinkDenied { identity } | Self::BrokenOff { identity, .. } => Some(*identity),
            _ => None,
        }
    }
}

impl From<StoreError> for BrokerError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
