//! `[plugins.…]`: what the built-in plugins are asked to do.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{admin::Admin, duration, finding::Check, form_module::FormModule, text};

/// The sections of the built-in plugins.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugins {
    /// Sign-in, registration and sign-out.
    pub self_service: SelfService,
    /// The admin API; there only where its section stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<Admin>,
}

/// `[plugins.self-service]`: sign-in, registration and sign-out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelfService {
    /// The sign-in flow.
    pub login: LoginFlow,
    /// The registration flow.
    pub registration: RegistrationFlow,
    /// The settings flow.
    pub settings: SettingsFlow,
    /// Getting back in without what one signs in with.
    pub recovery: MailedFlow,
    /// Proving that one holds an address.
    pub verification: MailedFlow,
    /// The error page.
    pub error: ErrorPage,
    /// Scripts for fields with an annotation, by its name; none by default.
    pub form_modules: BTreeMap<String, FormModule>,
}

/// `[plugins.self-service.login]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginFlow {
    /// A page of one's own; default: the built-in one.
    #[serde(deserialize_with = "text::optional_url")]
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(with = "duration")]
    pub flow_lifespan: Duration,
}

/// `[plugins.self-service.registration]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationFlow {
    /// Whether anybody may register a local identity; default `false`, because whoever may
    /// register may enter.
    pub enabled: bool,
    /// A page of one's own; default: the built-in one.
    #[serde(deserialize_with = "text::optional_url")]
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(with = "duration")]
    pub flow_lifespan: Duration,
}

/// `[plugins.self-service.settings]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFlow {
    /// A page of one's own; default: the built-in one.
    #[serde(deserialize_with = "text::optional_url")]
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(with = "duration")]
    pub flow_lifespan: Duration,
    /// How long after proving who one is one may change how one signs in; default `5m`. Later that
    /// has to be proved again first.
    #[serde(with = "duration")]
    pub privileged_session_max_age: Duration,
    /// Whether a new password and a recovery end every other session of their identity; default
    /// `true`, because whoever needs either may share the old password with a stranger.
    pub end_other_sessions: bool,
}

/// `[plugins.self-service.recovery]` and `[plugins.self-service.verification]`: flows that write to
/// people.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailedFlow {
    /// Whether it is offered; default `true`, without effect where no mail is sent.
    pub enabled: bool,
    /// A page of one's own; default: the built-in one.
    #[serde(deserialize_with = "text::optional_url")]
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(with = "duration")]
    pub flow_lifespan: Duration,
    /// Whether a code or a link is mailed; default `code`.
    #[serde(rename = "use")]
    pub proof: MailedProof,
    /// How long a code or link is good for; default `1h`.
    #[serde(with = "duration")]
    pub lifespan: Duration,
}

/// What is mailed to prove that somebody holds an address.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailedProof {
    /// Six digits to type.
    #[default]
    Code,
    /// A link to open.
    Link,
}

/// `[plugins.self-service.error]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorPage {
    /// A page of one's own; default: the built-in one.
    #[serde(deserialize_with = "text::optional_url")]
    pub ui_url: Option<Url>,
}

const FLOW_LIFESPAN: Duration = Duration::from_secs(60 * 60);

impl Default for LoginFlow {
    fn default() -> Self {
        Self {
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
        }
    }
}

impl Default for RegistrationFlow {
    fn default() -> Self {
        Self {
            enabled: false,
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
        }
    }
}

impl Default for SettingsFlow {
    fn default() -> Self {
        Self {
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
            privileged_session_max_age: Duration::from_secs(5 * 60),
            end_other_sessions: true,
        }
    }
}

impl Default for MailedFlow {
    fn default() -> Self {
        Self {
            enabled: true,
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
            proof: MailedProof::default(),
            lifespan: FLOW_LIFESPAN,
        }
    }
}

impl SelfService {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        let (login, registration) = (&self.login, &self.registration);
        validate_page(login.ui_url.as_ref(), &mut check.under("login"));
        validate_lifespan(login.flow_lifespan, &mut check.under("login"));
        validate_page(
            registration.ui_url.as_ref(),
            &mut check.under("registration"),
        );
        validate_lifespan(registration.flow_lifespan, &mut check.under("registration"));
        let settings = &self.settings;
        validate_page(settings.ui_url.as_ref(), &mut check.under("settings"));
        validate_lifespan(settings.flow_lifespan, &mut check.under("settings"));
        if settings.privileged_session_max_age < Duration::from_secs(30) {
            check
                .under("settings")
                .under("privileged_session_max_age")
                .problem("nobody changes anything within 30 seconds; write \"5m\" or so");
        }
        if !settings.end_other_sessions {
            check
                .under("settings")
                .under("end_other_sessions")
                .warn("whoever knows an old password stays signed in with it after it was changed");
        }
        for (name, flow) in [
            ("recovery", &self.recovery),
            ("verification", &self.verification),
        ] {
            validate_page(flow.ui_url.as_ref(), &mut check.under(name));
            validate_lifespan(flow.flow_lifespan, &mut check.under(name));
            validate_lifespan(flow.lifespan, &mut check.under(name));
        }
        validate_page(self.error.ui_url.as_ref(), &mut check.under("error"));
        let mut check = check.under("form_modules");
        for (name, module) in &self.form_modules {
            module.validate(&mut check.under(name));
        }
    }
}

fn validate_page(url: Option<&Url>, check: &mut Check<'_>) {
    if url.is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
        check
            .under("ui_url")
            .problem("browsers open http:// and https:// only; write such a URL");
    }
}

fn validate_lifespan(lifespan: Duration, check: &mut Check<'_>) {
    if lifespan < Duration::from_secs(30) {
        check
            .under("flow_lifespan")
            .problem("nobody signs in within 30 seconds; write \"1h\" or so");
    }
}
