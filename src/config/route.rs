//! `[[routes]]`: what is behind the gate and who may go there.

use std::{collections::BTreeMap, time::Duration};

use portcullis_core::id::ProviderId;
use serde::{Deserialize, Serialize};

use super::{
    duration,
    expression::{self, Scope},
    finding::Check,
    header, host, path, text,
    upstream::Upstream,
};

/// One route.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// A name of one's own choice, unique; it appears in logs and metrics.
    pub name: String,
    /// Host, or `*.` and a domain for every host below it; default: every host. Ports are ignored.
    pub host: Option<String>,
    /// Path prefix, whole segments, without a slash at its end; default `/`.
    pub path: String,
    /// Methods; default: all of them.
    pub methods: Option<Vec<String>>,
    /// One or several addresses, used in turn.
    pub upstream: Vec<Upstream>,
    /// Who may pass; default `signed-in`.
    #[serde(deserialize_with = "text::word")]
    pub access: Access,
    /// CEL rule that must hold besides `access`.
    pub allow: Option<String>,
    /// CEL rule that must not hold; it wins over `allow`.
    pub deny: Option<String>,
    /// Which identity headers the application receives; default `oauth2-proxy`.
    #[serde(deserialize_with = "text::word")]
    pub headers: HeaderPreset,
    /// More request headers: name to CEL.
    pub set_headers: BTreeMap<String, String>,
    /// The provider whose access token the application receives as `Authorization`; default: none.
    pub inject_access_token: Option<String>,
    /// The scopes it asks for: whose profile lacks what its schema requires for one of them completes
    /// it first; default: none.
    pub scopes: Vec<String>,
    /// What happens to `%2F` in a path; default `reject`.
    #[serde(deserialize_with = "text::word")]
    pub encoded_slash: EncodedSlash,
    /// How somebody signed out is answered; default `auto`.
    #[serde(deserialize_with = "text::word")]
    pub unauthenticated: Unauthenticated,
    /// How long to wait for the application.
    pub timeouts: Timeouts,
}

/// Who may pass a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever has a session.
    #[default]
    SignedIn,
}

/// A set of identity headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderPreset {
    /// `X-Forwarded-User`, `-Email`, `-Groups` and `-Preferred-Username`.
    #[default]
    #[serde(rename = "oauth2-proxy")]
    OAuth2Proxy,
    /// `Remote-User`, `-Email`, `-Groups` and `-Name`.
    Authelia,
    /// No identity headers.
    None,
}

/// What happens to an encoded slash in a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncodedSlash {
    /// The request is refused with 400.
    #[default]
    Reject,
    /// It reaches the application as it came.
    Keep,
}

/// How somebody signed out is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unauthenticated {
    /// Navigations are redirected to sign in, everything else gets 401.
    #[default]
    Auto,
    /// Everything is redirected to sign in.
    Redirect,
    /// Everything gets 401.
    #[serde(rename = "401")]
    Unauthorized,
}

/// How long to wait for the application.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// Until a connection stands; default `5s`.
    #[serde(with = "duration")]
    pub connect: Duration,
    /// Between two reads from the application, `0s` without end; default `5m`, because streams of
    /// events and WebSockets may be quiet for long.
    #[serde(with = "duration")]
    pub read: Duration,
    /// Between two writes to the application; default `60s`.
    #[serde(with = "duration")]
    pub write: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(5 * 60),
            write: Duration::from_secs(60),
        }
    }
}

impl Default for Route {
    fn default() -> Self {
        Self {
            name: String::new(),
            host: None,
            path: "/".to_owned(),
            methods: None,
            upstream: Vec::new(),
            access: Access::default(),
            allow: None,
            deny: None,
            headers: HeaderPreset::default(),
            set_headers: BTreeMap::new(),
            inject_access_token: None,
            scopes: Vec::new(),
            encoded_slash: EncodedSlash::default(),
            unauthenticated: Unauthenticated::default(),
            timeouts: Timeouts::default(),
        }
    }
}

impl Route {
    /// The built-in echo application behind the gate, on every host.
    pub(super) fn echo() -> Self {
        Self {
            name: "echo".to_owned(),
            upstream: vec![Upstream::Echo],
            ..Self::default()
        }
    }

