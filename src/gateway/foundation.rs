//! What a gateway and the commands both stand on: stores, schemas, addresses, keys.

use std::{collections::BTreeMap, sync::Arc};

use portcullis_core::{
    action::{self, Action, ActionSettings, Actions},
    clock::{Clock, SystemClock},
    cookie::Cookies,
    entropy::Entropy,
    outbound::Way,
    plugin::{Addresses, Announcer},
    registry::Registry,
    return_to::{Pattern, ReturnUrls},
    schema::{
        Schema, Schemas, Validators,
        runtime::{Refusals, SchemaDesk},
    },
    seal::Seal,
    sessions::{SessionLifetimes, Sessions},
    store::StoreError,
};
use portcullis_kit::Locales;
use tokio::sync::watch;

use super::BuildError;
use crate::{
    afterwards::Afterwards,
    config::{Config, Identity},
    entropy::OsEntropy,
    mail::{Post, PostParts, Rounds},
    observe::metrics::Metrics,
    schemas::{self, Asking, Judge, Outside, Settled},
    store::{SharedSessions, Store, Stores},
    vault::{Keyring, SealedUpstreamSessions, Vault, VaultParts},
};

/// What a gateway and the commands both stand on.
#[derive(Debug)]
pub struct Foundation {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The record.
    pub store: Store,
    /// The stores behind their caches.
    pub stores: Stores,
    /// The identity schemas.
    pub schemas: Arc<Schemas>,
    /// Looking them up as documents, and changing them.
    pub schema_desk: Arc<SchemaDesk>,
    /// Counts how often other schemas are served with.
    pub schema_changes: watch::Receiver<u64>,
    /// What people may have to do before they are let through.
    pub actions: Arc<Actions>,
    /// Where the gateway is.
    pub addresses: Addresses,
    /// The gateway's cookies.
    pub cookies: Cookies,
    /// What is counted.
    pub metrics: Metrics,
    /// The languages there are.
    pub locales: Arc<Locales>,
    /// How servers elsewhere are reached.
    pub way: Arc<Way>,
    /// Mail.
    pub post: Post,
    /// What is being done after answers.
    pub(crate) afterwards: Afterwards,
    /// How long sessions last.
    pub lifetimes: SessionLifetimes,
    /// What is known about identities, with every schema's document.
    pub(crate) identity: Identity,
}

/// How servers elsewhere are reached.
pub(super) fn way(config: &Config) -> Result<Arc<Way>, BuildError> {
    let way = config.outbound.way().map_err(BuildError::Invalid)?;
    Ok(Arc::new(way))
}

impl Foundation {
    /// Opens the stores, brings them up to date and reads the schemas; beside it, what is to run as
    /// long as mail is to be sent.
    pub async fn lay(config: &Config) -> Result<(Self, Rounds), BuildError> {
        Self::lay_asking(config, &Validators::new(), Asking::AsKept).await
    }

    /// The same for a gateway that is to serve, with validators that schemas may name: what stands at
    /// addresses is fetched anew.
    pub async fn lay_to_serve(
        config: &Config,
        validators: &Validators,
    ) -> Result<(Self, Rounds), BuildError> {
        Self::lay_asking(config, validators, Asking::Anew).await
    }

    async fn lay_asking(
        config: &Config,
        validators: &Validators,
        asking: Asking,
    ) -> Result<(Self, Rounds), BuildError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let lifetimes = lifetimes(config);
        let store = Store::open(config.store.url.expose(), Arc::clone(&clock)).await?;
        let way = way(config)?;
        let outside = Outside {
            store: &store,
            way: &way,
            validators,
            clock: &*clock,
        };
        let (config, refused) = &settled(config, outside, asking).await?;
        let settings = config.action_settings_at_run_time();
        let schemas = Arc::new(schemas_asking(config, validators, &settings)?);
        let judge = Judge {
            identity: config.identity.clone(),
            validators: validators.clone(),
        };
        let schema_desk = schemas::desk(&schemas, judge, (store.schemas(), &clock)).await;
        schema_desk.note_refused(refused.clone());
        let actions = actions(config, &schemas, settings);
        let shared = shared(config, &entropy)?;
        let addresses = addresses(config)?;
        let locales = locales(config)?;
        let parts = PostParts {
            locales: Arc::clone(&locales),
            mails: store.mails(),
            seal: seal(config, &store, &*entropy).await?,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
        };
        let post = Post::new(&config.mail, &addresses, parts);
        let (post, rounds) = post.map_err(|error| BuildError::part(&error))?;
        let metrics = Metrics::new().map_err(|error| BuildError::part(&error))?;
        let counters = metrics.session_cache.clone();
        let stores = store.cached(shared, lifetimes, Arc::clone(&actions), counters);
        let foundation = Self {
            schema_changes: schemas::changes(&schema_desk, &stores.principals),
            schema_desk,
            stores,
            metrics,
            store,
            actions,
            schemas,
            addresses,
            locales,
            way,
            post,
            cookies: Cookies::new(&config.public_url, config.session.cookie_domain.clone()),
            clock,
            entropy,
            afterwards: Afterwards::default(),
            lifetimes,
            identity: config.identity.clone(),
        };
        Ok((foundation, rounds))
    }

    /// Beginning and judging sessions.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(
            Arc::clone(&self.stores.sessions),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            self.lifetimes,
        )
        .with_cache(Arc::new(self.metrics.session_cache.clone()))
    }

    /// The configured sealing key, or the one all nodes find in the record.
    pub async fn seal(&self, config: &Config) -> Result<Seal, BuildError> {
        Ok(seal(config, &self.store, &*self.entropy).await?)
    }

    /// Upstream tokens, and where sessions came from: whatever providers gave that is kept sealed.
    pub async fn vault(
        &self,
        config: &Config,
        registry: &Arc<Registry>,
        announcer: Announcer,
    ) -> Result<(Vault, SealedUpstreamSessions), BuildError> {
        let keys = self.keyring(config).await?;
        let sessions = Arc::clone(&self.stores.upstream_sessions);
        let sessions =
            SealedUpstreamSessions::new(sessions, keys.clone(), Arc::clone(&self.entropy));
        let vault = Vault::new(VaultParts {
            tokens: Arc::clone(&self.stores.tokens),
            credentials: Arc::clone(&self.stores.credentials),
            origins: Arc::clone(&self.stores.upstream_sessions),
            registry: Arc::clone(registry),
            keys,
            announcer,
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
        });
        Ok((vault, sessions))
    }

    async fn keyring(&self, config: &Config) -> Result<Keyring, StoreError> {
        let (first, others) = self.lasting_keys(config).await?;
        Ok(Keyring::new(&first, others.iter().map(Vec::as_slice)))
    }

    /// The keys of what is kept for long, the one that seals and those that open: the configured keys
    /// of upstream tokens before the one in the record, which opens what it sealed while there were
    /// none.
    pub(super) async fn lasting_keys(
        &self,
        config: &Config,
    ) -> Result<(Vec<u8>, Vec<Vec<u8>>), StoreError> {
        let configured = &config.tokens.keys;
        let mut configured = configured
            .iter()
            .map(|key| key.expose().as_bytes().to_vec());
        let Some(first) = configured.next() else {
            let made = self.store.token_key(&*self.entropy).await?;
            return Ok((made, Vec::new()));
        };
        let made = self.store.token_key_if_any().await?;
        Ok((first, configured.chain(made).collect()))
    }

    /// Closes the stores.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// The configuration with what counts of schemas elsewhere, and what does not.
