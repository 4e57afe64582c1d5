//! Runs everything that listens, and ends it: no new connections, requests in flight finished,
//! and not a moment longer.

use std::{future::Future, sync::Arc, time::Duration};

use async_trait::async_trait;
use pingora::{
    apps::{HttpServerOptions, ServerApp},
    protocols::Stream,
    proxy::{ProxyHttp, http_proxy},
    server::{Fds, ListenFds, ShutdownWatch, configuration::ServerConf},
    services::listening::Service,
};
use tokio::sync::watch;

use super::{
    endpoint::{Endpoint, Place},
    front::Front,
    http2,
    in_process::InProcess,
    socket_file::SocketFile,
    turn_away::TurnAway,
};

/// Everything that listens.
pub struct Server {
    services: Vec<Box<dyn pingora::services::Service>>,
    sockets: Fds,
    files: Vec<SocketFile>,
    in_flight: Arc<watch::Sender<usize>>,
    conf: Arc<ServerConf>,
}

/// How connections to upstreams are made.
#[derive(Debug, Clone, Default)]
pub struct UpstreamSettings {
    /// A PEM file of the authorities that certificates of upstreams are checked against, instead
    /// of the system's.
    pub ca_file: Option<String>,
}

impl Server {
    /// A server that does not listen yet.
    pub fn new(upstream: UpstreamSettings) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let conf = ServerConf {
            threads,
            ca_file: upstream.ca_file,
            upstream_keepalive_pool_size: 1024,
            ..ServerConf::default()
        };
        Self {
            services: Vec::new(),
            sockets: Fds::new(),
            files: Vec::new(),
            in_flight: Arc::new(watch::Sender::new(0)),
            conf: Arc::new(conf),
        }
    }

    /// Adds the gate.
    pub fn proxy<G>(&mut self, endpoint: Endpoint, gate: G)
    where
        G: ProxyHttp<CTX: Send + Sync + 'static> + TurnAway + Clone,
    {
        let mut proxy = http_proxy(&self.conf, gate.clone());
        let mut options = HttpServerOptions::default();
        // Not to let it through: the gate refuses it in its own words.
        options.allow_connect_method_proxying = true;
        proxy.server_options = Some(options);
        proxy.h2_options = Some(http2::options(gate.limits()));
        let app = Arc::new(proxy);
        self.add("proxy", endpoint, Front { app, gate });
    }

    /// Adds a listener whose requests are answered in process.
    pub fn in_process(&mut self, name: &str, endpoint: Endpoint, pages: InProcess) {
        let app = Arc::new(pages);
        let gate = Arc::clone(&app);
        self.add(name, endpoint, Front { app, gate });
    }

    fn add<A>(&mut self, name: &str, endpoint: Endpoint, app: A)
    where
        A: ServerApp + Send + Sync + 'static,
    {
        use std::os::fd::IntoRawFd;
        let tracked = Tracked {
            app: Arc::new(app),
            in_flight: self.in_flight.clone(),
        };
        let mut service = Service::new(name.to_owned(), tracked);
        // The framework looks a bound socket up by the text of its address.
        let address = match (endpoint.place, endpoint.tls) {
            (Place::Network(address), Some(tls)) => {
                let address = address.to_string();
                service.add_tls_with_settings(&address, None, tls);
                address
            }
            (Place::Network(address), None) => {
                let address = address.to_string();
                service.add_tcp(&address);
                address
            }
            (Place::File(file, mode), _) => {
                let path = file.path().display().to_string();
                // Without a mode the framework would let everybody in.
                service.add_uds(&path, Some(mode));
                self.files.push(file);
                path
            }
        };
        self.sockets.add(address, endpoint.socket.into_raw_fd());
        self.services.push(Box::new(service));
    }

    /// Serves until `stop` is done, then finishes what is in flight, for `grace` at most. Must run
    /// inside a tokio runtime; its threads do all the work.
    pub async fn run(self, stop: impl Future<Output = ()>, grace: Duration) {
        let (ending, ended) = watch::channel(false);
        let sockets: ListenFds = ListenFds::new(self.sockets.into());
        let mut services = tokio::task::JoinSet::new();
        for mut service in self.services {
            let (sockets, ended) = (sockets.clone(), ended.clone());
            services.spawn(async move { service.start_service(Some(sockets), ended, 1).await });
        }
        stop.await;
        // Whoever comes now finds nobody, and the next process an empty place.
        drop(self.files);
        let _ = ending.send(true);
        let finished = async {
            // A service returns when it has stopped accepting and told idle connections to close.
            while services.join_next().await.is_some() {}
            let mut in_flight = self.in_flight.subscribe();
            let _ = in_flight.wait_for(|count| *count == 0).await;
        };
        if tokio::time::timeout(grace, finished).await.is_err() {
            let count = *self.in_flight.borrow();
            tracing::warn!(connections = count, "some connections were cut off");
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Counts the connections that are being served.
struct Tracked<A> {
    app: Arc<A>,
    in_flight: Arc<watch::Sender<usize>>,
}

struct InFlight(Arc<watch::Sender<usize>>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[async_trait]
impl<A: ServerApp + Send + Sync + 'static> ServerApp for Tracked<A> {
    async fn process_new(
        self: &Arc<Self>,
        stream: Stream,
        shutdown: &ShutdownWatch,
    ) -> Option<Stream> {
        self.in_flight.send_modify(|count| *count += 1);
        let _in_flight = InFlight(self.in_flight.clone());
        self.app.process_new(stream, shutdown).await
    }

    async fn cleanup(&self) {
        self.app.cleanup().await;
    }
}
