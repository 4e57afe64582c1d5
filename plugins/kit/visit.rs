//! A visit: one request to an own page, read once and handed to the function that answers it.

use std::fmt;

use axum::extract::{FromRequest, OriginalUri, Request};
use http::{HeaderMap, HeaderName, Method, Uri, header::CONTENT_TYPE};
use portcullis_core::{catalogue::Code, cookie, pages::Visitor};
use serde_json::{Map, Value};

use crate::{body, failure::Failure, negotiation::Wants};

/// No body of an own page may be longer, whatever the gateway lets through.
const BODY: usize = 256 * 1024;

/// One request to an own page.
pub struct Visit {
    /// The method.
    pub method: Method,
    /// Path and query as sent, prefix included.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// Who visits.
    pub visitor: Visitor,
    query: Vec<(String, String)>,
    body: Vec<u8>,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

impl Visit {
    /// What the visitor wants to read.
    pub fn wants(&self) -> Wants {
        Wants::of(&self.headers)
    }

    /// The first query parameter of this name; empty ones count as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Every query parameter in order.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.query
    }

    /// The value of the only cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie::find(&self.headers, name)
    }

    /// The value of a header that is text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body's fields.
    pub fn fields(&self) -> Result<Map<String, Value>, Failure> {
        body::parse(self.header(&CONTENT_TYPE), &self.body)
            .map_err(|error| Failure::from(error.code()).because(format!("{error}.")))
    }

    /// The body as sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The address of this request as the visitor wrote it.
    pub fn url(&self) -> String {
        let target = self
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let scheme = self.visitor.scheme.as_str();
        format!("{scheme}://{}{target}", self.visitor.authority)
    }
}

impl<S: Send + Sync> FromRequest<S> for Visit {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let visitor = parts
            .extensions
            .get::<Visitor>()
            .cloned()
            .ok_or(Code::Internal)?;
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(parts.uri, |original| original.0.clone());
        let body = axum::body::to_bytes(body, BODY)
            .await
            .map_err(|_| Code::BodyTooLarge)?;
        let query = url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .collect();
        Ok(Self {
            method: parts.method,
            uri,
            headers: parts.headers,
            visitor,
            query,
            body: body.to_vec(),
        })
    }
}
