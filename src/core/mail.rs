//! The mail port: what is written to people, and what can go wrong before it is on its way.

mod courier;
mod past;
mod queue;

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::{
    courier::{Courier, PostedMail, Stand},
    past::{MailEnding, PastMail},
    queue::{MailStore, QueuedMail},
};
use crate::{id::IdentityId, secret::Secret, store::StoreError};

/// Sends mail. Whoever calls it is not kept waiting for a mail server; what was taken is not lost when
/// the process ends.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Takes a mail to be sent soon; it has not arrived when this returns.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;

    /// Takes a letter, which is worded as the operator wants it only once it is its turn: taking
    /// one tells nobody by its duration whether there is one to take.
    async fn post(&self, letter: Letter) -> Result<(), MailError>;

    /// Whether mail is sent at all, so that nothing is offered that needs it where it is not.
    fn is_configured(&self) -> bool {
        true
    }
}

/// A mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// The address alone, without a name.
    pub to: String,
    /// Whom it is written about; it goes with them.
    pub owner: Option<IdentityId>,
    /// The subject, one line.
    pub subject: String,
    /// The text for every reader.
    pub text: String,
    /// The same with markup, for those who show it.
    pub html: Option<String>,
}

impl Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(…)")
    }
}

/// Something to tell one person, still to be worded.
#[derive(Clone)]
pub struct Letter {
    /// The address alone, without a name.
    pub to: String,
    /// Whom it is written about; it goes with them.
    pub owner: Option<IdentityId>,
    /// What it is about.
    pub occasion: Occasion,
    /// The language of whatever caused it (BCP 47); where it is empty or unknown, English.
    pub locale: String,
    /// What people call the provider, or the device, that it is about, where it is about one.
    pub provider: Option<String>,
    /// The code to type or the link to open; of a notice, where to look after it.
    pub proof: Secret,
    /// How long the proof is good for, or the notice worth sending; later it is not sent any more.
    pub lifespan: Duration,
    /// Whether nobody here holds the address. Such a letter is taken like any other, so that taking it
    /// tells nobody, and never sent.
    pub is_for_nobody: bool,
}

impl Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(…)")
    }
}

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A code to get back in with.
    RecoveryCode,
    /// A link to get back in with.
    RecoveryLink,
    /// A link to get back in with, to do what an administrator asks for.
    ActionsLink,
    /// A code that proves an address.
    VerificationCode,
    /// A link that proves an address.
    VerificationLink,
    /// A code that proves once more who somebody is.
    SignInCode,
    /// A code that proves who somebody is before an account is linked.
    LinkCode,
    /// The password was changed: no proof, but the link to the settings.
    PasswordChanged,
    /// Second factors or passkeys were changed.
    FactorsChanged,
    /// The address that this goes to was replaced, or another one added; likewise.
    AddressChanged,
    /// Somebody got back in by mail; likewise.
    Recovered,
    /// Somebody signed in on a device that was not known; likewise.
    NewDevice,
    /// Somebody who knows the first factor was wrong too often at the second; likewise.
    SecondStepGuessed,
}

impl Occasion {
    /// Every occasion there is.
    pub const ALL: [Self; 13] = [
        Self::RecoveryCode,
        Self::RecoveryLink,
        Self::ActionsLink,
        Self::VerificationCode,
        Self::VerificationLink,
        Self::SignInCode,
        Self::LinkCode,
        Self::PasswordChanged,
        Self::FactorsChanged,
        Self::AddressChanged,
        Self::Recovered,
        Self::NewDevice,
        Self::SecondStepGuessed,
    ];

    /// The name of its templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RecoveryCode => "recovery_code",
            Self::RecoveryLink => "recovery_link",
            Self::ActionsLink => "actions_link",
            Self::VerificationCode => "verification_code",
            Self::VerificationLink => "verification_link",
            Self::SignInCode => "sign_in_code",
            Self::LinkCode => "link_code",
            Self::PasswordChanged => "password_changed",
            Self::FactorsChanged => "factors_changed",
            Self::AddressChanged => "address_changed",
            Self::Recovered => "recovered",
            Self::NewDevice => "new_device",
            Self::SecondStepGuessed => "second_step_guessed",
        }
    }

    /// Whether it tells what has happened, and brings no proof.
    pub fn is_notice(self) -> bool {
        matches!(
            self,
            Self::PasswordChanged
                | Self::FactorsChanged
                | Self::AddressChanged
                | Self::Recovered
                | Self::NewDevice
                | Self::SecondStepGuessed
        )
    }
}

/// A mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No mail server is configured.
    #[error("no mail server is configured")]
    NotConfigured,
    /// It cannot be kept until it is sent; trying again later may help.
    #[error("the mail cannot be kept until it is sent")]
    Store(#[from] StoreError),
    /// It cannot be written as a mail, whoever sends it.
    #[error("the mail is not valid: {reason}")]
    Invalid {
        /// What is wrong, without the address.
        reason: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_never_prints() {
        let mail = Mail {
            to: "alice@example.org".to_owned(),
            owner: None,
            subject: "Hello".to_owned(),
            text: "A code".to_owned(),
            html: None,
        };
        assert_eq!(format!("{mail:?}"), "Mail(…)");
        let letter = Letter {
            to: mail.to,
            owner: None,
            occasion: Occasion::RecoveryCode,
            locale: "de".to_owned(),
            provider: None,
            proof: Secret::new("123456"),
            lifespan: Duration::from_secs(600),
            is_for_nobody: false,
        };
        assert_eq!(format!("{letter:?}"), "Letter(…)");
    }
}
