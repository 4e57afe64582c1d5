//! The table of routes as a whole: names are unique and no two routes answer the same request.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use url::{Host, Url};

use super::{
    finding::Check, listen::Listen, path, provider::Provider, route::Route, upstream::Upstream,
};

/// What decides which requests a route answers, besides methods.
type Place<'r> = (Option<String>, &'r str);

/// Checks each route and all of them together.
pub(super) fn validate(routes: &[Route], prefix: &str, listen: &Listen, check: &mut Check<'_>) {
    if routes.is_empty() {
        check.warn("there is no route, so every address is answered with 404; add [[routes]]");
    }
    for (index, route) in routes.iter().enumerate() {
        let mut check = check.item(index);
        route.validate(&mut check);
        if path::is_below(&route.path, prefix) {
            check.under("path").problem(format!(
                "{:?} belongs to the gateway's own pages; move the route or change prefix",
                route.path
            ));
        }
        refuse_loops(route, listen, &mut check.under("upstream"));
    }
    refuse_same_names(routes, check);
    refuse_ambiguity(routes, check);
}

/// Providers can be added while the gateway runs, so one that is not known yet is no mistake.
pub(super) fn warn_of_unknown_providers(
    routes: &[Route],
    providers: &BTreeMap<String, Provider>,
    check: &mut Check<'_>,
) {
    for (index, route) in routes.iter().enumerate() {
        if let Some(id) = &route.inject_access_token
            && !providers.contains_key(id)
        {
            check.item(index).under("inject_access_token").warn(format!(
                "there is no provider {id:?} here; until one is added, no token is injected"
            ));
        }
    }
}

fn refuse_same_names(routes: &[Route], check: &mut Check<'_>) {
    let mut names = HashMap::new();
    for (index, route) in routes
        .iter()
        .enumerate()
        .filter(|(_, route)| !route.name.is_empty())
    {
        let first = *names.entry(route.name.as_str()).or_insert(index);
        if first != index {
            check.item(index).under("name").problem(format!(
                "routes[{first}] is already called {:?}; give each route its own name",
                route.name
            ));
        }
    }
}

fn refuse_ambiguity(routes: &[Route], check: &mut Check<'_>) {
    let mut places: HashMap<Place<'_>, Vec<&Route>> = HashMap::new();
    for (index, route) in routes.iter().enumerate() {
        let host = route.host.as_deref().map(str::to_ascii_lowercase);
        let same = places
            .entry((host, path::trimmed(&route.path)))
            .or_default();
        if let Some(other) = same.iter().find(|other| overlap(other, route)) {
            check.item(index).problem(format!(
                "{:?} and {:?} answer the same host, path and methods; change one of them",
                other.name, route.name
            ));
        }
        same.push(route);
    }
}

fn overlap(one: &Route, other: &Route) -> bool {
    match (&one.methods, &other.methods) {
        (Some(one), Some(other)) => one.iter().any(|method| other.contains(method)),
        // A route without methods answers all of them.
        _ => true,
    }
}

/// A route that leads to the gateway's own listener would ask itself without end.
fn refuse_loops(route: &Route, listen: &Listen, check: &mut Check<'_>) {
    for (index, upstream) in route.upstream.iter().enumerate() {
        if let Upstream::Origin(url) = upstream
            && leads_to(url, listen)
        {
            check.item(index).problem(format!(
                "{upstream} is the gateway's own listener; name the application's address"
            ));
        }
    }
}

fn leads_to(url: &Url, listen: &Listen) -> bool {
    let ip = match url.host() {
        Some(Host::Domain("localhost")) => IpAddr::from([127, 0, 0, 1]),
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        _ => return false,
    };
    let own = listen.proxy.ip();
    let here = ip == own || (own.is_unspecified() && ip.is_loopback());
    url.port_or_known_default() == Some(listen.proxy.port()) && here
}
