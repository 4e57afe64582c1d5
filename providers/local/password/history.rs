//! The last passwords of somebody, as a credential remembers them: their hashes, newest first.

use portcullis_core::{credential::Credential, message::Message};
use serde_json::{Map, Value, json};

use super::HASH;
use crate::{
    cost::{Hasher, Outcome},
    policy::Normalised,
};

/// Where a credential keeps the hashes of the passwords before its own.
const PREVIOUS: &str = "previous";

/// The last passwords of somebody.
#[derive(Clone, Default)]
pub(super) struct History {
    /// The present one first.
    hashes: Vec<String>,
    most: usize,
}

impl History {
    /// What this credential knows of the last `most` passwords, its own included.
    pub(super) fn of(present: Option<&Credential>, most: usize) -> Self {
        let config = present.map_or(&Value::Null, |present| &present.config);
        let before = config[PREVIOUS].as_array().into_iter().flatten();
        let hashes = std::iter::once(&config[HASH]).chain(before);
        let hashes = hashes.filter_map(Value::as_str).take(most);
        Self {
            hashes: hashes.map(str::to_owned).collect(),
            most,
        }
    }

    /// Whether the password is none of the last ones; what to tell whoever chose it if it is.
    pub(super) fn judge(&self, hasher: &Hasher, password: &Normalised) -> Result<(), Box<Message>> {
        let is_it = |hash: &String| hasher.verify(password, hash) != Outcome::Wrong;
        match self.hashes.iter().position(is_it) {
            None => Ok(()),
            Some(0) => Err(Box::new(Message::same_password())),
            Some(_) => Err(Box::new(Message::password_used_before())),
        }
    }

    /// The config of the credential that comes next.
    pub(super) fn config(&self, hash: String) -> Value {
        let mut config = Map::from_iter([(HASH.to_owned(), Value::String(hash))]);
        // The next one counts as well.
        let others = self.most.saturating_sub(1).min(self.hashes.len());
        if others > 0 {
            config.insert(PREVIOUS.to_owned(), json!(self.hashes[..others]));
        }
        Value::Object(config)
    }
}
