//! The built-in kinds of providers: one explicit table from `kind` to the crate that speaks it.

use std::sync::Arc;

use portcullis_core::{
    clock::Clock,
    expression::{Expression, Scope},
    id::ProviderId,
    mapping::{Mapping, MappingEntry},
    provider::{ConfiguredProvider, Creation, Policy},
    trust::TrustRules,
};
use portcullis_oidc::{ClientAuthentication, InvalidConfig, Oidc, Plain};

use crate::config::{self, ProviderKind};

/// A provider cannot be made of what is configured.
#[derive(Debug, thiserror::Error)]
#[error("provider {id}: {reason}")]
pub(crate) struct InvalidProvider {
    id: String,
    reason: String,
}

/// The provider that a `[providers.<id>]` table describes. Asks nobody.
pub(crate) fn provider(
    id: &str,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<ConfiguredProvider, InvalidProvider> {
    let invalid = |reason: String| InvalidProvider {
        id: id.to_owned(),
        reason,
    };
    let name: ProviderId = id
        .parse()
        .map_err(|_| invalid("the id is malformed".to_owned()))?;
    let made = match table.kind {
        ProviderKind::Oidc => oidc(name.clone(), table, clock),
        ProviderKind::Google => google(name.clone(), table, clock),
    };
    let (provider, trust) = made.map_err(|error| invalid(error.to_string()))?;
    Ok(ConfiguredProvider {
        label: table
            .label
            .clone()
            .unwrap_or_else(|| default_label(id, table.kind)),
        id: name,
        order: table.order,
        hidden: table.hidden,
        icon: table.icon.clone(),
        policy: Policy {
            enabled: table.enabled,
            create: match table.create {
                config::Create::Auto => Creation::Auto,
                config::Create::Never => Creation::Never,
            },
            ..Policy::default()
        },
        trust,
        mapping: mapping(table).map_err(|error| invalid(error.to_string()))?,
        provider: Arc::new(provider),
    })
}

fn oidc(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<(Oidc, TrustRules), InvalidConfig> {
    let issuer = table.issuer_url.clone().unwrap_or_default();
    let mut config = portcullis_oidc::Config::new(issuer, &table.client_id);
    config.authentication = ClientAuthentication::secret(table.client_secret.clone());
    config.scopes.clone_from(&table.scopes);
    config.userinfo = table.userinfo;
    config.allow_private_network = table.allow_private_network;
    config.allowed_hosts.clone_from(&table.allowed_hosts);
    let made = Oidc::new(id, config, Arc::new(Plain), clock)?;
    Ok((made, TrustRules::verified()))
}

fn google(
    id: ProviderId,
    table: &config::Provider,
    clock: Arc<dyn Clock>,
) -> Result<(Oidc, TrustRules), InvalidConfig> {
    let mut config = portcullis_google::Config::new(&table.client_id);
    config.authentication = ClientAuthentication::secret(table.client_secret.clone());
    config.hosted_domains.clone_from(&table.hosted_domains);
    config.trust_workspace_email = table.trust_workspace_email;
    config.scopes.clone_from(&table.scopes);
    config.issuer_url.clone_from(&table.issuer_url);
    config.allow_private_network = table.allow_private_network;
    config.allowed_hosts.clone_from(&table.allowed_hosts);
    let trust = config.trust();
    Ok((config.build(id, clock)?, trust))
}

fn default_label(id: &str, kind: ProviderKind) -> String {
    match kind {
        ProviderKind::Google => "Google".to_owned(),
        ProviderKind::Oidc => id.to_owned(),
    }
}

fn mapping(
    table: &config::Provider,
) -> Result<Mapping, portcullis_core::expression::InvalidExpression> {
    let entry = |(path, mapped): (String, config::MappedTrait)| {
        let value = Expression::compile(&mapped.value, Scope::Claims)?;
        Ok(MappingEntry::of_trait(&path, value, mapped.sync))
    };
    let entries: Result<Vec<_>, _> = table.mapped_traits().into_iter().map(entry).collect();
    Ok(Mapping {
        entries: entries?.into(),
        allow_privileged: false,
    })
}
