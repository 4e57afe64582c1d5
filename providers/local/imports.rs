//! Second factors and passkeys that another system has made, as ours: in the words of the wire dialect,
//! sealed and hashed like those that people set up here. Nothing of what is kept stands in a reason.

mod said;

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    factor::{self, Misfit},
    id::{CredentialId, IdentityId},
};
use serde_json::Value;

pub(crate) use self::said::Said;
use crate::{
    lookup_secret,
    seals::Seals,
    totp,
    webauthn::{self, purpose::Purpose},
};

/// Takes over what another system keeps.
#[derive(Debug)]
pub struct Imports {
    kinds: Vec<CredentialKind>,
    tools: Tools,
}

/// What credentials are made with.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) seals: Seals,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// Whose credentials are taken over, and what they have.
pub(crate) type Whose<'a> = (IdentityId, &'a [Credential]);

impl Imports {
    /// Takes over credentials of these kinds.
    pub fn new(
        kinds: Vec<CredentialKind>,
        seals: Seals,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let tools = Tools {
            seals,
            clock,
            entropy,
        };
        Self { kinds, tools }
    }
}

impl factor::Imports for Imports {
    fn takes(&self, kind: CredentialKind) -> bool {
        self.kinds.contains(&kind)
    }

    fn import(
        &self,
        kind: CredentialKind,
        kept: &Value,
        whose: Whose<'_>,
    ) -> Result<Vec<Credential>, Misfit> {
        let (kept, tools) = (Said::of(kept), &self.tools);
        if !self.kinds.contains(&kind) {
            return Err(kept.wrong("nobody signs in with this here; it is switched off"));
        }
        match kind {
            CredentialKind::Totp => Ok(vec![totp::import::credential(&kept, whose, tools)?]),
            CredentialKind::LookupSecret => {
                let list = lookup_secret::import::credential(&kept, whose, tools)?;
                Ok(vec![list])
            }
            CredentialKind::Webauthn => {
                webauthn::import::credentials(Purpose::SecondFactor, &kept, whose, tools)
            }
            CredentialKind::Passkey => {
                webauthn::import::credentials(Purpose::Passkey, &kept, whose, tools)
            }
            CredentialKind::Password | CredentialKind::Oidc => {
                Err(kept.wrong("this is neither a second factor nor a passkey"))
            }
        }
    }
}

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

#[cfg(test)]
mod tests;
