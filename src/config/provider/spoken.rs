//! What the code that speaks with a kind is told of a table, and what is wrong with that.

use std::sync::Arc;

use portcullis_core::{outbound::Way, subject::SubjectForm, trust::TrustRules};
use portcullis_oidc::{Client, ClientAuthentication, InvalidConfig, SigningKey};

use super::{Authentication, Cloud, Protocol, Provider, SubjectSource};
use crate::config::finding::Check;

/// What the code that speaks with a provider is told of it, by the protocol of its kind.
#[derive(Debug)]
pub(crate) enum Spoken {
    /// Any OpenID provider.
    Oidc(portcullis_oidc::Config),
    /// Google.
    Google(portcullis_google::Config),
    /// Microsoft.
    Microsoft(portcullis_microsoft::Config),
    /// GitHub.
    GitHub(portcullis_github::Config),
    /// OAuth 2.0 without OpenID Connect.
    OAuth2(portcullis_github::PlainConfig),
}

impl Spoken {
    /// The same, reached this way.
    #[must_use]
    pub(crate) fn by(mut self, way: &Arc<Way>) -> Self {
        let client = match &mut self {
            Self::Oidc(config) => &mut config.client,
            Self::Google(config) => &mut config.client,
            Self::Microsoft(config) => &mut config.client,
            Self::GitHub(config) => &mut config.client,
            Self::OAuth2(config) => &mut config.client,
        };
        client.way = Arc::clone(way);
        self
    }

    fn problems(&self) -> Vec<InvalidConfig> {
        match self {
            Self::Oidc(config) => config.problems(),
            Self::Google(config) => config.problems(),
            Self::Microsoft(config) => config.problems(),
            Self::GitHub(config) => config.problems(),
            Self::OAuth2(config) => config.problems(),
        }
    }
}

impl Provider {
    /// What the code that speaks with it is told.
    pub(crate) fn spoken(&self) -> Spoken {
        match self.preset().protocol {
            Protocol::Oidc => Spoken::Oidc(self.oidc()),
            Protocol::Google => Spoken::Google(self.google()),
            Protocol::Microsoft => Spoken::Microsoft(self.microsoft()),
            Protocol::GitHub => Spoken::GitHub(self.github()),
            Protocol::OAuth2 => Spoken::OAuth2(self.plain()),
        }
    }

    /// The issuer of all its accounts; `None` where that depends on the account.
    pub(crate) fn account_issuer(&self) -> Option<String> {
        match self.spoken() {
            Spoken::Oidc(config) => Some(config.issuer_url),
            Spoken::Google(config) => Some(config.issuer().to_owned()),
            Spoken::Microsoft(config) => config.account_issuer(),
            Spoken::GitHub(config) => Some(config.issuer()),
            Spoken::OAuth2(config) => Some(config.issuer),
        }
    }

    /// What its accounts are called by.
    pub(crate) fn subjects(&self) -> SubjectForm {
        match self.spoken() {
            Spoken::Microsoft(config) => config.subjects(),
            _ => SubjectForm::Any,
        }
    }

    /// The rules of trust as written, or the kind's.
    pub(crate) fn rules(&self) -> TrustRules {
        let own = &self.preset().trust;
        TrustRules(self.trust.as_ref().unwrap_or(own).clone())
    }

    /// The key of the table that a kind's own word for it stands for.
    pub(crate) fn written_key(&self, key: &'static str) -> &'static str {
        match key {
            "tenant" if self.microsoft_tenant.is_none() && self.microsoft_tenant_id.is_some() => {
                "microsoft_tenant_id"
            }
            "tenant" => "microsoft_tenant",
            "client_secret" if self.client_secret_file.is_some() => "client_secret_file",
            "private_key" if self.private_key_file.is_some() => "private_key_file",
            "certificate" if self.certificate_file.is_some() => "certificate_file",
            other => other,
        }
    }

    /// Tells what the kind itself finds wrong, where nothing is said of the key yet.
    pub(super) fn validate_kind(&self, check: &mut Check<'_>) {
        for InvalidConfig { key, reason } in self.spoken().problems() {
            let mut check = check.under(self.written_key(key));
            if !check.has_problem() {
                check.problem(reason);
            }
        }
    }

    fn oidc(&self) -> portcullis_oidc::Config {
        let preset = self.preset();
        let issuer = self.issuer().unwrap_or_default();
        let mut config = portcullis_oidc::Config::new(issuer, self.client());
        config.userinfo = self.userinfo && !preset.lacks_userinfo;
        config.response_mode.clone_from(&preset.response_mode);
        config
    }

    fn google(&self) -> portcullis_google::Config {
        let mut config = portcullis_google::Config::new(self.client());
        config.hosted_domains.clone_from(&self.hosted_domains);
        config.trust_workspace_email = self.trust_workspace_email;
        config.issuer_url.clone_from(&self.issuer_url);
        config
    }

    fn microsoft(&self) -> portcullis_microsoft::Config {
        use portcullis_microsoft as kind;
        let mut config = kind::Config::new(self.client());
        self.tenant().clone_into(&mut config.tenant);
        config.allowed_tenants.clone_from(&self.allowed_tenants);
        config.cloud = match self.cloud {
            Cloud::Global => kind::Cloud::Global,
            Cloud::Us => kind::Cloud::Us,
            Cloud::China => kind::Cloud::China,
        };
        config.subject_source = match self.subject_source {
            SubjectSource::TidOid => kind::SubjectSource::TidOid,
            SubjectSource::Sub => kind::SubjectSource::Sub,
            SubjectSource::Oid => kind::SubjectSource::Oid,
            SubjectSource::Userinfo => kind::SubjectSource::UserInfo,
        };
        config.trust_tenant_email = self.trust_tenant_email;
        config.issuer_url.clone_from(&self.issuer_url);
        config
    }

    fn github(&self) -> portcullis_github::Config {
        let mut config = portcullis_github::Config::new(self.client());
        config.base_url.clone_from(&self.issuer_url);
        config.api_url.clone_from(&self.api_url);
        config
    }

    fn plain(&self) -> portcullis_github::PlainConfig {
        portcullis_github::PlainConfig {
            issuer: self.issuer().unwrap_or_default().to_owned(),
            endpoints: self.preset().endpoints.clone().unwrap_or_default(),
            client: self.client(),
        }
    }

    fn client(&self) -> Client {
        Client {
            id: self.client_id.clone(),
            authentication: self.authentication(),
            scopes: self.asked_scopes(),
            authorization_parameters: self.authorization_parameters.clone(),
            allow_private_network: self.allow_private_network,
            allowed_hosts: self.allowed_hosts.clone(),
            way: Arc::default(),
        }
    }

    fn authentication(&self) -> ClientAuthentication {
        let secret = self.client_secret.clone();
        let Some(pem) = self.private_key.clone() else {
            return secret.map_or(ClientAuthentication::Public, ClientAuthentication::Secret);
        };
        let key = SigningKey {
            pem,
            key_id: self.key_id.clone(),
            certificate: self.certificate.clone(),
        };
        match self.preset().authentication {
            Authentication::Secret => ClientAuthentication::PrivateKeyJwt(key),
            Authentication::SignedSecret => ClientAuthentication::SignedSecret {
                key,
                team_id: self.team_id.clone().unwrap_or_default(),
            },
        }
    }
}
