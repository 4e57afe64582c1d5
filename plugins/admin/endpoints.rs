//! The table of endpoints: which paths there are, what each of them needs and what it is for. The
//! router, the documentation and the tests of roles are made of it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;

use crate::{
    access::guard::{Gate, guard},
    desk::Desk,
    doc::Doc,
    need::Need,
};

/// What the paths begin with that stand beside the dialect.
const OURS: &str = "/admin/x/";

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

impl Endpoint {
    /// The parameters that it takes, where it takes no others: ours. Those of the dialect pass over what
    /// newer clients say besides.
    fn parameters(&self) -> Option<Vec<String>> {
        let doc = self.doc.filter(|_| self.is_ours())?();
        Some(doc.query_names().map(str::to_owned).collect())
    }

    /// Whether no other system has it.
    pub(crate) fn is_ours(&self) -> bool {
        self.path.starts_with(OURS)
    }
}

/// All endpoints with their router.
#[derive(Default)]
pub(crate) struct Endpoints {
    rows: Vec<(Endpoint, Option<MethodRouter<Arc<Desk>>>)>,
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
        let endpoint = Endpoint {
            method,
            path,
            need,
            summary,
            doc: None,
        };
        self.rows.push((endpoint, Some(on(filter, handler))));
        self
    }

    /// The table with one more endpoint that anybody may ask, which the gateway answers beside this
    /// plugin.
    #[must_use]
    pub(crate) fn beside(mut self, path: &'static str, summary: &'static str) -> Self {
        let endpoint = Endpoint {
            method: Method::GET,
            path,
            need: Need::Anybody,
            summary,
            doc: None,
        };
        self.rows.push((endpoint, None));
        self
    }

    /// The table where this is said of the last endpoint.
    #[must_use]
    pub(crate) fn told(mut self, doc: fn() -> Doc) -> Self {
        if let Some((last, _)) = self.rows.last_mut() {
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
        let rows = self.rows.into_iter();
        rows.map(|(endpoint, _)| endpoint).collect()
    }

    /// The router that serves them, each behind its guard.
    pub(crate) fn into_router(self) -> Router<Arc<Desk>> {
        let routes = self.rows.into_iter();
        let routes = routes.filter_map(|(endpoint, route)| Some((endpoint, route?)));
        routes.fold(Router::new(), |router, (endpoint, route)| {
            let gate = Gate {
                need: endpoint.need,
                parameters: endpoint.parameters().map(Into::into),
            };
            let guarded = route.route_layer(from_fn_with_state(gate, guard));
            router.route(endpoint.path, guarded)
        })
    }
}
