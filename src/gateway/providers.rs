//! The providers and all that looks after them: what a gateway and the commands share.

use std::sync::Arc;

use portcullis_core::{
    broker::Broker,
    credential::CredentialKind,
    entrances::Entrances,
    plugin::Announcer,
    provider::ConfiguredProvider,
    vault::{TokenVault, UpstreamSessionStore},
};

use super::{BuildError, Foundation};
use crate::{
    config::{Config, Sources},
    providers::{Administration, CannotBegin, Departures, Keeper, KeeperParts, Roster, Tables},
};

/// The providers and all that looks after them.
#[derive(Debug)]
pub(crate) struct ProviderParts {
    /// What serves.
    pub(crate) roster: Arc<Roster>,
    /// Who follows the sources.
    pub(crate) keeper: Arc<Keeper>,
    /// Adding, changing and removing.
    pub(crate) administration: Arc<Administration>,
    /// Sign-in.
    pub(crate) broker: Broker,
    /// Where sessions came from.
    pub(crate) upstream_sessions: Arc<dyn UpstreamSessionStore>,
}

/// Where providers come from beside the configuration.
#[derive(Debug, Default)]
pub(crate) struct OtherSources {
    /// Where the configuration is read anew from; `None` when a program made it.
    pub(crate) files: Option<Sources>,
    /// What an embedder brings.
    pub(crate) embedded: Vec<ConfiguredProvider>,
}

impl ProviderParts {
    /// Lets the providers of all sources serve.
    pub(crate) async fn prepare(
        config: &Config,
        foundation: &Foundation,
        other: OtherSources,
        announcer: &Announcer,
    ) -> Result<Self, BuildError> {
        let roster = Roster::new(other.embedded, Arc::clone(&foundation.clock));
        let roster = Arc::new(roster.by(Arc::clone(&foundation.way)));
        let registry = roster.registry();
        foundation.post.follow(Arc::clone(&registry));
        let vault = foundation.vault(config, &registry, announcer.clone());
        let (vault, upstream_sessions) = vault.await?;
        let vault: Arc<dyn TokenVault> = Arc::new(vault);
        let upstream_sessions: Arc<dyn UpstreamSessionStore> = Arc::new(upstream_sessions);
        let local = local(config, foundation);
        let parts = KeeperParts {
            sources: other.files,
            roster: Arc::clone(&roster),
            entrances: Entrances {
                identities: Arc::clone(&foundation.stores.identities),
                credentials: Arc::clone(&foundation.stores.credentials),
                registry: Arc::clone(&registry),
                local: local.clone(),
            },
            stored: foundation.store.providers(),
            tables: Tables {
                seal: foundation.seal(config).await?,
                entropy: Arc::clone(&foundation.entropy),
            },
            departures: Departures {
                credentials: Arc::clone(&foundation.stores.credentials),
                vault: Arc::clone(&vault),
                origins: Arc::clone(&upstream_sessions),
                sessions: Arc::clone(&foundation.stores.sessions),
                identities: Arc::clone(&foundation.stores.identities),
                schemas: Arc::clone(&foundation.schemas),
                clock: Arc::clone(&foundation.clock),
                entropy: Arc::clone(&foundation.entropy),
                announcer: announcer.clone(),
            },
        };
        let begun = Keeper::begin(config.clone(), parts).await;
        let keeper = Arc::new(begun.map_err(refused)?);
        Ok(Self {
            broker: broker((local, foundation), (&roster, vault)),
            administration: Arc::new(Administration {
                keeper: Arc::clone(&keeper),
                addresses: foundation.addresses.clone(),
                clock: Arc::clone(&foundation.clock),
            }),
            roster,
            keeper,
            upstream_sessions,
        })
    }
}

/// The kinds of credentials that somebody can sign in with here, beside links.
fn local(config: &Config, foundation: &Foundation) -> Vec<CredentialKind> {
    let has_passkeys = config.identity.passkey.enabled && foundation.relying_party().is_some();
    let local = [
        (config.identity.local.enabled, CredentialKind::Password),
        (has_passkeys, CredentialKind::Passkey),
    ];
    let local = local.into_iter().filter(|(is_on, _)| *is_on);
    local.map(|(_, kind)| kind).collect()
}

fn broker(
    (local, foundation): (Vec<CredentialKind>, &Foundation),
    (roster, vault): (&Roster, Arc<dyn TokenVault>),
) -> Broker {
    Broker {
        local,
        registry: roster.registry(),
        schemas: Arc::clone(&foundation.schemas),
        identities: Arc::clone(&foundation.stores.identities),
        credentials: Arc::clone(&foundation.stores.credentials),
        sessions: Arc::clone(&foundation.stores.sessions),
        vault,
        clock: Arc::clone(&foundation.clock),
        entropy: Arc::clone(&foundation.entropy),
        scopes: Vec::new(),
        names: None,
    }
}

fn refused(error: CannotBegin) -> BuildError {
    match error {
        CannotBegin::Store(error) => BuildError::Store(error),
        CannotBegin::Provider(error) => BuildError::part(&error),
    }
}
