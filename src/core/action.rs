//! Required actions: what somebody has to do after signing in, before they are let through.
//!
//! The aliases are those that Keycloak's administrators know.

use std::{collections::BTreeMap, str::FromStr, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    assurance::Assurance,
    credential::Credential,
    identity::Identity,
    schema::{Evaluation, ProfileContext, Schemas, TraitError},
    session::{Aal, Session},
};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $alias:literal;)*) => {
        /// Something that somebody may have to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $alias)] $name,)*
        }

        impl Action {
            /// Every action there is, in the order in which they are asked for by default.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The alias in configurations and on the wire.
            pub fn alias(self) -> &'static str {
                match self { $(Self::$name => $alias,)* }
            }
        }
    };
}

actions! {
    /// To accept the terms and conditions.
    TermsAndConditions = "TERMS_AND_CONDITIONS";
    /// To choose another password.
    UpdatePassword = "UPDATE_PASSWORD";
    /// To prove that one holds one's e-mail address.
    VerifyEmail = "VERIFY_EMAIL";
    /// To look through one's profile.
    UpdateProfile = "UPDATE_PROFILE";
    /// To complete a profile that does not suffice any more.
    VerifyProfile = "VERIFY_PROFILE";
    /// To set up an application that shows codes, unless there is a second factor already.
    ConfigureTotp = "CONFIGURE_TOTP";
    /// To write down codes for the day the second factor is not at hand.
    ConfigureRecoveryCodes = "CONFIGURE_RECOVERY_AUTHN_CODES";
    /// To add a security key as a second factor.
    WebauthnRegister = "webauthn-register";
    /// To add a passkey.
    WebauthnRegisterPasswordless = "webauthn-register-passwordless";
    /// To delete one's account; never required, only asked for.
    DeleteAccount = "delete_account";
}

/// No action has this alias.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no required action of this name")]
pub struct UnknownAction;

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(alias: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|action| action.alias() == alias)
            .ok_or(UnknownAction)
    }
}

/// What the operator says of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSettings {
    /// Whether it exists here.
    pub enabled: bool,
    /// Whether every new identity has to do it, as far as the schemas leave it to that
    /// ([`Actions::is_default`]).
    pub default: bool,
    /// When it is asked for among others: the smallest first.
    pub priority: i64,
    /// How long after signing in it may be done without signing in again.
    pub max_auth_age: Duration,
}

/// The terms and conditions that count now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Their version; whoever accepted another one is asked again.
    pub version: String,
    /// Their text, where it is shown on the page.
    pub text: Option<String>,
    /// Where they can be read.
    pub url: Option<String>,
}

/// How long after signing in an action may be done, where nobody says otherwise.
pub const MAX_AUTH_AGE: Duration = Duration::from_secs(5 * 60);

/// The actions of a gateway, and who has to do which.
#[derive(Debug)]
pub struct Actions {
    schemas: Arc<Schemas>,
    settings: BTreeMap<Action, ActionSettings>,
    terms: Option<Terms>,
    password_max_age: Option<Duration>,
    assurance: Assurance,
}

/// The aliases that a new identity begins with where the actions have these settings.
pub fn defaults(settings: &BTreeMap<Action, ActionSettings>) -> Vec<String> {
    let enabled = in_order(settings).into_iter();
    let defaults = enabled.filter(|action| settings.get(action).is_some_and(|one| one.default));
    defaults.map(|action| action.alias().to_owned()).collect()
}

fn in_order(settings: &BTreeMap<Action, ActionSettings>) -> Vec<Action> {
    let enabled = settings.iter().filter(|(_, settings)| settings.enabled);
    let mut enabled: Vec<_> = enabled
        .map(|(action, settings)| (settings.priority, *action))
        .collect();
    enabled.sort_unstable();
    enabled.into_iter().map(|(_, action)| action).collect()
}

impl Actions {
    /// Actions with these settings; one without any is switched off.
    pub fn new(
        schemas: Arc<Schemas>,
        settings: BTreeMap<Action, ActionSettings>,
        terms: Option<Terms>,
    ) -> Self {
        Self {
            schemas,
            settings,
            terms,
            password_max_age: None,
            assurance: Assurance::default(),
        }
    }

    /// The same, where a password that is older than this has to be changed.
    #[must_use]
    pub fn with_password_max_age(mut self, age: Option<Duration>) -> Self {
        self.password_max_age = age;
        self
    }

    /// The same, where people have to be signed in as strongly as this.
    #[must_use]
    pub fn with_assurance(mut self, assurance: Assurance) -> Self {
        self.assurance = assurance;
        self
    }

    /// The schemas of those who have to do them.
    pub fn schemas(&self) -> &Arc<Schemas> {
        &self.schemas
    }

    /// How strongly people have to be signed in.
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// Whether somebody in `session` counts as nobody until they have shown a second factor. Where
    /// everybody has to have one and nobody can be asked for it, that is everybody who has none.
    pub fn is_too_weak(&self, identity: &Identity, session: &Session) -> bool {
        let assurance = self.assurance;
        let is_stuck = || assurance.asks_for_factor(identity, session.aal());
        assurance.is_lacking(identity, session) || (self.factor().is_none() && is_stuck())
    }

    /// What is asked of those who need a second factor and have none, where anything is.
    pub fn factor(&self) -> Option<Action> {
        let mut factors = FACTORS.into_iter();
        factors.find(|action| self.settings(*action).is_some())
    }

    /// The settings of an action that is switched on.
    pub fn settings(&self, action: Action) -> Option<&ActionSettings> {
        let settings = self.settings.get(&action);
        settings.filter(|settings| settings.enabled)
    }

