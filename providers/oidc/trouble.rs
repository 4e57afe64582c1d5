//! What can go wrong with a provider, in words that quote nothing it sent.

use portcullis_core::provider::ProviderError;

/// Something is wrong with the provider. Can be kept, unlike the error it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It cannot be reached or is out of order.
    Unreachable(String),
    /// What it sent does not hold.
    Wrong(String),
    /// It is at a private address that may not be asked.
    Private(String),
}

impl Trouble {
    pub(crate) fn wrong(reason: impl Into<String>) -> Self {
        Self::Wrong(reason.into())
    }

    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Unreachable(reason) | Self::Wrong(reason) | Self::Private(reason) => reason,
        }
    }
}

impl From<Trouble> for ProviderError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(reason) => Self::Unavailable { reason },
            Trouble::Wrong(reason) => Self::Invalid { reason },
            Trouble::Private(reason) => Self::ForbiddenAddress { reason },
        }
    }
}

/// A token does not hold, or that could not be found out.
#[derive(Debug)]
pub(crate) enum NotVerified {
    /// It does not, and why.
    Because(&'static str),
    /// The provider's keys could not be read.
    Keys(Trouble),
}

impl NotVerified {
    /// The trouble this is, when the token is of the kind `what`.
    pub(crate) fn about(self, what: &str) -> Trouble {
        match self {
            Self::Because(reason) => Trouble::Wrong(format!("the {what} does not hold: {reason}")),
            Self::Keys(trouble) => trouble,
        }
    }
}

impl From<&'static str> for NotVerified {
    fn from(reason: &'static str) -> Self {
        Self::Because(reason)
    }
}

impl From<Trouble> for NotVerified {
    fn from(trouble: Trouble) -> Self {
        Self::Keys(trouble)
    }
}

/// An error code as it may be shown and logged: its plain characters, at most 64 of them.
pub fn safe_code(code: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let safe: String = code.chars().filter(plain).take(64).collect();
    match safe.is_empty() {
        true => "unknown".to_owned(),
        false => safe,
    }
}
