//! What a gateway decides for all who sign in, and what counts as a change of that.

use serde_json::{Value, json};

use super::*;
use crate::schema::{Evaluation, ProfileContext, Viewer};

fn document() -> Value {
    let identifier = json!({"credentials": {"password": {"identifier": true}}});
    json!({
        "type": "object", "required": ["username"], "additionalProperties": false,
        "properties": {
            "username": {"type": "string", "minLength": 3, "maxLength": 20, "format": "username",
                "ory.sh/kratos": identifier},
            "email": {"type": "string", "format": "email",
                "ory.sh/kratos": {"verification": {"via": "email"}}},
            "phone": {"type": "string", "format": "tel",
                "ory.sh/kratos": {"recovery": {"via": "sms"}}},
            "level": {"type": "string", "x-profile": {"protected": true}},
            "name": {"type": "string"},
        },
    })
}

fn schema(email_as_username: bool, edit_username: bool) -> Schema {
    let rules = Rules {
        email_as_username,
        edit_username,
        ..Rules::default()
    };
    Schema::parse("s", document()).unwrap().with_rules(rules)
}

/// KC-019, KC-020, KC-046: the address stands for the username everywhere.
#[test]
fn the_email_address_may_stand_for_the_username() {
    let schema = schema(true, true);
    let registration = Evaluation::of(ProfileContext::Registration);
    let nodes = schema.nodes(&registration, &json!({}), "default");
    assert!(
        nodes
            .iter()
            .all(|node| node.attributes.name != "traits.username")
    );
    let sent = json!({"email": " Ada.O'Brien.of.the.long.name@Example.org"});
    let made = schema.accept(&registration, sent, &json!({})).unwrap();
    let address = "ada.o'brien.of.the.long.name@example.org";
    assert_eq!(made, json!({"email": address, "username": address}));
    assert_eq!(schema.identifiers(&made), [address]);
    assert_eq!(
        schema.visible(Viewer::Person, &made),
        json!({"email": address})
    );
    let nobody = schema.accept(&registration, json!({}), &json!({}));
    assert_eq!(nobody.unwrap_err()[0].path, "email");
    let account = Evaluation::of(ProfileContext::Account);
    let moved = schema
        .accept(&account, json!({"email": "b@b.test"}), &made)
        .unwrap();
    assert_eq!(moved["username"], "b@b.test");
}

/// KC-020.
#[test]
fn a_username_may_be_chosen_once() {
    let stored = json!({"username": "ada"});
    for (edits, place, is_open) in [
        (true, ProfileContext::Account, true),
        (false, ProfileContext::Account, false),
        (false, ProfileContext::UpdateProfile, false),
        (false, ProfileContext::Registration, true),
        (false, ProfileContext::BrokerReview, true),
        (false, ProfileContext::Admin, true),
    ] {
        let sent = json!({"username": "bea"});
        let got = schema(false, edits).accept(&Evaluation::of(place), sent, &stored);
        assert_eq!(got.is_ok(), is_open, "{edits} {place:?}");
    }
}

#[test]
fn what_people_sign_in_with_is_kept_in_one_spelling() {
    let schema = schema(false, true);
    let account = Evaluation::of(ProfileContext::Account);
    let sent = json!({
        "username": " Ａda ", "email": " Ada@EXAMPLE.org ", "phone": "0049 (0)30 123-45",
        "name": " Ada ",
    });
    let kept = schema.accept(&account, sent, &json!({})).unwrap();
    let expected = json!({
        "username": "Ada", "email": "ada@example.org", "phone": "+493012345", "name": " Ada ",
    });
    assert_eq!(kept, expected);
    assert_eq!(schema.identifiers(&kept), ["ada"]);
}

#[test]
fn identifiers_addresses_and_protected_traits_are_privileged() {
    let schema = schema(false, true);
    let before = json!({"username": "ada", "email": "a@a.test", "name": "Ada"});
    let with = |name: &str, value: &str| {
        let mut after = before.clone();
        after[name] = json!(value);
        schema.is_privileged_change(&before, &after)
    };
    assert!(with("username", "bea"));
    assert!(with("email", "b@a.test"));
    assert!(with("phone", "+49 30 12345"));
    assert!(with("level", "high"));
    assert!(!with("name", "Bea"));
    assert!(!with("email", " A@a.test"));
    assert!(!with("phone", ""));
}
