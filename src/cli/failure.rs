//! Why a command did not do what it was asked, with the exit code that says so.

use std::{fmt, process::ExitCode};

use portcullis_core::{
    administration::AdministrationError, administrators::LeaveError, store::StoreError,
};

use super::output::remark;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line cannot be meant: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// It was refused or went wrong: exit code 1.
    #[error("{0}")]
    Refused(String),
    /// Nobody answers: exit code 1.
    #[error("no identity found with {0}")]
    Nobody(String),
    /// More than one identity answers: exit code 1.
    #[error("multiple identities found with this e-mail address; provide an --identity-id instead")]
    Several,
    /// The account at a provider is somebody else's: exit code 1.
    #[error("{0} is linked to another identity; unlink it there first")]
    Taken(String),
}

impl Failure {
    /// Prints the reason and says with which code to exit.
    pub fn report(&self) -> ExitCode {
        remark(format_args!("error: {self}"));
        match self {
            Self::Usage(_) => ExitCode::from(2),
            // Which of these it was is said in words.
            Self::Refused(_) | Self::Nobody(_) | Self::Several | Self::Taken(_) => {
                ExitCode::from(1)
            }
        }
    }

    /// The failure once it is known which store or gateway was asked; somebody may be in another.
    #[must_use]
    pub fn asked(self, store: &impl fmt::Display) -> Self {
        match self {
            Self::Nobody(who) => Self::Nobody(format!("{who} in {store}")),
            other => other,
        }
    }

    /// The failure behind an error that is only told.
    pub fn refused(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text = format!("{text}: {deeper}");
            cause = deeper.source();
        }
        Self::Refused(text)
    }
}

impl From<AdministrationError> for Failure {
    fn from(error: AdministrationError) -> Self {
        Self::refused(&error)
    }
}

impl From<LeaveError> for Failure {
    fn from(error: LeaveError) -> Self {
        Self::refused(&error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::refused(&error)
    }
}