async fn settled(
    config: &Config,
    outside: Outside<'_>,
    asking: Asking,
) -> Result<(Config, Refusals), BuildError> {
    let Settled { identity, refused } = outside.settle(&config.identity, asking).await?;
    let config = Config {
        identity,
        ..config.clone()
    };
    Ok((config, refused))
}

fn actions(
    config: &Config,
    schemas: &Arc<Schemas>,
    settings: BTreeMap<Action, ActionSettings>,
) -> Arc<Actions> {
    let actions = Actions::new(Arc::clone(schemas), settings, config.terms())
        .with_password_max_age(config.identity.password.max_age)
        .with_assurance(config.assurance());
    Arc::new(actions)
}

fn lifetimes(config: &Config) -> SessionLifetimes {
    SessionLifetimes {
        idle_timeout: config.session.idle_timeout,
        lifespan: config.session.lifespan,
    }
}

fn locales(config: &Config) -> Result<Arc<Locales>, BuildError> {
    let locales = Locales::load(config.messages.dir.as_deref());
    let locales = locales.map_err(|error| BuildError::part(&error))?;
    Ok(Arc::new(locales))
}

async fn seal(config: &Config, store: &Store, entropy: &dyn Entropy) -> Result<Seal, StoreError> {
    Ok(match &config.session.secret {
        Some(secret) => Seal::new(secret.expose().as_bytes()),
        None => Seal::new(&store.sealing_key(entropy).await?),
    })
}

/// The shared cache, where one is configured; connects when it is needed.
pub(super) fn shared(
    config: &Config,
    entropy: &Arc<dyn Entropy>,
) -> Result<Option<SharedSessions>, StoreError> {
    let url = config.redis.url.as_ref();
    url.map(|url| SharedSessions::new(url.expose(), Arc::clone(entropy)))
        .transpose()
}

/// The schemas of the configuration, with what is asked of whoever is new.
fn schemas_asking(
    config: &Config,
    validators: &Validators,
    settings: &BTreeMap<Action, ActionSettings>,
) -> Result<Schemas, BuildError> {
    let schemas = configured_schemas(config, validators)?;
    let schemas = schemas.asking(action::defaults(settings));
    Ok(schemas.asking_by_mail(config.actions_asked_by_mail()))
}

pub(super) fn configured_schemas(
    config: &Config,
    validators: &Validators,
) -> Result<Schemas, BuildError> {
    let mut schemas = Vec::new();
    for (id, document) in config.identity.schema_documents() {
        let schema = Schema::parse(&id, document)
            .and_then(|schema| schema.with_validators(validators))
            .map_err(|error| BuildError::Invalid(format!("schema {id}: {error}")))?;
        schemas.push(Arc::new(schema.with_rules(config.identity.rules(&id))));
    }
    let default = config.identity.default_id();
    let missing = || BuildError::Invalid(format!("there is no schema called {default}"));
    let schemas = Schemas::new(schemas, default).ok_or_else(missing)?;
    Ok(schemas.offering(config.identity.selectable_schemas()))
}

/// Where the gateway is and where browsers may return to.
pub fn addresses(config: &Config) -> Result<Addresses, BuildError> {
    let exact = |host: &String| !host.starts_with("*.");
    let hosts = config
        .routes
        .iter()
        .filter_map(|route| route.host.clone())
        .filter(exact);
    let pattern = |text: &String| {
        text.parse::<Pattern>()
            .map_err(|error| BuildError::Invalid(format!("allowed_return_urls: {text}: {error}")))
    };
    let allowed: Result<Vec<Pattern>, BuildError> =
        config.allowed_return_urls.iter().map(pattern).collect();
    let return_urls = ReturnUrls::new(config.public_url.clone(), hosts.collect(), allowed?);
    Ok(Addresses {
        return_urls: Arc::new(return_urls),
        prefix: config.prefix.clone(),
    })
}
