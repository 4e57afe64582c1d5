//! Captchas in forms: what a page shows of a service, loads for it and lets it do.

use portcullis_core::{captcha::CaptchaKind, ui::Ui};
use serde::Serialize;
use serde_json::Value;

/// What asks whoever fills in a form, as a template reads it.
#[derive(Debug, Serialize)]
pub(crate) struct Widget {
    #[serde(skip)]
    kind: CaptchaKind,
    /// The class that the service's script looks for.
    class: &'static str,
    site_key: String,
    action: String,
    /// The field that brings the answer.
    field: String,
    /// Whether our own script asks, when the form is sent.
    is_unseen: bool,
}

/// What a page lets a service do.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    pub(crate) scripts: &'static [&'static str],
    pub(crate) frames: &'static [&'static str],
    pub(crate) connections: &'static [&'static str],
    pub(crate) styles: &'static [&'static str],
}

const TURNSTILE: &[&str] = &["https://challenges.cloudflare.com"];
const RECAPTCHA: &[&str] = &[
    "https://www.google.com/recaptcha/",
    "https://www.gstatic.com/recaptcha/",
];
const RECAPTCHA_FRAMES: &[&str] = &[
    "https://www.google.com/recaptcha/",
    "https://recaptcha.google.com/recaptcha/",
];
const HCAPTCHA: &[&str] = &["https://hcaptcha.com", "https://*.hcaptcha.com"];

impl Widget {
    /// That of a form, if it has one.
    pub(crate) fn of(ui: &Ui) -> Option<Self> {
        CaptchaKind::ALL.iter().find_map(|kind| {
            let name = kind.options();
            let mut nodes = ui.nodes.iter().map(|node| &node.attributes);
            let text = nodes
                .find(|one| one.name == name)?
                .value
                .as_ref()?
                .as_str()?;
            let options: Value = serde_json::from_str(text).ok()?;
            let member = |name: &str| options[name].as_str().unwrap_or_default().to_owned();
            Some(Self {
                kind: *kind,
                class: match kind {
                    CaptchaKind::Turnstile => "cf-turnstile",
                    CaptchaKind::RecaptchaV2 => "g-recaptcha",
                    CaptchaKind::RecaptchaV3 => "unseen-captcha",
                    CaptchaKind::Hcaptcha => "h-captcha",
                },
                site_key: member("sitekey"),
                action: member("action"),
                field: member("response_field_name"),
                is_unseen: *kind == CaptchaKind::RecaptchaV3,
            })
        })
    }

    /// The address of the service's script.
    pub(crate) fn script(&self) -> String {
        match self.kind {
            CaptchaKind::Turnstile => {
                "https://challenges.cloudflare.com/turnstile/v0/api.js".to_owned()
            }
            CaptchaKind::RecaptchaV2 => "https://www.google.com/recaptcha/api.js".to_owned(),
            CaptchaKind::RecaptchaV3 => {
                let key: String =
                    url::form_urlencoded::byte_serialize(self.site_key.as_bytes()).collect();
                format!("https://www.google.com/recaptcha/api.js?render={key}")
            }
            CaptchaKind::Hcaptcha => "https://js.hcaptcha.com/1/api.js".to_owned(),
        }
    }

    /// Whether our own script is needed beside it.
    pub(crate) fn needs_ours(&self) -> bool {
        self.is_unseen
    }

    /// What the page lets the service do, and no other page does.
    pub(crate) fn origins(&self) -> Origins {
        match self.kind {
            CaptchaKind::Turnstile => Origins {
                scripts: TURNSTILE,
                frames: TURNSTILE,
                ..Origins::default()
            },
            CaptchaKind::RecaptchaV2 | CaptchaKind::RecaptchaV3 => Origins {
                scripts: RECAPTCHA,
                frames: RECAPTCHA_FRAMES,
                connections: RECAPTCHA_FRAMES,
                styles: &[],
            },
            CaptchaKind::Hcaptcha => Origins {
                scripts: HCAPTCHA,
                frames: HCAPTCHA,
                connections: HCAPTCHA,
                styles: HCAPTCHA,
            },
        }
    }
}
