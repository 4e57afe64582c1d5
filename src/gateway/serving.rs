//! Serving: the listeners, the work beside them, and the end of both.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt;
use portcullis_core::{
    entropy::Entropy,
    gauge::Gauge,
    identity::IdentityStore,
    pages::Pages,
    plugin::{Addresses, Announcer},
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, sync::oneshot, time::MissedTickBehavior};

use super::{
    BuildError, Builder, Foundation, OtherSources, ProviderParts,
    admin::named,
    assembly::{self, Plugins},
    switched_off,
};
use crate::{
    config::{AdminListener, Config, Listen, Log, LogFormat, Report},
    documents::Documents,
    health::{Health, ProviderHealth, Readiness},
    listener::{
        endpoint::Endpoint,
        in_process::InProcess,
        request_id::RequestIds,
        server::{Server, UpstreamSettings},
        stop::stop_signal,
    },
    mail::Rounds,
    observe::{
        log::{self, Format},
        writer::Flush,
    },
    providers::{Roster, watch},
    schemas::{self, Folder, FolderParts},
    store::{Following, FollowingParts, Store},
};

/// How long requests in flight may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long a body on the admin listener may be at least: a thousand new identities.
const ADMIN_BODY_BYTES: usize = 4 * 1024 * 1024;

/// How long a target may be where no browser asks, at least: five hundred `ids`.
const PROGRAM_TARGET_BYTES: usize = 64 * 1024;

/// How often what has expired is removed from the record.
const PURGE_PERIOD: Duration = Duration::from_secs(10 * 60);

/// How often gauges are read.
const READING_PERIOD: Duration = Duration::from_secs(5 * 60);

/// Serves until told to stop; what listens runs on `front`, everything else where this is called.
pub(super) async fn serve(builder: Builder, front: Handle) -> Result<(), BuildError> {
    let Builder {
        config,
        plugins,
        providers,
        validators,
        sources,
        warnings,
    } = builder;
    // Before anything else, so that a signal that comes early is not lost.
    let stop = stop_signal().map_err(BuildError::Runtime)?;
    let (foundation, rounds) = Foundation::lay_to_serve(&config, &validators).await?;
    let _flush = install_log(&config.log, &foundation)?;
    schemas::tell_of_refusals(&foundation.schema_desk);
    tell_of_weak_choices(&config, &warnings, &foundation).await;
    let plugins = Plugins {
        additional: plugins,
        announcer: Announcer::default(),
    };
    let other = OtherSources {
        files: sources,
        embedded: providers,
    };
    let prepared = ProviderParts::prepare(&config, &foundation, other, &plugins.announcer);
    let providers = prepared.await?;
    let watch = watch(Arc::clone(&providers.keeper)).map_err(BuildError::Runtime)?;
    let (gate, of_plugins) = assembly::gate(&config, &foundation, &providers, plugins).await?;
    let mut server = Server::new(UpstreamSettings::default());
    server.proxy(proxy_endpoint(&config)?, gate);
    let told = Told {
        roster: providers.roster,
        addresses: foundation.addresses.clone(),
    };
    let record = Arc::new(Record(foundation.store.clone()));
    let health: Arc<dyn Pages> = Arc::new(Health::new(vec![record], Arc::new(told)));
    let entropy = Arc::clone(&foundation.entropy);
    let own = |pages| in_process(pages, &*entropy, &config);
    let mut admin = beside_admin(&config, &foundation, health)?;
    admin.extend(of_plugins.admin_pages);
    let mut admin = own(admin);
    admin.body_bytes = admin.body_bytes.max(ADMIN_BODY_BYTES);
    server.in_process("admin", admin_endpoint(&config.listen)?, admin);
    let metrics = vec![("/metrics".to_owned(), foundation.metrics.pages())];
    server.in_process(
        "metrics",
        Endpoint::bind(config.listen.metrics)?,
        own(metrics),
    );
    let (store, afterwards) = (foundation.store.clone(), foundation.afterwards.clone());
    let post = PostRound::begin(rounds, Arc::clone(&foundation.stores.identities));
    let mut beside = work_beside(foundation, config.session.device_retention);
    beside.push(tokio::spawn(watch));
    let readings = of_plugins.gauges.into_iter().map(read_on);
    beside.extend(readings.map(tokio::spawn));
    tracing::info!(address = %config.listen.proxy, public_url = %config.public_url, "listening");
    let ended = front.spawn(server.run(stop, GRACE)).await;
    tokio::join!(afterwards.done(GRACE), post.end(GRACE));
    beside.iter().for_each(tokio::task::JoinHandle::abort);
    stopped(&store).await;
    ended.map_err(|broken| BuildError::Runtime(broken.into()))
}

