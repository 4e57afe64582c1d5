//! Which route wins.

use async_trait::async_trait;
use http::{Request, Response};
use portcullis_core::pages::Pages;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::route::tests::route;

#[derive(Debug)]
struct NoPages;

#[async_trait]
impl Pages for NoPages {
    async fn respond(&self, _: Request<Vec<u8>>) -> Response<Vec<u8>> {
        Response::default()
    }
}

fn found(routes: Vec<Route>, method: &Method, host: &str, path: &str) -> String {
    let table = RouteTable::build(routes).unwrap();
    name(table.find(host, path, method))
}

fn name(lookup: Lookup<'_>) -> String {
    match lookup {
        Lookup::Found(route) => route.name.clone(),
        Lookup::MethodNotAllowed => "405".to_owned(),
        Lookup::None => "404".to_owned(),
    }
}

#[test]
fn a_prefix_matches_on_segment_boundaries_only() {
    let find = |path| found(vec![route("app", "/app")], &Method::GET, "a.test", path);
    for path in ["/app", "/app/", "/app/x", "/app/x/y"] {
        assert_eq!(find(path), "app", "{path}");
    }
    for path in ["/", "/apple", "/ap", "/x/app", "/App"] {
        assert_eq!(find(path), "404", "{path}");
    }
}

#[test]
fn the_longest_prefix_wins_in_any_order() {
    for routes in [["/", "/a", "/a/b/c"], ["/a/b/c", "/", "/a"]] {
        let find = |path| {
            let routes = routes.iter().map(|path| route(path, path)).collect();
            found(routes, &Method::GET, "a.test", path)
        };
        assert_eq!(find("/x"), "/");
        assert_eq!(find("/a/b"), "/a");
        assert_eq!(find("/a/b/c/d"), "/a/b/c");
    }
}

#[test]
fn doubled_slashes_do_not_avoid_a_route() {
    let routes = vec![route("root", "/").public(), route("admin", "/admin/area")];
    let table = RouteTable::build(routes).unwrap();
    for path in [
        "//admin/area",
        "/admin//area",
        "/admin/area//",
        "///admin///area/x",
    ] {
        assert_eq!(name(table.find("a.test", path, &Method::GET)), "admin");
    }
}

#[test]
fn an_exact_host_goes_before_a_wildcard_and_a_wildcard_before_any() {
    let routes = vec![
        route("any", "/"),
        route("org", "/").on("*.example.org"),
        route("deep", "/").on("*.b.example.org"),
        route("exact", "/").on("a.example.org"),
    ];
    let table = RouteTable::build(routes).unwrap();
    for (host, expected) in [
        ("a.example.org", "exact"),
        ("x.example.org", "org"),
        ("x.y.example.org", "org"),
        ("x.b.example.org", "deep"),
        ("b.example.org", "org"),
        ("example.org", "any"),
        ("badexample.org", "any"),
        ("example.org.evil.test", "any"),
        ("localhost", "any"),
        ("[::1]", "any"),
    ] {
        assert_eq!(
            name(table.find(host, "/x", &Method::GET)),
            expected,
            "{host}"
        );
    }
}

#[test]
fn a_host_with_routes_of_its_own_never_falls_on_to_wider_ones() {
    let routes = vec![
        route("public for everybody", "/").public(),
        route("wildcard", "/w").on("*.example.org"),
        route("own", "/api").on("app.example.org"),
    ];
    let table = RouteTable::build(routes).unwrap();
    let find = |host, path| name(table.find(host, path, &Method::GET));
    assert_eq!(find("app.example.org", "/other"), "404");
    assert_eq!(find("app.example.org", "/w"), "404");
    assert_eq!(find("x.example.org", "/other"), "404");
    assert_eq!(find("example.org", "/other"), "public for everybody");
}

#[test]
fn a_host_written_in_capitals_is_the_same_host() {
    let routes = vec![
        route("open", "/").public(),
        route("exact", "/").on("App.Test"),
        route("below", "/").on("*.Example.ORG"),
    ];
    let table = RouteTable::build(routes).unwrap();
    for (host, expected) in [("app.test", "exact"), ("x.example.org", "below")] {
        assert_eq!(name(table.find(host, "/", &Method::GET)), expected);
    }
    let twice = vec![
        route("a", "/").on("app.test"),
        route("b", "/").on("APP.test"),
    ];
    assert_eq!(RouteTable::build(twice).unwrap_err().len(), 1);
}

#[test]
fn own_pages_are_found_on_every_host() {
    let mut pages = route("pages", "/.portcullis").public();
    pages.target = Target::Pages(Arc::new(NoPages));
    let routes = vec![route("app", "/").on("app.test"), route("any", "/"), pages];
    let table = RouteTable::build(routes).unwrap();
    for host in ["app.test", "other.test"] {
        let own = table.find(host, "/.portcullis/self-service/login", &Method::GET);
        assert_eq!(name(own), "pages");
    }
    assert_eq!(
        name(table.find("app.test", "/.portcullisx", &Method::GET)),
        "app"
    );
}

#[test]
fn a_path_whose_method_nobody_serves_is_method_not_allowed() {
    let routes = || vec![route("posts", "/hook").by(&[Method::POST])];
    assert_eq!(found(routes(), &Method::POST, "a.test", "/hook"), "posts");
    assert_eq!(found(routes(), &Method::GET, "a.test", "/hook/x"), "405");
    assert_eq!(found(routes(), &Method::GET, "a.test", "/"), "404");
}

