//! The counters of requests. Each is looked up without a lock: requests of all threads count here.

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use http::{Method, StatusCode};
use prometheus::{
    Error, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry,
};

/// The upper ends of the latency buckets, in seconds.
const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The counters of requests.
#[derive(Debug, Clone)]
pub(super) struct RequestMetrics {
    answers: IntCounterVec,
    duration: HistogramVec,
    /// Those that were used before, by route. The tables above lock for every look-up.
    known: Arc<ArcSwap<HashMap<Arc<str>, Arc<Known>>>>,
}

/// The counters of one route.
#[derive(Debug, Clone)]
struct Known {
    duration: Histogram,
    answers: HashMap<(&'static str, u16), IntCounter>,
}

impl RequestMetrics {
    /// Counters at zero.
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            answers: IntCounterVec::new(
                Opts::new("portcullis_requests_total", "Requests."),
                &["code", "method", "route"],
            )?,
            duration: HistogramVec::new(
                HistogramOpts::new(
                    "portcullis_request_duration_seconds",
                    "Time from a request's head to the end of its answer.",
                )
                .buckets(BUCKETS.to_vec()),
                &["route"],
            )?,
            known: Arc::default(),
        })
    }

    pub(super) fn register(&self, registry: &Registry) -> Result<(), Error> {
        registry.register(Box::new(self.answers.clone()))?;
        registry.register(Box::new(self.duration.clone()))
    }

    /// Counts an answered request; status 0 stands for no answer.
    pub(super) fn count(&self, route: &str, method: &Method, status: u16, took: Duration) {
        let answer = (bounded(method), status);
        let count = |known: &Known| {
            let counter = known.answers.get(&answer)?;
            counter.inc();
            known.duration.observe(took.as_secs_f64());
            Some(())
        };
        let counted = self.known.load().get(route).and_then(|known| count(known));
        if counted.is_none() {
            count(&self.learn(route, answer));
        }
    }

    /// Looks counters up in the tables, once.
    fn learn(&self, route: &str, (method, status): (&'static str, u16)) -> Arc<Known> {
        let code = StatusCode::from_u16(status).ok();
        let code = code.as_ref().map_or("0", StatusCode::as_str);
        let counter = self.answers.with_label_values(&[code, method, route]);
        let first = Known {
            duration: self.duration.with_label_values(&[route]),
            answers: HashMap::new(),
        };
        let with = |known: &HashMap<Arc<str>, Arc<Known>>| {
            let mut entry = known
                .get(route)
                .map_or(first.clone(), |known| (**known).clone());
            entry.answers.insert((method, status), counter.clone());
            Arc::new(entry)
        };
        self.known.rcu(|known| {
            let mut all = HashMap::clone(known);
            all.insert(route.into(), with(known));
            all
        });
        with(&self.known.load())
    }
}

/// Clients invent methods, but no labels.
fn bounded(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
