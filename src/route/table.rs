//! The route table: host, then path, then method, each step a hash lookup, so that ten routes and
//! ten thousand cost the same. Immutable once built; a lookup takes no lock and allocates nothing.
//!
//! # Which route wins
//!
//! - **Host**, in any case. An exact host owns its requests, else the longest `*.` pattern above it,
//!   else the routes without a host. What owns a host owns it entirely: a path that it does not serve is a
//!   404 and never falls on to a wildcard's or everybody's routes. Whoever gives a host its own
//!   routes has said what is reachable there; a public route written for other hosts must not open
//!   a door beside them.
//! - **Path.** The longest prefix wins, on segment boundaries: `/app` serves `/app` and `/app/x`,
//!   never `/apple`. Empty segments do not count, so `//admin` is matched as `/admin`: many
//!   applications merge slashes, and a rule must not be avoided by doubling one.
//! - **Method.** Among the routes of the longest prefix, the one that serves the method. Where none
//!   of them does, the answer is 405 and no shorter prefix is asked: `GET /admin` for administrators
//!   must not leave `POST /admin` to a public `/`.
//! - **Own pages** (routes of every host that are answered in process) stand before all of this:
//!   sign-in works on every host, whatever else its routes say.
//! - **Unclaimed paths.** What nothing above serves may still have a route of its own, such as
//!   `/.well-known/change-password`.

use std::{collections::HashMap, sync::Arc};

use http::Method;

use super::{
    HostPattern, Route, Target,
    tree::{AmbiguousRoute, Lookup, PathTree},
};

/// Every route, arranged for lookup.
#[derive(Debug)]
pub struct RouteTable {
    routes: Vec<Arc<Route>>,
    own: PathTree,
    exact: HashMap<String, PathTree>,
    below: HashMap<String, PathTree>,
    /// The length of the longest key of `below`: longer suffixes need no look.
    longest_below: usize,
    any: PathTree,
    unclaimed: PathTree,
}

impl RouteTable {
    /// Arranges `routes` and gives each its id, the place in this list. Fails with every pair that
    /// serves the same requests.
    pub fn build(routes: Vec<Route>) -> Result<Self, Vec<AmbiguousRoute>> {
        let mut table = Self {
            routes: Vec::with_capacity(routes.len()),
            own: PathTree::default(),
            exact: HashMap::new(),
            below: HashMap::new(),
            longest_below: 0,
            any: PathTree::default(),
            unclaimed: PathTree::default(),
        };
        let mut ambiguous = Vec::new();
        for (id, mut route) in (0_u32..).zip(routes) {
            // Ids are given here because memos rely on no two routes having the same.
            route.id = id;
            let alike = table.routes.iter().find(|one| one.scopes == route.scopes);
            route.scopes_id = alike.map_or(id, |one| one.id);
            let route = Arc::new(route);
            ambiguous.extend(table.tree_of(&route).insert(route.clone()));
            table.routes.push(route);
        }
        if ambiguous.is_empty() {
            Ok(table)
        } else {
            Err(ambiguous)
        }
    }

    /// The route for a canonical host (lower case, without port) and path.
    pub fn find(&self, host: &str, path: &str, method: &Method) -> Lookup<'_> {
        match self.own.find(path, method) {
            Lookup::None => match self.owner_of(host).find(path, method) {
                Lookup::None => self.unclaimed.find(path, method),
                found => found,
            },
            own => own,
        }
    }

    /// Every route, in the order of their ids.
    pub fn routes(&self) -> &[Arc<Route>] {
        &self.routes
    }

    fn tree_of(&mut self, route: &Route) -> &mut PathTree {
        match (&route.host, &route.target) {
            (HostPattern::Unclaimed, _) => &mut self.unclaimed,
            (HostPattern::Any, Target::Pages(_)) => &mut self.own,
            (HostPattern::Any, _) => &mut self.any,
            (HostPattern::Exact(host), _) => {
                self.exact.entry(host.to_ascii_lowercase()).or_default()
            }
            (HostPattern::Below(host), _) => {
                self.longest_below = self.longest_below.max(host.len());
                self.below.entry(host.to_ascii_lowercase()).or_default()
            }
        }
    }

    fn owner_of(&self, host: &str) -> &PathTree {
        self.exact
            .get(host)
            .or_else(|| self.pattern_above(host))
            .unwrap_or(&self.any)
    }

    fn pattern_above(&self, host: &str) -> Option<&PathTree> {
        if self.below.is_empty() {
            return None;
        }
        host.match_indices('.')
            .map(|(dot, _)| &host[dot + 1..])
            .filter(|suffix| suffix.len() <= self.longest_below)
            .find_map(|suffix| self.below.get(suffix))
    }
}

#[cfg(test)]
mod tests;
