//! What somebody sends that a schema does not describe. People may not set it, whether the schema
//! forbids it or only forgets to: rules and headers find traits by name.

use regex::Regex;
use serde_json::{Map, Value, json};

use super::{Schema, document::resolved};

impl Schema {
    /// Puts what the schema does not describe back to what it is in `stored`, and says which dotted
    /// paths were to be anything else.
    pub(super) fn keep_undescribed(&self, traits: &mut Value, stored: &Value) -> Vec<String> {
        let mut keeper = Keeper {
            document: &self.document,
            path: Vec::new(),
            changed: Vec::new(),
        };
        keeper.keep(self.layout.traits(&self.document), traits, stored);
        keeper.changed
    }
}

struct Keeper<'a> {
    document: &'a Value,
    path: Vec<String>,
    changed: Vec<String>,
}

impl Keeper<'_> {
    fn keep(&mut self, schema: &Value, traits: &mut Value, stored: &Value) {
        let schema = resolved(self.document, schema);
        let Some(described) = schema["properties"].as_object() else {
            return;
        };
        // Nor does it go by sending nothing in the place of what holds it.
        if !traits.is_object() && self.holds_undescribed(schema, stored) {
            *traits = json!({});
        }
        let Value::Object(sent) = traits else {
            return;
        };
        for (name, inner) in described {
            if !sent.contains_key(name) && self.holds_undescribed(inner, &stored[name]) {
                sent.insert(name.clone(), json!({}));
            }
        }
        let others = Others::of(schema);
        let is_described = |name: &str| described.contains_key(name) || others.describe(name);
        for name in sent.keys().cloned().collect::<Vec<_>>() {
            self.path.push(name.clone());
            match described.get(&name) {
                Some(inner) => self.keep(inner, &mut sent[&name], &stored[&name]),
                None if is_described(&name) || sent.get(&name) == stored.get(&name) => {}
                None => {
                    sent.shift_remove(&name);
                    self.changed.push(self.path.join("."));
                }
            }
            self.path.pop();
        }
        bring_back(sent, stored, is_described);
    }

    /// Whether there is anything in what is stored that the schema does not describe.
    fn holds_undescribed(&self, schema: &Value, stored: &Value) -> bool {
        let schema = resolved(self.document, schema);
        let (Some(described), Some(stored)) =
            (schema["properties"].as_object(), stored.as_object())
        else {
            return false;
        };
        let others = Others::of(schema);
        stored
            .iter()
            .any(|(name, value)| match described.get(name) {
                Some(inner) => self.holds_undescribed(inner, value),
                None => !others.describe(name),
            })
    }
}

fn bring_back(sent: &mut Map<String, Value>, stored: &Value, is_described: impl Fn(&str) -> bool) {
    for (name, value) in stored.as_object().into_iter().flatten() {
        if !is_described(name) && !sent.contains_key(name) {
            sent.insert(name.clone(), value.clone());
        }
    }
}

/// What an object's schema says of members that are not among its `properties`.
struct Others {
    /// `additionalProperties` describes them; `true` would only allow them.
    are_all: bool,
    patterns: Vec<Regex>,
}

impl Others {
    fn of(schema: &Value) -> Self {
        let rest = schema["additionalProperties"].as_object();
        let patterns = schema["patternProperties"].as_object().into_iter();
        let patterns = patterns.flat_map(Map::keys);
        Self {
            are_all: rest.is_some_and(|rest| !rest.is_empty()),
            patterns: patterns.filter_map(|one| Regex::new(one).ok()).collect(),
        }
    }

