//! What makes the codes of one app and knows a right one (RFC 6238), and the address that apps read it
//! from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder, Secret};

/// The bytes of a new secret: as many as the digest has (RFC 4226, section 4).
pub(super) const SECRET: usize = 20;
/// How many steps the clock of an app may be off, each way (RFC 6238, section 5.2).
const SKEW: u16 = 1;
/// The longest step that makes sense; a code that is good for longer is a password.
pub(super) const LONGEST_PERIOD: u64 = 300;

/// How much of a name apps show at all.
const LONGEST_NAME: usize = 64;

/// How codes are made; no secret. The defaults are those that every app knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parameters {
    pub(super) algorithm: Digest,
    pub(super) digits: u8,
    pub(super) period: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            algorithm: Digest::Sha1,
            digits: 6,
            period: 30,
        }
    }
}

/// Makes codes.
pub(super) struct Generator {
    parameters: Parameters,
    totp: totp_rs::Totp,
}

impl Generator {
    /// `None` where no code can be made like this.
    pub(super) fn new(parameters: Parameters, secret: Vec<u8>) -> Option<Self> {
        Self::named(parameters, Secret::from(secret), None)
    }

    /// The same from a secret in base 32.
    pub(super) fn of_base32(parameters: Parameters, secret: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(secret).ok()?;
        Self::named(parameters, secret, None)
    }

    fn named(parameters: Parameters, secret: Secret, names: Option<(&str, &str)>) -> Option<Self> {
        if !(1..=LONGEST_PERIOD).contains(&parameters.period) {
            return None;
        }
        let algorithm = match parameters.algorithm {
            Digest::Sha1 => Algorithm::SHA1,
            Digest::Sha256 => Algorithm::SHA256,
            Digest::Sha512 => Algorithm::SHA512,
        };
        let mut builder = Builder::new()
            .with_algorithm(algorithm)
            .with_digits(parameters.digits)
            .with_skew(SKEW)
            .with_step_duration(parameters.period)
            .with_secret(secret);
        if let Some((issuer, name)) = names {
            builder = builder.with_issuer(Some(issuer)).with_account_name(name);
        }
        let totp = builder.build().ok()?;
        Some(Self { parameters, totp })
    }

    pub(super) fn parameters(&self) -> Parameters {
        self.parameters
    }

    pub(super) fn period(&self) -> u64 {
        self.parameters.period
    }

    pub(super) fn secret(&self) -> &[u8] {
        self.totp.secret().as_bytes()
    }

    pub(super) fn base32(&self) -> String {
        self.totp.secret().to_base32()
    }

    /// The step whose code this is, if it is a right one now. People type it as apps show it, with
    /// spaces.
    pub(super) fn step(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = u64::try_from(now.as_second()).ok()?;
        self.totp.check(&code, now)
    }

    /// The address that apps read (the key URI format of Google Authenticator).
    pub(super) fn url(&self, issuer: &str, name: &str) -> Option<String> {
        // The format parts both by a colon, and there is room for so much in a picture.
        let plain = |text: &str| -> String {
            let letters = text.chars().take(LONGEST_NAME);
            letters.map(|c| if c == ':' { ' ' } else { c }).collect()
        };
        let secret = self.totp.secret().clone();
        let named = (&*plain(issuer), &*plain(name));
        let named = Self::named(self.parameters, secret, Some(named))?;
        named.totp.to_url().ok()
    }
}
