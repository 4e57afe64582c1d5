//! Which traits applications are told of: what people see, and cannot choose where it says who they are.

use super::*;

/// KC-010: neither what the person may not see, nor where nobody has to sign in.
#[test]
fn traits_that_their_schema_exposes_go_along_on_signed_in_routes() {
    let traits = json!({"team": "blue", "risk": "high"});
    let asking = Asking::get("/");
    let on = |route: &Route| enriched(route, &principal(traits.clone()), &asking);
    let team = "x-team: blue".to_owned();
    let lines = on(&route("r", "/"));
    assert!(lines.contains(&team), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("x-risk")));
    assert!(!on(&route("p", "/").public()).contains(&team));
    assert!(on(&route("n", "/").preset(HeaderPreset::None)).is_empty());
    let set = route("s", "/").set("X-Team", "'other'");
    assert!(on(&set).contains(&"x-team: other".to_owned()));
    assert!(!on(&route("t", "/").set("X-Team", "null")).contains(&team));
    let reserved = ReservedHeaders::build([], &[]).with_exposed(schemas());
    for name in ["x-team", "x_team", "x-risk"] {
        assert!(
            reserved.is_reserved(&HeaderName::from_static(name)),
            "{name}"
        );
    }
}

/// KC-024: what people set themselves says neither which groups they are in nor who they are.
#[test]
fn groups_and_names_that_people_choose_themselves_are_nobodys_word() {
    let edit = |who: &str| json!({"x-profile": {"view": ["user", "admin"], "edit": [who]}});
    let schemas = |properties: Value| {
        let schema = Schema::parse("default", json!({ "properties": properties })).unwrap();
        Arc::new(Schemas::new(vec![Arc::new(schema)], "default").unwrap())
    };
    let traits = json!({"groups": ["admins"], "username": "root"});
    let said = |schemas: Arc<Schemas>, principal: &Principal| {
        let enrichment = Enrichment::new(schemas, Vec::new());
        let headers =
            enrichment.headers(&route("r", "/"), Some(principal), &Asking::get("/").head());
        let mut lines = lines(&headers);
        lines.retain(|line| !line.contains("-user: "));
        lines
    };
    let address = "x-forwarded-preferred-username: ada@example.org";
    let root = [
        "x-forwarded-groups: admins",
        "x-forwarded-preferred-username: root",
    ];
    let (own, kept) = (edit("user"), edit("admin"));
    let undescribed = schemas(json!({"email": {}}));
    assert_eq!(said(undescribed, &principal(traits.clone())), [address]);
    let chosen = || schemas(json!({"groups": own, "username": own}));
    assert_eq!(said(chosen(), &principal(traits.clone())), [address]);
    let given = schemas(json!({"groups": kept, "username": kept}));
    assert_eq!(said(given, &principal(traits.clone())), root);

    let ada = principal(traits);
    let mut identity = portcullis_core::identity::Identity::clone(&ada.identity);
    identity.identifiers = vec!["root".to_owned()];
    let origin = portcullis_core::provenance::Origin {
        source: "acme".parse().unwrap(),
        synced_at: identity.created_at,
        sync: portcullis_core::mapping::Sync::Force,
        account: None,
    };
    identity.provenance.insert("groups".to_owned(), origin);
    let ada = Principal::new(Arc::new(identity), ada.session.clone(), Vec::new());
    assert_eq!(
        said(chosen(), &ada),
        root,
        "signed in with, and a provider's word"
    );
}

/// Schemas whose traits are told, seen and hidden in every combination.
fn exposing() -> Arc<Schemas> {
    let hidden = json!({"view": ["admin"], "edit": ["admin"]});
    let told = |header: &str, mut keyword: Value| {
        keyword["expose"] = json!({"header": header});
        json!({"x-profile": keyword})
    };
    let document = json!({"properties": {
        "email": {"type": "string", "ory.sh/kratos": {"verification": {"via": "email"}}},
        "team": told("X-Team", json!({})),
        "tags": told("X-Tags", json!({})),
        "number": told("X-Customer", hidden.clone()),
        "username": {"x-profile": hidden},
        "groups": {"x-profile": hidden},
        "name": {"properties": {"first": {"x-profile": hidden}}},
    }});
    let schema = Schema::parse("default", document).unwrap();
    Arc::new(Schemas::new(vec![Arc::new(schema)], "default").unwrap())
}

fn told(route: &Route) -> Vec<String> {
    let traits = json!({
        "email": "ada@example.org", "team": "red", "tags": ["a", 7], "number": 12,
        "username": "secret", "groups": ["secret"], "name": {"first": "Secret"},
    });
    let enrichment = Enrichment::new(exposing(), Vec::new());
    let asking = Asking::get("/");
    lines(&enrichment.headers(route, Some(&principal(traits)), &asking.head()))
}

/// KC-010, KC-013: applications are told what people see, and beyond that what a route names.
#[test]
fn what_people_do_not_see_is_told_only_where_the_route_names_it() {
    let authelia = route("r", "/").preset(HeaderPreset::Authelia);
    assert_eq!(
        told(&authelia),
        [
            "remote-email: ada@example.org",
            "remote-user: ada@example.org",
            "x-tags: a,7",
            "x-team: red",
        ]
    );
    let named = authelia
        .set("Remote-Groups", "identity.traits.groups")
        .set("X-Team", "'blue'");
    let lines = told(&named);
    for expected in ["remote-groups: secret", "x-team: blue"] {
        assert!(lines.contains(&expected.to_owned()), "{lines:?}");
    }
    assert!(told(&route("r", "/").preset(HeaderPreset::None)).is_empty());
    let reserved = ReservedHeaders::build([], &[]).with_exposed(exposing());
    for name in ["x-team", "x_customer", "x-tags"] {
        assert!(
            reserved.is_reserved(&HeaderName::from_static(name)),
            "{name}"
        );
    }
}

#[test]
fn what_somebody_signs_in_with_unseen_is_not_their_name_either() {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    let document = json!({"properties": {
        "email": {"type": "string", "ory.sh/kratos": identifier, "x-profile": {"edit": ["admin"]}},
    }});
    let schema = Schema::parse("default", document).unwrap();
    let schemas = Schemas::new(vec![Arc::new(schema)], "default").unwrap();
    let enrichment = Enrichment::new(Arc::new(schemas), Vec::new());
    let authelia = route("r", "/").preset(HeaderPreset::Authelia);
    let asking = Asking::get("/");
    let ada = principal(json!({"email": "ada@example.org"}));
    assert!(lines(&enrichment.headers(&authelia, Some(&ada), &asking.head())).is_empty());
}
