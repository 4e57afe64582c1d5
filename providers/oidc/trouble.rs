//! What can go wrong with a provider, in words that quote nothing it sent.

use portcullis_core::provider::ProviderError;

/// Something is wrong with the provider. Can be kept, unlike the error it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It cannot be reached or is out of order.
    Unreachable(String),
    /// What it sent does not hold.
    Wrong(String),
}

impl Trouble {
    pub(crate) fn wrong(reason: impl Into<String>) -> Self {
        Self::Wrong(reason.into())
    }

    pub(crate) fn reason(&self) -> &str {
        match self {
            Self::Unreachable(reason) | Self::Wrong(reason) => reason,
        }
    }
}

impl From<Trouble> for ProviderError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(reason) => Self::Unavailable { reason },
            Trouble::Wrong(reason) => Self::Invalid { reason },
        }
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
