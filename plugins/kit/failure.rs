//! Failures: what went wrong, rendered later as a page or as the dialect's envelope.

use std::{error::Error, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use portcullis_core::{catalogue::Code, store::StoreError};
use serde_json::{Map, Value, json};

/// What a page function returns.
pub type Outcome = Result<Response, Failure>;

/// Something that went wrong, with everything its answer needs.
#[derive(Debug, Clone)]
pub struct Failure(Box<Detail>);

#[derive(Debug, Clone)]
struct Detail {
    code: Code,
    reason: Option<String>,
    hints: Vec<String>,
    ways_out: Vec<WayOut>,
    members: Map<String, Value>,
    details: Map<String, Value>,
    headers: HeaderMap,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// A link that leads on from an error page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WayOut {
    /// What people read on it.
    pub label: String,
    /// Where it leads; an own address.
    pub href: String,
}

impl WayOut {
    /// A link.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self(Box::new(Detail {
            code,
            reason: None,
            hints: Vec::new(),
            ways_out: Vec::new(),
            members: Map::new(),
            details: Map::new(),
            headers: HeaderMap::new(),
            source: None,
        }))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Unavailable(_) => Code::StoreUnavailable,
            StoreError::Conflict { .. } | StoreError::Corrupt { .. } => Code::Internal,
        };
        Self::from(code).caused_by(error)
    }
}

impl Failure {
    /// What was sent is not accepted, each thing for its reason, which is a sentence: where they stand is told
    /// in words, and beside them for programs (`details.errors`). What was sent as a whole has no path.
    pub fn at_fault(code: Code, all: &[(&str, &str)]) -> Self {
        let line = |(path, message): &(&str, &str)| match *path {
            "" => (*message).to_owned(),
            path => format!("{path}: {message}"),
        };
        let reason: Vec<String> = all.iter().map(line).collect();
        let errors = all.iter();
        let errors = errors.map(|(path, message)| json!({"path": path, "message": message}));
        Self::from(code)
            .because(reason.join(" "))
            .detail("errors", errors.collect::<Vec<Value>>())
    }

    /// Says more than the code's meaning.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    /// Adds something to check, shown as a list.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Adds a link that leads on.
    #[must_use]
    pub fn way_out(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.0.ways_out.push(WayOut::new(label, href));
        self
    }

    /// Adds a member beside `error` in the envelope.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds an entry to the envelope's `details`.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header to the answer; an unwritable value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.append(name, value);
        }
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What went wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What there is to say beyond the code's meaning.
    pub fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// An entry of the envelope's `details`.
    pub fn detail_of(&self, name: &str) -> Option<&Value> {
        self.0.details.get(name)
    }

    /// What there is to check.
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// The links that lead on.
    pub fn ways_out(&self) -> &[WayOut] {
        &self.0.ways_out
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The dialect's envelope.
    pub fn envelope(&self, request_id: &str) -> Value {
        let mut envelope = envelope(self.0.code, request_id, self.reason());
        if !self.0.details.is_empty() {
            envelope["error"]["details"] = Value::Object(self.0.details.clone());
        }
        if let Value::Object(members) = &mut envelope {
            members.extend(self.0.members.clone());
        }
        envelope
    }

    /// Writes the cause down, once, where it is our fault or the world's.
    pub(crate) fn log(&self, request_id: &str) {
        let status = self.0.code.status();
        if !status.is_server_error() {
            return;
        }
        let mut chain = String::new();
        let mut cause: Option<&(dyn Error + 'static)> = match &self.0.source {
            Some(source) => Some(&**source),
            None => None,
        };
        while let Some(error) = cause {
            chain.push_str(if chain.is_empty() { "" } else { ": " });
            chain.push_str(&error.to_string());
            cause = error.source();
        }
        tracing::warn!(request.id = request_id, code = self.0.code.as_str(), cause = %chain, "an own page failed");
    }
}

/// The dialect's error envelope for `code`.
pub fn envelope(code: Code, request_id: &str, reason: Option<&str>) -> Value {
    let status = code.status();
    json!({"error": {
        "id": code.as_str(),
        "code": status.as_u16(),
        "status": status.canonical_reason().unwrap_or_default(),
        "request": request_id,
        "reason": reason.unwrap_or(code.meaning()),
        "message": code.meaning(),
    }})
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.code.status().into_response();
        response.headers_mut().extend(self.0.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}
