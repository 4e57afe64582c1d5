//! What observers hear: facts with ids and codes, never secrets, addresses or claims.

use crate::{
    broker::LinkReason,
    catalogue::Code,
    id::{IdentityId, ProviderId, SessionId},
};

/// Something that happened.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Somebody signed in.
    SignedIn {
        /// Who.
        identity: IdentityId,
        /// The new session.
        session: SessionId,
        /// How: the method's wire name.
        method: &'a str,
        /// Through which provider, if any.
        provider: Option<&'a ProviderId>,
    },
    /// An attempt to sign in was refused.
    SignInRefused {
        /// How: the method's wire name.
        method: &'a str,
        /// Through which provider, if any.
        provider: Option<&'a ProviderId>,
        /// Why.
        code: Code,
    },
    /// An identity was created.
    IdentityCreated {
        /// Which.
        identity: IdentityId,
        /// The provider whose claims it was made of; `None` for a local registration.
        provider: Option<&'a ProviderId>,
    },
    /// An account at a provider was linked to an identity.
    Linked {
        /// Which identity.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
        /// Why.
        reason: LinkReason,
    },
    /// A link was removed.
    Unlinked {
        /// Whose.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
    },
    /// A link was refused.
    LinkRefused {
        /// The identity it would have been, when it is certain.
        identity: Option<IdentityId>,
        /// Which provider.
        provider: &'a ProviderId,
        /// Why.
        code: Code,
    },
    /// A provider has ended what its tokens were good for: the person has to sign in there again.
    TokensEnded {
        /// Whose.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
    },
    /// A session was ended by its owner.
    SignedOut {
        /// Whose.
        identity: IdentityId,
        /// Which.
        session: SessionId,
    },
}
