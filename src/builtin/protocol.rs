//! From the protocol of a kind to the code that speaks it.

use std::sync::Arc;

use portcullis_core::{clock::Clock, id::ProviderId, provider::Provider, trust::TrustRules};
use portcullis_oidc::{Client, ClientAuthentication, InvalidConfig, Oidc, Plain, SigningKey};

use crate::config::{self, Authentication, Protocol};

/// What speaks with a provider, and which of its addresses count as verified.
pub(super) struct Speaker {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) trust: TrustRules,
}

/// What speaks with the provider that a table describes.
pub(super) fn speaker(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, String> {
    let made = match table.preset().protocol {
        Protocol::Oidc => oidc(id, table, clock),
        Protocol::Google => google(id, table, clock),
        Protocol::Microsoft => microsoft(id, table, clock),
        Protocol::GitHub => github(id, table, clock),
        Protocol::OAuth2 => plain(id, table, clock),
    };
    made.map_err(|error| error.to_string())
}

fn oidc(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    let preset = table.preset();
    let issuer = table.issuer().unwrap_or_default();
    let mut config = portcullis_oidc::Config::new(issuer, client(table));
    config.userinfo = table.userinfo && !preset.lacks_userinfo;
    config.response_mode.clone_from(&preset.response_mode);
    let provider = Arc::new(Oidc::new(id, config, Arc::new(Plain), clock)?);
    let trust = rules(table);
    Ok(Speaker { provider, trust })
}

fn google(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    let mut config = portcullis_google::Config::new(client(table));
    config.hosted_domains.clone_from(&table.hosted_domains);
    config.trust_workspace_email = table.trust_workspace_email;
    config.issuer_url.clone_from(&table.issuer_url);
    let trust = config.trust();
    let provider = Arc::new(config.build(id, clock)?);
    Ok(Speaker { provider, trust })
}

fn microsoft(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    use portcullis_microsoft::{Cloud, SubjectSource};
    let mut config = portcullis_microsoft::Config::new(client(table));
    table.tenant().clone_into(&mut config.tenant);
    config.allowed_tenants.clone_from(&table.allowed_tenants);
    config.cloud = match table.cloud {
        config::Cloud::Global => Cloud::Global,
        config::Cloud::Us => Cloud::Us,
        config::Cloud::China => Cloud::China,
    };
    config.subject_source = match table.subject_source {
        config::SubjectSource::TidOid => SubjectSource::TidOid,
        config::SubjectSource::Sub => SubjectSource::Sub,
        config::SubjectSource::Oid => SubjectSource::Oid,
        config::SubjectSource::Userinfo => SubjectSource::UserInfo,
    };
    config.trust_tenant_email = table.trust_tenant_email;
    config.issuer_url.clone_from(&table.issuer_url);
    let trust = config.trust();
    let provider = Arc::new(config.build(id, clock)?);
    Ok(Speaker { provider, trust })
}

fn github(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    let mut config = portcullis_github::Config::new(client(table));
    config.base_url.clone_from(&table.issuer_url);
    config.api_url.clone_from(&table.api_url);
    let provider = Arc::new(config.build(id, clock)?);
    let trust = rules(table);
    Ok(Speaker { provider, trust })
}

fn plain(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<Speaker, InvalidConfig> {
    let preset = table.preset();
    let config = portcullis_github::PlainConfig {
        issuer: table.issuer().unwrap_or_default().to_owned(),
        endpoints: preset.endpoints.clone().unwrap_or_default(),
        client: client(table),
    };
    let provider = Arc::new(portcullis_github::PlainOAuth::new(id, config, clock)?);
    let trust = rules(table);
    Ok(Speaker { provider, trust })
}

/// The rules as written, or the kind's.
fn rules(table: &config::Provider) -> TrustRules {
    let own = &table.preset().trust;
    TrustRules(table.trust.as_ref().unwrap_or(own).clone())
}

fn client(table: &config::Provider) -> Client {
    Client {
        id: table.client_id.clone(),
        authentication: authentication(table),
        scopes: table.asked_scopes(),
        authorization_parameters: table.authorization_parameters.clone(),
        allow_private_network: table.allow_private_network,
        allowed_hosts: table.allowed_hosts.clone(),
    }
}

fn authentication(table: &config::Provider) -> ClientAuthentication {
    let secret = table.client_secret.clone();
    let Some(pem) = table.private_key.clone() else {
        return secret.map_or(ClientAuthentication::Public, ClientAuthentication::Secret);
    };
    let key = SigningKey {
        pem,
        key_id: table.key_id.clone(),
    };
    match table.preset().authentication {
        Authentication::Secret => ClientAuthentication::PrivateKeyJwt(key),
        Authentication::SignedSecret => ClientAuthentication::SignedSecret {
            key,
            team_id: table.team_id.clone().unwrap_or_default(),
        },
    }
}
