//! Where traits are shown and judged: the same schema asks for more or less in each place.

use serde::{Deserialize, Serialize};

/// Who looks at traits or changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Viewer {
    /// The identity itself; `user` in schemas.
    Person,
    /// An administrator; `admin` in schemas.
    Administrator,
}

impl Viewer {
    /// The viewer's name in `x-profile`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::Administrator => "admin",
        }
    }
}

/// The place in which a form of traits is shown and what it brings is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileContext {
    /// Somebody registers.
    Registration,
    /// Somebody was asked to bring their profile up to date.
    UpdateProfile,
    /// Somebody completes or confirms what a provider said of them.
    BrokerReview,
    /// Somebody's profile does not suffice any more.
    VerifyProfile,
    /// Somebody changes their profile in the settings.
    Account,
    /// An administrator, a command or an import.
    Admin,
}

impl ProfileContext {
    /// Who looks.
    pub fn viewer(self) -> Viewer {
        match self {
            Self::Admin => Viewer::Administrator,
            _ => Viewer::Person,
        }
    }

    /// Whether the scopes that were asked for decide what is shown and required. Elsewhere every
    /// trait is shown, and none is required for a scope.
    pub fn evaluates_scopes(self) -> bool {
        !matches!(self, Self::Account | Self::Admin)
    }
}

/// One showing of a schema: where, and with which scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Where.
    pub context: ProfileContext,
    /// The scopes that were asked for; without meaning where [`ProfileContext::evaluates_scopes`]
    /// says no.
    pub scopes: Vec<String>,
}

impl Evaluation {
    /// In this place, without scopes.
    pub fn of(context: ProfileContext) -> Self {
        Self {
            context,
            scopes: Vec::new(),
        }
    }

    /// The same where these scopes were asked for.
    #[must_use]
    pub fn asking(mut self, scopes: &[String]) -> Self {
        self.scopes = scopes.to_vec();
        self
    }

    /// Whether one of these scopes was asked for, in a place where that counts.
    pub(super) fn asks_for_any(&self, scopes: &[String]) -> bool {
        self.context.evaluates_scopes() && scopes.iter().any(|scope| self.scopes.contains(scope))
    }
}
