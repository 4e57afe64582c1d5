//! Passwords that breaches have made known: the port that counts them, and the two lists behind it.

mod file;
mod range;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use portcullis_core::message::Message;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

pub use self::{
    file::BreachFile,
    range::{BreachRange, InvalidRange},
};
use crate::policy::Normalised;

/// The SHA-1 of a password, which is what such lists are made of.
pub type Fingerprint = [u8; 20];

/// A list of passwords that breaches have made known.
#[async_trait]
pub trait Breaches: Debug + Send + Sync {
    /// How often the password with this fingerprint was found.
    async fn count(&self, fingerprint: &Fingerprint) -> Result<u64, Unasked>;
}

/// The list could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the list of breached passwords cannot be asked: {reason}")]
pub struct Unasked {
    /// Why, without anything of the password.
    pub reason: String,
}

/// What becomes of a password when the list cannot be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It is taken.
    #[default]
    Allow,
    /// It is refused until the list answers.
    Refuse,
}

/// What breached passwords are told by.
#[derive(Debug, Clone)]
pub struct BreachCheck {
    /// The list.
    pub list: Arc<dyn Breaches>,
    /// How often a password may have been found and still be used.
    pub most: u64,
    /// What happens when the list cannot be asked.
    pub on_failure: OnFailure,
}

impl BreachCheck {
    /// Whether the password may be used; what to tell whoever chose it if not.
    pub(crate) async fn judge(&self, password: &Normalised) -> Result<(), Box<Message>> {
        let typed = password.as_typed().unwrap_or(password.as_bytes());
        let fingerprint: Fingerprint = Sha1::digest(typed).into();
        match (self.list.count(&fingerprint).await, self.on_failure) {
            (Ok(count), _) if count > self.most => Err(Box::new(Message::password_breached(count))),
            (Ok(_), _) => Ok(()),
            (Err(error), OnFailure::Allow) => {
                tracing::warn!(%error, "a password is taken unchecked");
                Ok(())
            }
            (Err(error), OnFailure::Refuse) => {
                tracing::warn!(%error, "a password is refused unchecked");
                Err(Box::new(Message::password_unchecked()))
            }
        }
    }
}

/// The fingerprint as lists write it.
fn spelt(fingerprint: &Fingerprint) -> String {
    fingerprint
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// Reads a line `HASH:COUNT`; a list without counts has each password once.
fn read_line(line: &str) -> Option<(&str, u64)> {
    let line = line.trim();
    let (hash, count) = line.split_once(':').unwrap_or((line, "1"));
    Some((hash, count.trim().parse().ok()?))
}

#[cfg(test)]
mod tests;
