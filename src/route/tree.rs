//! The paths of one host as a tree of segments. A lookup walks down it once and remembers the
//! deepest routes, so its cost follows the routes' depth, not their number.

use std::{collections::HashMap, sync::Arc};

use http::Method;

use super::Route;

/// Routes of one host by the segments of their paths.
#[derive(Debug, Default)]
pub(super) struct PathTree {
    children: HashMap<String, PathTree>,
    routes: Vec<Arc<Route>>,
}

/// What the routes say about a request.
#[derive(Debug, Clone, Copy)]
pub enum Lookup<'a> {
    /// This route serves it.
    Found(&'a Arc<Route>),
    /// The path is served, but not by this method.
    MethodNotAllowed,
    /// Nothing serves it.
    None,
}

/// Two routes serve the same requests, so nobody can say which one decides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("routes `{first}` and `{second}` serve the same host, path and method")]
pub struct AmbiguousRoute {
    /// The name of the one that stands first.
    pub first: String,
    /// The name of the other.
    pub second: String,
}

impl PathTree {
    /// Adds a route, or says which one stands there already for one of its methods.
    pub(super) fn insert(&mut self, route: Arc<Route>) -> Option<AmbiguousRoute> {
        let mut node = self;
        for segment in segments(&route.path) {
            node = node.children.entry(segment.to_owned()).or_default();
        }
        let taken = node.routes.iter().find(|other| other.overlaps(&route));
        let ambiguous = taken.map(|other| AmbiguousRoute {
            first: other.name.clone(),
            second: route.name.clone(),
        });
        node.routes.push(route);
        ambiguous
    }

    /// The deepest route on the way along `path`, if it serves `method`.
    pub(super) fn find(&self, path: &str, method: &Method) -> Lookup<'_> {
        let mut best = self.here(method, Lookup::None);
        let mut node = self;
        for segment in segments(path) {
            let Some(child) = node.children.get(segment) else {
                break;
            };
            node = child;
            best = node.here(method, best);
        }
        best
    }

    fn here<'a>(&'a self, method: &Method, above: Lookup<'a>) -> Lookup<'a> {
        match self.route(method) {
            Some(route) => Lookup::Found(route),
            None if self.routes.is_empty() => above,
            // Not the route above: a rule written for some methods of a path must not leave the
            // others to a laxer route.
            None => Lookup::MethodNotAllowed,
        }
    }

    /// The route that names `method`. HEAD asks for what GET would answer, so where no route names
    /// it, the one that serves GET serves it.
    fn route(&self, method: &Method) -> Option<&Arc<Route>> {
        let serving = |method| self.routes.iter().find(move |route| route.serves(method));
        match serving(method) {
            None if method == Method::HEAD => serving(&Method::GET),
            found => found,
        }
    }
}

impl Route {
    fn serves(&self, method: &Method) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.contains(method))
    }

    fn overlaps(&self, other: &Self) -> bool {
        match (&self.methods, &other.methods) {
            (Some(mine), _) => mine.iter().any(|method| other.serves(method)),
            (None, _) => true,
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}
