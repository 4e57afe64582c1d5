//! The identity schemas as they are written, for administrators; people read their own view of them
//! elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, Request, Response, StatusCode};
use portcullis_core::{
    catalogue::Code,
    pages::Pages,
    schema::{Schema, Schemas, Viewer},
};
use serde_json::{Value, json};

use crate::told::{refused, told};

/// `/schemas` and `/schemas/{id}`.
#[derive(Debug)]
pub struct Documents {
    schemas: Arc<Schemas>,
}

impl Documents {
    /// The documents of these schemas.
    pub fn new(schemas: Arc<Schemas>) -> Self {
        Self { schemas }
    }

    /// The schema of this name, which comes in base64url, or plain.
    fn find(&self, id: &str) -> Option<Arc<Schema>> {
        let decoded = URL_SAFE_NO_PAD.decode(id).ok();
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let found = decoded.and_then(|id| self.schemas.find(&id));
        found.or_else(|| self.schemas.find(id))
    }
}

#[async_trait]
impl Pages for Documents {
    async fn respond(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return refused(Code::MethodNotAllowed, &request);
        }
        let rest = request.uri().path().strip_prefix("/schemas");
        let id = rest.unwrap_or_default().trim_start_matches('/');
        if id.is_empty() {
            let all = self.schemas.all();
            let all: Value = all
                .iter()
                .map(|schema| json!({"id": schema.id(), "schema": whole(schema)}))
                .collect();
            return told(StatusCode::OK, &all);
        }
        match self.find(id) {
            Some(schema) => told(StatusCode::OK, &whole(&schema)),
            None => refused(Code::NotFound, &request),
        }
    }
}

fn whole(schema: &Schema) -> Value {
    schema.projection(Viewer::Administrator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn administrators_read_schemas_whole() {
        let document = json!({"properties": {"a": {"x-profile": {"edit": ["admin"]}}}});
        let schema = Schema::parse("one", document.clone()).unwrap();
        let schemas = Schemas::new(vec![Arc::new(schema)], "one").unwrap();
        let documents = Documents::new(Arc::new(schemas));
        let get = async |path: &str| {
            let request = Request::get(path).body(Vec::new()).unwrap();
            let response = documents.respond(request).await;
            let body: Value = serde_json::from_slice(response.body()).unwrap();
            (response.status().as_u16(), body)
        };
        let all = json!([{"id": "one", "schema": document}]);
        assert_eq!(get("/schemas").await, (200, all));
        assert_eq!(get("/schemas/one").await, (200, document.clone()));
        assert_eq!(get("/schemas/b25l").await, (200, document));
        assert_eq!(get("/schemas/two").await.0, 404);
    }
}
