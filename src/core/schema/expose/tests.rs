//! What applications are told.

use serde_json::{Value, json};

use crate::schema::Schema;

fn trait_in(header: &str, more: &Value) -> Value {
    let mut keyword = json!({"expose": {"header": header, "jwt_claim": "x"}});
    if let (Value::Object(keyword), Value::Object(more)) = (&mut keyword, more) {
        keyword.extend(more.clone());
    }
    json!({"type": "string", "x-profile": keyword})
}

/// KC-010: only what the schema names, also of what people do not see.
#[test]
fn only_what_the_schema_exposes_is_told() {
    let hidden = json!({"view": ["admin"], "edit": ["admin"]});
    let document = json!({"properties": {
        "team": trait_in("X-Team", &json!({})),
        "name": {"properties": {"first": trait_in("X-First", &json!({}))}},
        "number": trait_in("X-Customer", &hidden),
        "secret": {"type": "string", "x-profile": hidden},
        "email": {"type": "string"},
    }});
    let schema = Schema::parse("s", document).unwrap();
    let headers: Vec<_> = schema.exposed_headers().collect();
    assert_eq!(headers, ["X-Team", "X-First", "X-Customer"]);
    let traits = json!({"team": "red", "number": "7", "secret": "s", "email": "a@b.test"});
    let told: Vec<_> = schema.exposed(&traits).collect();
    assert_eq!(
        told,
        [("X-Team", &json!("red")), ("X-Customer", &json!("7"))]
    );
}

#[test]
fn a_header_has_one_trait_and_a_name_that_headers_have() {
    let twice = json!({"properties": {
        "a": trait_in("X-Team", &json!({})), "b": trait_in("x-team", &json!({})),
    }});
    let told = Schema::parse("s", twice).unwrap_err().to_string();
    let expected = "/properties/b/x-profile/expose/header: a is told in this header already";
    assert_eq!(told, expected);
    for name in ["X Team", "X-Team:", "Ü", "X_Team"] {
        let document = json!({"properties": {"a": trait_in(name, &json!({}))}});
        let told = Schema::parse("s", document).unwrap_err().to_string();
        assert!(
            told.starts_with("/properties/a/x-profile/expose/header: "),
            "{told}"
        );
    }
}
