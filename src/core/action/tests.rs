//! Who has to do what, and in which order.

mod factors;

use serde_json::{Value, json};

use super::*;
use crate::{
    clock::Clock,
    credential::CredentialKind,
    id::CredentialId,
    identity::AcceptedTerms,
    schema::{Rules, Schema},
    testing::{FrozenClock, SeededEntropy},
};

const NOW: &str = "2026-11-21T12:00:00Z";

fn settings(priority: i64) -> ActionSettings {
    ActionSettings {
        enabled: true,
        default: false,
        priority,
        max_auth_age: MAX_AUTH_AGE,
    }
}

fn all() -> BTreeMap<Action, ActionSettings> {
    let all = Action::ALL.iter().zip(0..);
    all.map(|(action, place)| (*action, settings(place)))
        .collect()
}

fn schemas() -> Arc<Schemas> {
    let document = json!({"type": "object", "properties": {"traits": {
        "type": "object",
        "properties": {
            "email": {"type": "string", "format": "email", "ory.sh/kratos": {
                "credentials": {"password": {"identifier": true}},
                "verification": {"via": "email"},
            }},
            "team": {"type": "string", "x-profile": {"required_for": {"roles": ["user"]}}},
        },
    }}});
    let schema = Schema::parse("default", document).unwrap();
    Arc::new(Schemas::new(vec![Arc::new(schema)], "default").unwrap())
}

fn actions(settings: BTreeMap<Action, ActionSettings>) -> Actions {
    let terms = Terms {
        version: "2".to_owned(),
        text: Some("Be kind.".to_owned()),
        url: None,
    };
    Actions::new(schemas(), settings, Some(terms))
}

fn identity(traits: Value, required: &[Action]) -> Identity {
    let clock = FrozenClock::new(NOW.parse().unwrap());
    let schemas = schemas();
    let schema = schemas.default_schema();
    let made = schemas.identity(&schema, traits, &clock, &SeededEntropy::new(3));
    let aliases = required.iter().map(|action| action.alias().to_owned());
    Identity {
        required_actions: aliases.collect(),
        ..made.unwrap()
    }
}

fn ada(required: &[Action]) -> Identity {
    identity(json!({"email": "ada@example.org", "team": "x"}), required)
}

fn accepted(version: &str) -> AcceptedTerms {
    AcceptedTerms {
        alias: Action::TermsAndConditions.alias().to_owned(),
        version: version.to_owned(),
        accepted_at: NOW.parse().unwrap(),
    }
}

/// KC-092.
#[test]
fn kc_092_aliases_are_those_that_administrators_know() {
    let aliases: Vec<_> = Action::ALL.iter().map(|action| action.alias()).collect();
    assert_eq!(
        aliases,
        [
            "TERMS_AND_CONDITIONS",
            "UPDATE_PASSWORD",
            "VERIFY_EMAIL",
            "UPDATE_PROFILE",
            "VERIFY_PROFILE",
            "CONFIGURE_TOTP",
            "CONFIGURE_RECOVERY_AUTHN_CODES",
            "webauthn-register",
            "webauthn-register-passwordless",
            "delete_account",
        ]
    );
    for alias in aliases {
        assert_eq!(alias.parse::<Action>().unwrap().alias(), alias);
    }
    assert_eq!("update_password".parse::<Action>(), Err(UnknownAction));
}

/// KC-090.
#[test]
fn kc_090_what_is_asked_is_pending_by_priority() {
    let mut settings = all();
    settings.get_mut(&Action::UpdateProfile).unwrap().priority = -1;
    let actions = actions(settings);
    let asked = ada(&[
        Action::UpdatePassword,
        Action::UpdateProfile,
        Action::VerifyEmail,
    ]);
    assert_eq!(
        actions.pending(&asked),
        [
            Action::UpdateProfile,
            Action::UpdatePassword,
            Action::VerifyEmail
        ]
    );
    assert!(actions.pending(&ada(&[])).is_empty());
}

#[test]
fn what_is_switched_off_or_unknown_keeps_nobody_out() {
    let mut settings = all();
    settings.get_mut(&Action::UpdatePassword).unwrap().enabled = false;
    let mut asked = ada(&[Action::UpdatePassword, Action::DeleteAccount]);
    asked.required_actions.push("UPDATE_EMAIL".to_owned());
    assert!(actions(settings).pending(&asked).is_empty());
    let none = Actions::new(schemas(), BTreeMap::new(), None);
    assert!(none.pending(&ada(&[Action::TermsAndConditions])).is_empty());
}

