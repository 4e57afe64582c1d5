//! The mail port: what is written to people, and what can go wrong before it is on its way.

use std::fmt::Debug;

use async_trait::async_trait;

/// Sends mail. Whoever calls it is not kept waiting for a mail server.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Takes a mail to be sent soon; it has not arrived when this returns.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;

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

/// A mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No mail server is configured.
    #[error("no mail server is configured")]
    NotConfigured,
    /// Too many mails wait already; trying again later may help.
    #[error("too many mails wait to be sent")]
    Full,
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
            subject: "Hello".to_owned(),
            text: "A code".to_owned(),
            html: None,
        };
        assert_eq!(format!("{mail:?}"), "Mail(…)");
    }
}
