//! `[required_actions.<ALIAS>]`: what people may have to do after signing in, before they are let
//! through.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use portcullis_core::action::{Action, ActionSettings, MAX_AUTH_AGE, Terms};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Config, duration, finding::Check, text, wording};

/// All actions, by alias; those that are not written have their defaults.
pub type RequiredActions = BTreeMap<String, RequiredAction>;

/// Aliases that are known elsewhere, with what does the same here.
const ELSEWHERE: [(&str, &str); 3] = [
    ("UPDATE_EMAIL", "UPDATE_PROFILE"),
    ("delete_credential", "the settings page"),
    ("idp_link", "the settings page"),
];

/// What the operator says of one action.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequiredAction {
    /// Whether it exists; default `true`, but `false` for `TERMS_AND_CONDITIONS` and
    /// `delete_account`.
    pub enabled: bool,
    /// Whether everybody new has to do it; default `false`. Of `VERIFY_EMAIL`: where people register
    /// themselves and it tells nobody then who is known here.
    pub default: Option<bool>,
    /// When it is asked for among others: the smallest first.
    pub priority: i64,
    /// How long after signing in it may be done without signing in again; default `5m`, and `0s`
    /// for `delete_account`.
    #[serde(with = "duration")]
    pub max_auth_age: Duration,
    /// `TERMS_AND_CONDITIONS` only: the version of the terms. Whoever accepted another one is asked
    /// again.
    pub version: Option<String>,
    /// `TERMS_AND_CONDITIONS` only: the terms themselves, to be read on the page.
    pub text: Option<String>,
    /// A file that holds `text`.
    pub text_file: Option<PathBuf>,
    /// `TERMS_AND_CONDITIONS` only: where the terms can be read.
    #[serde(deserialize_with = "text::optional_url")]
    pub url: Option<Url>,
}

impl Default for RequiredAction {
    fn default() -> Self {
        Self {
            enabled: true,
            default: None,
            priority: 1000,
            max_auth_age: MAX_AUTH_AGE,
            version: None,
            text: None,
            text_file: None,
            url: None,
        }
    }
}

/// Every action as it is where nothing is written of it.
pub(super) fn defaults() -> RequiredActions {
    let priorities = (1..).map(|place| place * 10);
    let actions = Action::ALL.iter().zip(priorities);
    let settings = |action: Action, priority| RequiredAction {
        enabled: !matches!(action, Action::TermsAndConditions | Action::DeleteAccount),
        default: (action != Action::VerifyEmail).then_some(false),
        priority,
        max_auth_age: match action {
            Action::DeleteAccount => Duration::ZERO,
            _ => MAX_AUTH_AGE,
        },
        ..RequiredAction::default()
    };
    actions
        .map(|(action, priority)| (action.alias().to_owned(), settings(*action, priority)))
        .collect()
}

impl RequiredAction {
    fn validate(&self, action: Action, check: &mut Check<'_>) {
        if action != Action::TermsAndConditions {
            let of_terms = [
                ("version", self.version.is_some()),
                ("text", self.text.is_some() && self.text_file.is_none()),
                ("text_file", self.text_file.is_some()),
                ("url", self.url.is_some()),
            ];
            for (key, _) in of_terms.iter().filter(|(_, given)| *given) {
                let message = "only TERMS_AND_CONDITIONS has terms; remove it";
                check.under(key).problem(message);
            }
        } else if self.enabled {
            self.validate_terms(check);
        }
        let is_asked = self.default == Some(true);
        if is_asked && !self.enabled {
            let message = "nobody is asked for what is switched off; write enabled = true as well";
            check.under("default").warn(message);
        }
        if is_asked && action == Action::DeleteAccount {
            let message = "nobody has to delete their account; write false";
            check.under("default").problem(message);
        }
    }

    fn validate_terms(&self, check: &mut Check<'_>) {
        if self
            .version
            .as_ref()
            .is_none_or(|text| text.trim().is_empty())
        {
            check.under("version").problem(
                "terms need a version, so that a later one can be asked for; write one such as \
                 \"2026-01\"",
            );
        }
        let is_empty = |text: &String| text.trim().is_empty();
        if self.url.is_none() && self.text.as_ref().is_none_or(is_empty) {
            check
                .under("text")
                .problem("there is nothing to accept; write text, text_file or url");
        }
        if let Some(url) = &self.url
            && !matches!(url.scheme(), "http" | "https")
        {
            let message = "browsers open http:// and https:// only; write such a URL";
            check.under("url").problem(message);
        }
    }
}

pub(super) fn validate(config: &Config, check: &mut Check<'_>) {
    for (alias, settings) in &config.required_actions {
        let mut check = check.under(alias);
        match alias.parse::<Action>() {
            Ok(action) => {
                settings.validate(action, &mut check);
                warn_of_dead_ends(config, (action, settings), &mut check);
            }
            Err(_) => match known_elsewhere(alias) {
                Some(message) => check.warn(message),
                None => check.problem(unknown(alias)),
            },
        }
    }
}

