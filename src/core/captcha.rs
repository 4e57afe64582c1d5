//! The captcha port: a service that tells people from machines before a form is taken.

use std::{
    fmt::{self, Debug},
    net::IpAddr,
};

use async_trait::async_trait;

/// A service that tells people from machines.
#[async_trait]
pub trait Captcha: Debug + Send + Sync {
    /// Which service it is.
    fn kind(&self) -> CaptchaKind;

    /// What the service knows this site by; it stands in pages.
    fn site_key(&self) -> &str;

    /// Whether a person has answered.
    async fn judge(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, CaptchaError>;
}

/// What a form brought.
#[derive(Clone, Copy)]
pub struct CaptchaAnswer<'a> {
    /// What the service gave the page; good once.
    pub response: &'a str,
    /// What the form is for.
    pub action: &'a str,
    /// Where it came from.
    pub client: IpAddr,
}

impl fmt::Debug for CaptchaAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaptchaAnswer")
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// The service cannot be asked, or does not know this site.
#[derive(Debug, thiserror::Error)]
#[error("the captcha service cannot be asked: {reason}")]
pub struct CaptchaError {
    /// Why; never what was sent.
    pub reason: String,
}

/// The services that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptchaKind {
    /// Cloudflare Turnstile.
    Turnstile,
    /// reCAPTCHA with a box to tick.
    RecaptchaV2,
    /// reCAPTCHA that scores, unseen.
    RecaptchaV3,
    /// hCaptcha.
    Hcaptcha,
}

impl CaptchaKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Turnstile,
        Self::RecaptchaV2,
        Self::RecaptchaV3,
        Self::Hcaptcha,
    ];

    /// Its name in nodes and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turnstile => "turnstile",
            Self::RecaptchaV2 => "recaptcha_v2",
            Self::RecaptchaV3 => "recaptcha_v3",
            Self::Hcaptcha => "hcaptcha",
        }
    }

    /// The field that brings what the service gave the page.
    pub fn field(self) -> String {
        format!("transient_payload.captcha_{}_response", self.as_str())
    }

    /// The field that the service's own script adds to a form.
    pub fn own_field(self) -> &'static str {
        match self {
            Self::Turnstile => "cf-turnstile-response",
            Self::RecaptchaV2 | Self::RecaptchaV3 => "g-recaptcha-response",
            Self::Hcaptcha => "h-captcha-response",
        }
    }

    /// The node that says how the page asks.
    pub fn options(self) -> String {
        format!("captcha_{}_options", self.as_str())
    }
}
