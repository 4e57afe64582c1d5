//! The anti-forgery cookie: one per browser, shared by its tabs, masked anew in every answer.
//!
//! Behind its token the cookie carries when this browser completed sign-ins of late, so that a
//! browser that loses only its session cookie can be told so.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderName;
use jiff::Timestamp;
use portcullis_core::{
    entropy::Entropy,
    secret::{Secret, Token, TokenHash},
};
use portcullis_kit::Visit;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::desk::Desk;

/// The form field that carries the masked token.
pub(crate) const FIELD: &str = "csrf_token";
/// The header that may carry it instead.
const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// A browser keeps its cookie for a year, as long as the dialect's clients expect.
const MAX_AGE: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How far back completed sign-ins count towards a loop, in seconds.
const LOOP_WINDOW: i64 = 60;
/// How many completed sign-ins within the window make a loop.
const LOOP_COUNT: usize = 3;

/// A browser's anti-forgery cookie.
#[derive(Debug, Clone)]
pub(crate) struct Csrf {
    token: Secret,
    sign_ins: Vec<i64>,
}

impl Csrf {
    /// The cookie the browser sent, if it is well-formed.
    pub(crate) fn of(desk: &Desk, visit: &Visit) -> Option<Self> {
        let value = visit.cookie(desk.services.cookies.csrf())?;
        let mut parts = value.split('.');
        let token = parts.next().filter(|token| decode::<32>(token).is_some())?;
        Some(Self {
            token: Secret::new(token),
            sign_ins: parts.filter_map(|part| part.parse().ok()).collect(),
        })
    }

    /// The browser's cookie, or a new one.
    pub(crate) fn of_or_new(desk: &Desk, visit: &Visit) -> Self {
        Self::of(desk, visit).unwrap_or_else(|| Self {
            token: Secret::new(Token::generate(&*desk.services.entropy).expose()),
            sign_ins: Vec::new(),
        })
    }

    /// What flows are bound to.
    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash::of(self.token.expose())
    }

    /// The `Set-Cookie` value that keeps it.
    pub(crate) fn set_cookie(&self, desk: &Desk) -> String {
        let mut value = self.token.expose().to_owned();
        for time in &self.sign_ins {
            value.push('.');
            value.push_str(&time.to_string());
        }
        let cookies = &desk.services.cookies;
        cookies.set(cookies.csrf(), &value, MAX_AGE)
    }

    /// The token behind a fresh mask: equal tokens in a compressed page would let an attacker
    /// guess them by the page's length (BREACH).
    pub(crate) fn masked(&self, entropy: &dyn Entropy) -> String {
        let mut bytes = [0; 64];
        let token = decode::<32>(self.token.expose()).unwrap_or_default();
        let mask = entropy.bytes::<32>();
        for (index, (mask, byte)) in mask.iter().zip(token).enumerate() {
            bytes[index] = *mask;
            bytes[index + 32] = mask ^ byte;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether the submission carries this token, in its field or in the header.
    pub(crate) fn is_in(&self, visit: &Visit, fields: &Map<String, Value>) -> bool {
        let field = fields.get(FIELD).and_then(Value::as_str);
        let header = visit.header(&HEADER);
        [field, header].into_iter().flatten().any(|masked| {
            let (Some(masked), Some(token)) =
                (decode::<64>(masked), decode::<32>(self.token.expose()))
            else {
                return false;
            };
            let mut unmasked = [0; 32];
            for (index, byte) in unmasked.iter_mut().enumerate() {
                *byte = masked[index] ^ masked[index + 32];
            }
            unmasked.ct_eq(&token).into()
        })
    }

    /// The cookie after a completed sign-in.
    pub(crate) fn after_sign_in(mut self, now: Timestamp) -> Self {
        let now = now.as_second();
        self.sign_ins
            .retain(|time| (0..LOOP_WINDOW).contains(&(now - time)));
        self.sign_ins.push(now);
        let surplus = self.sign_ins.len().saturating_sub(LOOP_COUNT);
        self.sign_ins.drain(..surplus);
        self
    }

    /// The cookie without any sign-ins, after signing out or after a loop was explained.
    pub(crate) fn forgetful(mut self) -> Self {
        self.sign_ins.clear();
        self
    }

    /// Whether this browser completed so many sign-ins just now that it cannot be keeping its
    /// session cookie.
    pub(crate) fn loops(&self, now: Timestamp) -> bool {
        let now = now.as_second();
        let recent = |time: &&i64| (0..LOOP_WINDOW).contains(&(now - **time));
        self.sign_ins.iter().filter(recent).count() >= LOOP_COUNT
    }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
