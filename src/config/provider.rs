//! `[providers.<id>]`: who else may say who somebody is.

mod admission;
mod authentication;
mod claim_map;
mod disabling;
mod generated_id;
mod kind;
mod known_keys;
mod microsoft;
mod spoken;
mod validation;

use std::{collections::BTreeMap, path::PathBuf};

use portcullis_core::{
    mapping::Sync,
    provider::{Creation, Linking, SignOutScope, UnverifiedLocal},
    secret::Secret,
    trust::TrustRule,
};
use serde::{Deserialize, Serialize};

pub(crate) use self::spoken::Spoken;
pub use self::{
    claim_map::MappedTrait,
    disabling::OnDisable,
    kind::{Authentication, Preset, Protocol, ProviderKind},
    microsoft::{Cloud, SubjectSource},
};
use super::text;

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
    /// A private key in PEM with which the gateway signs, in place of a secret.
    pub private_key: Option<Secret>,
    /// A file that holds `private_key`.
    pub private_key_file: Option<PathBuf>,
    /// The provider's name for the key.
    pub key_id: Option<String>,
    /// The key's certificate in PEM, for providers that know the key by it.
    pub certificate: Option<String>,
    /// A file that holds `certificate`.
    pub certificate_file: Option<PathBuf>,
    /// Kind `apple`: the team whose key it is.
    pub team_id: Option<String>,
    /// The issuer; required for kinds that do not know theirs. Kept letter by letter, because the
    /// provider's own spelling is what must match.
    pub issuer_url: Option<String>,
    /// Kind `github`: where the API is, for an enterprise server that has it elsewhere.
    pub api_url: Option<String>,
    /// Name on the sign-in page; default: the kind's, or the provider's id for kind `oidc`.
    pub label: Option<String>,
    /// URL or path of a picture on the sign-in page.
    pub icon: Option<String>,
    /// Place on the sign-in page, low numbers first; default `0`.
    pub order: i32,
    /// Whether it can be used at all; default `true`.
    pub enabled: bool,
    /// Whether the sign-in page leaves it out; default `false`.
    pub hidden: bool,
    /// Whether it can only be linked from the settings; default `false`.
    pub link_only: bool,
    /// What is asked for; default: what the kind needs.
    pub scopes: Vec<String>,
    /// Whether somebody new gets an identity; default `auto`.
    #[serde(deserialize_with = "text::word")]
    pub create: Creation,
    /// What happens when somebody new has the trusted address of an identity; default `confirm`.
    #[serde(deserialize_with = "text::word")]
    pub link: Linking,
    /// What happens when that identity has never proved the address; default `confirm`.
    #[serde(deserialize_with = "text::word")]
    pub unverified_local: UnverifiedLocal,
    /// The domains of trusted addresses that are admitted; default: all, and no address, too.
    pub allow_domains: Vec<String>,
    /// The domains of trusted addresses that are not.
    pub deny_domains: Vec<String>,
    /// Claim path to the pattern that it must match as a whole.
    pub require_claims: BTreeMap<String, String>,
    /// The values of an ID token's `acr` that mean a sign-in with two factors.
    pub aal2_acr_values: Vec<String>,
    /// The values in an ID token's `amr` that mean the same, each by itself.
    pub aal2_amr_values: Vec<String>,
    /// Whether it is counted on to ask for a password again where somebody proves once more who they
    /// are, and to tell so in `auth_time`; default `true`.
    pub asks_again: bool,
    /// Kind `google`: only members of these Workspace domains may sign in; default: everybody.
    pub hosted_domains: Vec<String>,
    /// Kind `google`: whether addresses of a Workspace domain count as verified; default `false`,
    /// because a domain that has lapsed can be registered again by somebody else.
    pub trust_workspace_email: bool,
    /// Kind `microsoft`: `common` (default), `organizations`, `consumers`, a tenant's id or domain.
    pub microsoft_tenant: Option<String>,
    /// Another spelling of `microsoft_tenant`.
    pub microsoft_tenant_id: Option<String>,
    /// Kind `microsoft`: only members of these tenants, by id, may sign in; default: everybody.
    pub allowed_tenants: Vec<String>,
    /// Kind `microsoft`: `global` (default), `us` or `china`.
    #[serde(deserialize_with = "text::word")]
    pub cloud: Cloud,
    /// Kind `microsoft`: what names an account for ever; default `tid_oid`.
    #[serde(deserialize_with = "text::word")]
    pub subject_source: SubjectSource,
    /// Kind `microsoft`: whether addresses of the one configured tenant count as verified; default
    /// `false`, because its administrator can write any address.
    pub trust_tenant_email: bool,
    /// The rules by which addresses count as verified; default: the kind's.
    pub trust: Option<Vec<TrustRule>>,
    /// Whether claims are completed from the userinfo endpoint, where there is one; default `true`.
    pub userinfo: bool,
    /// More parameters of the authorization request.
    pub authorization_parameters: BTreeMap<String, String>,
    /// Whether the provider may be at a private address; default `true`.
    pub allow_private_network: bool,
    /// More hosts that its discovery document may name.
    pub allowed_hosts: Vec<String>,
    /// Whether its tokens are kept, sealed, for later use; default `false`.
    pub store_tokens: bool,
    /// What signing out here means for its own session; default `local`.
    #[serde(deserialize_with = "text::word")]
    pub logout: SignOutScope,
    /// Whether its page may end sessions here in a frame; default `false`, because every
    /// application that knows a session's `sid` can do so.
    pub front_channel_logout: bool,
    /// Whether changes of links are mailed to the identity's address; default `true`.
    pub notify: bool,
    /// Whether the map may set roles and traits that only administrators may edit; default `false`.
    pub allow_privileged: bool,
    /// When the map's entries are taken over that do not say so themselves; default `import`.
    #[serde(deserialize_with = "text::word")]
    pub sync: Sync,
    /// Trait path to CEL over `claims`; default: the kind's.
    pub map: BTreeMap<String, MappedTrait>,
    /// What becomes of links and sessions when it is disabled or removed.
    pub on_disable: OnDisable,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            kind: ProviderKind::default(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            private_key: None,
            private_key_file: None,
            key_id: None,
            certificate: None,
            certificate_file: None,
            team_id: None,
            issuer_url: None,
            api_url: None,
            label: None,
            icon: None,
            order: 0,
            enabled: true,
            hidden: false,
            link_only: false,
            scopes: Vec::new(),
            create: Creation::default(),
            link: Linking::default(),
            unverified_local: UnverifiedLocal::default(),
            allow_domains: Vec::new(),
            deny_domains: Vec::new(),
            require_claims: BTreeMap::new(),
            aal2_acr_values: Vec::new(),
            aal2_amr_values: Vec::new(),
            asks_again: true,
            hosted_domains: Vec::new(),
            trust_workspace_email: false,
            microsoft_tenant: None,
            microsoft_tenant_id: None,
            allowed_tenants: Vec::new(),
            cloud: Cloud::default(),
            subject_source: SubjectSource::default(),
            trust_tenant_email: false,
            trust: None,
            userinfo: true,
            authorization_parameters: BTreeMap::new(),
            allow_private_network: true,
            allowed_hosts: Vec::new(),
            store_tokens: false,
            logout: SignOutScope::default(),
            front_channel_logout: false,
            notify: true,
            allow_privileged: false,
            sync: Sync::default(),
            map: BTreeMap::new(),
            on_disable: OnDisable::default(),
        }
    }
}

impl Provider {
    /// What is known of its kind.
    pub fn preset(&self) -> &'static Preset {
        self.kind.preset()
    }

    /// The issuer: the configured one, or the kind's own.
    pub fn issuer(&self) -> Option<&str> {
        let own = self.preset().issuer.as_deref();
        self.issuer_url.as_deref().or(own)
    }

    /// What is asked for: as written, or what the kind needs.
    pub fn asked_scopes(&self) -> Vec<String> {
        match self.scopes.is_empty() {
            true => self.preset().scopes.clone(),
            false => self.scopes.clone(),
        }
    }
}
