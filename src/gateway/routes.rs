//! From the routes as written to the routes as compiled.

use std::{collections::BTreeMap, sync::Arc};

use http::{HeaderName, Method};
use portcullis_core::{
    expression::{Expression, Scope},
    pages::Pages,
};

use super::BuildError;
use crate::{
    config,
    route::{
        Access, EncodedSlash, HeaderPreset, HostPattern, Route, RouteTable, Target, Timeouts,
        Unauthenticated,
    },
    well_known::{CHANGE_PASSWORD, ChangePassword},
};

/// The table of the configured routes and of the pages that plugins added below `prefix`.
pub(super) fn table(
    routes: &[config::Route],
    prefix: &str,
    pages: Vec<(String, Arc<dyn Pages>)>,
) -> Result<RouteTable, BuildError> {
    let mut compiled = Vec::with_capacity(routes.len() + pages.len());
    for route in routes {
        let id = compiled.len();
        compiled.push(compile(id, route)?);
    }
    for (below, pages) in pages {
        let id = compiled.len();
        compiled.push(own(
            id,
            &format!("{prefix}{}", below.trim_end_matches('/')),
            pages,
        ));
    }
    let password = Arc::new(ChangePassword::new(prefix));
    compiled.push(Route {
        host: HostPattern::Unclaimed,
        methods: Some(vec![Method::GET, Method::HEAD]),
        ..own(compiled.len(), CHANGE_PASSWORD, password)
    });
    RouteTable::build(compiled).map_err(|clashes| {
        let texts: Vec<String> = clashes.iter().map(ToString::to_string).collect();
        BuildError::Invalid(texts.join("; "))
    })
}

fn compile(id: usize, route: &config::Route) -> Result<Route, BuildError> {
    let invalid = |reason: String| BuildError::Invalid(format!("route {}: {reason}", route.name));
    let expression = |text: &String| {
        Expression::compile(text, Scope::Policy).map_err(|error| invalid(error.to_string()))
    };
    let mut set_headers = BTreeMap::new();
    for (name, text) in &route.set_headers {
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| invalid(format!("{name} is no header name")))?;
        set_headers.insert(name.clone(), (header, expression(text)?));
    }
    Ok(Route {
        id: number(id),
        name: route.name.clone(),
        host: host(route.host.as_deref()),
        path: route.path.clone(),
        methods: methods(route.methods.as_deref())
            .map_err(|name| invalid(format!("{name} is no method")))?,
        target: target(&route.upstream),
        access: match route.access {
            config::Access::Public => Access::Public,
            config::Access::SignedIn => Access::SignedIn,
        },
        allow: route.allow.as_ref().map(expression).transpose()?,
        deny: route.deny.as_ref().map(expression).transpose()?,
        preset: preset(route.headers),
        set_headers,
        inject_access_token: route
            .inject_access_token
            .as_ref()
            .map(|id| id.parse())
            .transpose()
            .map_err(|_| invalid("inject_access_token names no provider".to_owned()))?,
        scopes: route.scopes.clone(),
        scopes_id: 0,
        encoded_slash: match route.encoded_slash {
            config::EncodedSlash::Reject => EncodedSlash::Reject,
            config::EncodedSlash::Keep => EncodedSlash::Keep,
        },
        unauthenticated: match route.unauthenticated {
            config::Unauthenticated::Auto => Unauthenticated::Auto,
            config::Unauthenticated::Redirect => Unauthenticated::Redirect,
            config::Unauthenticated::Unauthorized => Unauthenticated::Challenge,
        },
        timeouts: timeouts(&route.timeouts),
    })
}

/// Own pages answer everybody: what each of them shows is its plugin's business.
fn own(id: usize, path: &str, pages: Arc<dyn Pages>) -> Route {
    Route {
        id: number(id),
        name: "portcullis".to_owned(),
        host: HostPattern::Any,
        path: path.to_owned(),
        methods: None,
        target: Target::Pages(pages),
        access: Access::Public,
        allow: None,
        deny: None,
        preset: HeaderPreset::None,
        set_headers: BTreeMap::new(),
        inject_access_token: None,
        scopes: Vec::new(),
        scopes_id: 0,
        encoded_slash: EncodedSlash::Reject,
        unauthenticated: Unauthenticated::Auto,
        timeouts: timeouts(&config::Timeouts::default()),
    }
}

/// Nobody writes four thousand million routes.
fn number(id: usize) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}

fn host(host: Option<&str>) -> HostPattern {
    match host.map(|host| (host, host.strip_prefix("*."))) {
        None => HostPattern::Any,
        Some((_, Some(below))) => HostPattern::Below(below.to_owned()),
        Some((exact, None)) => HostPattern::Exact(exact.to_owned()),
    }
}

fn methods(names: Option<&[String]>) -> Result<Option<Vec<Method>>, String> {
    let Some(names) = names else { return Ok(None) };
    let parse = |name: &String| name.parse::<Method>().map_err(|_| name.clone());
    names.iter().map(parse).collect::<Result<_, _>>().map(Some)
}

fn target(upstreams: &[config::Upstream]) -> Target {
    let origin = |upstream: &config::Upstream| match upstream {
        config::Upstream::Origin(url) => Some(url.clone()),
        config::Upstream::Echo => None,
    };
    let origins: Vec<_> = upstreams.iter().filter_map(origin).collect();
    if origins.is_empty() {
        Target::Echo
    } else {
        Target::Upstream(origins)
    }
}

fn preset(preset: config::HeaderPreset) -> HeaderPreset {
    match preset {
        config::HeaderPreset::OAuth2Proxy => HeaderPreset::OAuth2Proxy,
        config::HeaderPreset::Authelia => HeaderPreset::Authelia,
        config::HeaderPreset::None => HeaderPreset::None,
    }
}

fn timeouts(timeouts: &config::Timeouts) -> Timeouts {
    Timeouts {
        connect: timeouts.connect,
        read: (!timeouts.read.is_zero()).then_some(timeouts.read),
        write: timeouts.write,
    }
}
