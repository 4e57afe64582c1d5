//! Identities of Kratos, as far as they can be taken over.

use serde_json::json;

use super::*;

fn listed() -> Value {
    json!({
        "id": "5f0c7a34-7a0c-4f65-9d1e-222222222222", "schema_id": "default",
        "schema_url": "http://kratos/schemas/ZGVmYXVsdA", "state": "inactive",
        "traits": {"email": "bob@example.org"},
        "credentials": {
            "password": {
                "type": "password", "identifiers": ["bob@example.org"], "version": 0,
                "config": {"hashed_password": "$2a$12$x"},
            },
            "oidc": {"type": "oidc", "identifiers": ["github:7"], "config": {"providers": [
                {"provider": "github", "subject": "7", "initial_access_token": ""},
            ]}},
            "code": {"type": "code"}, "totp": {"type": "totp"},
        },
        "verifiable_addresses": [
            {"value": "bob@example.org", "via": "email", "verified": true,
             "verified_at": "2024-02-03T04:05:06.789Z", "status": "completed"},
            {"value": "no@example.org", "via": "email", "verified": false},
        ],
        "recovery_addresses": [{"value": "bob@example.org", "via": "email"}],
        "metadata_public": {"plan": "free"}, "metadata_admin": null,
        "created_at": "2023-01-02T03:04:05Z", "organization_id": null,
    })
}

fn told(newcomer: &Newcomer) -> Vec<String> {
    newcomer
        .losses
        .iter()
        .map(|loss| loss.what.clone())
        .collect()
}

#[test]
fn an_identity_of_the_list_comes_with_all_that_has_a_place() {
    let found = newcomer(&listed()).unwrap();
    assert_eq!(schema_id(&listed()), Some("default"));
    assert_eq!(found.traits, listed()["traits"]);
    assert!(found.is_inactive);
    assert!(matches!(&found.password, Some(Password::Hashed(hash)) if hash.expose() == "$2a$12$x"));
    assert_eq!(found.accounts.len(), 1);
    assert_eq!(found.proved.len(), 1);
    assert_eq!(
        found.proved[0].at.unwrap().to_string(),
        "2024-02-03T04:05:06.789Z"
    );
    assert_eq!(found.metadata_public, Some(json!({"plan": "free"})));
    assert_eq!(found.metadata_admin, None);
    assert_eq!(
        found.created_at.unwrap().to_string(),
        "2023-01-02T03:04:05Z"
    );
    assert_eq!(told(&found), ["totp"]);
}

#[test]
fn what_is_given_to_be_created_is_read_the_same_way() {
    let create = json!({
        "schema_id": "x", "traits": {}, "credentials": {
            "password": {"config": {"password": "plain"}},
            "oidc": {"identifiers": ["google:a:b"]},
        },
    });
    for entry in [create.clone(), json!({"create": create})] {
        let found = newcomer(&entry).unwrap();
        assert_eq!(schema_id(&entry), Some("x"));
        assert!(matches!(found.password, Some(Password::Plain(_))));
        assert_eq!(found.accounts[0].subject, "a:b");
        assert!(found.id.is_none() && !found.is_inactive && found.losses.is_empty());
    }
}

#[test]
fn each_thing_that_has_no_place_is_told() {
    for (credentials, lost) in [
        (json!({"password": {"identifiers": ["x"]}}), "password"),
        (
            json!({"password": {"config": {"use_password_migration_hook": true}}}),
            "password",
        ),
        (
            json!({"oidc": {"config": {"providers": [{"provider": "x"}]}}}),
            "a link",
        ),
        (json!({"oidc": {"identifiers": ["x"]}}), "a link"),
        (
            json!({"oidc": {"config": {"providers":
                [{"provider": "x", "subject": "y", "use_auto_link": true}]}}}),
            "a link",
        ),
        (
            json!({"oidc": {"config": {"providers":
                [{"provider": "x", "subject": "y", "initial_id_token": "z"}]}}}),
            "tokens of a provider",
        ),
        (json!({"webauthn": {"type": "webauthn"}}), "webauthn"),
        (json!({"saml": {"config": {"providers": [1]}}}), "saml"),
        (
            json!({"webauthn": {"config": {"credentials": [{"is_passwordless": true}]}}}),
            "a security key",
        ),
    ] {
        let found = newcomer(&json!({"traits": {}, "credentials": credentials}));
        assert_eq!(told(&found.unwrap()), [lost]);
    }
    let entry = json!({"traits": {}, "external_id": "7", "organization_id": "o"});
    let found = newcomer(&entry).unwrap();
    assert_eq!(told(&found), ["organization_id"]);
    assert_eq!(found.external_id.as_deref(), Some("7"), "HA-20");
}

