//! `[tokens]`: what seals the tokens that providers give.

use std::path::PathBuf;

use portcullis_core::secret::Secret;
use serde::{Deserialize, Serialize};

use super::finding::Check;

/// The keys of upstream tokens.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// Keys that seal upstream tokens and the secrets of second factors, at least 32 characters each:
    /// the first one seals, all of them open; default: one that is made once and kept in the store.
    pub keys: Vec<Secret>,
    /// A file that holds `keys`, one in each line.
    pub keys_file: Option<PathBuf>,
}

/// Shorter keys can be guessed by machines.
const SHORTEST_KEY: usize = 32;

impl Tokens {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let mut check = check.under("keys");
        for (index, key) in self.keys.iter().enumerate() {
            if key.expose().len() < SHORTEST_KEY {
                check.item(index).problem(format!(
                    "the key is shorter than {SHORTEST_KEY} characters; make one with `openssl rand -base64 32`"
                ));
            }
            let earlier = &self.keys[..index];
            if earlier.iter().any(|other| other.matches(key.expose())) {
                check
                    .item(index)
                    .problem("the key is given twice; remove it");
            }
        }
    }
}
