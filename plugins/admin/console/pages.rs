//! The table of pages: which paths there are and what each of them needs. The router and the tests of
//! roles are made of it.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, on},
};
use http::Method;

use super::guard::guard;
use crate::{desk::Desk, need::Need};

/// One page, or what happens when one of its forms is sent.
#[derive(Debug, Clone)]
#[cfg_attr(not(test), expect(dead_code, reason = "only tests list the pages"))]
pub(crate) struct Page {
    /// The method.
    pub(crate) method: Method,
    /// The path, parameters in braces.
    pub(crate) path: &'static str,
    /// What it needs.
    pub(crate) need: Need,
}

/// All pages with their router.
#[derive(Default)]
pub(crate) struct Pages {
    router: Router<Arc<Desk>>,
    all: Vec<Page>,
}

impl Pages {
    /// The table with one more page, which is reached only by those who have what it needs.
    #[must_use]
    pub(crate) fn at<H, T>(
        mut self,
        (method, path): (Method, &'static str),
        need: Need,
        function: H,
    ) -> Self
    where
        H: Handler<T, Arc<Desk>>,
        T: 'static,
    {
        let Ok(filter) = MethodFilter::try_from(method.clone()) else {
            unreachable!("the methods stand in this crate, and tests reach every page");
        };
        let route = on(filter, function).route_layer(from_fn_with_state(need, guard));
        self.router = self.router.route(path, route);
        self.all.push(Page { method, path, need });
        self
    }

    /// The table with the pages of one area.
    #[must_use]
    pub(crate) fn with(self, area: impl FnOnce(Self) -> Self) -> Self {
        area(self)
    }

    /// Every page in the order of the table.
    #[cfg(test)]
    pub(crate) fn into_list(self) -> Vec<Page> {
        self.all
    }

    /// The router that serves them.
    pub(crate) fn into_router(self) -> Router<Arc<Desk>> {
        self.router
    }
}
