//! Users of a realm, as exports have them.

use super::*;

const NESTED: &str = include_str!("../../../config/schemas/default.json");
const FLAT: &str = include_str!("../../../config/schemas/keycloak-default.json");

fn schema(text: &str) -> Schema {
    Schema::parse("own", serde_json::from_str(text).unwrap()).unwrap()
}

fn ada() -> Value {
    json!({
        "id": "5f0c7a34-7a0c-4f65-9d1e-111111111111", "username": "ada",
        "email": "Ada@example.org", "firstName": "Ada", "lastName": "Lovelace",
        "emailVerified": true, "enabled": true, "createdTimestamp": 1_700_000_000_123_i64,
        "attributes": {"academic-degree": ["Countess"], "shoe": ["38"], "none": []},
        "credentials": [{
            "type": "password", "secretData": "{\"value\":\"QUJD\",\"salt\":\"c2FsdA==\"}",
            "credentialData": "{\"hashIterations\":10,\"algorithm\":\"pbkdf2-sha256\"}",
        }],
        "federatedIdentities": [
            {"identityProvider": "google", "userId": "4711", "userName": "ada@gmail.com"},
        ],
        "requiredActions": ["UPDATE_PASSWORD"],
        "realmRoles": ["shopper", "shopper", "default-roles-shop"],
        "clientRoles": {"account": ["delete-account", "view-profile"]},
        "disableableCredentialTypes": [], "notBefore": 0, "totp": false,
    })
}

fn told(newcomer: &Newcomer) -> Vec<String> {
    let text = |loss: &crate::migration::Loss| format!("{}: {}", loss.attribute, loss.what);
    newcomer.losses.iter().map(text).collect()
}

#[test]
fn somebody_comes_with_all_that_has_a_place() {
    let newcomer = newcomer(&ada(), &schema(NESTED)).unwrap();
    let traits = json!({
        "academic-degree": "Countess", "email": "Ada@example.org",
        "name": {"first": "Ada", "last": "Lovelace"},
    });
    assert_eq!(newcomer.traits, traits);
    assert_eq!(newcomer.unmanaged["shoe"], ["38"]);
    let id = newcomer.id.map(|id| id.to_string());
    assert_eq!(id.as_deref(), ada()["id"].as_str());
    assert!(!newcomer.is_inactive);
    assert_eq!(
        newcomer.created_at.unwrap().as_millisecond(),
        1_700_000_000_123
    );
    assert_eq!(newcomer.proved[0].address, "Ada@example.org");
    assert!(matches!(&newcomer.password, Some(Password::Hashed(hash))
        if hash.expose() == "$pbkdf2-sha256$i=10,l=3$c2FsdA==$QUJD"));
    assert_eq!(newcomer.accounts[0].subject, "4711");
    assert_eq!(newcomer.required_actions, ["UPDATE_PASSWORD"]);
    assert_eq!(
        newcomer.roles,
        ["shopper", "default-roles-shop", "delete-account"]
    );
    assert_eq!(told(&newcomer), ["username: the attribute"]);
}

/// KC-018.
#[test]
fn a_schema_with_the_names_of_keycloak_keeps_them() {
    let newcomer = newcomer(&ada(), &schema(FLAT)).unwrap();
    assert_eq!(newcomer.traits["username"], "ada");
    assert_eq!(newcomer.traits["firstName"], "Ada");
    assert_eq!(newcomer.unmanaged["academic-degree"], ["Countess"]);
    assert_eq!(told(&newcomer), Vec::<String>::new());
}