#[test]
fn a_method_that_the_longest_prefix_does_not_serve_falls_to_no_laxer_route() {
    let routes = || {
        vec![
            route("root", "/"),
            route("posts", "/hook").by(&[Method::POST]),
        ]
    };
    assert_eq!(found(routes(), &Method::POST, "a.test", "/hook"), "posts");
    assert_eq!(found(routes(), &Method::GET, "a.test", "/hook/x"), "405");
    assert_eq!(found(routes(), &Method::GET, "a.test", "/hooks"), "root");
}

#[test]
fn a_route_that_serves_get_serves_head_unless_another_names_it() {
    let gets = || route("gets", "/").by(&[Method::GET]);
    assert_eq!(found(vec![gets()], &Method::HEAD, "a.test", "/"), "gets");
    assert_eq!(found(vec![gets()], &Method::POST, "a.test", "/"), "405");
    let both = vec![gets(), route("heads", "/").by(&[Method::HEAD])];
    assert_eq!(found(both, &Method::HEAD, "a.test", "/"), "heads");
}

#[test]
fn methods_may_share_a_path() {
    let routes = vec![
        route("reads", "/x").by(&[Method::GET]),
        route("writes", "/x").by(&[Method::PUT, Method::DELETE]),
    ];
    let table = RouteTable::build(routes).unwrap();
    assert_eq!(name(table.find("a.test", "/x", &Method::GET)), "reads");
    assert_eq!(name(table.find("a.test", "/x", &Method::DELETE)), "writes");
}

#[test]
fn an_ambiguous_table_is_refused_with_both_names_of_every_pair() {
    let routes = vec![
        route("a", "/x"),
        route("b", "/x/").by(&[Method::GET]),
        route("c", "/").on("*.test"),
        route("d", "/").on("*.test"),
        route("e", "/h").on("h.test").by(&[Method::HEAD]),
        route("f", "/h").on("h.test"),
        route("no clash", "/").on("test"),
    ];
    let pairs: Vec<_> = RouteTable::build(routes)
        .unwrap_err()
        .into_iter()
        .map(|pair| (pair.first, pair.second))
        .collect();
    let expected = [("a", "b"), ("c", "d"), ("e", "f")];
    assert_eq!(pairs, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn every_route_gets_its_own_id() {
    let table = RouteTable::build((0..5).map(|n| route("r", &format!("/{n}"))).collect()).unwrap();
    let ids: Vec<_> = table.routes().iter().map(|route| route.id).collect();
    assert_eq!(ids, [0, 1, 2, 3, 4]);
}

/// The rules of the module's page again, slowly: every route is tried against every request.
fn naive<'a>(routes: &'a [Route], host: &str, path: &str, method: &Method) -> Option<&'a str> {
    let rank = |route: &Route| match &route.host {
        HostPattern::Exact(own) if own == host => Some(usize::MAX),
        HostPattern::Below(above) if host.ends_with(&format!(".{above}")) => Some(above.len()),
        HostPattern::Any => Some(0),
        _ => None,
    };
    let owner = routes.iter().filter_map(rank).max()?;
    let covering: Vec<&Route> = routes
        .iter()
        .filter(|route| rank(route) == Some(owner))
        .filter(|route| {
            let prefix = route.path.trim_end_matches('/');
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .collect();
    let longest = covering.iter().map(|route| route.path.len()).max()?;
    covering
        .into_iter()
        .filter(|route| route.path.len() == longest)
        .find(|route| route.methods.as_ref().is_none_or(|m| m.contains(method)))
        .map(|route| route.name.as_str())
}

fn paths() -> impl Strategy<Value = String> {
    vec(select(vec!["a", "b", "ab", "%20"]), 0..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

fn methods() -> impl Strategy<Value = Method> {
    select(vec![Method::GET, Method::POST])
}

fn routes() -> impl Strategy<Value = Vec<Route>> {
    let host = select(vec!["", "x.test", "y.x.test", "*.test", "*.x.test"]);
    vec((host, paths(), option::of(methods())), 0..12).prop_map(|routes| {
        let named = |(number, (host, path, method)): (usize, (&str, String, Option<Method>))| {
            let mut route = route(&number.to_string(), &path);
            route.methods = method.map(|method| vec![method]);
            if host.is_empty() {
                route
            } else {
                route.on(host)
            }
        };
        routes.into_iter().enumerate().map(named).collect()
    })
}

proptest! {
    #[test]
    fn the_table_agrees_with_trying_every_route(
        candidates in routes(),
        host in select(vec!["x.test", "y.x.test", "z.x.test", "z.test", "test", "else"]),
        path in paths(),
        method in methods(),
    ) {
        // What is ambiguous is no table; its first routes up to the clash are.
        let mut routes: Vec<Route> = Vec::new();
        for route in candidates {
            let clash = |other: &Route| {
                (&other.host, &other.path) == (&route.host, &route.path)
                    && (other.methods.is_none() || route.methods.is_none() || other.methods == route.methods)
            };
            if !routes.iter().any(clash) {
                routes.push(route);
            }
        }
        let expected = naive(&routes, host, &path, &method).map(str::to_owned);
        let table = RouteTable::build(routes).unwrap();
        let actual = match table.find(host, &path, &method) {
            Lookup::Found(route) => Some(route.name.clone()),
            _ => None,
        };
        prop_assert_eq!(actual, expected);
    }
}
