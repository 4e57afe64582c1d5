//! The caller: who asks for something, and what they may do.

use std::{fmt, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use portcullis_core::{
    catalogue::Code,
    id::{ApiCredentialId, IdentityId},
    identity::Identity,
    pages::Client,
    principal::Principal,
};
use portcullis_kit::Failure;

use crate::role::{Permission, Role, Roles};

/// Who asks for something. The guard finds it out before any page function runs.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Who it is.
    pub(crate) actor: Actor,
    /// What people call it: an address, or the name of an API credential.
    pub(crate) label: String,
    /// What it may do, as its token narrows it.
    pub(crate) roles: Roles,
    /// From where.
    pub(crate) client: Client,
    /// The request's name.
    pub(crate) request_id: String,
    /// The session behind it, where there is one.
    pub(crate) principal: Option<Arc<Principal>>,
}

/// Who it is that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    /// An administrator.
    Identity(IdentityId),
    /// A program.
    ApiCredential(ApiCredentialId),
    /// Everybody who reaches the listener.
    Anybody,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(id) => write!(f, "identity:{id}"),
            Self::ApiCredential(id) => write!(f, "api-credential:{id}"),
            Self::Anybody => f.write_str("anybody"),
        }
    }
}

impl Caller {
    /// Whoever reaches a listener that asks nobody who they are.
    pub(crate) fn anybody(client: Client, request_id: &str) -> Self {
        Self {
            actor: Actor::Anybody,
            label: "anybody".to_owned(),
            roles: Roles::new([Role::Admin]),
            client,
            request_id: request_id.to_owned(),
            principal: None,
        }
    }

    /// Refuses what none of the caller's roles permits.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Failure> {
        match self.roles.permit(permission) {
            true => Ok(()),
            false => Err(lacking(permission)),
        }
    }

    /// Refuses a change to an identity whose roles permit more than the caller's: whoever changes
    /// how somebody signs in can become them.
    pub(crate) fn may_touch(&self, identity: &Identity) -> Result<(), Failure> {
        match self.roles.cover(&Roles::among(&identity.roles)) {
            true => Ok(()),
            false => Err(Failure::from(Code::InsufficientRole)
                .because("Their roles permit more than yours, so only somebody who may do all that changes them.")),
        }
    }
}

/// What people call an identity: what it signs in with.
pub(crate) fn label(identity: &Identity) -> String {
    let known = identity.identifiers.first().cloned();
    known.unwrap_or_else(|| identity.id.to_string())
}

fn lacking(permission: Permission) -> Failure {
    let holders = Role::ALL
        .into_iter()
        .filter(|role| role.permits(permission));
    let holders: Vec<_> = holders.map(Role::as_str).collect();
    let reason = match &*holders {
        [only] => format!("This needs the role {only}."),
        several => format!("This needs one of the roles {}.", several.join(", ")),
    };
    Failure::from(Code::InsufficientRole)
        .because(reason)
        .detail("roles", holders)
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // Only the guard puts it there, so a page without one cannot be reached by mistake.
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| Code::Unauthorized.into())
    }
}
