//! Mistakes in the table of routes.

use crate::{Folder, ROUTE, provider, refused, route, warned};

#[test]
fn routes_have_names_of_their_own() {
    refused(
        &format!("{ROUTE}[[routes]]\nname = \"app\"\npath = \"/b\"\nupstream = [\"echo:\"]\n"),
        "portcullis.toml:5: routes[1].name: routes[0] is already called \"app\"",
    );
    refused(
        "[[routes]]\nupstream = [\"echo:\"]\n",
        "portcullis.toml:1: routes[0].name: the route has no name",
    );
}

#[test]
fn ambiguous_routes_are_refused() {
    let two = |one: &str, other: &str| {
        let route = |name: &str, keys: &str| {
            format!("[[routes]]\nname = \"{name}\"\nupstream = [\"http://a\"]\n{keys}\n")
        };
        format!("{}{}", route("a", one), route("b", other))
    };
    let ambiguous = "\"a\" and \"b\" answer the same host, path and methods";
    refused(
        &two("", ""),
        &format!("portcullis.toml:5: routes[1]: {ambiguous}"),
    );
    refused(
        &two("path = \"/x\"", "path = \"/x/\""),
        &format!("portcullis.toml:5: routes[1]: {ambiguous}"),
    );
    refused(
        &two("host = \"A.org\"", "host = \"a.org\""),
        &format!("portcullis.toml:5: routes[1]: {ambiguous}"),
    );
    refused(
        &two("methods = [\"GET\"]", "methods = [\"POST\", \"GET\"]"),
        &format!("portcullis.toml:5: routes[1]: {ambiguous}"),
    );
    for (one, other) in [
        ("host = \"a.org\"", ""),
        ("host = \"a.org\"", "host = \"*.org\""),
        ("path = \"/x\"", "path = \"/x/y\""),
        ("methods = [\"GET\"]", "methods = [\"POST\"]"),
    ] {
        Folder::with(&two(one, other)).load().unwrap();
    }
}

#[test]
fn hosts_paths_and_methods_are_canonical() {
    refused(
        &route("host = \"app:8080\""),
        "portcullis.toml:4: routes[0].host: a host has no port here; write \"app\"",
    );
    refused(
        &route("host = \"a.*.org\""),
        "portcullis.toml:4: routes[0].host: \"a.*.org\": `*` stands only for the first label",
    );
    refused(
        &route("path = \"api\""),
        "portcullis.toml:4: routes[0].path: \"api\" lacks the leading slash; write \"/api\"",
    );
    refused(
        &route("path = \"/a/./b\""),
        "portcullis.toml:4: routes[0].path: \"/a/./b\" has a dot segment",
    );
    refused(
        &route("path = \"/a%20b\""),
        "portcullis.toml:4: routes[0].path: \"/a%20b\" is percent-encoded",
    );
    refused(
        &route("path = \"/.portcullis/x\""),
        "portcullis.toml:4: routes[0].path: \"/.portcullis/x\" belongs to the gateway's own pages",
    );
    refused(
        &route("methods = [\"get\"]"),
        "portcullis.toml:4: routes[0].methods[0]: methods are written in capitals; write \"GET\"",
    );
    refused(
        &route("methods = [\"TRACE\"]"),
        "portcullis.toml:4: routes[0].methods[0]: TRACE never passes",
    );
    refused(
        &route("methods = []"),
        "portcullis.toml:4: routes[0].methods: no method is left",
    );
}

#[test]
fn upstreams_are_origins() {
    let upstream = |list: &str| format!("[[routes]]\nname = \"a\"\nupstream = {list}\n");
    let place = "portcullis.toml:3: routes[0].upstream";
    refused(
        &upstream("[]"),
        &format!("{place}: the route leads nowhere"),
    );
    refused(
        &upstream("[\"http://a/b\"]"),
        &format!("{place}[0]: an upstream takes no path, query or fragment; write \"http://a\""),
    );
    refused(
        &upstream("[\"ws://a\"]"),
        &format!("{place}[0]: ws: is no upstream scheme"),
    );
    refused(
        &upstream("[\"http://u:p@a\"]"),
        &format!("{place}[0]: an upstream takes no credentials"),
    );
    refused(
        &upstream("[\"echo:\", \"http://a\"]"),
        &format!("{place}: \"echo:\" stands alone"),
    );
    refused(
        &upstream("[\"http://localhost:4180\"]"),
        &format!("{place}[0]: http://localhost:4180 is the gateway's own listener"),
    );
}

#[test]
fn headers_that_the_gateway_decides_about_cannot_be_set() {
    refused(
        &route("set_headers = { \"Connection\" = \"'close'\" }"),
        "portcullis.toml:4: routes[0].set_headers.Connection: the gateway itself decides about Connection",
    );
    refused(
        &route("set_headers = { \"a b\" = \"'x'\" }"),
        "portcullis.toml:4: routes[0].set_headers.\"a b\": \"a b\" is no header name",
    );
}

#[test]
fn expressions_compile_and_name_what_there_is() {
    refused(
        &route("allow = \"identity.id ==\""),
        "portcullis.toml:4: routes[0].allow: ",
    );
    refused(
        &route("deny = \"user.id == 'x'\""),
        "portcullis.toml:4: routes[0].deny: ",
    );
    refused(
        &route("set_headers = { \"X-A\" = \"claims.a\" }"),
        "portcullis.toml:4: routes[0].set_headers.X-A: ",
    );
    refused(
        &provider("map = { email = \"identity.email\" }"),
        "portcullis.toml:8: providers.acme.map.email: ",
    );
}

#[test]
fn an_upstream_token_is_injected_behind_a_sign_in_only_and_once() {
    let place = "portcullis.toml:4: routes[0].inject_access_token";
    refused(
        &route("inject_access_token = \"a b\""),
        &format!("{place}: \"a b\" is no provider's id"),
    );
    refused(
        &route("inject_access_token = \"acme\"\naccess = \"public\""),
        &format!("{place}: whoever is not signed in has no token"),
    );
    refused(
        &route("inject_access_token = \"acme\"\nset_headers = { \"authorization\" = \"'x'\" }"),
        &format!("{place}: set_headers writes Authorization too"),
    );
}

#[test]
fn a_provider_whose_token_is_injected_may_come_later() {
    warned(
        &route("inject_access_token = \"acme\""),
        "portcullis.toml:4: warning: routes[0].inject_access_token: there is no provider \"acme\" here",
    );
}

#[test]
fn a_scope_is_one_word_and_asked_for_where_somebody_is_known() {
    let route = |keys: &str| {
        format!("[[routes]]\nname = \"a\"\nupstream = [\"http://127.0.0.1:3000\"]\n{keys}\n")
    };
    let config = Folder::with(&route("scopes = [\"phone\", \"x:read\"]"))
        .load()
        .unwrap();
    assert_eq!(config.config.routes[0].scopes, ["phone", "x:read"]);
    refused(
        &route("scopes = [\"phone\", \"two words\"]"),
        "portcullis.toml:4: routes[0].scopes[1]: \"two words\" is no scope; write one word",
    );
    warned(
        &route("access = \"public\"\nscopes = [\"phone\"]"),
        "portcullis.toml:5: warning: routes[0].scopes: nobody has to be known here",
    );
}
