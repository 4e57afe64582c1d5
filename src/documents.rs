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
use portcullis_kit::{Failure, pages::Page};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::told::{refused, refused_because, told};

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

    /// The page of the list that is asked for.
    fn list(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let query = request.uri().query().unwrap_or_default();
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned();
        let parameters: Vec<(String, String)> = parameters.collect();
        let page = Page::read(&parameters);
        let found = page.and_then(|page| Ok((page.part_in_order(self.schemas.all())?, page)));
        let ((part, around), page) = match found {
            Ok(found) => found,
            Err(failure) => return refused_because(&failure, request),
        };
        let entry = |schema: &Arc<Schema>| json!({"id": schema.id(), "schema": whole(schema)});
        let mut response = told(StatusCode::OK, &part.iter().map(entry).collect());
        let list = (request.uri().path(), parameters.as_slice());
        page.tell(list, &around, response.headers_mut());
        response
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
            return self.list(&request);
        }
        match self.find(id) {
            Some(schema) => told(StatusCode::OK, &whole(&schema)),
            None => {
                let failure = Failure::from(Code::RecordNotFound);
                refused_because(&failure.because("There is no such schema."), &request)
            }
        }
    }
}

fn whole(schema: &Schema) -> Value {
    schema.projection(Viewer::Administrator)
}

#[cfg(test)]
mod tests {
    use http::header::LINK;
    use portcullis_kit::pages::TOTAL;

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

    /// B.5: whoever counts pages comes to an end.
    #[tokio::test]
    async fn the_list_comes_in_pages() {
        let schema = |id| {
            Arc::new(Schema::parse(id, json!({"properties": {"a": {"type": "string"}}})).unwrap())
        };
        let schemas = Schemas::new(["b", "c", "a"].map(schema).into(), "c").unwrap();
        let all: Vec<String> = schemas
            .all()
            .iter()
            .map(|one| one.id().to_owned())
            .collect();
        let documents = Documents::new(Arc::new(schemas));
        let get = async |query: &str| {
            let request = Request::get(format!("/schemas{query}")).body(Vec::new());
            let response = documents.respond(request.unwrap()).await;
            let ids: Value = serde_json::from_slice(response.body()).unwrap();
            let ids = ids.as_array().map_or(Vec::new(), |all| {
                let ids = all.iter().map(|one| one["id"].as_str().unwrap().to_owned());
                ids.collect()
            });
            let link = response
                .headers()
                .get(LINK)
                .map(|link| link.to_str().unwrap().to_owned());
            let total = response
                .headers()
                .get(TOTAL)
                .map(|all| all.to_str().unwrap().to_owned());
            (
                response.status().as_u16(),
                ids,
                link.unwrap_or_default(),
                total,
            )
        };
        let (status, ids, link, total) = get("").await;
        assert_eq!((status, &ids, total.as_deref()), (200, &all, Some("3")));
        assert!(!link.contains("next"), "{link}");
        for first in ["?page_size=2", "?per_page=2&page=0"] {
            let (_, mut seen, link, _) = get(first).await;
            assert_eq!(seen, all[..2]);
            let next = link.split(',').find(|one| one.contains("next")).unwrap();
            let next = next.split(['<', '>']).nth(1).unwrap();
            let (_, rest, link, _) = get(next.trim_start_matches("/schemas")).await;
            seen.extend(rest);
            assert_eq!((seen, link.contains("next")), (all.clone(), false));
        }
        assert_eq!(get("?per_page=1&page=3").await.1, Vec::<String>::new());
        for odd in [
            "?page=last",
            "?page_token=x",
            "?page_token=-",
            "?page_token=1.5",
        ] {
            assert_eq!(get(odd).await.0, 400, "{odd}");
        }
    }
}
