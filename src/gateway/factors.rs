//! The factors that the configuration switches on, in the order in which people are offered them.

use std::sync::Arc;

use portcullis_core::{factor::Factors, seal::Seal, store::StoreError};
use portcullis_local::{LookupSecret, Seals, Totp};

use super::foundation::Foundation;
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
        if mfa.lookup_secret {
            let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
            let codes = Arc::new(LookupSecret::new(seals, clock, entropy));
            factors.second.push(codes.clone());
            factors.enrolments.push(codes);
        }
        Ok(factors)
    }

    /// The keys of upstream tokens, which are made to be replaced; those of cookies are replaced
    /// whenever somebody likes to.
    async fn seals(&self, config: &Config) -> Result<Seals, StoreError> {
        let (first, others) = self.lasting_keys(config).await?;
        let others = others.iter().map(|key| Seal::new(key));
        Ok(Seals::new(Seal::new(&first), others.collect()))
    }
}
