//! Security keys and passkeys (W3C Web Authentication, Level 3): the ceremonies that both go through.
//!
//! What a browser sends counts for what the specification's own verification makes of it, and for
//! nothing else. Nobody is asked who made their key (attestation `none`).

mod answer;
mod assertion;
mod authenticator_data;
mod client_data;
mod enrolment;
pub(crate) mod import;
mod kept;
mod passkeys;
mod public_key;
pub(crate) mod purpose;
mod registration;
mod relying_party;
mod security_keys;

use std::sync::Arc;

use portcullis_core::{clock::Clock, entropy::Entropy, message::Message, method::MethodError};

pub use self::{
    passkeys::Passkeys,
    relying_party::{RelyingParty, Script},
    security_keys::SecurityKeys,
};
use crate::password::Stores;

/// What security keys and passkeys work with.
#[derive(Debug, Clone)]
pub struct Keys {
    /// What they are good for.
    pub party: Arc<RelyingParty>,
    /// Identities and their credentials.
    pub stores: Stores,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// Why an answer proves nothing. People are told less: whoever tries others' keys need not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("nothing was asked that this could answer")]
    NotAsked,
    #[error("it cannot be read")]
    Unreadable,
    #[error("it belongs to another ceremony")]
    OtherCeremony,
    #[error("it answers another challenge")]
    OtherChallenge,
    #[error("it was made for another origin, or within a page of one")]
    OtherOrigin,
    #[error("it was made for another relying party")]
    OtherRelyingParty,
    #[error("nobody was present")]
    NobodyPresent,
    #[error("the authenticator has not verified who was present")]
    NobodyVerified,
    #[error("its flags contradict each other, or what is known of the key")]
    ImpossibleFlags,
    #[error("the key is of a kind that was not asked for")]
    UnusableKey,
    #[error("the key is not known here")]
    UnknownKey,
    #[error("the key belongs to somebody else")]
    OtherPerson,
    #[error("the signature is wrong")]
    WrongSignature,
    #[error("the counter of the key went back")]
    CounterWentBack,
}

impl From<Refusal> for MethodError {
    fn from(refusal: Refusal) -> Self {
        tracing::debug!(reason = %refusal, "a security key or passkey is not accepted");
        about_form(match refusal {
            Refusal::CounterWentBack => Message::key_copied(),
            _ => Message::key_wrong(),
        })
    }
}

fn about_form(message: Message) -> MethodError {
    MethodError::Invalid(vec![(None, message)])
}

#[cfg(test)]
mod tests;