    /// Every action that has settings, in the order in which they are asked for, switched on or not.
    pub fn all(&self) -> Vec<(Action, &ActionSettings)> {
        let mut all: Vec<_> = self.settings.iter().map(|(one, of)| (*one, of)).collect();
        all.sort_by_key(|(action, settings)| (settings.priority, *action));
        all
    }

    /// The actions that are switched on, in the order in which they are asked for.
    pub fn enabled(&self) -> Vec<Action> {
        in_order(&self.settings)
    }

    /// The terms that count now.
    pub fn terms(&self) -> Option<&Terms> {
        self.terms.as_ref()
    }

    /// Whether every new identity has to do it, with the schemas as they are now.
    pub fn is_default(&self, action: Action) -> bool {
        let settings = self.settings.get(&action);
        settings.is_some_and(|one| one.default) && self.schemas.asks_now(action.alias())
    }

    /// The aliases that a new identity begins with.
    pub fn defaults(&self) -> Vec<String> {
        defaults(&self.settings)
    }

    /// Whether this password is so old at `now` that it has to be changed.
    pub fn is_outdated(&self, password: &Credential, now: Timestamp) -> bool {
        let age = now.duration_since(password.updated_at);
        let most = self.password_max_age.filter(|_| {
            let settings = self.settings(Action::UpdatePassword);
            settings.is_some() && !age.is_negative()
        });
        most.is_some_and(|most| age.unsigned_abs() > most)
    }

    /// What this identity has to do before it is let through, the first one first. An alias that is
    /// not known or switched off keeps nobody out.
    pub fn pending(&self, identity: &Identity) -> Vec<Action> {
        self.pending_for(identity, &[])
    }

    /// The same for somebody who is signed in as strongly as `aal`: whoever has shown a second factor
    /// at a provider needs none here.
    pub fn pending_at(&self, aal: Aal, identity: &Identity) -> Vec<Action> {
        self.pending_for_at(aal, identity, &[])
    }

    /// Both.
    pub fn pending_for_at(&self, aal: Aal, identity: &Identity, scopes: &[String]) -> Vec<Action> {
        let mut pending = self.pending_for(identity, scopes);
        let asks = self.assurance.asks_for_factor(identity, aal);
        let factor = self.factor();
        pending.retain(|one| asks || Some(*one) != factor || is_asked(identity, *one));
        pending
    }

    /// The same on the way to where these scopes are asked for, for which a profile may have to hold
    /// more.
    pub fn pending_for(&self, identity: &Identity, scopes: &[String]) -> Vec<Action> {
        let mut enabled = self.enabled();
        enabled.retain(|action| self.is_pending(*action, identity, scopes));
        enabled
    }

    /// The alias of an address to verify stays with its identity: another address that comes in the
    /// place of a verified one is asked about again by itself.
    fn is_pending(&self, action: Action, identity: &Identity, scopes: &[String]) -> bool {
        let is_asked = is_asked(identity, action);
        match action {
            Action::DeleteAccount => false,
            Action::ConfigureTotp => {
                (is_asked || self.is_needed(action, identity)) && !self.assurance.has_own(identity)
            }
            Action::WebauthnRegister => is_asked || self.is_needed(action, identity),
            Action::VerifyEmail => is_asked && has_unverified(identity),
            Action::VerifyProfile => is_asked || !self.suffices(identity, scopes),
            Action::TermsAndConditions => self.terms_are_open(identity, is_asked),
            Action::UpdatePassword
            | Action::UpdateProfile
            | Action::ConfigureRecoveryCodes
            | Action::WebauthnRegisterPasswordless => is_asked,
        }
    }

    /// Whether it is what is asked of somebody who needs a second factor.
    fn is_needed(&self, action: Action, identity: &Identity) -> bool {
        self.factor() == Some(action) && self.assurance.asks_for_factor(identity, Aal::Aal1)
    }

    fn suffices(&self, identity: &Identity, scopes: &[String]) -> bool {
        let evaluation = Evaluation::of(ProfileContext::VerifyProfile).asking(scopes);
        let Some(schema) = self.schemas.find(&identity.schema_id) else {
            return true;
        };
        let errors = schema.errors_in(&evaluation, &identity.traits);
        // What their form there cannot mend must not keep anybody out; it takes it as it is.
        let is_theirs = |error: &TraitError| {
            schema.is_repairable(&evaluation, &error.path) && !identity.is_forced(&error.path)
        };
        !errors.iter().any(is_theirs)
    }

    fn terms_are_open(&self, identity: &Identity, is_asked: bool) -> bool {
        let Some(terms) = &self.terms else {
            return false;
        };
        let accepted = &identity.accepted_terms;
        let accepts_these = accepted.iter().any(|one| one.version == terms.version);
        is_asked || (!accepted.is_empty() && !accepts_these)
    }
}

/// What can be asked of those who need a second factor and have none, the first that is on.
const FACTORS: [Action; 2] = [Action::ConfigureTotp, Action::WebauthnRegister];

fn is_asked(identity: &Identity, action: Action) -> bool {
    let mut asked = identity.required_actions.iter();
    asked.any(|alias| alias == action.alias())
}

/// Whether an e-mail address waits to be verified.
fn has_unverified(identity: &Identity) -> bool {
    let mut addresses = identity.addresses.iter();
    addresses.any(|one| one.purpose.verification && one.via == "email" && one.verified_at.is_none())
}

#[cfg(test)]
mod tests;
