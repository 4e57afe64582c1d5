//! Second factors and passkeys that another system has made, as ours: in the words of the wire dialect,
//! sealed and hashed like those that people set up here. Nothing of what is kept stands in a reason.

pub(crate) mod said;
pub(crate) mod tools;

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    credential::{Credential, CredentialKind},
    entropy::Entropy,
    factor::{self, Misfit},
};
use serde_json::Value;

use self::{
    said::Said,
    tools::{Tools, Whose},
};
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

#[cfg(test)]
mod tests;