async fn stopped(store: &Store) {
    store.close().await;
    tracing::info!("stopped");
}

/// Says which choices are weak, as `check` does; findings repeat no secret. What lists say of
/// providers in vain is told by those who read them.
async fn tell_of_weak_choices(config: &Config, warnings: &Report, foundation: &Foundation) {
    let lines = warnings.findings.iter().map(ToString::to_string);
    for finding in lines.filter(|line| !config.drop_in_losses.contains(line)) {
        tracing::warn!(
            event = "configuration_warning",
            finding,
            "the configuration has a weak choice"
        );
    }
    mention_switched_off(config, foundation).await;
}

/// Says what people have and nobody asks for. It keeps no gateway from starting.
async fn mention_switched_off(config: &Config, foundation: &Foundation) {
    match switched_off::warnings(config, &*foundation.stores.credentials).await {
        Ok(warnings) => warnings
            .iter()
            .for_each(|warning| tracing::warn!("{warning}")),
        Err(error) => tracing::warn!(%error, "what is switched off could not be counted"),
    }
}

fn proxy_endpoint(config: &Config) -> Result<Endpoint, BuildError> {
    let endpoint = Endpoint::bind(config.listen.proxy)?;
    Ok(match config.listen.tls.files() {
        Some((certificate, key)) => endpoint.with_tls(certificate, key)?,
        None => endpoint,
    })
}

fn admin_endpoint(listen: &Listen) -> Result<Endpoint, BuildError> {
    Ok(match &listen.admin {
        AdminListener::Network(address) => Endpoint::bind(*address)?,
        AdminListener::Socket(path) => Endpoint::bind_unix(path, listen.admin_socket_mode.bits())?,
    })
}

fn in_process(
    pages: Vec<(String, Arc<dyn Pages>)>,
    entropy: &dyn Entropy,
    config: &Config,
) -> InProcess {
    let mut limits = assembly::limits(&config.limits);
    limits.target_bytes = limits.target_bytes.max(PROGRAM_TARGET_BYTES);
    InProcess {
        pages,
        request_ids: RequestIds::new(entropy),
        limits,
        body_bytes: config.limits.body_bytes.as_usize(),
    }
}