    fn describe(&self, name: &str) -> bool {
        self.are_all || self.patterns.iter().any(|one| one.is_match(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Evaluation, ProfileContext, Rules, TraitError};

    fn schema(traits: &Value) -> Schema {
        Schema::parse("s", json!({"properties": {"traits": traits}})).unwrap()
    }

    fn open() -> Schema {
        schema(&json!({"type": "object", "properties": {
            "email": {"type": "string"},
            "name": {"type": "object", "properties": {"first": {"type": "string"}}},
        }}))
    }

    fn paths(errors: Vec<TraitError>) -> Vec<String> {
        errors.into_iter().map(|error| error.path).collect()
    }

    /// KC-024: also where the schema does not say `additionalProperties: false`.
    #[test]
    fn people_set_nothing_that_an_open_schema_does_not_describe() {
        let schema = open();
        let sent = json!({"email": "a", "groups": ["admins"], "name": {"first": "A", "role": "x"}});
        for place in [
            ProfileContext::Registration,
            ProfileContext::Account,
            ProfileContext::BrokerReview,
        ] {
            let refused = schema.accept(&Evaluation::of(place), sent.clone(), &json!({}));
            assert_eq!(paths(refused.unwrap_err()), ["groups", "name.role"]);
        }
        let admin = Evaluation::of(ProfileContext::Admin);
        assert!(schema.accept(&admin, sent.clone(), &json!({})).is_ok());
        let of_person = schema.from_person(sent.clone(), &json!({}));
        let described = json!({"email": "a", "name": {"first": "A"}});
        assert_eq!(of_person, described);
        let lenient = schema.with_rules(Rules {
            ignores_unknown: true,
            ..Rules::default()
        });
        let account = Evaluation::of(ProfileContext::Account);
        assert_eq!(lenient.accept(&account, sent, &json!({})), Ok(described));
    }

    #[test]
    fn what_somebody_else_put_there_stays_whether_it_is_sent_or_not() {
        let schema = open();
        let account = Evaluation::of(ProfileContext::Account);
        let stored = json!({"email": "a", "groups": ["staff"], "name": {"role": "x"}});
        for sent in [
            json!({"email": "b", "name": {"first": "B"}}),
            json!({"email": "b", "groups": ["staff"], "name": {"first": "B", "role": "x"}}),
        ] {
            let kept = schema.accept(&account, sent, &stored).unwrap();
            assert_eq!(kept["groups"], json!(["staff"]));
            assert_eq!(kept["name"], json!({"first": "B", "role": "x"}));
        }
        let sent = json!({"email": "a", "groups": []});
        let refused = schema.accept(&account, sent, &stored).unwrap_err();
        assert_eq!(paths(refused), ["groups"]);
    }

    #[test]
    fn what_somebody_else_put_there_does_not_go_with_what_holds_it() {
        let schema = schema(&json!({"properties": {
            "name": {"type": ["object", "null"], "properties": {
                "first": {"type": "string"},
                "of": {"type": ["object", "null"], "properties": {}},
            }},
        }}));
        let stored = json!({"name": {"first": "A", "role": "x", "of": {"rank": 1}}});
        let rest = json!({"name": {"role": "x", "of": {"rank": 1}}});
        let account = Evaluation::of(ProfileContext::Account);
        for sent in [
            json!({"name": null}),
            json!({"name": {"of": null}}),
            json!({}),
            json!([]),
        ] {
            let kept = schema.from_person(sent.clone(), &stored);
            assert_eq!(kept, rest, "{sent}");
            assert_eq!(schema.accept(&account, sent, &stored), Ok(rest.clone()));
        }
        let plain = json!({"name": {"first": "A"}});
        let emptied = json!({"name": null});
        assert_eq!(schema.from_person(emptied.clone(), &plain), emptied);
    }

    #[test]
    fn members_that_a_pattern_or_a_further_schema_describes_may_be_sent() {
        let account = Evaluation::of(ProfileContext::Account);
        let patterns = schema(&json!({"type": "object", "properties": {"a": {}},
            "patternProperties": {"^x-": {"type": "string"}}}));
        let fine = json!({"x-size": "s"});
        assert_eq!(
            patterns.accept(&account, fine.clone(), &json!({})),
            Ok(fine)
        );
        let other = patterns.accept(&account, json!({"groups": "s"}), &json!({}));
        assert_eq!(paths(other.unwrap_err()), ["groups"]);
        let rest = schema(&json!({"type": "object", "properties": {"a": {}},
            "additionalProperties": {"type": "string"}}));
        let fine = json!({"size": "s"});
        assert_eq!(rest.accept(&account, fine.clone(), &json!({})), Ok(fine));
    }
}