    pub(super) fn validate(&self, check: &mut Check<'_>) {
        self.validate_name(check);
        if let Some(host) = &self.host
            && let Err(reason) = host::validate_pattern(host)
        {
            check.under("host").problem(reason);
        }
        if let Err(reason) = path::validate(&self.path) {
            check.under("path").problem(reason);
        }
        self.validate_methods(&mut check.under("methods"));
        self.validate_upstream(&mut check.under("upstream"));
        self.validate_rules(check);
        self.validate_headers(&mut check.under("set_headers"));
        self.validate_injection(&mut check.under("inject_access_token"));
        self.validate_scopes(&mut check.under("scopes"));
        let timeouts = [
            ("connect", self.timeouts.connect),
            ("write", self.timeouts.write),
        ];
        for (key, _) in timeouts.iter().filter(|(_, value)| value.is_zero()) {
            check
                .under("timeouts")
                .under(key)
                .problem("zero leaves no time; write \"5s\" or so");
        }
    }

    fn validate_name(&self, check: &mut Check<'_>) {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if self.name.is_empty() {
            check
                .under("name")
                .problem("the route has no name; write name = \"…\"");
        } else if !self.name.bytes().all(known) {
            check.under("name").problem(format!(
                "{:?} is no route name; write letters, digits, `-`, `_` and `.`",
                self.name
            ));
        }
    }

    fn validate_methods(&self, check: &mut Check<'_>) {
        let Some(methods) = &self.methods else { return };
        if methods.is_empty() {
            check.problem("no method is left; name some, or leave the key out for all of them");
        }
        for (index, method) in methods.iter().enumerate() {
            if let Err(reason) = validate_method(method) {
                check.item(index).problem(reason);
            }
        }
    }

    fn validate_upstream(&self, check: &mut Check<'_>) {
        if self.upstream.is_empty() {
            check.problem("the route leads nowhere; write upstream = [\"http://127.0.0.1:3000\"]");
        }
        if self.upstream.len() > 1 && self.upstream.contains(&Upstream::Echo) {
            check.problem("\"echo:\" stands alone; remove it or the other addresses");
        }
    }

    fn validate_rules(&self, check: &mut Check<'_>) {
        for (key, rule) in [("allow", &self.allow), ("deny", &self.deny)] {
            if let Some(rule) = rule
                && let Err(reason) = expression::validate_rule(rule)
            {
                check.under(key).problem(reason);
            }
        }
    }

    fn validate_injection(&self, check: &mut Check<'_>) {
        let Some(provider) = &self.inject_access_token else {
            return;
        };
        if provider.parse::<ProviderId>().is_err() {
            check.problem(format!(
                "{provider:?} is no provider's id; write one of [providers]"
            ));
        }
        if self.access == Access::Public {
            check.problem("whoever is not signed in has no token; write access = \"signed-in\"");
        }
        let mut names = self.set_headers.keys();
        if names.any(|name| name.eq_ignore_ascii_case("authorization")) {
            check.problem("set_headers writes Authorization too; remove one of them");
        }
    }

    fn validate_scopes(&self, check: &mut Check<'_>) {
        let is_sign = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        for (index, scope) in self.scopes.iter().enumerate() {
            if scope.is_empty() || !scope.chars().all(is_sign) {
                check.item(index).problem(format!(
                    "{scope:?} is no scope; write one word without spaces, such as \"phone\""
                ));
            }
        }
        if !self.scopes.is_empty() && self.access == Access::Public && self.allow.is_none() {
            check.warn("nobody has to be known here, so nobody is asked for anything");
        }
    }

    fn validate_headers(&self, check: &mut Check<'_>) {
        for (name, value) in &self.set_headers {
            let mut check = check.under(name);
            if let Err(reason) = header::validate(name) {
                check.problem(reason);
            }
            if let Err(reason) = expression::validate(value, Scope::Policy) {
                check.problem(reason);
            }
        }
    }
}

fn validate_method(method: &str) -> Result<(), String> {
    let upper = method.to_ascii_uppercase();
    if http::Method::from_bytes(method.as_bytes()).is_err() {
        return Err(format!(
            "{method:?} is no method; write one such as \"GET\""
        ));
    }
    if method != upper {
        return Err(format!("methods are written in capitals; write {upper:?}"));
    }
    match ["TRACE", "CONNECT"].contains(&method) {
        true => Err(format!("{method} never passes the gateway; remove it")),
        false => Ok(()),
    }
}
