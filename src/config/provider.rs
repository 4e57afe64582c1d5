//! `[providers.<id>]`: who else may say who somebody is.

use std::{collections::BTreeMap, path::PathBuf};

use portcullis_core::{id::ProviderId, secret::Secret};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    claim_map::MappedTrait,
    expression::{self, Scope},
    finding::Check,
    host, text,
};

/// One provider. Keys that only some kinds know are refused for the others.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// What speaks with it; required.
    #[serde(deserialize_with = "text::word")]
    pub kind: ProviderKind,
    /// The id the provider gave this gateway; required.
    pub client_id: String,
    /// The secret the provider gave this gateway.
    pub client_secret: Option<Secret>,
    /// A file that holds `client_secret`.
    pub client_secret_file: Option<PathBuf>,
    /// The issuer, whose discovery document says everything else; required for `oidc`.
    /// Kept letter by letter, because the provider's own spelling is what must match.
    pub issuer_url: Option<String>,
    /// Name on the sign-in page; default: the provider's id.
    pub label: Option<String>,
    /// URL or path of a picture on the sign-in page.
    pub icon: Option<String>,
    /// Place on the sign-in page, low numbers first; default `0`.
    pub order: i32,
    /// Whether it can be used at all; default `true`.
    pub enabled: bool,
    /// Whether the sign-in page leaves it out; default `false`.
    pub hidden: bool,
    /// What is asked for; default `["openid", "email", "profile"]`.
    pub scopes: Vec<String>,
    /// Whether somebody new gets an identity; default `auto`.
    #[serde(deserialize_with = "text::word")]
    pub create: Create,
    /// Kind `google`: only members of these Workspace domains may sign in; default: everybody.
    pub hosted_domains: Vec<String>,
    /// Kind `google`: whether addresses of a Workspace domain count as verified; default `false`,
    /// because a domain that has lapsed can be registered again by somebody else.
    pub trust_workspace_email: bool,
    /// Kind `oidc`: whether claims are completed from the userinfo endpoint; default `true`.
    pub userinfo: bool,
    /// Whether the provider may be at a private address; default `true`.
    pub allow_private_network: bool,
    /// More hosts that its discovery document may name.
    pub allowed_hosts: Vec<String>,
    /// Trait path to CEL over `claims`; default: e-mail, first and last name.
    pub map: BTreeMap<String, MappedTrait>,
}

/// What speaks with a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// Any OpenID provider.
    #[default]
    Oidc,
    /// Google.
    Google,
}

/// Whether somebody new gets an identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Create {
    /// Yes, at the first sign-in.
    #[default]
    Auto,
    /// No; only those who are known already may sign in.
    Never,
}

/// Where anybody on earth can get a subject.
const OPEN_TO_THE_WORLD: [&str; 6] = [
    "accounts.google.com",
    "appleid.apple.com",
    "gitlab.com",
    "login.microsoftonline.com",
    "www.facebook.com",
    "www.linkedin.com",
];

impl Default for Provider {
    fn default() -> Self {
        Self {
            kind: ProviderKind::default(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            issuer_url: None,
            label: None,
            icon: None,
            order: 0,
            enabled: true,
            hidden: false,
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            create: Create::default(),
            hosted_domains: Vec::new(),
            trust_workspace_email: false,
            userinfo: true,
            allow_private_network: true,
            allowed_hosts: Vec::new(),
            map: BTreeMap::new(),
        }
    }
}

impl Provider {
    /// Whether whoever has an account anywhere may get an identity here.
    pub(super) fn is_open_to_the_world(&self) -> bool {
        let issuer = self
            .issuer_url
            .as_deref()
            .and_then(|text| Url::parse(text).ok());
        let issuer = issuer.as_ref().and_then(Url::host_str);
        let open = match self.kind {
            ProviderKind::Google => self.hosted_domains.is_empty(),
            ProviderKind::Oidc => issuer.is_some_and(|host| OPEN_TO_THE_WORLD.contains(&host)),
        };
        open && self.enabled && self.create == Create::Auto
    }

    pub(super) fn validate(&self, id: &str, check: &mut Check<'_>) {
        if let Err(reason) = validate_id(id) {
            check.problem(reason);
        }
        if self.client_id.is_empty() {
            check
                .under("client_id")
                .problem("it is missing; write the id the provider gave you");
        }
        self.validate_issuer(&mut check.under("issuer_url"));
        self.validate_kind(check);
        if !self.scopes.iter().any(|scope| scope == "openid") {
            check
                .under("scopes")
                .problem("without \"openid\" there is no ID token; add it");
        }
        for (index, host) in self.allowed_hosts.iter().enumerate() {
            if let Err(reason) = host::validate_name(host) {
                check.under("allowed_hosts").item(index).problem(reason);
            }
        }
        self.validate_map(&mut check.under("map"));
    }

    fn validate_issuer(&self, check: &mut Check<'_>) {
        let Some(issuer) = &self.issuer_url else {
            if self.kind == ProviderKind::Oidc {
                check.problem("it is missing; kind \"oidc\" needs the provider's issuer");
            }
            return;
        };
        let Ok(issuer) = Url::parse(issuer) else {
            return check.problem("this is no URL; write one such as \"https://id.example.org\"");
        };
        // OpenID Connect Discovery 1.0, section 3: no query, no fragment.
        if issuer.query().is_some() || issuer.fragment().is_some() {
            check.problem("an issuer has no query and no fragment; remove them");
        }
        match issuer.scheme() {
            "https" => {}
            "http" if super::is_loopback(&issuer) => {}
            "http" => check.warn("whoever is on the way can sign in as anybody; use https"),
            other => check.problem(format!("{other}: is no issuer's scheme; write https://")),
        }
    }

    fn validate_kind(&self, check: &mut Check<'_>) {
        let google = self.kind == ProviderKind::Google;
        if !google && !self.hosted_domains.is_empty() {
            check.under("hosted_domains").problem(
                "only kind \"google\" knows hosted domains; remove the key or change kind",
            );
        }
        if !google && self.trust_workspace_email {
            check.under("trust_workspace_email").problem(
                "only kind \"google\" knows Workspace domains; remove the key or change kind",
            );
        }
        for (index, domain) in self.hosted_domains.iter().enumerate() {
            if let Err(reason) = host::validate_name(domain) {
                check.under("hosted_domains").item(index).problem(reason);
            }
        }
        if google && self.client_secret.is_none() && self.client_secret_file.is_none() {
            check
                .under("client_secret")
                .warn("Google expects one; write client_secret_file");
        }
    }

    fn validate_map(&self, check: &mut Check<'_>) {
        for (path, mapped) in &self.map {
            if path.is_empty() || path.split('.').any(str::is_empty) {
                check
                    .under(path)
                    .problem("this is no trait path; write one such as \"name.first\"");
            }
            if let Err(reason) = expression::validate(&mapped.value, Scope::Claims) {
                check.under(path).problem(reason);
            }
        }
    }
}

/// The id is part of the redirect URI, so it is kept to what no URL needs to encode.
fn validate_id(id: &str) -> Result<(), String> {
    id.parse::<ProviderId>().map(|_| ()).map_err(|_| {
        format!("{id:?} is no provider id; write up to 64 letters, digits, `-` and `_`")
    })
}