/// HA-03: nothing of what is not read is dropped in silence.
#[test]
fn what_is_not_read_is_told() {
    let whole = listed();
    for (member, value) in [
        ("roles", json!(["admin"])),
        ("required_actions", json!(["UPDATE_PASSWORD"])),
        ("unmanaged", json!({"shoe": ["38"]})),
        ("nobody_knows_it", json!(0)),
        ("credentials", json!("x")),
        ("verifiable_addresses", json!(5)),
        ("verifiable_addresses", json!(["a@example.org"])),
        ("created_at", json!("yesterday")),
        ("external_id", json!(7)),
        ("external_id", json!("a\u{0}")),
    ] {
        let mut entry = whole.clone();
        entry["credentials"]["totp"] = Value::Null;
        entry[member] = value;
        let found = newcomer(&entry).unwrap();
        assert_eq!(told(&found), [member], "{entry}");
        assert_eq!((found.roles.len(), found.external_id), (0, None));
    }
    let address =
        json!({"value": "a@example.org", "verified": "yes", "verified_at": "x", "own": 1});
    let mut entry = whole;
    entry["verifiable_addresses"] = json!([address]);
    let mut lost = told(&newcomer(&entry).unwrap());
    lost.sort_unstable();
    assert_eq!(lost, ["own", "totp", "verified", "verified_at"]);
    let mut entry = json!({"traits": {}});
    for n in 0..1000 {
        entry[format!("a{n}")] = json!(1);
    }
    let found = newcomer(&entry).unwrap();
    assert_eq!(found.losses.len(), 21, "the rest is counted");
}

/// HA-03: the same of what stands in credentials.
#[test]
fn what_is_not_read_of_a_credential_is_told() {
    let by_identifiers = json!(["github:7"]);
    for (credentials, lost) in [
        (json!({"oidc": 5}), "oidc"),
        (json!({"": 5}), "a credential"),
        (json!({"": {"config": {"x": 1}}}), "a credential"),
        (
            json!({"oidc": {"identifiers": by_identifiers, "config": {"providers": {"a": 1}}}}),
            "providers",
        ),
        (
            json!({"oidc": {"identifiers": by_identifiers, "config": {"more": 1}}}),
            "more",
        ),
        (
            json!({"password": {"config": {"hashed_password": "$2a$12$x", "extra": 1}}}),
            "extra",
        ),
        (
            json!({"password": {"config": {"hashed_password": "$2a$12$x"}, "more": 1}}),
            "more",
        ),
        (
            json!({"password": {"config": {"hashed_password": "$2a$12$x", "password": "plain"}}}),
            "a password in plain",
        ),
        (
            json!({"totp": {"config": {"totp_url": "otpauth://totp/x"}, "more": 1}}),
            "more",
        ),
    ] {
        let found = newcomer(&json!({"traits": {}, "credentials": credentials})).unwrap();
        assert_eq!(told(&found), [lost], "{credentials}");
        let is_linked = credentials["oidc"]["identifiers"] == by_identifiers;
        assert_eq!(found.accounts.len(), usize::from(is_linked));
    }
}

/// HA-03: nobody is let in whom the other system may have kept out.
#[test]
fn whose_state_is_not_understood_comes_switched_off() {
    for state in [json!(null), json!("active"), json!("inactive")] {
        let found = newcomer(&json!({"traits": {}, "state": state})).unwrap();
        assert_eq!(
            (found.is_inactive, told(&found).len()),
            (state == "inactive", 0)
        );
    }
    for state in [
        json!("blocked"),
        json!(5),
        json!("INACTIVE"),
        json!(""),
        json!({}),
        json!(true),
    ] {
        let found = newcomer(&json!({"traits": {}, "state": state})).unwrap();
        assert!(found.is_inactive, "{state}");
        assert_eq!(told(&found), ["state"], "{state}");
    }
}

