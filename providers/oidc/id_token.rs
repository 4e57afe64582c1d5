//! What an ID token must say (OpenID Connect Core 1.0, section 3.1.3.7).

use std::time::Duration;

use jiff::Timestamp;
use portcullis_core::secret::Secret;
use serde_json::{Map, Value};

use crate::{rules::Rules, signed::Verified};

/// How far the provider's clock may be off.
pub(crate) const SKEW: Duration = Duration::from_mins(1);

/// OpenID Connect Core 1.0, section 2: `sub` has at most 255 characters. Other names get no more.
const LONGEST_SUBJECT: usize = 255;

/// What tokens are held against.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    pub(crate) rules: &'a dyn Rules,
    /// The issuer as the discovery document calls it.
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) now: Timestamp,
}

/// Whom a token is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The issuer, in the spelling of link keys.
    pub(crate) issuer: String,
    /// What the account is known by here.
    pub(crate) subject: String,
    /// What the provider calls it in this application.
    pub(crate) sub: String,
}

impl Expected<'_> {
    /// Whom the ID token of a sign-in is about; what does not hold otherwise.
    pub(crate) fn signed_in(
        &self,
        token: &Verified,
        nonce: &str,
        access_token: &Secret,
    ) -> Result<Account, &'static str> {
        let account = self.account(token, access_token)?;
        // Without this a token of another attempt, or of another client's attempt, would do.
        let claimed = text(&token.claims, "nonce").ok_or("it has no nonce")?;
        if !Secret::new(nonce).matches(claimed) {
            return Err("its nonce is not the attempt's");
        }
        Ok(account)
    }

    /// Whom an ID token is about, whatever it was issued for.
    pub(crate) fn account(
        &self,
        token: &Verified,
        access_token: &Secret,
    ) -> Result<Account, &'static str> {
        let claims = &token.claims;
        let account = self.identify(claims)?;
        self.check_audience(claims)?;
        self.check_times(claims)?;
        if let Some(hash) = claims.get("at_hash")
            && hash.as_str() != token.half_hash(access_token.expose()).as_deref()
        {
            return Err("its at_hash is not the access token's");
        }
        Ok(account)
    }

    /// Whom claims are about, wherever they come from.
    pub(crate) fn identify(&self, claims: &Map<String, Value>) -> Result<Account, &'static str> {
        Ok(Account {
            issuer: self.issuer(claims)?,
            subject: self.subject(claims)?,
            sub: name(claims, "sub").ok_or("it names no subject")?,
        })
    }

    /// The token's issuer, in the spelling of link keys.
    pub(crate) fn issuer(&self, claims: &Map<String, Value>) -> Result<String, &'static str> {
        text(claims, "iss").ok_or("it names no issuer")?;
        let issuer = self.rules.issuer(self.issuer, claims);
        issuer.ok_or("it is of another issuer")
    }

    /// A logout token's issuer, in the spelling of link keys.
    pub(crate) fn logout_issuer(
        &self,
        claims: &Map<String, Value>,
    ) -> Result<String, &'static str> {
        text(claims, "iss").ok_or("it names no issuer")?;
        let issuer = self.rules.logout_issuer(self.issuer, claims);
        issuer.ok_or("it is of another issuer")
    }

    /// What the token's account is known by here.
    pub(crate) fn subject(&self, claims: &Map<String, Value>) -> Result<String, &'static str> {
        let subject = self.rules.subject(claims).filter(|name| is_name(name));
        subject.ok_or("it names no subject")
    }

    pub(crate) fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let audiences: Vec<&str> = match claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => return Err("it names no audience"),
        };
        if !audiences.contains(&self.client_id) {
            return Err("it is for another client");
        }
        match claims.get("azp") {
            Some(party) if party.as_str() != Some(self.client_id) => {
                Err("it was issued to another client")
            }
            None if audiences.len() > 1 => Err("it is for several clients and does not say whose"),
            _ => Ok(()),
        }
    }

    /// Checks `exp`, which must be there, `iat` and `nbf`.
    fn check_times(&self, claims: &Map<String, Value>) -> Result<(), &'static str> {
        let expires = time(claims, "exp").ok_or("it does not say when it expires")?;
        self.issued_at(claims)?;
        match expires <= self.now - SKEW {
            true => Err("it has expired"),
            false => Ok(()),
        }
    }

    /// When the token was issued, which must not lie ahead.
    pub(crate) fn issued_at(&self, claims: &Map<String, Value>) -> Result<Timestamp, &'static str> {
        let issued = time(claims, "iat").ok_or("it does not say when it was issued")?;
        let begins = time(claims, "nbf").unwrap_or(issued);
        match issued.max(begins) > self.now + SKEW {
            true => Err("it is from the future; one of the clocks is wrong"),
            false => Ok(issued),
        }
    }
}

/// A name that the provider gave somebody or something, when it is one.
pub(crate) fn name(claims: &Map<String, Value>, member: &str) -> Option<String> {
    let name = text(claims, member).filter(|name| is_name(name))?;
    Some(name.to_owned())
}

/// The names in a list that the provider gave.
pub(crate) fn texts(claims: &Map<String, Value>, member: &str) -> Vec<String> {
    let list = claims.get(member).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts
        .filter(|text| is_name(text))
        .map(str::to_owned)
        .collect()
}

/// Whether `text` can be a name: it will be a key, and it may be shown.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_SUBJECT && !text.contains(char::is_control)
}

pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// Seconds since 1970, with or without a fraction (RFC 7519, section 2, NumericDate).
pub(crate) fn time(claims: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fractions do not matter here"
    )]
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Timestamp::from_second(seconds).ok()
}
