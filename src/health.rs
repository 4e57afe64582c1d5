//! Whether the process lives and whether it can serve, for whoever runs it.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use http::{Method, Request, Response, StatusCode};
use portcullis_core::{catalogue::Code, pages::Pages};
use serde_json::{Value, json};

use crate::told::{refused, told};

/// Tells whether something the gateway cannot do without is there.
#[async_trait]
pub trait Readiness: Debug + Send + Sync {
    /// What is checked, such as `store`.
    fn name(&self) -> &str;

    /// Whether it is there.
    async fn is_ready(&self) -> bool;
}

/// Tells how the providers are.
pub trait ProviderHealth: Debug + Send + Sync {
    /// One object for machines and people; never a secret.
    fn told(&self) -> Value;
}

/// `/health/alive`, `/health/ready` and `/health/providers`.
#[derive(Debug)]
pub struct Health {
    needed: Vec<Arc<dyn Readiness>>,
    providers: Arc<dyn ProviderHealth>,
}

impl Health {
    /// Ready when everything in `needed` is. Providers are told of, but not needed: one that is down
    /// takes nothing else with it.
    pub fn new(needed: Vec<Arc<dyn Readiness>>, providers: Arc<dyn ProviderHealth>) -> Self {
        Self { needed, providers }
    }

    async fn missing(&self) -> Vec<&str> {
        let mut missing = Vec::new();
        for needed in &self.needed {
            if !needed.is_ready().await {
                missing.push(needed.name());
            }
        }
        missing
    }
}

#[async_trait]
impl Pages for Health {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return refused(Code::MethodNotAllowed, &request);
        }
        match request.uri().path() {
            "/health/alive" => told(StatusCode::OK, &json!({"status": "ok"})),
            "/health/ready" => match self.missing().await {
                missing if missing.is_empty() => told(StatusCode::OK, &json!({"status": "ok"})),
                missing => told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    &json!({"status": "unavailable", "missing": missing}),
                ),
            },
            "/health/providers" => told(StatusCode::OK, &self.providers.told()),
            _ => refused(Code::NotFound, &request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Store(bool);

    #[async_trait]
    impl Readiness for Store {
        fn name(&self) -> &str {
            "store"
        }

        async fn is_ready(&self) -> bool {
            self.0
        }
    }

    #[derive(Debug)]
    struct Nobody;

    impl ProviderHealth for Nobody {
        fn told(&self) -> Value {
            json!({"providers": []})
        }
    }

    async fn get(store_is_there: bool, path: &str) -> (u16, String) {
        let health = Health::new(vec![Arc::new(Store(store_is_there))], Arc::new(Nobody));
        let request = Request::get(path).body(Vec::new()).unwrap();
        let response = health.respond(request).await;
        let body = String::from_utf8(response.body().clone()).unwrap();
        (response.status().as_u16(), body)
    }

    #[tokio::test]
    async fn a_process_without_its_store_is_alive_but_not_ready() {
        let ok = (200, r#"{"status":"ok"}"#.to_owned());
        assert_eq!(get(false, "/health/alive").await, ok);
        assert_eq!(get(true, "/health/ready").await, ok);
        let (status, body) = get(false, "/health/ready").await;
        assert_eq!(status, 503);
        assert!(body.contains("store"), "{body}");
        assert_eq!(get(true, "/health/").await.0, 404);
    }
}
