//! What Microsoft needs to be told.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    id::ProviderId,
    subject::{SubjectForm, TENANT},
    trust::{TrustRule, TrustRules},
};
use portcullis_oidc::{Client, InvalidConfig, Oidc};

use crate::{
    rules::{MicrosoftRules, SubjectSource},
    tenant::{PERSONAL, Tenant, is_tenant_id},
};

/// Microsoft, as configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The client that asks: the application.
    pub client: Client,
    /// Whose accounts may sign in: `common`, `organizations`, `consumers`, the GUID of a tenant, or
    /// one of its domains; default `common`.
    pub tenant: String,
    /// Only accounts of these tenants (GUIDs) may sign in; default: all that `tenant` admits.
    pub allowed_tenants: Vec<String>,
    /// Which of Microsoft's clouds the tenants are in; default `global`.
    pub cloud: Cloud,
    /// What an account is known by; default `tid_oid`.
    pub subject_source: SubjectSource,
    /// Whether addresses of which `xms_edov` says nothing count as verified because the tenant's
    /// administrator has set them; only for a single tenant, given by its GUID. Default `false`.
    pub trust_tenant_email: bool,
    /// Another issuer than Microsoft's own, for private clouds and tests; `{tenantid}` in it stands
    /// for the tenant.
    pub issuer_url: Option<String>,
}

/// One of Microsoft's clouds, each with accounts of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cloud {
    /// The one for everybody.
    #[default]
    Global,
    /// The one of the government of the United States.
    Us,
    /// The one in China.
    China,
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

impl Config {
    /// The defaults for this application.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            tenant: Tenant::Common.as_str().to_owned(),
            allowed_tenants: Vec::new(),
            cloud: Cloud::default(),
            subject_source: SubjectSource::default(),
            trust_tenant_email: false,
            issuer_url: None,
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
        if !allowed.all(|id| is_tenant_id(id)) {
            problem("allowed_tenants", "a tenant in it is no GUID");
        }
        if self.trust_tenant_email && !matches!(tenant, Some(Tenant::Id(_))) {
            let reason = "it needs the GUID of a single tenant; other tenants' administrators could \
                          set any address";
            problem("trust_tenant_email", reason);
        }
        if !self.client.scopes.iter().any(|scope| scope == "profile") {
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
    /// only Microsoft's own word counts, or the operator's for a single tenant where Microsoft says
    /// nothing: its no is never overruled. `upn` and `preferred_username` look like addresses and
    /// never count.
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
                absent_claim: Some("xms_edov".to_owned()),
                ..TrustRule::default()
            }),
            _ => None,
        };
        TrustRules(std::iter::once(verified).chain(own).collect())
    }

    /// The issuer of all accounts, where they are of one tenant that is known by its id.
    pub fn account_issuer(&self) -> Option<String> {
        let tenant = match self.tenant()? {
            Tenant::Consumers => PERSONAL.to_owned(),
            Tenant::Id(id) => id,
            Tenant::Common | Tenant::Organizations | Tenant::Domain(_) => return None,
        };
        Some(self.issuer_of(&tenant))
    }

    /// What accounts are called by, as far as that is known before one of them signs in.
    pub fn subjects(&self) -> SubjectForm {
        // Where the issuers are not Microsoft's own, the provider's document has the last word on them.
        let issuer = self.issuer_url.is_none().then(|| self.issuer_of(TENANT));
        match self.subject_source {
            SubjectSource::Sub | SubjectSource::UserInfo => SubjectForm::Any,
            SubjectSource::Oid => SubjectForm::Object,
            SubjectSource::TidOid => SubjectForm::TenantAndObject {
                tenants: self.tenants(),
                barred: self.barred(),
                issuer,
            },
        }
    }

    /// The tenants that are admitted; empty: all.
    fn tenants(&self) -> Vec<String> {
        match self.tenant() {
            Some(Tenant::Id(id)) => vec![id],
            Some(Tenant::Consumers) => vec![PERSONAL.to_owned()],
            _ => self.allowed(),
        }
    }

    /// The tenant that is not admitted, whichever others are.
    fn barred(&self) -> Option<String> {
        let is_for_work = self.tenant() == Some(Tenant::Organizations);
        is_for_work.then(|| PERSONAL.to_owned())
    }

    fn allowed(&self) -> Vec<String> {
        let allowed = self.allowed_tenants.iter();
        allowed.map(|id| id.to_ascii_lowercase()).collect()
    }

    /// The provider called `id`.
    pub fn build(self, id: ProviderId, clock: Arc<dyn Clock>) -> Result<Oidc, InvalidConfig> {
        if let Some(problem) = self.problems().into_iter().next() {
            return Err(problem);
        }
        let rules = MicrosoftRules {
            tenant: self.tenant().unwrap_or(Tenant::Common),
            allowed: self.allowed(),
            subject: self.subject_source,
        };
        Oidc::new(id, self.generic(), Arc::new(rules), clock)
    }

    fn issuer_of(&self, tenant: &str) -> String {
        let own = format!("{}/{{tenantid}}/v2.0", self.cloud.authority());
        let issuer = self.issuer_url.as_ref().unwrap_or(&own);
        issuer.replace("{tenantid}", tenant)
    }

    fn tenant(&self) -> Option<Tenant> {
        Tenant::parse(&self.tenant)
    }

    pub(crate) fn generic(self) -> portcullis_oidc::Config {
        let tenant = self.tenant().unwrap_or(Tenant::Common);
        let issuer = self.issuer_of(tenant.as_str());
        let mut config = portcullis_oidc::Config::new(issuer, self.client);
        // Microsoft's ID tokens hold everything that its userinfo endpoint would add.
        config.userinfo = self.subject_source == SubjectSource::UserInfo;
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_called_as_its_source_says() {
        let own = "11111111-aaaa-4bbb-8ccc-000000000001";
        let subject = format!("{own}.22222222-aaaa-4bbb-8ccc-000000000002");
        let personal = subject.replace(own, PERSONAL);
        for (tenant, source, subject, fits) in [
            (own, SubjectSource::TidOid, &*subject, true),
            ("common", SubjectSource::TidOid, &subject, true),
            ("consumers", SubjectSource::TidOid, &subject, false),
            ("consumers", SubjectSource::TidOid, &personal, true),
            ("common", SubjectSource::TidOid, &personal, true),
            ("organizations", SubjectSource::TidOid, &subject, true),
            ("organizations", SubjectSource::TidOid, &personal, false),
            (own, SubjectSource::TidOid, "zzz", false),
            (own, SubjectSource::Oid, own, true),
            (own, SubjectSource::Oid, &subject, false),
            (own, SubjectSource::Sub, "zzz", true),
            (own, SubjectSource::UserInfo, "zzz", true),
        ] {
            let mut config = Config::new(Client::new("the-client"));
            (config.tenant, config.subject_source) = (tenant.to_owned(), source);
            let tenant = subject.split('.').next().unwrap();
            let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
            let judged = config.subjects().judge(subject, &issuer);
            assert_eq!(judged.is_ok(), fits, "{subject}, {source:?}: {judged:?}");
        }
    }
}
