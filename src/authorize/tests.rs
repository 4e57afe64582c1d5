//! What access and rules let pass.

use portcullis_core::stage::Decision::{Allow, Deny};

use super::*;
use crate::{
    pipeline::tests::fixture::{Asking, ada, principal},
    route::tests::route,
};

const DENIED: Decision = Deny(Code::AccessDenied);

fn decide(route: &Route, principal: Option<&Principal>, asking: &Asking) -> Decision {
    authorize(route, principal, &asking.head(), &[])
}

/// An authorizer that always decides the same.
#[derive(Debug)]
struct Always(Decision);

impl Authorizer for Always {
    fn authorize(&self, _: &str, _: Option<&Principal>, _: &RequestHead<'_>) -> Decision {
        self.0
    }
}

#[test]
fn a_public_route_lets_everybody_pass() {
    let public = route("r", "/").public();
    assert_eq!(decide(&public, None, &Asking::get("/")), Allow);
    assert_eq!(decide(&public, Some(&ada()), &Asking::get("/")), Allow);
}

#[test]
fn a_signed_in_route_refuses_who_is_signed_out() {
    let closed = route("r", "/").allow("true");
    assert_eq!(
        decide(&closed, None, &Asking::get("/")),
        Deny(Code::SignedOut)
    );
    assert_eq!(decide(&closed, Some(&ada()), &Asking::get("/")), Allow);
}

#[test]
fn an_allow_rule_must_hold() {
    for (rule, expected) in [
        ("'ops' in identity.traits.groups", Allow),
        ("'admin' in identity.traits.groups", DENIED),
        ("session.aal == 'aal1'", Allow),
        ("request.method == 'GET'", Allow),
        ("request.path == '/other'", DENIED),
    ] {
        let route = route("r", "/").allow(rule);
        assert_eq!(
            decide(&route, Some(&ada()), &Asking::get("/")),
            expected,
            "{rule}"
        );
    }
}

#[test]
fn deny_wins_over_allow() {
    let route = route("r", "/")
        .allow("true")
        .deny("request.method == 'DELETE'");
    let delete = Asking::get("/").by(http::Method::DELETE);
    assert_eq!(decide(&route, Some(&ada()), &delete), DENIED);
    assert_eq!(decide(&route, Some(&ada()), &Asking::get("/")), Allow);
}

#[test]
fn an_expression_that_errors_refuses() {
    for rule in [
        "identity.traits.absent == 'x'",
        "identity.traits.email",
        "request.headers['x-absent'] == 'x'",
        "1 / 0 == 1",
    ] {
        let ada = ada();
        for _ in 0..2 {
            let allow = route("r", "/").allow(rule);
            let deny = route("r", "/").deny(rule);
            assert_eq!(
                decide(&allow, Some(&ada), &Asking::get("/")),
                DENIED,
                "allow {rule}"
            );
            assert_eq!(
                decide(&deny, Some(&ada), &Asking::get("/")),
                DENIED,
                "deny {rule}"
            );
        }
    }
}

#[test]
fn rules_of_a_public_route_see_nobody_as_null() {
    let get = Asking::get("/");
    for (rule, expected) in [
        ("identity == null", Allow),
        ("session == null", Allow),
        (
            "identity != null && 'ops' in identity.traits.groups",
            DENIED,
        ),
        // What nobody has cannot be asked for: the rule errs and refuses.
        ("'ops' in identity.traits.groups", DENIED),
    ] {
        let route = route("r", "/").public().allow(rule);
        assert_eq!(decide(&route, None, &get), expected, "{rule}");
    }
    let route = route("r", "/")
        .public()
        .deny("identity.state == 'inactive'");
    assert_eq!(decide(&route, None, &get), DENIED);
}

#[test]
fn a_rule_that_never_names_the_request_is_decided_once_per_session() {
    let ada = ada();
    let route = route("r", "/").allow("'ops' in identity.traits.groups");
    assert_eq!(decide(&route, Some(&ada), &Asking::get("/")), Allow);
    let key = route.memo_key(Remembered::Allow);
    assert_eq!(ada.memo.get::<bool>(key), Some(&true));
    // What is remembered counts, so nothing was evaluated again.
    let other = principal(serde_json::json!({"groups": ["ops"]}));
    other.memo.put(key, false);
    assert_eq!(decide(&route, Some(&other), &Asking::get("/")), DENIED);
}

#[test]
fn a_rule_that_names_the_request_is_decided_each_time() {
    let ada = ada();
    let route = route("r", "/").allow("request.path == '/a'");
    for (path, expected) in [("/a", Allow), ("/b", DENIED), ("/a", Allow)] {
        assert_eq!(decide(&route, Some(&ada), &Asking::get(path)), expected);
    }
    assert_eq!(
        ada.memo.get::<bool>(route.memo_key(Remembered::Allow)),
        None
    );
}

#[test]
fn what_is_remembered_of_one_rule_never_answers_another() {
    let ada = ada();
    let rule = "'ops' in identity.traits.groups";
    let mut first = route("first", "/").allow(rule);
    let mut second = route("second", "/").deny(rule);
    (first.id, second.id) = (1, 2);
    for _ in 0..2 {
        assert_eq!(decide(&first, Some(&ada), &Asking::get("/")), Allow);
        assert_eq!(decide(&second, Some(&ada), &Asking::get("/")), DENIED);
    }
    let mut both = route("both", "/").allow(rule).deny(rule);
    both.id = 3;
    assert_eq!(decide(&both, Some(&ada), &Asking::get("/")), DENIED);
}

#[test]
fn every_authorizer_must_allow() {
    let open = route("r", "/");
    let judge = |decisions: &[Decision]| {
        let authorizers: Vec<Arc<dyn Authorizer>> = decisions
            .iter()
            .map(|decision| Arc::new(Always(*decision)) as Arc<dyn Authorizer>)
            .collect();
        authorize(&open, Some(&ada()), &Asking::get("/").head(), &authorizers)
    };
    assert_eq!(judge(&[Allow, Allow]), Allow);
    let throttled = Deny(Code::TooManyRequests);
    assert_eq!(judge(&[Allow, throttled, DENIED]), throttled);
}

#[test]
fn an_authorizer_cannot_open_what_a_rule_refuses() {
    let route = route("r", "/").deny("true");
    let authorizers: Vec<Arc<dyn Authorizer>> = vec![Arc::new(Always(Allow))];
    let decision = authorize(&route, Some(&ada()), &Asking::get("/").head(), &authorizers);
    assert_eq!(decision, DENIED);
}
