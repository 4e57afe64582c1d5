//! What `check --check-connectivity` reaches for: the stores, schemas elsewhere and the providers.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use portcullis_core::{
    clock::{Clock, SystemClock},
    schema::Validators,
};

use super::{foundation, switched_off};
use crate::{
    builtin,
    config::{Config, SchemaSource},
    entropy::OsEntropy,
    schemas::Outside,
    store::Store,
};

/// One thing that the gateway needs to reach.
pub struct Probe {
    /// What it is, such as `store` or `provider google`.
    pub name: String,
    /// Tries to reach it, and says what is weak about what is there; fails with the reason, which holds
    /// no secret.
    pub attempt: Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send>>,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Everything this configuration needs to reach.
pub fn probes(config: &Config) -> Vec<Probe> {
    let mut probes = vec![store(config)];
    probes.extend(redis(config));
    probes.extend(schemas(config));
    probes.extend(providers(config));
    probes
}

fn store(config: &Config) -> Probe {
    let config = config.clone();
    Probe {
        name: "store".to_owned(),
        attempt: Box::pin(async move {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let url = config.store.url.expose();
            let store = Store::open(url, clock).await.map_err(told)?;
            let warnings = doubts(&config, &store).await;
            store.close().await;
            warnings
        }),
    }
}

/// What is weak about what is stored.
async fn doubts(config: &Config, store: &Store) -> Result<Vec<String>, String> {
    let validators = Validators::new();
    // Those that are fetched are not known here; who has which credentials does not depend on any.
    let documents = config.identity.schema_documents();
    let is_known = |(id, _): &(String, _)| id == config.identity.default_id();
    let schemas = match documents.iter().any(is_known) {
        true => foundation::configured_schemas(config, &validators),
        false => foundation::configured_schemas(&Config::embedded(), &validators),
    };
    let credentials = store.credentials(&Arc::new(schemas.map_err(told)?));
    let warnings = switched_off::warnings(config, &*credentials).await;
    let mut warnings = warnings.map_err(told)?;
    let way = foundation::way(config).map_err(told)?;
    let outside = Outside {
        store,
        way: &way,
        validators: &validators,
        clock: &SystemClock,
    };
    warnings.extend(outside.doubts(&config.identity).await.map_err(told)?);
    Ok(warnings)
}

/// Schemas that are fetched.
fn schemas(config: &Config) -> Vec<Probe> {
    let sources = config.identity.schemas.iter();
    let probe = |source: &SchemaSource| {
        let (source, url) = (source.clone(), source.url.clone()?);
        let way = foundation::way(config).map_err(told);
        Some(Probe {
            name: format!("schema {}", source.id),
            attempt: Box::pin(async move {
                crate::schemas::reach(&source, &url, &*way?).await?;
                Ok(Vec::new())
            }),
        })
    };
    sources.filter_map(probe).collect()
}

fn redis(config: &Config) -> Option<Probe> {
    let shared = foundation::shared(config, &(Arc::new(OsEntropy) as _)).map_err(told);
    let shared = shared.transpose()?;
    Some(Probe {
        name: "redis".to_owned(),
        attempt: Box::pin(async move {
            shared?.ping().await.map_err(told)?;
            Ok(Vec::new())
        }),
    })
}

fn providers(config: &Config) -> Vec<Probe> {
    let enabled = config.providers.iter().filter(|(_, table)| table.enabled);
    let probe = |(id, table): (&String, &_)| {
        let way = foundation::way(config).map_err(told);
        let clock = Arc::new(SystemClock);
        let made = way.and_then(|way| builtin::provider(id, table, &way, clock).map_err(told));
        Probe {
            name: format!("provider {id}"),
            attempt: Box::pin(async move {
                let configured = made?;
                configured.provider.reach().await.map_err(told)?;
                Ok(Vec::new())
            }),
        }
    };
    enabled.map(probe).collect()
}

/// The error with its causes; none of ours quotes a secret.
fn told(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
