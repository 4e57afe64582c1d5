//! What only kind `microsoft` knows: tenants, clouds and names of accounts.

use portcullis_microsoft::is_tenant_id;
use serde::{Deserialize, Serialize};

use super::{Protocol, Provider};
use crate::config::finding::Check;

/// The tenants that stand for many.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

/// Where Microsoft is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// The public cloud.
    #[default]
    Global,
    /// The cloud of the government of the United States.
    Us,
    /// The cloud in China.
    China,
}

/// What names an account for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectSource {
    /// The tenant's id and the account's within it.
    #[default]
    TidOid,
    /// The token's subject, which changes with the client id.
    Sub,
    /// The account's id within its tenant; Microsoft Graph's name for it, too.
    #[serde(alias = "me")]
    Oid,
    /// The subject at the userinfo endpoint.
    Userinfo,
}

impl Provider {
    /// The tenant: as written under either name, or `common`.
    pub fn tenant(&self) -> &str {
        let written = self.microsoft_tenant.as_deref();
        let written = written.or(self.microsoft_tenant_id.as_deref());
        written.unwrap_or(SHARED[0])
    }

    /// Whether people of many tenants can come.
    pub(super) fn is_shared_tenant(&self) -> bool {
        let tenant = self.tenant();
        SHARED.iter().any(|one| tenant.eq_ignore_ascii_case(one))
    }

    pub(super) fn validate_microsoft(&self, check: &mut Check<'_>) {
        if self.preset().protocol != Protocol::Microsoft {
            return;
        }
        if let (Some(one), Some(other)) = (&self.microsoft_tenant, &self.microsoft_tenant_id)
            && one != other
        {
            check.under("microsoft_tenant_id").problem(
                "it is another spelling of microsoft_tenant, and they differ; keep one of them",
            );
        }
        let tenant = self.tenant();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        if tenant.is_empty() || !tenant.bytes().all(plain) {
            check.under("microsoft_tenant").problem(
                "this is no tenant; write its id, its domain, \"common\", \"organizations\" or \
                 \"consumers\"",
            );
        }
        for (index, tenant) in self.allowed_tenants.iter().enumerate() {
            if !is_tenant_id(tenant) {
                check.under("allowed_tenants").item(index).problem(
                    "tenants are compared by id; write it as Microsoft shows it, such as \
                     \"9188040d-6c67-4c5b-b112-36a304b66dad\"",
                );
            }
        }
        let is_one = is_tenant_id(tenant);
        if self.trust_tenant_email && !is_one {
            check.under("trust_tenant_email").problem(
                "addresses can be trusted of one tenant only; write its id as microsoft_tenant",
            );
        }
        if self.subject_source == SubjectSource::Oid && !is_one {
            check.under("subject_source").problem(
                "\"oid\" names an account within one tenant only; write its id as \
                 microsoft_tenant, or \"tid_oid\"",
            );
        }
    }
}
