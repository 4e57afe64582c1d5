//! The description of a plugin's endpoints (OpenAPI 3.1), made of its table and of nothing else.

use std::fmt;

use http::Method;
use serde_json::{Value, json};
use utoipa::openapi::{
    Components, Info, License, OpenApi, OpenApiBuilder, Paths, Server,
    extensions::Extensions,
    path::{HttpMethod, OperationBuilder},
    security::SecurityScheme,
    tag::{Tag, TagBuilder},
};

use super::{Doc, Envelope};

/// One operation of a description.
#[derive(Debug)]
pub struct Operation<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path below the server, parameters in braces.
    pub path: &'a str,
    /// What it is for, in one sentence.
    pub summary: &'a str,
    /// What is said of it.
    pub doc: Doc,
    /// What OpenAPI has no word for; each name begins with `x-`.
    pub extensions: Vec<(&'static str, Value)>,
}

/// A description that is being made.
pub struct Document {
    info: Info,
    server: Server,
    envelope: Envelope,
    tags: Vec<Tag>,
    paths: Paths,
    components: Components,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("title", &self.info.title)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// A description of nothing yet, whose paths begin behind `server`, and whose refusals have a shape.
    pub fn new((title, about): (&str, &str), server: &str, envelope: Envelope) -> Self {
        let mut info = Info::new(title, env!("CARGO_PKG_VERSION"));
        info.description = Some(about.to_owned());
        let mut license = License::new(env!("CARGO_PKG_LICENSE"));
        license.identifier = Some(env!("CARGO_PKG_LICENSE").to_owned());
        info.license = Some(license);
        Self {
            info,
            server: Server::new(server),
            envelope,
            tags: Vec::new(),
            paths: Paths::new(),
            components: Components::new(),
        }
    }

    /// The same with the parts of the API, in the order in which they are told.
    #[must_use]
    pub fn tagged(mut self, tags: &[(&str, &str)]) -> Self {
        let tag = |(name, about): &(&str, &str)| {
            let tag = TagBuilder::new().name(*name);
            tag.description(Some(*about)).build()
        };
        self.tags = tags.iter().map(tag).collect();
        self
    }

    /// The same with something that can be shown.
    #[must_use]
    pub fn secured(mut self, name: &str, scheme: SecurityScheme) -> Self {
        self.components.add_security_scheme(name, scheme);
        self
    }

    /// The same with one operation more.
    #[must_use]
    pub fn with(mut self, operation: Operation<'_>) -> Self {
        let mut doc = operation.doc;
        let responses = doc.responses(self.envelope);
        let mut built = OperationBuilder::new()
            .operation_id(Some(doc.id))
            .tag(doc.tag)
            .summary(Some(operation.summary))
            .securities(Some(doc.securities))
            .request_body(doc.body);
        for parameter in doc.parameters {
            built = built.parameter(parameter);
        }
        for (status, response) in responses {
            built = built.response(status, response);
        }
        if !operation.extensions.is_empty() {
            let mut extensions = Extensions::default();
            for (name, value) in operation.extensions {
                extensions.insert(name.to_owned(), value);
            }
            built = built.extensions(Some(extensions));
        }
        let methods = method(operation.method);
        self.paths
            .add_path_operation(operation.path, methods, built.build());
        self.components.schemas.extend(doc.shapes);
        self
    }

    /// The description itself.
    pub fn into_json(self) -> Value {
        let document: OpenApi = OpenApiBuilder::new()
            .info(self.info)
            .servers(Some([self.server]))
            .paths(self.paths)
            .components(Some(self.components))
            .tags(Some(self.tags))
            .build();
        json!(document)
    }
}

fn method(method: &Method) -> Vec<HttpMethod> {
    let known = match method.as_str() {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => return Vec::new(),
    };
    vec![known]
}