/// KC-095.
#[test]
fn kc_095_whoever_is_new_begins_with_the_defaults() {
    let mut settings = all();
    settings.get_mut(&Action::VerifyEmail).unwrap().default = true;
    let off = settings.get_mut(&Action::UpdateProfile).unwrap();
    (off.default, off.enabled) = (true, false);
    assert_eq!(actions(settings).defaults(), ["VERIFY_EMAIL"]);
}

#[test]
fn an_address_that_is_proved_is_not_asked_for() {
    let mut asked = ada(&[Action::VerifyEmail]);
    assert_eq!(actions(all()).pending(&asked), [Action::VerifyEmail]);
    asked.addresses[0].verified_at = Some(NOW.parse().unwrap());
    assert!(actions(all()).pending(&asked).is_empty());
}

/// KC-063.
#[test]
fn kc_063_a_profile_that_does_not_suffice_any_more_is_asked_for_unless_that_is_off() {
    let lacking = identity(json!({"email": "ada@example.org"}), &[]);
    assert_eq!(actions(all()).pending(&lacking), [Action::VerifyProfile]);
    let asked = ada(&[Action::VerifyProfile]);
    assert_eq!(actions(all()).pending(&asked), [Action::VerifyProfile]);
    let mut settings = all();
    settings.get_mut(&Action::VerifyProfile).unwrap().enabled = false;
    assert!(actions(settings).pending(&lacking).is_empty());
}

#[test]
fn what_nobody_can_repair_hides_nothing_that_they_can() {
    let mut document = json!({"type": "object", "properties": {"traits": {
        "type": "object",
        "properties": {
            "email": {"type": "string"},
            "team": {"type": "string"},
            "number": {"type": "string", "x-profile": {
                "view": ["user", "admin"], "edit": ["admin"],
            }},
        },
    }}});
    let plain = Schema::parse("default", document.clone()).unwrap();
    let plain = Schemas::new(vec![Arc::new(plain)], "default").unwrap();
    let clock = FrozenClock::new(NOW.parse().unwrap());
    let traits = json!({"email": "ada@example.org"});
    let entropy = SeededEntropy::new(3);
    let ada = plain.identity(&plain.default_schema(), traits, &clock, &entropy);
    let ada = ada.unwrap();
    for (required, pending) in [
        (json!(["number"]), &[][..]),
        (json!(["number", "team"]), &[Action::VerifyProfile][..]),
    ] {
        document["properties"]["traits"]["required"] = required;
        let schema = Arc::new(Schema::parse("default", document.clone()).unwrap());
        let grown = Arc::new(Schemas::new(vec![schema], "default").unwrap());
        let actions = Actions::new(grown, all(), None);
        assert_eq!(actions.pending(&ada), pending);
    }
}

/// KC-084.
#[test]
fn kc_084_terms_are_asked_for_again_when_their_version_changes() {
    let terms = Action::TermsAndConditions;
    let mut asked = ada(&[terms]);
    assert_eq!(actions(all()).pending(&asked), [terms]);
    asked.required_actions.clear();
    assert!(
        actions(all()).pending(&asked).is_empty(),
        "nobody asked them"
    );
    asked.accepted_terms = vec![accepted("1")];
    assert_eq!(actions(all()).pending(&asked), [terms]);
    asked.accepted_terms.push(accepted("2"));
    assert!(actions(all()).pending(&asked).is_empty());
}

#[test]
fn terms_that_an_administrator_asks_for_are_asked_for_once_more() {
    let mut asked = ada(&[Action::TermsAndConditions]);
    asked.accepted_terms = vec![accepted("2")];
    assert_eq!(actions(all()).pending(&asked), [Action::TermsAndConditions]);
}

/// KC-091.
#[test]
fn kc_091_a_password_is_outdated_once_it_is_older_than_allowed() {
    let clock = FrozenClock::new(NOW.parse().unwrap());
    let password = Credential {
        id: CredentialId::generate(&SeededEntropy::new(1)),
        identity_id: ada(&[]).id,
        kind: CredentialKind::Password,
        identifier: None,
        config: Value::Null,
        label: None,
        priority: 0,
        last_used_at: None,
        created_at: clock.now(),
        updated_at: clock.now(),
    };
    let day = Duration::from_secs(24 * 60 * 60);
    let limited = actions(all()).with_password_max_age(Some(day));
    assert!(!limited.is_outdated(&password, clock.now()));
    assert!(!limited.is_outdated(&password, clock.now() + day));
    clock.advance(day * 2);
    assert!(limited.is_outdated(&password, clock.now()));
    assert!(!actions(all()).is_outdated(&password, clock.now()));
    let mut settings = all();
    settings.get_mut(&Action::UpdatePassword).unwrap().enabled = false;
    let off = actions(settings).with_password_max_age(Some(day));
    assert!(!off.is_outdated(&password, clock.now()));
}

