//! `[captcha]`: which forms ask for a sign that a person fills them in, and who judges it.

use std::path::PathBuf;

use portcullis_core::secret::Secret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{finding::Check, is_loopback, text};

/// `[captcha]`: none by default.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Captcha {
    /// The service; default `none`.
    #[serde(deserialize_with = "text::word")]
    pub provider: CaptchaProvider,
    /// The flows whose forms have it; default `["registration"]`.
    pub flows: Vec<CaptchaFlow>,
    /// What the service knows this site by.
    pub site_key: Option<String>,
    /// What this site proves itself with at the service.
    pub secret: Option<Secret>,
    /// A file that holds `secret`.
    pub secret_file: Option<PathBuf>,
    /// Where answers are judged; default: the service's own address.
    #[serde(deserialize_with = "text::optional_url")]
    pub verify_url: Option<Url>,
    /// The least score of a person, with `recaptcha_v3`; default `0.5`.
    pub min_score: f64,
}

/// A service that tells people from machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaProvider {
    /// None.
    #[default]
    None,
    /// Cloudflare Turnstile.
    Turnstile,
    /// reCAPTCHA with a box to tick.
    RecaptchaV2,
    /// reCAPTCHA that scores, unseen.
    RecaptchaV3,
    /// hCaptcha.
    Hcaptcha,
}

/// A flow whose forms may have a captcha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptchaFlow {
    /// Signing in.
    Login,
    /// Registering.
    Registration,
    /// Getting back in.
    Recovery,
    /// Proving an address.
    Verification,
}

impl Default for Captcha {
    fn default() -> Self {
        Self {
            provider: CaptchaProvider::None,
            flows: vec![CaptchaFlow::Registration],
            site_key: None,
            secret: None,
            secret_file: None,
            verify_url: None,
            min_score: 0.5,
        }
    }
}

impl Captcha {
    pub(super) fn validate(&self, check: &mut Check<'_>) {
        if !(0.0..=1.0).contains(&self.min_score) {
            check
                .under("min_score")
                .problem("scores reach from 0.0 to 1.0; write a number such as 0.5");
        }
        if self.provider == CaptchaProvider::None {
            return;
        }
        if self.site_key.as_deref().unwrap_or_default().is_empty() {
            check
                .under("site_key")
                .problem("the service needs to know the site; write the key that it gave you");
        }
        if self.secret.as_ref().is_none_or(Secret::is_empty) {
            check
                .under("secret")
                .problem("no answer can be judged without it; write it, or secret_file");
        }
        if self.flows.is_empty() {
            check
                .under("flows")
                .problem("no form asks for it; write flows, or provider = \"none\"");
        }
        if let Some(url) = &self.verify_url
            && url.scheme() != "https"
            && !is_loopback(url)
        {
            check
                .under("verify_url")
                .problem("the secret would travel in the clear; write https://");
        }
    }
}
