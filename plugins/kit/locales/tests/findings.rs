//! What is found in schemas and at providers is told in each language.

use portcullis_core::schema::{Lint, Schema};
use serde_json::{Value, json};

use super::locale;

/// The names of the values of a wording.
fn names(wording: &'static str) -> Vec<&'static str> {
    let parts = wording.split('{').skip(1);
    parts
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

#[test]
fn each_oddity_has_its_words_under_its_name() {
    for (code, wording) in Lint::wordings() {
        let values: Vec<(&str, &str)> =
            names(wording).iter().map(|name| (*name, "\"7\"")).collect();
        let mut text = wording.to_owned();
        for (name, value) in &values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        let told = |tag: &str| locale(tag).finding(&format!("lint-{code}"), &values, "nothing");
        assert_eq!(told("en"), text, "{code}");
        assert!(told("de") != text && told("de") != "nothing", "{code}");
    }
    let unknown = locale("de").finding("lint-of-tomorrow", &[], "it is an object");
    assert_eq!(
        unknown, "Das ist ein Objekt",
        "its text is told as far as that is known"
    );
}

/// Documents that are no schemas, each in another way.
fn broken() -> Vec<Value> {
    let deep = (0..40).fold(json!({}), |inner, _| json!({"not": inner}));
    let x_profile = |profile: Value| json!({"properties": {"a": {"x-profile": profile}}});
    let root = |profile: Value| json!({"properties": {"a": {}}, "x-profile": profile});
    let keyword = |keyword: Value| json!({"properties": {"a": {"ory.sh/kratos": keyword}}});
    let mut all = vec![
        json!([]),
        json!({"$schema": "https://json-schema.org/draft/2020-12/schema"}),
        deep,
        json!({"properties": {"a": {"$ref": "https://elsewhere.test/"}}}),
        json!({"properties": {"a": {"pattern": "(?=a)"}}}),
        json!({"properties": {}}),
        json!({"properties": {"a": {}}, "type": "string"}),
        json!({"properties": {"a.b": {}}}),
        json!({"properties": {"a": {}}, "definitions": {"b": {"x-profile": {}}}}),
        json!({"properties": {"a": {"type": 7}}}),
        json!({"properties": {"a": {
            "format": "uuid", "ory.sh/kratos": {"verification": {"via": "email"}},
        }}}),
    ];
    all.extend(
        [
            json!(7),
            json!({"else": 1}),
            json!({"verification": {"via": "pigeon"}}),
            json!({"organizations": {"matcher": "pigeon"}}),
            json!({"credentials": {"password": {"identifier": "yes"}}}),
        ]
        .map(keyword),
    );
    all.extend(
        [
            json!(7),
            json!({"else": 1}),
            json!({"index": "slow"}),
            json!({"view": ["somebody"]}),
            json!({"view": 7}),
            json!({"group": ""}),
            json!({"order": "first"}),
            json!({"searchable": "yes"}),
            json!({"email": {"max_local_length": -1}}),
            json!({"error_messages": {"required": 7}}),
            json!({"expose": {"header": "a b"}}),
            json!({"validators": 7}),
            json!({"validators": [{}]}),
        ]
        .map(x_profile),
    );
    all.extend(
        [
            json!({"unmanaged": "PERHAPS"}),
            json!({"required_mode": "perhaps"}),
            json!({"groups": [{}]}),
            json!({"groups": [{"name": "a"}, {"name": "a"}]}),
        ]
        .map(root),
    );
    all
}

#[test]
fn each_reason_why_a_document_is_no_schema_is_told_in_german() {
    let german = locale("de");
    for document in broken() {
        let broken = Schema::parse("s", document.clone()).unwrap_err();
        let told = german.text(&broken.reason);
        assert_ne!(told, broken.reason, "{document}");
        assert!(!told.contains("` or `"), "{told}");
    }
}

#[test]
fn what_went_wrong_with_a_provider_is_told_in_german_with_what_stands_in_it() {
    let german = locale("de");
    for (english, told) in [
        (
            "the discovery document: it answered with status 503",
            "Das Discovery-Dokument: die Antwort hatte den Status 503",
        ),
        (
            "the keys (jwks_uri): it did not answer in time",
            "Die Schlüssel (jwks_uri): es kam nicht rechtzeitig eine Antwort",
        ),
        (
            "the discovery document: it may not be asked: its address is neither https nor http",
            "Das Discovery-Dokument: danach darf nicht gefragt werden: die Adresse ist weder https \
             noch http",
        ),
        (
            "the discovery document names another issuer than issuer_url, by a slash at its end",
            "Das Discovery-Dokument nennt einen anderen Issuer als issuer_url: Ein Schrägstrich am \
             Ende unterscheidet sie",
        ),
        (
            "the provider cannot be reached: the token endpoint: no connection to it could be made",
            "Der Anbieter ist nicht zu erreichen: Der Token-Endpunkt: es kam keine Verbindung \
             zustande",
        ),
        (
            "the provider's answer is not valid: the token endpoint did not accept the code \
             (invalid_client)",
            "Die Antwort des Anbieters gilt nicht: Der Token-Endpunkt hat nicht angenommen: der \
             Code (invalid_client)",
        ),
    ] {
        assert_eq!(german.text(english), told);
    }
}
