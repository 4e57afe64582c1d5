//! Everything that can be wrong with a provider's table, found without asking anybody.

use portcullis_core::{id::ProviderId, link::PreparedLink, provider::SignOutScope};
use url::Url;

use super::Provider;
use crate::config::{finding::Check, is_loopback};

/// The longest label, in characters, as of what people give names to themselves.
const LONGEST_LABEL: usize = 100;

impl Provider {
    pub(in crate::config) fn validate(&self, id: &str, check: &mut Check<'_>) {
        if let Err(reason) = validate_id(id) {
            check.problem(reason);
        }
        if self.client_id.is_empty() {
            check
                .under("client_id")
                .problem("it is missing; write the id the provider gave you");
        }
        self.refuse_keys_of_other_kinds(check);
        if self.label.as_deref().is_some_and(is_no_label) {
            check.under("label").problem(format!(
                "it has 1 to {LONGEST_LABEL} letters, digits and signs, on one line; without it, \
                 it is the kind's or the id"
            ));
        }
        self.validate_issuer(&mut check.under("issuer_url"));
        if let Some(url) = &self.api_url {
            validate_address(url, &mut check.under("api_url"));
        }
        self.validate_authentication(check);
        self.validate_microsoft(check);
        self.validate_request(check);
        self.validate_admission(check);
        self.validate_trust(check);
        self.validate_afterwards(check);
        self.validate_map(&mut check.under("map"));
        self.validate_kind(check);
    }

    fn validate_issuer(&self, check: &mut Check<'_>) {
        let preset = self.preset();
        let Some(issuer) = &self.issuer_url else {
            if preset.needs_issuer() {
                let example = preset.issuer_example.as_deref().unwrap_or_default();
                check.problem(format!(
                    "it is missing; kind {:?} needs the provider's issuer, such as {example:?}",
                    self.kind.as_str()
                ));
            }
            return;
        };
        validate_address(issuer, check);
    }

    fn validate_request(&self, check: &mut Check<'_>) {
        if self.preset().is_openid()
            && !self.scopes.is_empty()
            && !self.scopes.iter().any(|scope| scope == "openid")
        {
            check
                .under("scopes")
                .problem("without \"openid\" there is no ID token; add it");
        }
        for name in self.authorization_parameters.keys() {
            if let Err(reason) = portcullis_oidc::check_parameter(name) {
                check
                    .under("authorization_parameters")
                    .under(name)
                    .problem(reason);
            }
        }
    }

    fn validate_afterwards(&self, check: &mut Check<'_>) {
        let preset = self.preset();
        let asks_offline = |scope: &String| {
            let by_parameter = self.authorization_parameters.get("access_type");
            self.asked_scopes().contains(scope) || by_parameter.is_some_and(|v| v == "offline")
        };
        if let Some(scope) = &preset.offline_scope
            && self.store_tokens
            && !asks_offline(scope)
        {
            check.under("store_tokens").warn(format!(
                "without a refresh token they are of use for minutes only; add {scope:?} to scopes"
            ));
        }
        if self.logout != SignOutScope::Local && !preset.signs_out {
            check.under("logout").warn(format!(
                "{} has no address to sign out at, so its own session goes on; the page says so",
                preset.label
            ));
        }
    }
}

fn is_no_label(text: &str) -> bool {
    let is_long = text.chars().count() > LONGEST_LABEL;
    text.trim().is_empty() || is_long || text.chars().any(char::is_control)
}

fn validate_address(text: &str, check: &mut Check<'_>) {
    let Ok(url) = Url::parse(text) else {
        return check.problem("this is no URL; write one such as \"https://id.example.org\"");
    };
    // OpenID Connect Discovery 1.0, section 3: no query, no fragment.
    if url.query().is_some() || url.fragment().is_some() {
        check.problem("an issuer has no query and no fragment; remove them");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => check.warn("whoever is on the way can sign in as anybody; use https"),
        other => check.problem(format!("{other}: is no issuer's scheme; write https://")),
    }
}

/// The id is part of the redirect URI, so it is kept to what no URL needs to encode.
fn validate_id(id: &str) -> Result<(), String> {
    if id == PreparedLink::MARK {
        return Err(format!(
            "no provider is called {id:?}: links that are prepared are kept under that word; choose another id"
        ));
    }
    id.parse::<ProviderId>().map(|_| ()).map_err(|_| {
        format!("{id:?} is no provider id; write up to 64 letters, digits, `-` and `_`")
    })
}
