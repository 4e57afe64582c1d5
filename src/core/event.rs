//! What observers hear: facts with ids and codes, never secrets, addresses or claims.

use crate::{
    broker::LinkReason,
    catalogue::Code,
    credential::CredentialKind,
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
        /// More about why, in words that hold for everybody.
        reason: Option<&'a str>,
    },
    /// An identity was created.
    IdentityCreated {
        /// Which.
        identity: IdentityId,
        /// The provider whose claims it was made of; `None` for a local registration.
        provider: Option<&'a ProviderId>,
        /// Why.
        reason: CreationReason,
    },
    /// Somebody changed their own traits.
    ProfileChanged {
        /// Whose.
        identity: IdentityId,
    },
    /// Somebody gave themselves another password, or a first one.
    PasswordChanged {
        /// Whose.
        identity: IdentityId,
    },
    /// Somebody added a second factor or a passkey.
    CredentialAdded {
        /// Whose.
        identity: IdentityId,
        /// What it is.
        kind: CredentialKind,
    },
    /// Second factors or passkeys of a kind were removed: by their person, or by a command.
    CredentialRemoved {
        /// Whose.
        identity: IdentityId,
        /// What they were.
        kind: CredentialKind,
    },
    /// An administrator gave somebody a password, in place of theirs if they had one.
    PasswordReset {
        /// Whose.
        identity: IdentityId,
    },
    /// An administrator handed out a way back in, or mailed one with things to do.
    RecoveryHandedOut {
        /// Whose.
        identity: IdentityId,
    },
    /// What is said of a credential has changed, and nothing that it proves.
    CredentialChanged {
        /// Whose.
        identity: IdentityId,
        /// What it is.
        kind: CredentialKind,
        /// What happened to it.
        change: CredentialChange,
    },
    /// An identity was deleted: by its person, or by a command.
    IdentityDeleted {
        /// Whose it was.
        identity: IdentityId,
    },
    /// Somebody proved to hold an address of theirs.
    AddressVerified {
        /// Whose.
        identity: IdentityId,
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
    /// A link was prepared for the first account with an address.
    LinkPrepared {
        /// Which identity.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
    },
    /// A link that was prepared, and waited still, was removed.
    PreparedLinkRemoved {
        /// Which identity.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
    },
    /// A link was removed.
    Unlinked {
        /// Whose.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
        /// Why.
        reason: UnlinkReason,
    },
    /// A link was not removed.
    UnlinkRefused {
        /// Whose.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
        /// Why.
        code: Code,
    },
    /// A link was refused.
    LinkRefused {
        /// The identity it would have been, when it is certain.
        identity: Option<IdentityId>,
        /// Which provider.
        provider: &'a ProviderId,
        /// Why.
        code: Code,
        /// More about why, in words that hold for everybody.
        reason: Option<&'a str>,
    },
    /// A provider has ended what its tokens were good for: the person has to sign in there again.
    TokensEnded {
        /// Whose.
        identity: IdentityId,
        /// Which provider.
        provider: &'a ProviderId,
    },
    /// An administrator began to act as somebody else.
    Impersonated {
        /// As whom.
        identity: IdentityId,
        /// Who.
        actor: &'a str,
        /// The session they act in.
        session: SessionId,
        /// Whether they only look.
        read_only: bool,
    },
    /// An administrator has stopped acting as somebody else.
    ImpersonationEnded {
        /// As whom.
        identity: IdentityId,
        /// Who.
        actor: &'a str,
    },
    /// A session was ended by its owner.
    SignedOut {
        /// Whose.
        identity: IdentityId,
        /// Which.
        session: SessionId,
    },
}

/// Why an identity was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreationReason {
    /// Somebody registered here.
    Registration,
    /// Somebody came through a provider for the first time.
    FirstSignIn,
    /// A command made it.
    Command,
    /// An administrator made it.
    Administrator,
}

impl CreationReason {
    /// The reason's name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::FirstSignIn => "first_sign_in",
            Self::Command => "command",
            Self::Administrator => "administrator",
        }
    }
}

/// Why a link was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlinkReason {
    /// The person asked for it in the settings.
    Settings,
    /// A command removed it.
    Command,
    /// An administrator removed it.
    Administrator,
    /// Its provider was switched off or removed.
    ProviderRemoved,
    /// The identity was reclaimed from whoever had linked it unproved.
    Reclaimed,
    /// The account was moved to another identity of the same person.
    Moved,
    /// The identity was deleted.
    IdentityDeleted,
}

impl UnlinkReason {
    /// The reason's name in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Command => "command",
            Self::Administrator => "administrator",
            Self::ProviderRemoved => "provider_removed",
            Self::Reclaimed => "reclaimed",
            Self::Moved => "moved",
            Self::IdentityDeleted => "identity_deleted",
        }
    }
}

/// What happened to a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialChange {
    /// It is called something else.
    Labelled,
    /// It is offered earlier or later.
    Moved,
}

impl CredentialChange {
    /// The name of the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Labelled => "credential_labelled",
            Self::Moved => "credential_moved",
        }
    }
}
