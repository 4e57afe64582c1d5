//! What credentials of another system are made with here.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    id::{CredentialId, IdentityId},
};
use serde_json::Value;

use crate::seals::Seals;

/// What credentials are made with.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) seals: Seals,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// Whose credentials are taken over, and what they have.
pub(crate) type Whose<'a> = (IdentityId, &'a [Credential]);

impl Tools {
    /// The credential of this kind and identifier in place of the one that the identity has, or a new
    /// one.
    pub(crate) fn credential(
        &self,
        (kind, identifier): (CredentialKind, String),
        config: Value,
        (owner, own): Whose<'_>,
    ) -> Credential {
        let now = self.clock.now();
        let mut own = own.iter();
        let is_it = |one: &&Credential| {
            one.kind == kind && one.identifier.as_deref() == Some(identifier.as_str())
        };
        if let Some(present) = own.find(is_it) {
            return Credential {
                config,
                updated_at: now,
                ..present.clone()
            };
        }
        Credential {
            id: CredentialId::generate(&*self.entropy),
            identity_id: owner,
            kind,
            identifier: Some(identifier),
            config,
            label: None,
            priority: 0,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}
