//! The factors that the configuration switches on, in the order in which people are offered them.

use std::sync::Arc;

use portcullis_core::{credential::CredentialKind, factor::Factors, seal::Seal, store::StoreError};
use portcullis_kit::KeyScript;
use portcullis_local::{
    Imports, Keys, LookupSecret, Passkeys, RelyingParty, Script, Seals, SecurityKeys, Totp,
};

use super::{assembly::PRODUCT, foundation::Foundation};
use crate::config::Config;

impl Foundation {
    /// What proves somebody beside a first factor, or without one.
    pub async fn factors(&self, config: &Config) -> Result<Factors, StoreError> {
        let mut factors = Factors::default();
        let mfa = &config.identity.mfa;
        let seals = self.seals(config).await?;
        if mfa.totp {
            let host = config.public_url.host_str().unwrap_or_default();
            let totp = Arc::new(Totp::new(
                mfa.issuer.as_deref().unwrap_or(host),
                seals.clone(),
                Arc::clone(&self.stores.flows),
                Arc::clone(&self.clock),
                Arc::clone(&self.entropy),
            ));
            factors.second.push(totp.clone());
            factors.enrolments.push(totp);
        }
        self.add_keys(config, &mut factors);
        let imports = Imports::new(
            self.imported_kinds(config),
            seals.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
        );
        factors.imports = Some(Arc::new(imports));
        // What stands in for the others stands behind them.
        if mfa.lookup_secret {
            let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
            let codes = Arc::new(LookupSecret::new(seals, clock, entropy));
            factors.second.push(codes.clone());
            factors.enrolments.push(codes);
        }
        Ok(factors)
    }

    /// The kinds that people sign in with here, so that those of another system are any use.
    fn imported_kinds(&self, config: &Config) -> Vec<CredentialKind> {
        let mfa = &config.identity.mfa;
        let has_host = self.relying_party().is_some();
        let kinds = [
            (CredentialKind::Totp, mfa.totp),
            (CredentialKind::LookupSecret, mfa.lookup_secret),
            (CredentialKind::Webauthn, mfa.webauthn && has_host),
            (
                CredentialKind::Passkey,
                config.identity.passkey.enabled && has_host,
            ),
        ];
        let on = kinds.into_iter().filter(|(_, is_on)| *is_on);
        on.map(|(kind, _)| kind).collect()
    }

    /// Security keys and passkeys, where there is a host that browsers make keys for.
    fn add_keys(&self, config: &Config, factors: &mut Factors) {
        let Some(party) = self.relying_party() else {
            return;
        };
        let keys = Keys {
            party: Arc::new(party),
            stores: portcullis_local::Stores {
                identities: Arc::clone(&self.stores.identities),
                credentials: Arc::clone(&self.stores.credentials),
            },
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
        };
        if config.identity.mfa.webauthn {
            let security_keys = Arc::new(SecurityKeys::new(keys.clone()));
            factors.second.push(security_keys.clone());
            factors.enrolments.push(security_keys);
        }
        if config.identity.passkey.enabled {
            let passkeys = Arc::new(Passkeys::new(keys));
            factors.passwordless.push(passkeys.clone());
            factors.enrolments.push(passkeys);
        }
    }

    /// What keys are made for, where browsers make any.
    pub(super) fn relying_party(&self) -> Option<RelyingParty> {
        let KeyScript { path, integrity } = KeyScript::served();
        let script = Script {
            src: self.addresses.own(&path),
            integrity,
        };
        RelyingParty::new(self.addresses.public_url(), PRODUCT, script)
    }

    /// The keys of upstream tokens, which are made to be replaced; those of cookies are replaced
    /// whenever somebody likes to.
    async fn seals(&self, config: &Config) -> Result<Seals, StoreError> {
        let (first, others) = self.lasting_keys(config).await?;
        let others = others.iter().map(|key| Seal::new(key));
        Ok(Seals::new(Seal::new(&first), others.collect()))
    }
}
