//! What the operator can choose: `[plugins.self-service]`, and the throttles of `[limits]`.

use std::{collections::BTreeMap, time::Duration};

use portcullis_kit::Module;
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

/// `[plugins.self-service]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The sign-in flow.
    pub login: LoginConfig,
    /// The registration flow.
    pub registration: RegistrationConfig,
    /// The settings flow.
    pub settings: SettingsConfig,
    /// The recovery flow.
    pub recovery: MailedConfig,
    /// The verification flow.
    pub verification: MailedConfig,
    /// The error page.
    pub error: ErrorConfig,
    /// Whether `/sessions/whoami` refuses whoever has something to do first; `[session] whoami`.
    #[serde(skip)]
    pub whoami_enforces_actions: bool,
    /// How long whoever asks `/sessions/whoami` may keep the answer; `[session] whoami`.
    #[serde(skip)]
    pub whoami_cache_for: Duration,
    /// What is remembered and told of devices; `[session]`.
    #[serde(skip)]
    pub devices: Devices,
    /// Whether one can sign in with a code by mail alone; `[identity.code]`.
    #[serde(skip)]
    pub passwordless_code: bool,
    /// Scripts for fields with an annotation, by its name.
    pub form_modules: BTreeMap<String, Module>,
}

/// What is remembered and told of devices.
#[derive(Debug, Clone, Copy)]
pub struct Devices {
    /// Whether people are told by mail of a sign-in on a new one.
    pub notify_new: bool,
    /// How long one is known after a sign-in on it.
    pub retention: Duration,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            notify_new: false,
            retention: Duration::from_secs(30 * 24 * 60 * 60),
        }
    }
}

/// `[plugins.self-service.login]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginConfig {
    /// A page of one's own; the built-in one when absent.
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(deserialize_with = "duration")]
    pub flow_lifespan: Duration,
}

/// `[plugins.self-service.registration]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationConfig {
    /// Whether anybody may register a local identity; default `false`.
    pub enabled: bool,
    /// A page of one's own; the built-in one when absent.
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(deserialize_with = "duration")]
    pub flow_lifespan: Duration,
}

/// `[plugins.self-service.settings]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsConfig {
    /// A page of one's own; the built-in one when absent.
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(deserialize_with = "duration")]
    pub flow_lifespan: Duration,
    /// How long after proving who one is one may change how one signs in; default `5m`.
    #[serde(deserialize_with = "duration")]
    pub privileged_session_max_age: Duration,
    /// Whether a new password and a recovery end every other session; default `true`.
    pub end_other_sessions: bool,
}

/// `[plugins.self-service.recovery]` and `[plugins.self-service.verification]`: flows that write to
/// people.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailedConfig {
    /// Whether it is offered; default `true`, without effect where no mail is sent.
    pub enabled: bool,
    /// A page of one's own; the built-in one when absent.
    pub ui_url: Option<Url>,
    /// How long a started flow may take; default `1h`.
    #[serde(deserialize_with = "duration")]
    pub flow_lifespan: Duration,
    /// Whether a code or a link is mailed; default `code`.
    #[serde(rename = "use")]
    pub proof: MailedProof,
    /// How long a code or link is good for; default `1h`.
    #[serde(deserialize_with = "duration")]
    pub lifespan: Duration,
}

/// What is mailed to prove that somebody holds an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailedProof {
    /// Six digits to type.
    #[default]
    Code,
    /// A link to open.
    Link,
}

impl MailedProof {
    /// The wire name: also of the group that its fields are in.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Link => "link",
        }
    }

    /// The method's wire name in sessions that a recovery by it begins.
    pub fn recovers_by(self) -> &'static str {
        match self {
            Self::Code => "code_recovery",
            Self::Link => "link_recovery",
        }
    }
}

/// `[plugins.self-service.error]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorConfig {
    /// A page of one's own; errors are shown where they happen when absent.
    pub ui_url: Option<Url>,
}

/// How often things may happen, from `[limits]`.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Submissions from one client address.
    pub sign_ins_per_address: Rate,
    /// Flows begun from one client address.
    pub flows_per_address: Rate,
    /// Registrations that begin no session from one client address; four times as many from its site.
    pub registrations_per_address: Rate,
    /// Failed submissions for one identity; the pause after them doubles each time.
    pub sign_ins_per_identity: Rate,
}

/// How often something may happen within a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many times.
    pub count: u32,
    /// Within what time.
    pub per: Duration,
}

impl Rate {
    /// That many times in that many seconds.
    pub const fn new(count: u32, seconds: u64) -> Self {
        Self {
            count,
            per: Duration::from_secs(seconds),
        }
    }
}

const FLOW_LIFESPAN: Duration = Duration::from_secs(60 * 60);

impl Default for LoginConfig {
    fn default() -> Self {
        Self {
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
        }
    }
}

impl Default for RegistrationConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
        }
    }
}

impl Default for SettingsConfig {
    fn default() -> Self {
        Self {
            ui_url: None,
            flow_lifespan: FLOW_LIFESPAN,
            privileged_session_max_age: Duration::from_secs(5 * 60),
            end_other_sessions: true,
        }
    }
}

impl Default for MailedConfig {
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

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_ins_per_address: Rate::new(300, 60),
            flows_per_address: Rate::new(600, 60),
            registrations_per_address: Rate::new(30, 10 * 60),
            sign_ins_per_identity: Rate::new(10, 5 * 60),
        }
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(serde::de::Error::custom)
}
