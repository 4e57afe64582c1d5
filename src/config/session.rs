//! `[session]`: how long a session lasts and what its cookie covers.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use portcullis_core::secret::Secret;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{duration, finding::Check, host, text};

/// Sessions and their cookie.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Session {
    /// A session ends when it is not used for this long; default `1h`.
    #[serde(with = "duration")]
    pub idle_timeout: Duration,
    /// A session ends this long after sign-in, used or not; default `14h`.
    #[serde(with = "duration")]
    pub lifespan: Duration,
    /// Domain whose hosts share the session cookie; default: only the host that set it.
    pub cookie_domain: Option<String>,
    /// Key that seals cookies, at least 32 characters; default: made once and kept in the store.
    pub secret: Option<Secret>,
    /// A file that holds `secret`.
    pub secret_file: Option<PathBuf>,
    /// Whether people are told by mail when they sign in on a new device; default `false`.
    pub notify_new_device: bool,
    /// How long a device, and an expired session with what it tells of one, is remembered; default
    /// `30d`, and of sessions a day at most.
    #[serde(with = "duration")]
    pub device_retention: Duration,
    /// What the answer to `/sessions/whoami` depends on.
    pub whoami: WhoAmI,
}

/// `[session] whoami`: what the answer to `/sessions/whoami` depends on.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhoAmI {
    /// What becomes of actions that somebody has yet to do; default `report`.
    #[serde(deserialize_with = "text::word")]
    pub required_actions: ActionsInWhoAmI,
    /// How long whoever asks may go on without asking again, as `Ory-Session-Cache-For` tells them; default
    /// `0s`: not at all, for they do not hear that a session has ended.
    #[serde(with = "duration")]
    pub cache_for: Duration,
    /// How strongly one has to be signed in; default `aal1`. With `highest_available` whoever has a
    /// second factor has to use it, for this answer and for every protected route.
    #[serde(deserialize_with = "text::word")]
    pub required_aal: RequiredAal,
}

/// How strongly one has to be signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredAal {
    /// One factor is enough.
    #[default]
    Aal1,
    /// As strongly as one can.
    HighestAvailable,
}

/// What `/sessions/whoami` says of actions that somebody has yet to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionsInWhoAmI {
    /// They are listed in the answer.
    #[default]
    Report,
    /// The answer is a refusal until they are done.
    Enforce,
}

/// Shorter keys can be guessed by machines.
const SHORTEST_SECRET: usize = 32;

impl Default for Session {
    fn default() -> Self {
        Self {
            idle_timeout: Duration::from_secs(60 * 60),
            lifespan: Duration::from_secs(14 * 60 * 60),
            cookie_domain: None,
            secret: None,
            secret_file: None,
            notify_new_device: false,
            device_retention: Duration::from_secs(30 * 24 * 60 * 60),
            whoami: WhoAmI::default(),
        }
    }
}

impl Session {
    pub(super) fn validate(&self, public_url: &Url, check: &mut Check<'_>) {
        self.validate_lifetimes(check);
        if let Some(domain) = &self.cookie_domain
            && let Err(reason) = covers(domain, public_url)
        {
            check.under("cookie_domain").problem(reason);
        }
        if self
            .secret
            .as_ref()
            .is_some_and(|secret| secret.expose().len() < SHORTEST_SECRET)
        {
            check.under("secret").problem(format!(
                "the key is shorter than {SHORTEST_SECRET} characters; make one with `openssl rand -base64 32`"
            ));
        }
    }

    fn validate_lifetimes(&self, check: &mut Check<'_>) {
        let lifetimes = [
            ("idle_timeout", self.idle_timeout),
            ("lifespan", self.lifespan),
        ];
        for (key, _) in lifetimes.iter().filter(|(_, value)| value.is_zero()) {
            check
                .under(key)
                .problem("a session must last; write a duration such as \"1h\"");
        }
        if self.idle_timeout > self.lifespan {
            check.under("idle_timeout").problem(format!(
                "{} is longer than session.lifespan ({}); shorten it or lengthen the lifespan",
                humantime::format_duration(self.idle_timeout),
                humantime::format_duration(self.lifespan)
            ));
        }
    }
}

/// Whether a browser at `public_url` accepts a cookie for `domain`.
fn covers(domain: &str, public_url: &Url) -> Result<(), String> {
    if let Some(bare) = domain.strip_prefix('.') {
        return Err(format!("write {bare:?} without the leading dot"));
    }
    host::validate_name(domain)?;
    if domain.parse::<IpAddr>().is_ok() || !domain.contains('.') {
        return Err(format!(
            "browsers keep no cookies for all of {domain:?}; name a whole domain"
        ));
    }
    let own = public_url.host_str().unwrap_or_default();
    let below = own.strip_suffix(&domain.to_ascii_lowercase());
    match below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) {
        true => Ok(()),
        false => Err(format!(
            "{domain:?} does not cover {own}, the host of public_url; name {own} or a domain above it"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_domain_must_cover_the_public_host() {
        let url: Url = "https://app.example.org".parse().expect("valid");
        for domain in ["example.org", "app.example.org", "Example.org"] {
            assert_eq!(covers(domain, &url), Ok(()), "{domain}");
        }
        for domain in [
            "org",
            ".example.org",
            "ample.org",
            "www.app.example.org",
            "a b.org",
        ] {
            assert!(covers(domain, &url).is_err(), "{domain}");
        }
    }
}