/// What nobody could do here keeps nobody out, but whoever wrote it should know.
fn warn_of_dead_ends(
    config: &Config,
    (action, settings): (Action, &RequiredAction),
    check: &mut Check<'_>,
) {
    let is_asked = settings.enabled && settings.default == Some(true);
    if is_asked && action == Action::VerifyEmail && !can_verify(config) {
        check.under("default").warn(
            "addresses cannot be verified here, so nobody is asked; write [mail], and leave \
             plugins.self-service.verification on",
        );
    }
    if is_asked && action == Action::UpdatePassword && !config.identity.local.enabled {
        let message = "there are no passwords here, so nobody is asked; write false";
        check.under("default").warn(message);
    }
    if action == Action::VerifyEmail && settings.default == Some(false) && config.can_prove_first()
    {
        check.under("default").warn(
            "whoever registers with an address learns whether somebody has it already; leave it \
             out, and everybody new proves theirs first",
        );
    }
}

/// Whether people can prove here that they hold an address.
fn can_verify(config: &Config) -> bool {
    config.sends_mail() && config.plugins.self_service.verification.enabled
}

/// What to say of an alias that other gateways know: a table that was brought along keeps nothing
/// from starting.
fn known_elsewhere(alias: &str) -> Option<String> {
    let (_, instead) = ELSEWHERE.iter().find(|(known, _)| *known == alias)?;
    Some(format!(
        "this action does not exist here, so the table has no effect; {instead} does the same"
    ))
}

fn unknown(alias: &str) -> String {
    let aliases: Vec<&str> = Action::ALL.iter().map(|action| action.alias()).collect();
    format!(
        "there is no such action; {}",
        wording::nearest(alias, &aliases)
    )
}

impl Config {
    /// What every action is like here, by the schemas of the configuration. An action that nobody could
    /// do is switched off.
    pub fn action_settings(&self) -> BTreeMap<Action, ActionSettings> {
        self.settings_where(self.identity.offers_sign_in_by_mail())
    }

    /// The same, where the schemas that there are at run time decide about those asked by mail.
    pub fn action_settings_at_run_time(&self) -> BTreeMap<Action, ActionSettings> {
        self.settings_where(true)
    }

    /// The aliases that are asked of everybody new only while mail lets people in, as their schemas say.
    pub fn actions_asked_by_mail(&self) -> Vec<String> {
        let unsaid = |(_, written): &(&String, &RequiredAction)| written.default.is_none();
        let unsaid = self.required_actions.iter().filter(unsaid);
        unsaid.map(|(alias, _)| alias.clone()).collect()
    }

    fn settings_where(&self, mail_lets_in: bool) -> BTreeMap<Action, ActionSettings> {
        let by_mail = mail_lets_in && self.could_prove_first();
        let written = self.required_actions.iter();
        let known = written.filter_map(|(alias, written)| Some((alias.parse().ok()?, written)));
        known
            .map(|(action, written)| (action, self.settings_of(action, (written, by_mail))))
            .collect()
    }

    fn settings_of(
        &self,
        action: Action,
        (written, by_mail): (&RequiredAction, bool),
    ) -> ActionSettings {
        let can_be_done = match action {
            Action::UpdatePassword => self.identity.local.enabled,
            Action::VerifyEmail => can_verify(self),
            Action::ConfigureTotp => self.identity.mfa.totp,
            Action::ConfigureRecoveryCodes => self.identity.mfa.lookup_secret,
            Action::WebauthnRegister => self.identity.mfa.webauthn && self.has_keys(),
            Action::WebauthnRegisterPasswordless => {
                self.identity.passkey.enabled && self.has_keys()
            }
            _ => true,
        };
        let of_passwords = self.identity.password.max_auth_age;
        ActionSettings {
            enabled: written.enabled && can_be_done,
            default: written
                .default
                .unwrap_or(action == Action::VerifyEmail && by_mail),
            priority: written.priority,
            max_auth_age: match action {
                Action::UpdatePassword => of_passwords.unwrap_or(written.max_auth_age),
                _ => written.max_auth_age,
            },
        }
    }

    /// Whether browsers make keys for where the gateway is: they do so for names only.
    pub(super) fn has_keys(&self) -> bool {
        self.public_url.domain().is_some()
    }

    /// Whether whoever registers can prove an address before anything else, so that nobody learns by
    /// it who is known here: mail lets them in, then and later, at an address that they sign in with.
    fn can_prove_first(&self) -> bool {
        self.could_prove_first() && self.identity.offers_sign_in_by_mail()
    }

    /// The same, as far as schemas do not decide it.
    fn could_prove_first(&self) -> bool {
        let flows = &self.plugins.self_service;
        let registers = flows.registration.enabled && self.identity.local.enabled;
        registers && can_verify(self) && flows.recovery.enabled
    }

    /// Whether everybody new has to prove their address before they are let through.
    pub(super) fn proves_addresses(&self) -> bool {
        let settings = self.action_settings();
        let verify = settings.get(&Action::VerifyEmail);
        verify.is_some_and(|one| one.enabled && one.default)
    }

    /// The terms that count, where they are switched on.
    pub fn terms(&self) -> Option<Terms> {
        let alias = Action::TermsAndConditions.alias();
        let written = self.required_actions.get(alias)?;
        Some(Terms {
            version: written.version.clone().filter(|_| written.enabled)?,
            text: written.text.clone(),
            url: written.url.as_ref().map(Url::to_string),
        })
    }
}
