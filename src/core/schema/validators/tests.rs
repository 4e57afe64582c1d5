//! Validators of one's own.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::schema::{Evaluation, ProfileContext};

/// Accepts numbers whose last digit is the one that the schema names.
#[derive(Debug)]
struct LastDigit;

impl TraitValidator for LastDigit {
    fn judge(&self, value: &Value, config: &Value) -> Option<Message> {
        let digit = config["digit"].as_str()?;
        let is_right = value.as_str().is_some_and(|text| text.ends_with(digit));
        (!is_right).then(|| Message::invalid("This number is not one of ours."))
    }

    fn check(&self, config: &Value) -> Result<(), String> {
        match config["digit"].is_string() {
            true => Ok(()),
            false => Err("a digit is needed".to_owned()),
        }
    }
}

fn schema(config: &Value, words: &Value) -> Schema {
    let validators = json!([{"plugin": "last-digit", "config": config}]);
    let document = json!({"properties": {"number": {
        "type": "string", "x-profile": {"validators": validators, "error_messages": words},
    }}});
    Schema::parse("s", document).unwrap()
}

fn known() -> Validators {
    Validators::from([(
        "last-digit".to_owned(),
        Arc::new(LastDigit) as Arc<dyn TraitValidator>,
    )])
}

fn told(schema: &Schema, traits: &Value) -> Vec<(String, String)> {
    let errors = schema.errors(traits).into_iter();
    errors
        .map(|error| (error.path, error.message.text))
        .collect()
}

/// KC-015, KC-051.
#[test]
fn a_validator_of_ones_own_judges_where_the_schema_names_it() {
    let schema = schema(&json!({"digit": "7"}), &json!({}))
        .with_validators(&known())
        .unwrap();
    assert_eq!(told(&schema, &json!({"number": "417"})), []);
    assert_eq!(
        told(&schema, &json!({})),
        [],
        "what is absent is not judged"
    );
    let wrong = [(
        "number".to_owned(),
        "This number is not one of ours.".to_owned(),
    )];
    assert_eq!(told(&schema, &json!({"number": "418"})), wrong);
    let place = Evaluation::of(ProfileContext::Registration);
    assert!(
        schema
            .accept(&place, json!({"number": "418"}), &json!({}))
            .is_err()
    );
}

#[test]
fn the_schema_may_say_in_its_own_words_what_is_wrong() {
    let words = json!({"last-digit": "${number.wrong}"});
    let schema = schema(&json!({"digit": "7"}), &words)
        .with_validators(&known())
        .unwrap();
    let wrong = [("number".to_owned(), "${number.wrong}".to_owned())];
    assert_eq!(told(&schema, &json!({"number": "418"})), wrong);
}

#[test]
fn a_validator_that_is_not_there_or_is_told_nonsense_is_refused_with_its_place() {
    let at = "/properties/number/x-profile/validators/0";
    let refused = |known: &Validators, config: &Value| {
        let refused = schema(config, &json!({})).with_validators(known);
        refused.unwrap_err().to_string()
    };
    let missing = refused(&Validators::new(), &json!({"digit": "7"}));
    assert!(
        missing.starts_with(&format!("{at}/plugin: there is no validator")),
        "{missing}"
    );
    let nonsense = refused(&known(), &json!({"digit": 7}));
    assert_eq!(nonsense, format!("{at}/config: a digit is needed"));
    // Nobody has judged what a schema without its validators would accept.
    let schema = schema(&json!({"digit": "7"}), &json!({}));
    let unchecked = [(
        "number".to_owned(),
        "This cannot be checked here.".to_owned(),
    )];
    assert_eq!(told(&schema, &json!({"number": "417"})), unchecked);
}
