//! Mistakes in and about schemas.

use portcullis_core::schema::Schema;

use crate::{Folder, ROUTE, refused};

#[test]
fn schemas_are_there_and_valid() {
    let schema = |keys: &str| format!("{ROUTE}[[identity.schemas]]\nid = \"a\"\n{keys}\n");
    refused(
        "[identity]\ndefault_schema = \"x\"\n",
        "portcullis.toml:2: identity.default_schema: there is no schema \"x\"; write one of \"default\"",
    );
    refused(
        &schema(""),
        "portcullis.toml:4: identity.schemas[0]: the schema has no source",
    );
    refused(
        &schema("inline = '{}'\nbase64 = \"e30=\""),
        "portcullis.toml:4: identity.schemas[0]: the schema has several sources",
    );
    refused(
        &schema("file = \"absent.json\""),
        "portcullis.toml:6: identity.schemas[0].file: absent.json: No such file",
    );
    refused(
        &schema("inline = '[]'"),
        "portcullis.toml:6: identity.schemas[0].inline: no usable schema at /: ",
    );
    let file = |text: &str| {
        Folder::with(&schema("file = \"a.json\""))
            .and("a.json", text)
            .refused()
    };
    let told = file("{\n  \"type\":,\n}");
    assert!(
        told.starts_with("a.json:2:10: identity.schemas[0].file: the schema is no JSON: "),
        "{told}"
    );
    let told = file("{\n  \"properties\": {\n    \"traits\": {\n      \"type\": \"objekt\" } } }");
    assert!(
        told.starts_with(
            "a.json:4: identity.schemas[0].file: no usable schema at /properties/traits/type: "
        ),
        "{told}"
    );
}

#[test]
fn what_a_schema_hardly_means_is_told_with_its_line() {
    let document = "{\n  \"properties\": {\n    \"nick\": { \"type\": \"string\" } } }";
    let folder = Folder::with(&format!(
        "{ROUTE}[[identity.schemas]]\nid = \"a\"\nfile = \"a.json\"\n"
    ))
    .and("a.json", document);
    assert_eq!(
        folder.warned(),
        "a.json:3: warning: identity.schemas[0].file: schema \"a\" at /properties/nick: people may \
         send 2048 characters; write maxLength"
    );
}

/// KC-010.
#[test]
fn a_trait_is_handed_on_in_a_header_that_is_nobody_elses() {
    let told = |first: &str, second: &str| {
        let one = |header: &str| {
            format!(
                "{{ \"type\": \"integer\", \"x-profile\": {{ \"expose\": {{ \"header\": \"{header}\" }} }} }}"
            )
        };
        let document = format!(
            "{{\"properties\": {{\n\"a\": {},\n\"b\": {} }} }}",
            one(first),
            one(second)
        );
        Folder::with(&format!(
            "{ROUTE}[[identity.schemas]]\nid = \"a\"\nfile = \"a.json\"\n"
        ))
        .and("a.json", &document)
    };
    assert_eq!(told("X-Age", "X-Level").warned(), "");
    for (header, expected) in [
        ("X_AGE", "another trait is already handed on as x_age"),
        ("X-Forwarded-Groups", "the gateway's own word"),
        ("Remote-User", "the gateway's own word"),
        ("Cookie", "the gateway itself decides"),
        ("X-Portcullis-Team", "the gateway itself decides"),
    ] {
        let told = told("X-Age", header).refused();
        let place = "a.json:3: identity.schemas[0].file: no usable schema at /properties/b: ";
        assert!(told.starts_with(place) && told.contains(expected), "{told}");
    }
}

/// CU-18.
#[test]
fn some_schemas_may_be_chosen_by_people() {
    let schema = |id: &str, further: &str| {
        format!(
            "[[identity.schemas]]\nid = \"{id}\"\n{further}inline = '{{\"properties\": {{\"a\": {{}}}}}}'\n"
        )
    };
    let chosen = schema("a", "selfservice_selectable = true\n");
    let folder = Folder::with(&format!("{ROUTE}{chosen}{}", schema("b", "")));
    let identity = folder.load().unwrap().config.identity;
    assert_eq!(identity.selectable_schemas(), ["a"]);
}

/// KC-018, KC-020, KC-024, KC-028.
#[test]
fn the_profile_of_keycloak_is_built_in() {
    let folder = Folder::with(&format!(
        "{ROUTE}[identity]\ndefault_schema = \"keycloak-default\"\non_unknown = \"ignore\"\n\
         max_trait_bytes = \"1KiB\"\nlogin = {{ email_as_username = true, edit_username = false }}\n\
         [[identity.schemas]]\nid = \"a\"\non_unknown = \"reject\"\ninline = \
         '{{\"properties\": {{\"a\": {{}}}}}}'\n"
    ));
    assert_eq!(folder.warned(), "");
    let identity = folder.load().unwrap().config.identity;
    let documents = identity.schema_documents();
    let ids: Vec<_> = documents.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["default", "keycloak-default", "a"]);
    let rules = identity.rules("keycloak-default");
    assert!(rules.ignores_unknown && rules.email_as_username && !rules.edit_username);
    assert_eq!(rules.max_trait_bytes, 1024);
    assert!(!identity.rules("a").ignores_unknown);
    for (id, document) in documents {
        let schema = Schema::parse(&id, document).unwrap();
        if id == "keycloak-default" {
            let paths = ["username", "email", "firstName", "lastName"];
            assert_eq!(schema.paths(), paths);
            assert_eq!(schema.lint(), []);
        }
    }
    let twice = format!(
        "{ROUTE}[[identity.schemas]]\nid = \"keycloak-default\"\n[identity]\non_unknown = \"drop\"\n"
    );
    refused(&twice, "portcullis.toml:7: identity.on_unknown: ");
}

#[test]
fn a_trait_that_the_schema_has_no_place_for_is_refused_with_the_nearest_one() {
    let schema = |others: &str| {
        format!(
            "{ROUTE}[identity]\ndefault_schema = \"a\"\n[[identity.schemas]]\nid = \"a\"\n\
             inline = '{{\"properties\": {{\"traits\": {{\"type\": \"object\"{others}, \"properties\": \
             {{\"email\": {{\"type\": \"string\"}}}}}}}}}}'\n[providers.acme]\nkind = \"oidc\"\n\
             client_id = \"id\"\nissuer_url = \"https://id.example.org\"\n\
             [providers.acme.map]\nemial = \"claims.email\"\n"
        )
    };
    refused(
        &schema(", \"additionalProperties\": false"),
        "portcullis.toml:14: providers.acme.map.emial: the schema \"a\" has no such trait and \
         allows no others; did you mean `email`?",
    );
    assert!(Folder::with(&schema("")).load().is_ok());
}
