//! The table of endpoints: which paths there are, what each of them needs and what it is for. The
//! router, the documentation and the tests of roles are made of it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, on},
};
use http::Method;

use crate::{access::guard::guard, desk::Desk, doc::Doc, need::Need};

/// One endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path, parameters in braces.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// What is sent to it, and what it answers.
    pub(crate) doc: Option<fn() -> Doc>,
}

/// All endpoints with their router.
#[derive(Default)]
pub(crate) struct Endpoints {
    router: Router<Arc<Desk>>,
    all: Vec<Endpoint>,
}

impl Endpoints {
    /// The table with one more endpoint, which is reached only by those who have what it needs.
    #[must_use]
    pub(crate) fn at<H, T>(
        mut self,
        (method, path): (Method, &'static str),
        need: Need,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Desk>>,
        T: 'static,
    {
        let Ok(filter) = MethodFilter::try_from(method.clone()) else {
            unreachable!("the methods stand in this crate, and tests reach every endpoint");
        };
        let route = on(filter, handler).route_layer(from_fn_with_state(need, guard));
        self.router = self.router.route(path, route);
        self.all.push(Endpoint {
            method,
            path,
            need,
            summary,
            doc: None,
        });
        self
    }

    /// The table with one more endpoint that anybody may ask, which the gateway answers beside this
    /// plugin.
    #[must_use]
    pub(crate) fn beside(mut self, path: &'static str, summary: &'static str) -> Self {
        self.all.push(Endpoint {
            method: Method::GET,
            path,
            need: Need::Anybody,
            summary,
            doc: None,
        });
        self
    }

    /// The table where this is said of the last endpoint.
    #[must_use]
    pub(crate) fn told(mut self, doc: fn() -> Doc) -> Self {
        if let Some(last) = self.all.last_mut() {
            last.doc = Some(doc);
        }
        self
    }

    /// The table with the endpoints of one part of the API.
    #[must_use]
    pub(crate) fn with(self, part: impl FnOnce(Self) -> Self) -> Self {
        part(self)
    }

    /// Every endpoint in the order of the table.
    pub(crate) fn into_list(self) -> Vec<Endpoint> {
        self.all
    }

    /// The router that serves them.
    pub(crate) fn into_router(self) -> Router<Arc<Desk>> {
        self.router
    }
}
