//! What Microsoft needs to be told.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    trust::{TrustRule, TrustRules},
};
use portcullis_oidc::{ClientAuthentication, InvalidConfig, Oidc};
use serde::Deserialize;

use crate::{
    rules::MicrosoftRules,
    tenant::{Tenant, is_guid},
};

/// Microsoft, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The application's id.
    pub client_id: String,
    /// What the gateway proves with that it is this application.
    #[serde(default)]
    pub authentication: ClientAuthentication,
    /// Whose accounts may sign in: `common`, `organizations`, `consumers`, the GUID of a tenant, or
    /// one of its domains; default `common`.
    #[serde(default = "common")]
    pub tenant: String,
    /// Only accounts of these tenants (GUIDs) may sign in; default: all that `tenant` admits.
    #[serde(default)]
    pub allowed_tenants: Vec<String>,
    /// Which of Microsoft's clouds the tenants are in; default `global`.
    #[serde(default)]
    pub cloud: Cloud,
    /// What an account is known by; default `tid_oid`.
    #[serde(default)]
    pub subject_source: SubjectSource,
    /// Whether addresses count as verified because the tenant's administrator has set them; only
    /// for a single tenant, given by its GUID. Default `false`.
    #[serde(default)]
    pub trust_tenant_email: bool,
    /// What is asked for; default `["openid", "email", "profile"]`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// Another issuer than Microsoft's own, for private clouds and tests; `{tenantid}` in it stands
    /// for the tenant.
    #[serde(default)]
    pub issuer_url: Option<String>,
    /// Whether the issuer may be at a private address; default `true`.
    #[serde(default = "yes")]
    pub allow_private_network: bool,
    /// More hosts that the discovery document may name although their addresses are private.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
    /// More parameters of the authorization request, such as `prompt` or `domain_hint`.
    #[serde(default)]
    pub authorization_parameters: BTreeMap<String, String>,
}

/// One of Microsoft's clouds, each with accounts of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// The one for everybody.
    #[default]
    Global,
    /// The one of the government of the United States.
    Us,
    /// The one in China.
    China,
}

/// What an account is known by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectSource {
    /// Tenant and object, `<tid>.<oid>`: the same for every application, and unique everywhere.
    #[default]
    TidOid,
    /// `sub`: another one for each application, so it is lost with the application.
    Sub,
    /// `oid`: unique only inside a tenant. The id that Microsoft Graph gives to somebody at `/me` is
    /// this claim, so `me` is another spelling of it.
    #[serde(alias = "me")]
    Oid,
    /// `sub` of the userinfo endpoint, which must be that of the ID token.
    #[serde(rename = "userinfo")]
    UserInfo,
}

impl Cloud {
    fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::Us => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }
}

fn common() -> String {
    Tenant::Common.as_str().to_owned()
}

fn scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

fn yes() -> bool {
    true
}

impl Config {
    /// The defaults for this application.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            authentication: ClientAuthentication::default(),
            tenant: common(),
            allowed_tenants: Vec::new(),
            cloud: Cloud::default(),
            subject_source: SubjectSource::default(),
            trust_tenant_email: false,
            scopes: scopes(),
            issuer_url: None,
            allow_private_network: true,
            allowed_hosts: Vec::new(),
            authorization_parameters: BTreeMap::new(),
        }
    }

    /// Everything that is wrong, found without asking anybody; empty when all is well.
    pub fn problems(&self) -> Vec<InvalidConfig> {
        let tenant = self.tenant();
        let mut problems = self.clone().generic().problems();
        let mut problem = |key, reason: &str| {
            let reason = reason.to_owned();
            problems.push(InvalidConfig { key, reason });
        };
        if tenant.is_none() {
            let reason = "it is neither common, organizations or consumers, nor a GUID or a domain";
            problem("tenant", reason);
        }
        let mut allowed = self.allowed_tenants.iter();
        if !allowed.all(|id| is_guid(&id.to_ascii_lowercase())) {
            problem("allowed_tenants", "a tenant in it is no GUID");
        }
        if self.trust_tenant_email && !matches!(tenant, Some(Tenant::Id(_))) {
            let reason = "it needs the GUID of a single tenant; other tenants' administrators could \
                          set any address";
            problem("trust_tenant_email", reason);
        }
        if !self.scopes.iter().any(|scope| scope == "profile") {
            problem(
                "scopes",
                "without profile Microsoft names neither tenant nor object",
            );
        }
        if self.subject_source == SubjectSource::Oid && !matches!(tenant, Some(Tenant::Id(_))) {
            let reason = "oid is unique only inside one tenant, which must be given by its GUID";
            problem("subject_source", reason);
        }
        problems
    }

    /// Which addresses count as verified. Administrators of any tenant can set any address, so
    /// only Microsoft's own word counts, or the operator's for a single tenant. `upn` and
    /// `preferred_username` look like addresses and never count.
    pub fn trust(&self) -> TrustRules {
        let verified = TrustRule {
            why: "Microsoft says that the tenant has proved to own the address's domain (xms_edov)"
                .to_owned(),
            true_claim: Some("xms_edov".to_owned()),
            ..TrustRule::default()
        };
        let own = match self.tenant() {
            Some(Tenant::Id(id)) if self.trust_tenant_email => Some(TrustRule {
                why: "the tenant's administrator sets it, and trust_tenant_email says so"
                    .to_owned(),
                claim_is: Some(("tid".to_owned(), id)),
                ..TrustRule::default()
            }),
            _ => None,
        };
        TrustRules(std::iter::once(verified).chain(own).collect())
    }

    /// The provider called `id`.
    pub fn build(self, id: ProviderId, clock: Arc<dyn Clock>) -> Result<Oidc, InvalidConfig> {
        if let Some(problem) = self.problems().into_iter().next() {
            return Err(problem);
        }
        let allowed = self.allowed_tenants.iter();
        let rules = MicrosoftRules {
            tenant: self.tenant().unwrap_or(Tenant::Common),
            allowed: allowed.map(|id| id.to_ascii_lowercase()).collect(),
            subject: self.subject_source,
        };
        Oidc::new(id, self.generic(), Arc::new(rules), clock)
    }

    fn tenant(&self) -> Option<Tenant> {
        Tenant::parse(&self.tenant)
    }

    pub(crate) fn generic(self) -> portcullis_oidc::Config {
        let tenant = self.tenant().unwrap_or(Tenant::Common);
        let own = format!("{}/{{tenantid}}/v2.0", self.cloud.authority());
        let issuer = self.issuer_url.unwrap_or(own);
        let issuer = issuer.replace("{tenantid}", tenant.as_str());
        let mut config = portcullis_oidc::Config::new(issuer, self.client_id);
        config.authentication = self.authentication;
        config.scopes = self.scopes;
        // Microsoft's ID tokens hold everything that its userinfo endpoint would add.
        config.userinfo = self.subject_source == SubjectSource::UserInfo;
        config.allow_private_network = self.allow_private_network;
        config.allowed_hosts = self.allowed_hosts;
        config.authorization_parameters = self.authorization_parameters;
        config
    }
}