#[test]
fn each_thing_that_has_no_place_is_told() {
    for (member, value, lost) in [
        ("credentials", json!([{"type": "otp"}]), "credentials: otp"),
        (
            "credentials",
            json!([{"type": "password"}]),
            "credentials: password",
        ),
        (
            "credentials",
            json!([{"type": "password", "value": "a"}, {"type": "password", "value": "b"}]),
            "credentials: a second password",
        ),
        (
            "federatedIdentities",
            json!([{"userId": "1"}]),
            "federatedIdentities: a link",
        ),
        (
            "requiredActions",
            json!(["UPDATE_USER_LOCALE"]),
            "requiredActions: UPDATE_USER_LOCALE",
        ),
        ("realmRoles", json!(["admin"]), "roles: role admin"),
        (
            "clientRoles",
            json!({"shop": ["seller"]}),
            "clientRoles: clientRoles",
        ),
        ("groups", json!(["/a", "/b"]), "groups: /a, /b"),
        (
            "federationLink",
            json!("ldap"),
            "federationLink: federationLink",
        ),
    ] {
        let mut user = json!({"username": "a@b.c", "email": "a@b.c"});
        user[member] = value;
        let newcomer = newcomer(&user, &schema(NESTED)).unwrap();
        assert_eq!(told(&newcomer), [lost]);
        assert!(!newcomer.roles.contains(&"admin".to_owned()));
    }
}

/// HA-03: nothing of what is not read is dropped in silence.
#[test]
fn what_is_not_read_is_told() {
    for (member, value, lost) in [
        ("firstName", json!(5), "firstName: firstName"),
        ("credentials", json!(5), "credentials: credentials"),
        ("credentials", json!([5]), "credentials: credentials"),
        (
            "federatedIdentities",
            json!({"identityProvider": "google"}),
            "federatedIdentities: federatedIdentities",
        ),
        ("attributes", json!([1]), "attributes: attributes"),
        ("attributes", json!({"c": [1, null]}), "c: c"),
        ("attributes", json!({"c": 5}), "c: c"),
        ("enabled", json!("yes"), "enabled: enabled"),
        ("emailVerified", json!(1), "emailVerified: emailVerified"),
        (
            "createdTimestamp",
            json!("x"),
            "createdTimestamp: createdTimestamp",
        ),
        (
            "requiredActions",
            json!([7]),
            "requiredActions: requiredActions",
        ),
        ("realmRoles", json!("x"), "realmRoles: realmRoles"),
        ("groups", json!({"a": 1}), "groups: groups"),
        ("socialLinks", json!([{}]), "socialLinks: socialLinks"),
        ("id", json!("f:1:x"), "id: id"),
        (
            "id",
            json!("00000000-0000-0000-0000-000000000000"),
            "id: id",
        ),
    ] {
        let mut user = json!({"username": "a@b.c", "email": "a@b.c"});
        user[member] = value;
        let found = newcomer(&user, &schema(NESTED)).unwrap();
        let is_told = told(&found).contains(&lost.to_owned());
        assert!(is_told, "{user}: {:?}", found.losses);
        assert!(found.is_inactive && found.proved.is_empty(), "{user}");
    }
}

#[test]
fn somebody_of_whom_nothing_is_said_may_not_sign_in() {
    let user = json!({"username": "x", "id": "f:1:x"});
    let newcomer = newcomer(&user, &schema(FLAT)).unwrap();
    assert!(newcomer.is_inactive && newcomer.id.is_none() && newcomer.proved.is_empty());
}

#[test]
fn a_password_written_by_hand_and_meant_for_once_is_changed_at_the_first_sign_in() {
    let credential = json!([{"type": "password", "value": "once", "temporary": true}]);
    let user = json!({"username": "x", "credentials": credential});
    let newcomer = newcomer(&user, &schema(FLAT)).unwrap();
    assert!(matches!(newcomer.password, Some(Password::Plain(_))));
    assert_eq!(newcomer.required_actions, ["UPDATE_PASSWORD"]);
}

#[test]
fn what_is_no_person_is_not_taken_for_one() {
    for (user, is_malformed) in [
        (json!(7), true),
        (json!({}), true),
        (json!({"username": 7}), true),
        (
            json!({"username": "service-account-x", "serviceAccountClientId": "x"}),
            false,
        ),
    ] {
        let refused = newcomer(&user, &schema(FLAT)).unwrap_err();
        assert_eq!(
            matches!(refused, NobodyKnown::Malformed(_)),
            is_malformed,
            "{user}"
        );
    }
}
