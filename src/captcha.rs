//! Captcha services over HTTP: whether a person has answered, as the service that asked says.
//!
//! All of them are asked the same way. Whoever does not answer in time, or not as agreed, has said
//! nothing: then no form that asks for it is taken.

use std::time::Duration;

use async_trait::async_trait;
use portcullis_core::{
    captcha::{Captcha, CaptchaAnswer, CaptchaError, CaptchaKind},
    outbound::Way,
    secret::Secret,
};
use reqwest::Client;
use serde::Deserialize;
use url::Url;

use crate::{config, outbound};

/// How long somebody waits for a form because of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer is larger.
const LARGEST: usize = 64 * 1024;

/// A captcha service.
#[derive(Debug)]
pub struct Service {
    kind: CaptchaKind,
    site_key: String,
    secret: Secret,
    url: Url,
    min_score: f64,
    client: Client,
}

/// What a service says.
#[derive(Deserialize)]
struct Verdict {
    success: bool,
    #[serde(default, rename = "error-codes")]
    errors: Vec<String>,
    action: Option<String>,
    score: Option<f64>,
}

impl Service {
    /// The configured service, if there is one, asked this way.
    pub fn new(config: &config::Captcha, way: &Way) -> Result<Option<Self>, reqwest::Error> {
        let kind = match config.provider {
            config::CaptchaProvider::None => return Ok(None),
            config::CaptchaProvider::Turnstile => CaptchaKind::Turnstile,
            config::CaptchaProvider::RecaptchaV2 => CaptchaKind::RecaptchaV2,
            config::CaptchaProvider::RecaptchaV3 => CaptchaKind::RecaptchaV3,
            config::CaptchaProvider::Hcaptcha => CaptchaKind::Hcaptcha,
        };
        let Some(url) = config.verify_url.clone().or_else(|| own_url(kind)) else {
            return Ok(None);
        };
        let client = outbound::client(way, &url)?
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .build()?;
        Ok(Some(Self {
            kind,
            site_key: config.site_key.clone().unwrap_or_default(),
            secret: config.secret.clone().unwrap_or_default(),
            url,
            min_score: config.min_score,
            client,
        }))
    }

    async fn ask(&self, answer: &CaptchaAnswer<'_>) -> Result<Verdict, CaptchaError> {
        let client = answer.client.to_string();
        let mut fields = vec![
            ("secret", self.secret.expose()),
            ("response", answer.response),
            ("remoteip", &client),
        ];
        if self.kind == CaptchaKind::Hcaptcha {
            fields.push(("sitekey", &self.site_key));
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.client.post(self.url.clone());
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        let mut response = request.body(body).send().await.map_err(|e| why(&e))?;
        let status = response.status();
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| why(&e))? {
            text.extend_from_slice(&chunk);
            if text.len() > LARGEST {
                return Err(unusable("its answer is too large"));
            }
        }
        // Turnstile says with 400, too, that an answer is not one.
        let verdict = serde_json::from_slice(&text);
        verdict.map_err(|_| unusable(&format!("status {} without a verdict", status.as_u16())))
    }
}

#[async_trait]
impl Captcha for Service {
    fn kind(&self) -> CaptchaKind {
        self.kind
    }

    fn site_key(&self) -> &str {
        &self.site_key
    }

    async fn judge(&self, answer: &CaptchaAnswer<'_>) -> Result<bool, CaptchaError> {
        let verdict = self.ask(answer).await?;
        if !verdict.success {
            let is_ours = |error: &&String| is_our_fault(error);
            return match verdict.errors.iter().find(is_ours) {
                Some(error) => Err(unusable(error)),
                None => Ok(false),
            };
        }
        let is_for_this = match verdict.action.as_deref() {
            None | Some("") => self.kind != CaptchaKind::RecaptchaV3,
            Some(action) => action == answer.action,
        };
        let is_scored = match self.kind {
            CaptchaKind::RecaptchaV3 => verdict.score.is_some_and(|score| score >= self.min_score),
            _ => true,
        };
        Ok(is_for_this && is_scored)
    }
}

/// Whether an error says that this site is not known there, or that the service is out of order, and
/// nothing of the answer.
fn is_our_fault(error: &str) -> bool {
    matches!(
        error,
        "missing-input-secret"
            | "invalid-input-secret"
            | "sitekey-secret-mismatch"
            | "invalid-keys"
            | "bad-request"
            | "internal-error"
    )
}

/// The address at which a service judges.
fn own_url(kind: CaptchaKind) -> Option<Url> {
    let text = match kind {
        CaptchaKind::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        CaptchaKind::RecaptchaV2 | CaptchaKind::RecaptchaV3 => {
            "https://www.google.com/recaptcha/api/siteverify"
        }
        CaptchaKind::Hcaptcha => "https://api.hcaptcha.com/siteverify",
    };
    Url::parse(text).ok()
}

fn unusable(reason: &str) -> CaptchaError {
    CaptchaError {
        reason: reason.chars().take(100).collect(),
    }
}

/// The library's own text names addresses, so only its kind is kept.
fn why(error: &reqwest::Error) -> CaptchaError {
    unusable(match (error.is_timeout(), error.is_connect()) {
        (true, _) => "it did not answer in time",
        (_, true) => "no connection to it could be made",
        _ => "its answer broke off",
    })
}

#[cfg(test)]
mod tests;
