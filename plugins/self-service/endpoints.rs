//! The table of own pages: which paths there are, what each is for and what is said of it. The router and
//! the description are made of it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, on},
};
use http::Method;
use portcullis_kit::doc::Doc;

use crate::desk::Desk;

/// Reads of an endpoint's path.
pub(crate) const GET: Method = Method::GET;
/// Sends something to it.
pub(crate) const POST: Method = Method::POST;
/// Takes something away.
pub(crate) const DELETE: Method = Method::DELETE;

/// One endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// The method.
    pub(crate) method: Method,
    /// The path below the prefix, parameters in braces.
    pub(crate) path: &'static str,
    /// What it is for, in one sentence.
    pub(crate) summary: &'static str,
    /// What is sent to it, and what it answers.
    pub(crate) doc: fn() -> Doc,
}

/// All endpoints with their router.
#[derive(Default)]
pub(crate) struct Endpoints {
    router: Router<Arc<Desk>>,
    all: Vec<Endpoint>,
}

impl Endpoints {
    /// The table with one more endpoint.
    #[must_use]
    pub(crate) fn at<H, T>(
        mut self,
        (method, path): (Method, &'static str),
        (summary, doc): (&'static str, fn() -> Doc),
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Desk>>,
        T: 'static,
    {
        let Ok(filter) = MethodFilter::try_from(method.clone()) else {
            unreachable!("the methods stand in this file");
        };
        self.router = self.router.route(path, on(filter, handler));
        self.beside((method, path), (summary, doc))
    }

    /// The table with one more endpoint that another router answers.
    #[must_use]
    pub(crate) fn beside(
        mut self,
        (method, path): (Method, &'static str),
        (summary, doc): (&'static str, fn() -> Doc),
    ) -> Self {
        self.all.push(Endpoint {
            method,
            path,
            summary,
            doc,
        });
        self
    }

    /// The table with the endpoints of one part.
    #[must_use]
    pub(crate) fn with(self, part: impl FnOnce(Self) -> Self) -> Self {
        part(self)
    }

    /// The table with all of another one, whose router something is done to.
    #[must_use]
    pub(crate) fn merged(
        mut self,
        other: Self,
        change: impl FnOnce(Router<Arc<Desk>>) -> Router<Arc<Desk>>,
    ) -> Self {
        self.router = self.router.merge(change(other.router));
        self.all.extend(other.all);
        self
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
