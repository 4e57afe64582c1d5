//! Which headers an upstream receives.

use portcullis_core::schema::Schema;
use serde_json::{Value, json};

use super::*;
use crate::{
    pipeline::tests::fixture::{Asking, ada, principal, schemas},
    route::{HeaderPreset, tests::route},
};

mod seen;

/// A plugin that sets one header.
#[derive(Debug)]
struct Sets(&'static str, &'static str);

impl Enricher for Sets {
    fn headers(&self, _: &str, _: &Principal) -> Vec<(HeaderName, HeaderValue)> {
        let value = HeaderValue::from_static(self.1);
        vec![(HeaderName::from_static(self.0), value)]
    }

    fn reserved(&self) -> Vec<HeaderName> {
        vec![HeaderName::from_static(self.0)]
    }
}

/// The headers as lines, in alphabetical order.
fn lines(headers: &[(HeaderName, HeaderValue)]) -> Vec<String> {
    let line =
        |(name, value): &(HeaderName, HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
    let mut lines: Vec<_> = headers.iter().map(line).collect();
    lines.sort();
    lines
}

fn enriched(route: &Route, principal: &Principal, asking: &Asking) -> Vec<String> {
    let enrichment = Enrichment::new(schemas(), Vec::new());
    lines(&enrichment.headers(route, Some(principal), &asking.head()))
}

fn of_traits(preset: HeaderPreset, traits: Value) -> Vec<String> {
    enriched(
        &route("r", "/").preset(preset),
        &principal(traits),
        &Asking::get("/"),
    )
}

#[test]
fn the_oauth2_proxy_preset_says_who_it_is() {
    let ada = ada();
    assert_eq!(
        enriched(&route("r", "/"), &ada, &Asking::get("/")),
        [
            "x-forwarded-email: ada@example.org".to_owned(),
            "x-forwarded-groups: staff,ops".to_owned(),
            "x-forwarded-preferred-username: ada@example.org".to_owned(),
            format!("x-forwarded-user: {}", ada.identity.id),
        ]
    );
}

#[test]
fn the_authelia_preset_says_who_it_is() {
    let traits = json!({
        "email": "ada@example.org",
        "username": "ada",
        "name": {"first": "Ada", "last": "Lovelace"},
        "groups": ["staff"],
    });
    assert_eq!(
        of_traits(HeaderPreset::Authelia, traits),
        [
            "remote-email: ada@example.org",
            "remote-groups: staff",
            "remote-name: Ada Lovelace",
            "remote-user: ada",
        ]
    );
}

#[test]
fn the_preset_none_says_nothing() {
    assert!(of_traits(HeaderPreset::None, json!({"email": "a@b.test"})).is_empty());
}

#[test]
fn a_name_can_be_one_text_or_half_known() {
    for (name, expected) in [
        (json!("Ada L."), "remote-name: Ada L."),
        (json!({"last": "Lovelace"}), "remote-name: Lovelace"),
    ] {
        let lines = of_traits(HeaderPreset::Authelia, json!({"name": name}));
        assert!(lines.contains(&expected.to_owned()), "{lines:?}");
    }
}

#[test]
fn what_is_not_known_is_left_out() {
    let lines = of_traits(HeaderPreset::Authelia, json!({"groups": [], "name": {}}));
    assert_eq!(lines, ["remote-user: ada@example.org"]);
}

#[test]
fn a_value_with_a_control_character_is_left_out() {
    let traits = json!({"username": "ada\r\nX-Admin: 1", "groups": ["a\nb", "c"]});
    assert_eq!(
        of_traits(HeaderPreset::Authelia, traits),
        ["remote-groups-truncated: true", "remote-groups: c"]
    );
}

#[test]
fn other_scripts_are_percent_encoded() {
    let lines = of_traits(
        HeaderPreset::Authelia,
        json!({"username": "zoë", "name": "100 %"}),
    );
    assert_eq!(lines, ["remote-name: 100 %25", "remote-user: zo%C3%AB"]);
}

#[test]
fn an_oversized_list_of_groups_is_cut_and_marked() {
    let groups: Vec<_> = (0..5_000).map(|n| format!("group-{n}")).collect();
    let lines = of_traits(HeaderPreset::OAuth2Proxy, json!({"groups": groups}));
    let list = lines
        .iter()
        .find(|l| l.starts_with("x-forwarded-groups: "))
        .unwrap();
    assert!(list.len() <= 8 * 1024 && list.contains("group-0,group-1,"));
    assert!(lines.contains(&"x-forwarded-groups-truncated: true".to_owned()));
}

#[test]
fn set_headers_add_to_the_preset_and_win_over_it() {
    let route = route("r", "/")
        .set("X-Team", "identity.traits.groups[0]")
        .set("X-Path", "request.path")
        .set("X-Forwarded-User", "identity.traits.email")
        .set("X-Forwarded-Email", "null");
    assert_eq!(
        enriched(&route, &ada(), &Asking::get("/p")),
        [
            "x-forwarded-groups: staff,ops",
            "x-forwarded-preferred-username: ada@example.org",
            "x-forwarded-user: ada@example.org",
            "x-path: /p",
            "x-team: staff",
        ]
    );
}

#[test]
fn a_header_whose_expression_errs_is_left_out() {
    let route = route("r", "/")
        .preset(HeaderPreset::None)
        .set("X-Bad", "1 / 0")
        .set("X-Good", "'yes'");
    assert_eq!(enriched(&route, &ada(), &Asking::get("/")), ["x-good: yes"]);
}

#[test]
fn a_list_in_set_headers_keeps_its_items_apart() {
    let ada = principal(json!({"groups": ["a,admin", "zoë"]}));
    let route = route("r", "/")
        .preset(HeaderPreset::None)
        .set("X-Groups", "identity.traits.groups");
    assert_eq!(
        enriched(&route, &ada, &Asking::get("/")),
        ["x-groups: a%2Cadmin,zo%C3%AB"]
    );
}

#[test]
fn headers_of_the_principal_alone_are_made_once() {
    let enrichment = Enrichment::new(schemas(), Vec::new());
    let (route, ada, asking) = (route("r", "/"), ada(), Asking::get("/"));
    let first = enrichment.headers(&route, Some(&ada), &asking.head());
    let second = enrichment.headers(&route, Some(&ada), &asking.head());
    assert!(Arc::ptr_eq(&first, &second));
}

#[test]
fn headers_of_the_request_are_made_each_time() {
    let (route, ada) = (route("r", "/").set("X-Path", "request.path"), ada());
    for path in ["/a", "/b"] {
        let lines = enriched(&route, &ada, &Asking::get(path));
        assert!(lines.contains(&format!("x-path: {path}")), "{lines:?}");
    }
}

#[test]
fn routes_do_not_share_headers() {
    let ada = ada();
    let (first, mut second) = (route("a", "/"), route("b", "/").preset(HeaderPreset::None));
    second.id = 1;
    assert_eq!(enriched(&first, &ada, &Asking::get("/")).len(), 4);
    assert!(enriched(&second, &ada, &Asking::get("/")).is_empty());
}

#[test]
fn a_plugins_header_goes_along_and_replaces_others_of_its_name() {
    let plugins: Vec<Arc<dyn Enricher>> = vec![
        Arc::new(Sets("x-assertion", "signed")),
        Arc::new(Sets("x-forwarded-user", "plugin")),
    ];
    let enrichment = Enrichment::new(schemas(), plugins);
    let headers = enrichment.headers(&route("r", "/"), Some(&ada()), &Asking::get("/").head());
    let lines = lines(&headers);
    assert!(lines.contains(&"x-assertion: signed".to_owned()));
    assert!(lines.contains(&"x-forwarded-user: plugin".to_owned()));
    assert_eq!(lines.len(), 5);
}

#[test]
fn nobody_gets_no_headers() {
    let plugins: Vec<Arc<dyn Enricher>> = vec![Arc::new(Sets("x-assertion", "signed"))];
    let enrichment = Enrichment::new(schemas(), plugins);
    let route = route("r", "/").public().set("X-Const", "'x'");
    assert!(
        enrichment
            .headers(&route, None, &Asking::get("/").head())
            .is_empty()
    );
}

#[test]
fn a_clients_authorization_never_passes_as_ours() {
    let enrichment = Enrichment::new(schemas(), Vec::new());
    let route = route("r", "/")
        .public()
        .preset(HeaderPreset::None)
        .set("Authorization", "identity.traits.absent");
    let asking = Asking::get("/");
    let ada = ada();
    for principal in [None, Some(&*ada)] {
        let headers = enrichment.headers(&route, principal, &asking.head());
        assert_eq!(lines(&headers), ["authorization: "]);
    }
}

#[test]
fn what_routes_and_plugins_set_is_reserved() {
    let routes = [Arc::new(
        route("r", "/")
            .set("X-Team", "'x'")
            .set("Authorization", "'x'"),
    )];
    let plugins: Vec<Arc<dyn Enricher>> = vec![Arc::new(Sets("x-assertion", "signed"))];
    let reserved = ReservedHeaders::build(&routes, &plugins);
    for (name, expected) in [
        ("x-team", true),
        ("x_team", true),
        ("x_assertion", true),
        ("x-teams", false),
        ("authorization", false),
    ] {
        assert_eq!(
            reserved.is_reserved(&HeaderName::from_static(name)),
            expected,
            "{name}"
        );
    }
}
