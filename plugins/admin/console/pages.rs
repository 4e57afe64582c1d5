//! The table of pages: which paths there are and what each of them needs. The router and the tests of
//! roles are made of it.

use std::{future::ready, sync::Arc};

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    response::Redirect,
    routing::{MethodFilter, get, on},
};
use http::{Method, Uri};

use super::guard::guard;
use crate::{desk::Desk, need::Need};

/// One page, or what happens when one of its forms is sent.
#[derive(Debug, Clone)]
#[cfg_attr(not(test), expect(dead_code, reason = "only tests ask for the needs"))]
pub(crate) struct Page {
    /// The method.
    pub(crate) method: Method,
    /// The path, parameters in braces.
    pub(crate) path: &'static str,
    /// What it needs.
    pub(crate) need: Need,
    /// The page that has the form, where it is not the nearest one above.
    form: Option<&'static str>,
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
        let form = None;
        let page = Page {
            method,
            path,
            need,
            form,
        };
        self.all.push(page);
        self
    }

    /// The table, the form of whose last row stands on this page.
    #[must_use]
    pub(crate) fn sent_from(mut self, page: &'static str) -> Self {
        if let Some(last) = self.all.last_mut() {
            last.form = Some(page);
        }
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

    /// The router that serves them. Where forms are only sent to, whoever comes without one (loads it
    /// again, goes back, has copied the address) is led to the page that has it.
    pub(crate) fn into_router(self) -> Router<Arc<Desk>> {
        let Self { router, all } = self;
        let reads = |path: &str| {
            all.iter()
                .any(|one| one.method == Method::GET && one.path == path)
        };
        let sent = all.iter().filter(|one| !reads(one.path));
        sent.fold(router, |router, one| {
            let page = one
                .form
                .or_else(|| above(one.path).find(|path| reads(path)));
            let Some(page) = page else { return router };
            let lead = get(move |uri: Uri| ready(Redirect::to(&filled(page, &uri))));
            let lead = lead.route_layer(from_fn_with_state(Need::Anybody, guard));
            router.route(one.path, lead)
        })
    }
}

/// The paths above this one, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    fn shorter(path: &str) -> Option<&str> {
        Some(path.rsplit_once('/')?.0)
    }
    std::iter::successors(shorter(path), |path| shorter(path))
}

/// The address of a page whose parameters stand where they stand in this one; what is asked for behind
/// the path stays.
fn filled(page: &str, uri: &Uri) -> String {
    let mut given = uri.path().split('/');
    let parts = page.split('/').map(|part| {
        let here = given.next().unwrap_or(part);
        if part.starts_with('{') { here } else { part }
    });
    let path = parts.collect::<Vec<_>>().join("/");
    match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}