#[test]
fn second_factors_come_as_far_as_the_file_has_them() {
    let found = newcomer(&json!({"traits": {}, "credentials": {
        "totp": {"config": {"totp_url": "otpauth://totp/x?secret=y"}},
        "lookup_secret": {"config": {"recovery_codes": []}},
        "webauthn": {"config": {"credentials": [
            {"id": "a", "is_passwordless": true}, {"id": "b"},
        ]}},
    }}));
    let found = found.unwrap();
    let kinds: Vec<_> = found.factors.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [CredentialKind::Totp, CredentialKind::Webauthn]);
    assert_eq!(found.factors[1].config["credentials"], json!([{"id": "b"}]));
    assert!(!format!("{found:?}").contains("otpauth"));
}

/// An empty list says nothing of what stands beside it.
#[test]
fn what_stands_beside_an_empty_list_comes_along() {
    for (kind, config, kept) in [
        (
            "lookup_secret",
            json!({"recovery_codes": [], "codes": [{"code": "abcd1234"}]}),
            Some(json!({"codes": [{"code": "abcd1234"}]})),
        ),
        (
            "totp",
            json!({"totp_url": "otpauth://totp/x?secret=y", "codes": []}),
            Some(json!({"totp_url": "otpauth://totp/x?secret=y", "codes": []})),
        ),
        (
            "passkey",
            json!({"credentials": [{"id": "a"}], "codes": []}),
            Some(json!({"credentials": [{"id": "a"}], "codes": []})),
        ),
        (
            "passkey",
            json!({"credentials": [], "user_handle": "x"}),
            None,
        ),
        (
            "lookup_secret",
            json!({"recovery_codes": [], "codes": []}),
            None,
        ),
    ] {
        let entry = json!({"traits": {}, "credentials": {kind: {"config": config}}});
        let found = newcomer(&entry).unwrap();
        assert!(found.losses.is_empty(), "{found:?}");
        let factor = found.factors.into_iter().next().map(|one| one.config);
        assert_eq!(factor, kept, "{config}");
    }
}

#[test]
fn credentials_of_any_shape_end_in_an_answer() {
    let shapes = [
        json!(null),
        json!(true),
        json!(5),
        json!("x"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"x": 1}),
    ];
    let mut odd = shapes.to_vec();
    for name in [
        "credentials",
        "providers",
        "codes",
        "recovery_codes",
        "totp_url",
        "hashed_password",
    ] {
        odd.extend(shapes.iter().map(|shape| json!({name: shape})));
        odd.extend(shapes.iter().map(|shape| json!({name: [shape]})));
    }
    let kinds = [
        "password",
        "oidc",
        "totp",
        "lookup_secret",
        "webauthn",
        "passkey",
        "code",
    ];
    for kind in kinds {
        for shape in &odd {
            for credential in [json!({"config": shape}), json!({"identifiers": shape})] {
                let entry = json!({"traits": {}, "credentials": {kind: credential}});
                assert!(newcomer(&entry).is_ok(), "{entry}");
            }
            let entry = json!({"traits": {}, "credentials": {kind: shape}});
            let _ = newcomer(&entry);
        }
    }
}

#[test]
fn what_is_no_identity_is_refused() {
    for entry in [
        json!(1),
        json!({}),
        json!({"traits": []}),
        json!({"traits": {}, "id": "x"}),
        json!({"traits": {}, "schema_id": 5}),
        json!({"traits": {}, "id": "00000000-0000-0000-0000-000000000000"}),
        json!({"create": 5}),
    ] {
        assert!(newcomer(&entry).is_err(), "{entry}");
    }
    let told = |entry: Value| newcomer(&entry).unwrap_err().to_string();
    assert_eq!(told(json!(7)), "it is no object");
    assert_eq!(told(json!({"create": "x"})), "it is no object");
    assert_eq!(told(json!({})), "it has no traits");
}

/// HA-03: what stands around a wrapped identity may be that they are switched off.
#[test]
fn who_is_wrapped_in_more_than_is_read_is_refused() {
    let create = json!({"traits": {}});
    for (member, value) in [
        ("state", json!("inactive")),
        ("roles", json!(["admin"])),
        ("id", json!(5)),
    ] {
        let refused = newcomer(&json!({"create": create, member: value})).unwrap_err();
        assert!(refused.to_string().contains("beside"), "{refused}");
    }
    for entry in [
        json!({"create": create, "patch_id": "x", "state": null}),
        json!({"create": null, "traits": {}}),
    ] {
        assert!(newcomer(&entry).unwrap().losses.is_empty(), "{entry}");
    }
}
