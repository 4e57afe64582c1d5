//! What `check --check-connectivity` reaches for: the stores and the providers.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use portcullis_core::{
    clock::{Clock, SystemClock},
    schema::Validators,
};

use super::{foundation, switched_off};
use crate::{builtin, config::Config, entropy::OsEntropy, store::Store};

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
            let schemas =
                foundation::configured_schemas(&config, &Validators::new()).map_err(told)?;
            let credentials = store.credentials(&Arc::new(schemas));
            let warnings = switched_off::warnings(&config, &*credentials).await;
            store.close().await;
            warnings.map_err(told)
        }),
    }
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
