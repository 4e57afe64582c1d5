//! Profiles in which something is wrong that only others can mend.

use portcullis_core::{
    credential::CredentialStore,
    identity::{Identity, IdentityStore},
    schema::Rules,
};
use serde_json::{Value, json};

use super::house::{
    House,
    busy::{Busy, growing_schema},
};

const ADA: &str = "ada@example.com";
const LOGIN: &str = "/self-service/login/browser?return_to=https://app.test/reports";

/// The form that asks for the one can be saved in spite of the other.
#[tokio::test]
async fn people_complete_what_is_theirs_beside_what_is_not() {
    let usual = House::new();
    let ada = usual.resident(ADA).await;
    let secrets = CredentialStore::list(&*usual.store, ada.id).await.unwrap();
    let mut schema = growing_schema();
    let traits = &mut schema["properties"]["traits"];
    traits["properties"]["number"] = json!({"type": "string", "x-profile": {
        "view": ["user", "admin"], "edit": ["admin"],
    }});
    traits["required"] = json!(["email", "number"]);
    let house = Busy {
        schema: Some(schema),
        ..Busy::default()
    }
    .house();
    IdentityStore::insert(&*house.store, &ada, &secrets)
        .await
        .unwrap();
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, ADA).await;
    assert!(reply.location().contains("kc_action=VERIFY_PROFILE"));
    let flow = browser.errand(&reply).await;
    let mut fields = vec![("method", "profile"), ("traits.email", ADA)];
    let refused = browser.press(&flow, &fields).await;
    assert!(refused.location().contains("/settings?flow="));
    fields.push(("traits.team", "red"));
    let reply = browser.press(&flow, &fields).await;
    assert_eq!(reply.location(), "https://app.test/reports");
    assert_eq!(house.stored(&ada).await.traits["team"], "red");
    assert_eq!(house.stored(&ada).await.traits.get("number"), None);
}

/// A house whose schema has these traits besides, and somebody in it who has had theirs since before
/// it had.
async fn since_before(traits: &Value, rules: Rules, stored: &Value) -> (House, Identity) {
    let usual = House::new();
    let mut ada = usual.resident(ADA).await;
    let secrets = CredentialStore::list(&*usual.store, ada.id).await.unwrap();
    let merged = |into: &mut Value, more: &Value| {
        for (name, value) in more.as_object().unwrap() {
            into[name] = value.clone();
        }
    };
    merged(&mut ada.traits, stored);
    let mut schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
    merged(&mut schema["properties"]["traits"]["properties"], traits);
    let house = Busy {
        schema: Some(schema),
        rules,
        ..Busy::default()
    }
    .house();
    IdentityStore::insert(&*house.store, &ada, &secrets)
        .await
        .unwrap();
    (house, ada)
}

/// The traits of a schema, its rules, what somebody has, and what they have once all is saved.
type Row = (Value, Rules, Value, Value);

/// A trait that the schema has no more, a name that is chosen once, a trait of a scope that nobody
/// asked for.
fn rows() -> Vec<Row> {
    let chosen_once = Rules {
        edit_username: false,
        ..Rules::default()
    };
    let lenient = Rules {
        ignores_unknown: true,
        ..Rules::default()
    };
    let username = json!({"username": {"type": "string", "minLength": 5, "ory.sh/kratos": {
        "credentials": {"password": {"identifier": true}},
    }}});
    let phone = json!({"phone": {"type": "string", "pattern": "^[+]", "x-profile": {
        "enabled_scopes": ["phone"],
    }}});
    let (none, usual) = (json!({}), Rules::default());
    let (old, named) = (json!({"old": "x"}), json!({"name": {"old": 1}}));
    let renamed = json!({"name": {"old": 1, "first": "Grace"}});
    let (ada, bare, whole) = (
        json!({"username": "ada"}),
        json!({"phone": "123"}),
        json!({"phone": "+123"}),
    );
    vec![
        (none.clone(), usual.clone(), old.clone(), old.clone()),
        (none.clone(), lenient, old.clone(), old),
        (none, usual.clone(), named, renamed),
        (username, chosen_once, ada.clone(), ada),
        (phone, usual, bare, whole),
    ]
}

/// No form has a field for it on the way in, and in the settings all else is saved.
#[tokio::test]
async fn what_no_form_can_mend_there_keeps_nobody_out_and_blocks_no_saving() {
    for (traits, rules, stored, kept) in rows() {
        let (house, ada) = since_before(&traits, rules, &stored).await;
        let mut browser = house.browser();
        let reply = browser.sign_in_by_form(LOGIN, ADA).await;
        assert_eq!(reply.location(), "https://app.test/reports", "{stored}");
        let flow = browser.ask("/self-service/settings/browser").await.json();
        let mut fields = vec![
            ("method", "profile"),
            ("traits.email", ADA),
            ("traits.name.first", "Grace"),
        ];
        if let Some(phone) = kept["phone"].as_str() {
            fields.push(("traits.phone", phone));
        }
        browser.press(&flow, &fields).await;
        let now = house.stored(&ada).await.traits;
        assert_eq!(now["name"]["first"], "Grace", "{stored}");
        for (name, value) in kept.as_object().unwrap() {
            assert_eq!(now[name], *value);
        }
    }
}
