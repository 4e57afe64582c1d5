//! Counters in Prometheus' format. Labels name routes, providers and codes, never identities or
//! paths, and their number is bounded.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{HeaderValue, Method, Request, Response, header::CONTENT_TYPE};
use portcullis_core::{
    catalogue::Code,
    event::Event,
    pages::Pages,
    sessions::{CacheCounters, CacheReads},
    stage::Observer,
};
use prometheus::{IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

use super::requests::RequestMetrics;
use crate::told::refused;

/// Everything that is counted.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    requests: RequestMetrics,
    authn: IntCounterVec,
    /// What became of upstreams.
    pub upstream_errors: IntCounter,
    /// What the session cache did.
    pub session_cache: SessionCacheMetrics,
}

/// What the session cache counts.
#[derive(Debug, Clone)]
pub struct SessionCacheMetrics {
    /// Sessions found in the process.
    pub hits: IntCounter,
    /// Sessions that had to be asked for.
    pub misses: IntCounter,
    /// Sessions dropped because they changed elsewhere.
    pub invalidations: IntCounter,
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Result<Self, prometheus::Error> {
        let counters = |name: &str, help: &str, labels: &[&str]| {
            IntCounterVec::new(Opts::new(format!("portcullis_{name}"), help), labels)
        };
        let counter = |name: &str, help: &str| IntCounter::new(format!("portcullis_{name}"), help);
        let metrics = Self {
            registry: Registry::new(),
            requests: RequestMetrics::new()?,
            authn: counters(
                "authn_total",
                "Attempts to sign in.",
                &["method", "provider", "result"],
            )?,
            upstream_errors: counter("upstream_errors_total", "Failures of upstreams.")?,
            session_cache: SessionCacheMetrics {
                hits: counter("session_cache_hits_total", "Sessions found in the process.")?,
                misses: counter("session_cache_misses_total", "Sessions asked for.")?,
                invalidations: counter(
                    "session_cache_invalidations_total",
                    "Sessions dropped because they changed elsewhere.",
                )?,
            },
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        let cache = &self.session_cache;
        self.requests.register(&self.registry)?;
        self.registry.register(Box::new(self.authn.clone()))?;
        for counter in [
            &self.upstream_errors,
            &cache.hits,
            &cache.misses,
            &cache.invalidations,
        ] {
            self.registry.register(Box::new(counter.clone()))?;
        }
        Ok(())
    }

    /// The registry, for counters that others declare.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Counts an answered request; status 0 stands for no answer.
    pub fn request(&self, route: &str, method: &Method, status: u16, took: Duration) {
        self.requests.count(route, method, status, took);
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self) -> String {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap_or_default()
    }

    /// The page that shows them.
    pub fn pages(&self) -> Arc<dyn Pages> {
        Arc::new(MetricsPage(self.clone()))
    }
}

impl Observer for Metrics {
    fn observe(&self, event: &Event<'_>) {
        let (method, provider, result) = match event {
            Event::SignedIn {
                method, provider, ..
            } => (*method, *provider, "ok"),
            Event::SignInRefused {
                method,
                provider,
                code,
                ..
            } => (*method, *provider, code.as_str()),
            _ => return,
        };
        let provider = provider.map_or("", |provider| provider.as_str());
        self.authn
            .with_label_values(&[method, provider, result])
            .inc();
    }
}

impl CacheCounters for SessionCacheMetrics {
    fn reads(&self) -> CacheReads {
        CacheReads {
            hits: self.hits.get(),
            misses: self.misses.get(),
        }
    }
}

#[derive(Debug)]
struct MetricsPage(Metrics);

#[async_trait]
impl Pages for MetricsPage {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return refused(Code::MethodNotAllowed, &request);
        }
        let mut response = Response::new(self.0.text().into_bytes());
        response.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static(prometheus::TEXT_FORMAT),
        );
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::new().unwrap();
        let made_up = Method::from_bytes(b"MADEUP").unwrap();
        metrics.request("app", &made_up, 200, Duration::from_millis(3));
        metrics.observe(&Event::SignInRefused {
            method: "password",
            provider: None,
            code: Code::CredentialsInvalid,
            reason: None,
        });
        metrics.session_cache.hits.inc();
        let text = metrics.text();
        for line in [
            "portcullis_requests_total{code=\"200\",method=\"other\",route=\"app\"} 1",
            "portcullis_request_duration_seconds_count{route=\"app\"} 1",
            "portcullis_authn_total{method=\"password\",provider=\"\",result=\"invalid_credentials\"} 1",
            "portcullis_session_cache_hits_total 1",
            "portcullis_upstream_errors_total 0",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