/// The mail beside the requests, which ends with what is under way.
struct PostRound {
    work: tokio::task::JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl PostRound {
    fn begin(rounds: Rounds, identities: Arc<dyn IdentityStore>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let stopped = stopped.map(drop);
        let work = tokio::spawn(rounds.run_until(identities, stopped));
        Self { work, stop }
    }

    /// Waits for at most this long: whoever looks next would wait for what is under way now.
    async fn end(mut self, grace: Duration) {
        drop(self.stop);
        if tokio::time::timeout(grace, &mut self.work).await.is_err() {
            tracing::warn!("mail was under way for too long, and is tried again later");
            self.work.abort();
        }
    }
}

/// Pages by the beginning of their paths; the first that fits answers.
type PagesByPath = Vec<(String, Arc<dyn Pages>)>;

/// What the admin listener answers beside the plugin.
fn beside_admin(
    config: &Config,
    foundation: &Foundation,
    health: Arc<dyn Pages>,
) -> Result<PagesByPath, BuildError> {
    let providers = named(config, Arc::clone(&health))?;
    let documents = Documents::new(Arc::clone(&foundation.schemas));
    let documents = named(config, Arc::new(documents))?;
    let pages = [
        ("/health/providers", providers),
        // Whoever probes names a node by its address; whether it lives tells nothing of anybody.
        ("/health", health),
        ("/schemas", documents),
    ];
    Ok(pages.map(|(path, pages)| (path.to_owned(), pages)).into())
}

/// The composition root is the only place that spawns; each of these ends with the process.
fn work_beside(foundation: Foundation, kept: Duration) -> Vec<tokio::task::JoinHandle<()>> {
    let following = following(&foundation);
    let folder = folder(&foundation);
    let Foundation {
        stores,
        store,
        clock,
        schema_desk,
        schema_changes,
        ..
    } = foundation;
    let following = following.run(schema_changes.clone());
    let mut work = vec![tokio::spawn(following)];
    work.extend(stores.touches.map(|touches| tokio::spawn(touches.run())));
    let indexing = stores.indexing;
    work.extend(indexing.map(|indexing| tokio::spawn(indexing.run(schema_changes))));
    work.extend(stores.counting.map(|counting| tokio::spawn(counting.run())));
    work.push(tokio::spawn(schemas::follow(schema_desk)));
    work.extend(folder.map(|folder| tokio::spawn(folder.run())));
    work.extend(stores.tracking.map(|tracking| tokio::spawn(tracking.run())));
    work.push(tokio::spawn(async move {
        let mut period = tokio::time::interval(PURGE_PERIOD);
        loop {
            period.tick().await;
            if let Err(error) = store.purge(clock.now(), kept).await {
                tracing::warn!(%error, "what has expired was not removed");
            }
        }
    }));
    work
}

/// Reads a gauge for as long as the process lives. After a delay it goes on from there: readings that
/// were missed are not made up for.
async fn read_on(gauge: Arc<dyn Gauge>) {
    let mut period = tokio::time::interval(READING_PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        period.tick().await;
        gauge.read().await;
    }
}

/// Follows the folder of schemas, where there is one.
fn folder(foundation: &Foundation) -> Option<Folder> {
    Folder::new(FolderParts {
        identity: foundation.identity.clone(),
        desk: Arc::clone(&foundation.schema_desk),
        identities: Arc::clone(&foundation.stores.identities),
        copies: foundation.store.schema_copies(),
        clock: Arc::clone(&foundation.clock),
    })
}

/// Has everybody follow the schemas.
fn following(foundation: &Foundation) -> Following {
    Following::new(FollowingParts {
        schemas: Arc::clone(&foundation.schemas),
        identities: Arc::clone(&foundation.stores.identities),
        audit: Arc::clone(&foundation.stores.audit),
        walk: foundation.store.following(),
        clock: Arc::clone(&foundation.clock),
        entropy: Arc::clone(&foundation.entropy),
    })
}

/// `RUST_LOG` wins over `[log] level`.
fn install_log(log: &Log, foundation: &Foundation) -> Result<Flush, BuildError> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| log.level.to_string());
    Ok(log::install(
        log_format(log),
        &filter,
        Arc::clone(&foundation.clock),
    )?)
}

/// How log lines look where standard error goes now.
pub(crate) fn log_format(log: &Log) -> Format {
    let terminal = std::io::stderr().is_terminal();
    match log.format {
        LogFormat::Json => Format::Json,
        LogFormat::Text if terminal => Format::ColouredText,
        LogFormat::Text => Format::Text,
        LogFormat::Auto if terminal => Format::ColouredText,
        LogFormat::Auto => Format::Json,
    }
}

#[derive(Debug)]
struct Record(Store);

#[async_trait]
impl Readiness for Record {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn is_ready(&self) -> bool {
        self.0.ping().await.is_ok()
    }
}

#[derive(Debug)]
struct Told {
    roster: Arc<Roster>,
    addresses: Addresses,
}

impl ProviderHealth for Told {
    fn told(&self) -> Value {
        json!({
            "providers": self.roster.reports(&self.addresses),
            "configuration_error": self.roster.trouble(),
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    #[derive(Debug, Default)]
    struct Read(Notify);

    #[async_trait]
    impl Gauge for Read {
        async fn read(&self) {
            self.0.notify_one();
        }
    }

    #[tokio::test]
    async fn a_gauge_is_read_as_soon_as_the_gateway_serves() {
        let gauge = Arc::new(Read::default());
        let reading = tokio::spawn(read_on(gauge.clone()));
        gauge.0.notified().await;
        reading.abort();
    }
}
