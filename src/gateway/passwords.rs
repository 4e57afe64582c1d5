//! The password method as it is configured.

use std::sync::Arc;

use portcullis_local::{
    BreachCheck, BreachFile, BreachRange, Breaches, Config as Passwords, Cost, Password, Policy,
    Stores,
};

use super::{BuildError, Foundation};
use crate::{
    config::{Breached, Config},
    outbound,
};

impl Foundation {
    /// The password method.
    pub fn passwords(&self, config: &Config) -> Result<Password, BuildError> {
        let section = &config.identity.password;
        let stores = Stores {
            identities: Arc::clone(&self.stores.identities),
            credentials: Arc::clone(&self.stores.credentials),
        };
        let passwords = Passwords {
            policy: Policy {
                min_length: section.min_length,
                max_length: section.max_length,
                min_score: section.min_score,
                refuse_similar: section.refuse_similar,
                history: section.history,
            },
            cost: Cost {
                memory: u32::try_from(section.argon2.memory.as_u64() / 1024).unwrap_or(u32::MAX),
                iterations: section.argon2.iterations,
                parallelism: section.argon2.parallelism,
            },
        };
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        let method = Password::new(passwords, stores, clock, entropy);
        let method = method.map_err(|error| BuildError::Invalid(error.to_string()))?;
        Ok(match section.breached.enabled {
            true => method.with_breaches(self.breaches(&section.breached)?),
            false => method,
        })
    }

    fn breaches(&self, section: &Breached) -> Result<BreachCheck, BuildError> {
        let list: Arc<dyn Breaches> = match &section.file {
            Some(file) => {
                let list = BreachFile::open(file);
                Arc::new(list.map_err(|error| BuildError::Invalid(error.to_string()))?)
            }
            None => Arc::new(self.range(section)?),
        };
        Ok(BreachCheck {
            list,
            most: section.max_breaches,
            on_failure: section.on_failure,
        })
    }

    fn range(&self, section: &Breached) -> Result<BreachRange, BuildError> {
        let invalid = |error: String| BuildError::Invalid(error);
        let url = section
            .address()
            .map_err(|error| invalid(error.to_string()))?;
        let client = outbound::client(&self.way, &url);
        let client = client.map_err(|error| invalid(error.without_url().to_string()))?;
        let list = BreachRange::new(url, section.timeout, client);
        list.map_err(|error| invalid(error.to_string()))
    }
}