#[test]
fn a_profile_that_its_person_cannot_mend_keeps_nobody_out() {
    let document = json!({"type": "object", "properties": {"traits": {
        "type": "object",
        "properties": {
            "email": {"type": "string"},
            "badge": {"type": "string", "x-profile": {"edit": ["admin"]}},
        },
        "required": ["badge"],
    }}});
    let schema = Schema::parse("default", document).unwrap();
    let schemas = Schemas::new(vec![Arc::new(schema)], "default").unwrap();
    let actions = Actions::new(Arc::new(schemas), all(), None);
    let mut without = ada(&[]);
    without.traits = json!({"email": "ada@example.org"});
    assert!(actions.pending(&without).is_empty());
}

/// What the schema has no more, what is chosen once, what no page has a field for.
#[test]
fn a_profile_that_the_form_there_cannot_mend_keeps_nobody_out() {
    let document = json!({"type": "object", "additionalProperties": false, "properties": {
        "email": {"type": "string", "format": "email"},
        "username": {"type": "string", "minLength": 5, "ory.sh/kratos": {
            "credentials": {"password": {"identifier": true}},
        }},
        "fixed": {"type": "string", "maxLength": 1, "disableFormField": true},
        "phone": {"type": "string", "pattern": "^[+]", "x-profile": {"enabled_scopes": ["phone"]}},
        "tree": {"type": "object"},
        "name": {"type": "object", "additionalProperties": false, "properties": {
            "first": {"type": "string", "maxLength": 5},
        }},
    }});
    let pending = |edit_username: bool, traits: &Value, scopes: &[&str]| {
        let rules = Rules {
            edit_username,
            ..Rules::default()
        };
        let schema = Schema::parse("default", document.clone()).unwrap();
        let schema = Arc::new(schema.with_rules(rules));
        let schemas = Schemas::new(vec![schema], "default").unwrap();
        let ada = Identity {
            traits: traits.clone(),
            ..Identity::blank(ada(&[]).id, "default", NOW.parse().unwrap())
        };
        let scopes: Vec<String> = scopes.iter().map(|&one| one.to_owned()).collect();
        let pending = Actions::new(Arc::new(schemas), all(), None).pending_for(&ada, &scopes);
        !pending.is_empty()
    };
    for beyond in [
        json!({"old": "x"}),
        json!({"name": {"old": "x"}}),
        json!({"username": "ada"}),
        json!({"fixed": "xyz"}),
        json!({"phone": "123"}),
        json!({"tree": "x"}),
    ] {
        assert!(!pending(false, &beyond, &[]), "{beyond}");
    }
    assert!(pending(true, &json!({"username": "ada"}), &[]));
    assert!(pending(false, &json!({"phone": "123"}), &["phone"]));
    let both = json!({"old": "x", "name": {"first": "too long"}});
    assert!(pending(false, &both, &[]), "it hides nothing that they can");
}

/// KC-012, KC-032, KC-033: what a scope asks for is asked for where the scope is.
#[test]
fn a_scope_asks_for_what_it_requires_and_for_nothing_elsewhere() {
    let document = json!({"type": "object", "properties": {
        "email": {"type": "string", "format": "email"},
        "phone": {"type": "string", "x-profile": {
            "required_for": {"roles": ["user"], "scopes": ["phone", "contact"]},
            "enabled_scopes": ["phone", "contact"],
        }},
    }});
    let schema = Arc::new(Schema::parse("default", document).unwrap());
    let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
    let actions = Actions::new(schemas, all(), None);
    let asking = |traits: Value, scope: &str| {
        let ada = Identity {
            traits,
            ..Identity::blank(ada(&[]).id, "default", NOW.parse().unwrap())
        };
        actions.pending_for(&ada, &[scope.to_owned()])
    };
    let (without, with) = (json!({}), json!({"phone": "+49 30 12345"}));
    assert_eq!(asking(without.clone(), "phone"), [Action::VerifyProfile]);
    assert_eq!(asking(without.clone(), "contact"), [Action::VerifyProfile]);
    assert_eq!(asking(without.clone(), "profile"), []);
    assert_eq!(asking(with, "phone"), []);
    let ada = Identity {
        traits: without,
        ..Identity::blank(ada(&[]).id, "default", NOW.parse().unwrap())
    };
    assert_eq!(actions.pending(&ada), []);
}
