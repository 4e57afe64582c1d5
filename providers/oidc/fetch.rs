//! The one way in which the provider is spoken to: no redirects, no proxy but the configured one,
//! bounded in time and size, only where the guard allows.

use std::{
    error::Error as _,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::fmt::rfc2822;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use portcullis_core::{clock::Clock, outbound::Way};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, Request, Response, redirect::Policy};
use serde_json::Value;
use url::Url;

use crate::{
    guard::{Forbidden, Guard, PRIVATE, Protection, Resolver, UNRESOLVED},
    trouble::Trouble,
};

/// Speaks to one provider.
pub(crate) struct Fetch {
    tls: Client,
    plain: Client,
    /// What asks through the proxy, where there is one.
    proxied: Option<Client>,
    way: Arc<Way>,
    guard: Arc<Guard>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    /// By how many seconds the provider's clock was ahead when it last answered.
    skew: Mutex<Option<i64>>,
}

/// How long and how large an answer may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connect: Duration,
    pub(crate) total: Duration,
    pub(crate) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
            bytes: 1024 * 1024,
        }
    }
}

/// There is no answer that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("it may not be asked: {0}")]
    Forbidden(Forbidden),
    #[error("it did not answer in time")]
    Timeout,
    #[error("no connection to it could be made")]
    Connection,
    #[error("its answer broke off")]
    Broken,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("its answer is too large")]
    TooLarge,
    #[error("its answer is not JSON")]
    NotJson,
}

impl FetchError {
    /// The trouble this is, when `what` was asked for.
    pub(crate) fn about(self, what: &str) -> Trouble {
        let reason = format!("{what}: {self}");
        match self {
            Self::Forbidden(PRIVATE) => Trouble::Private(reason),
            Self::Forbidden(UNRESOLVED) => Trouble::Unreachable(reason),
            Self::Forbidden(_) | Self::NotJson | Self::TooLarge => Trouble::Wrong(reason),
            _ => Trouble::Unreachable(reason),
        }
    }
}

impl Fetch {
    pub(crate) fn new(
        guard: Guard,
        way: &Arc<Way>,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let guard = Arc::new(guard);
        let straight = |protection| {
            let resolver = Resolver {
                guard: Arc::clone(&guard),
                protection,
            };
            builder(way, limits)?
                .dns_resolver(Arc::new(resolver))
                .https_only(protection == Protection::Tls)
                .build()
        };
        // The proxy resolves names itself: the only one that is resolved here is its own.
        let proxied = |proxy: &Url| {
            let proxy = Proxy::all(proxy.clone())?;
            builder(way, limits)?.proxy(proxy).build()
        };
        Ok(Self {
            tls: straight(Protection::Tls)?,
            plain: straight(Protection::Plain)?,
            proxied: way.proxy().map(proxied).transpose()?,
            way: Arc::clone(way),
            guard: Arc::clone(&guard),
            limits,
            clock,
            skew: Mutex::new(None),
        })
    }

    /// By how many seconds the provider's clock was ahead of ours when it last answered.
    pub(crate) fn skew(&self) -> Option<i64> {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Sends `request` and reads the whole answer. A provider that is out of order or overloaded
    /// counts as not answering.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let request = Request::try_from(request).map_err(|_| FetchError::Connection)?;
        let client = self.client_for(request.url()).await;
        let client = client.map_err(FetchError::Forbidden)?;
        let response = client.execute(request).await.map_err(|error| why(&error))?;
        self.compare_clocks(&response);
        let status = response.status();
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(FetchError::Status(status.as_u16()));
        }
        self.read(response).await
    }

    /// Who may ask this address.
    async fn client_for(&self, url: &Url) -> Result<&Client, Forbidden> {
        let protection = self.guard.check(url)?;
        let proxied = self.proxied.as_ref();
        if let Some(client) = proxied.filter(|_| self.way.proxy_for(url).is_some()) {
            let patience = self.limits.connect;
            let looked = self.guard.look_up(url, protection, patience).await;
            return looked.map(|()| client);
        }
        Ok(match protection {
            Protection::Tls => &self.tls,
            Protection::Plain => &self.plain,
        })
    }

    /// The JSON at `url`, asked for with a bearer token if there is one.
    pub(crate) async fn json(&self, url: &Url, token: Option<&str>) -> Result<Value, FetchError> {
        let mut request = http::Request::get(url.as_str()).header("accept", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Vec::new()).map_err(|_| FetchError::NotJson)?;
        let response = self.send(request).await?;
        if response.status() != http::StatusCode::OK {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        serde_json::from_slice(response.body()).map_err(|_| FetchError::NotJson)
    }

    /// Notes what the answer's date says (RFC 9110, section 6.6.1).
    fn compare_clocks(&self, response: &Response) {
        let date = response.headers().get("date");
        let date = date.and_then(|date| date.to_str().ok());
        let parser = rfc2822::DateTimeParser::new();
        if let Some(Ok(date)) = date.map(|date| parser.parse_timestamp(date)) {
            let ahead = date.as_second() - self.clock.now().as_second();
            *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
    }

    async fn read(&self, mut response: Response) -> Result<HttpResponse, FetchError> {
        let mut answer = http::Response::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            if answer.body().len() + chunk.len() > self.limits.bytes {
                return Err(FetchError::TooLarge);
            }
            answer.body_mut().extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl fmt::Debug for Fetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("guard", &self.guard)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What every client has in common.
fn builder(way: &Way, limits: Limits) -> Result<ClientBuilder, reqwest::Error> {
    let mut builder = Client::builder()
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        // What is configured counts, and not the environment.
        .no_proxy()
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .pool_idle_timeout(Duration::from_secs(30));
    for authority in way.authorities() {
        builder = builder.add_root_certificate(Certificate::from_der(authority)?);
    }
    Ok(builder)
}

/// The library's own text may name addresses with queries, so only its kind is kept.
fn why(error: &reqwest::Error) -> FetchError {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
            return FetchError::Forbidden(*forbidden);
        }
        source = cause.source();
    }
    if error.is_timeout() {
        FetchError::Timeout
    } else if error.is_connect() {
        FetchError::Connection
    } else {
        FetchError::Broken
    }
}
