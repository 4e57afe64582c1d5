//! An identity of Ory Kratos as one of ours: as its list shows it, or as it is given to be created.

use jiff::Timestamp;
use portcullis_core::{credential::CredentialKind, link::is_subject, secret::Secret};
use serde_json::{Map, Value, json};

use super::newcomer::{Account, KeptFactor, Newcomer, NobodyKnown, Password, Proved, is_empty};

/// Members that have no place here.
const PLACELESS: [(&str, &str); 2] = [
    (
        "external_id",
        "identities have no second id here; keep it in metadata_admin",
    ),
    ("organization_id", "there are no organisations here"),
];

/// The schema that the identity names.
pub(crate) fn schema_id(entry: &Value) -> Option<&str> {
    unwrapped(entry)["schema_id"].as_str()
}

/// Somebody as Kratos knows them.
pub(crate) fn newcomer(entry: &Value) -> Result<Newcomer, NobodyKnown> {
    let entry = unwrapped(entry);
    if !entry["traits"].is_object() {
        return Err(NobodyKnown::Malformed("it has no traits"));
    }
    let id = match &entry["id"] {
        Value::Null => None,
        id => {
            let id = id.as_str().and_then(|id| id.parse().ok());
            Some(id.ok_or(NobodyKnown::Malformed("its id is no UUID"))?)
        }
    };
    let metadata = |name: &str| Some(&entry[name]).filter(|value| !value.is_null()).cloned();
    let mut newcomer = Newcomer {
        id,
        traits: entry["traits"].clone(),
        is_inactive: entry["state"] == "inactive",
        proved: proved(&entry["verifiable_addresses"]),
        metadata_public: metadata("metadata_public"),
        metadata_admin: metadata("metadata_admin"),
        created_at: time(&entry["created_at"]),
        ..Newcomer::default()
    };
    for (member, why) in PLACELESS {
        if !is_empty(&entry[member]) {
            newcomer.losses(member).add(member, why);
        }
    }
    for (kind, credential) in entry["credentials"].as_object().into_iter().flatten() {
        match kind.as_str() {
            "password" => password(credential, &mut newcomer),
            "oidc" => accounts(credential, &mut newcomer),
            // Codes are mailed to whoever has an address.
            "code" => {}
            _ if is_empty(credential) => {}
            kind => match kind.parse() {
                Ok(known) => factor(known, credential, &mut newcomer),
                Err(_) => {
                    let why = "there is no such credential here";
                    newcomer.losses("credentials").add(kind, why);
                }
            },
        }
    }
    Ok(newcomer)
}

/// The identity itself, where it is wrapped as one of many to be created.
fn unwrapped(entry: &Value) -> &Value {
    match entry.get("create") {
        Some(create) => create,
        None => entry,
    }
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn proved(addresses: &Value) -> Vec<Proved> {
    let addresses = addresses.as_array().into_iter().flatten();
    let proved = addresses.filter(|address| address["verified"] == true);
    let proved = proved.filter_map(|address| {
        Some(Proved {
            address: address["value"].as_str()?.to_owned(),
            at: time(&address["verified_at"]),
        })
    });
    proved.collect()
}

fn password(credential: &Value, newcomer: &mut Newcomer) {
    let config = &credential["config"];
    let text = |name: &str| config[name].as_str().filter(|text| !text.is_empty());
    let found = match (text("hashed_password"), text("password")) {
        (Some(hash), _) => Password::Hashed(Secret::new(hash)),
        (None, Some(plain)) => Password::Plain(Secret::new(plain)),
        (None, None) => {
            let why = match config["use_password_migration_hook"] == true {
                true => "there is no hook here that asks another system for passwords",
                false => "the file does not have its hash",
            };
            return newcomer.losses("credentials").add("password", why);
        }
    };
    newcomer.password = Some(found);
}

/// A second factor, or passkeys, as far as the file has them.
fn factor(kind: CredentialKind, credential: &Value, newcomer: &mut Newcomer) {
    let mut config = credential["config"].clone();
    let name = kind.as_str();
    if is_empty(&config) {
        let why = "the file does not have its secret; it has to be set up anew";
        return newcomer.losses("credentials").add(name, why);
    }
    if kind == CredentialKind::Webauthn {
        // The file says it, so that it may be of any shape.
        let keys = config.get_mut("credentials");
        let keys = keys.and_then(Value::as_array_mut);
        let before = keys.as_ref().map_or(0, |keys| keys.len());
        let after = keys.map_or(0, |keys| {
            keys.retain(|key| key["is_passwordless"] != true);
            keys.len()
        });
        if after < before {
            let why = "it needs no password, which only passkeys do here; it has to be set up anew";
            newcomer.losses("credentials").add("a security key", why);
        }
    }
    // Whoever has no more of a kind than the place for it has none.
    let lists = ["credentials", "recovery_codes", "codes"];
    if lists.iter().any(|list| config[*list] == json!([])) {
        return;
    }
    newcomer.factors.push(KeptFactor { kind, config });
}

fn accounts(credential: &Value, newcomer: &mut Newcomer) {
    let Some(providers) = credential["config"]["providers"].as_array() else {
        return by_identifiers(credential, newcomer);
    };
    for account in providers {
        let text = |name: &str| account[name].as_str().filter(|text| !text.is_empty());
        let (provider, subject) = (text("provider"), text("subject"));
        let subject = subject.filter(|subject| is_subject(subject));
        if account["use_auto_link"] == true {
            let why = "it is only prepared; prepare it with prepare-oidc-link";
            newcomer.losses("credentials").add("a link", why);
        } else if let (Some(provider), Some(subject)) = (provider, subject) {
            newcomer.accounts.push(Account {
                provider: provider.to_owned(),
                subject: subject.to_owned(),
            });
        } else {
            newcomer
                .losses("credentials")
                .add("a link", "it is malformed");
        }
    }
    tokens(providers, newcomer);
}

/// The accounts where the file does not have more of them than `<provider>:<subject>`.
fn by_identifiers(credential: &Value, newcomer: &mut Newcomer) {
    for identifier in super::newcomer::texts(&credential["identifiers"]) {
        match identifier.split_once(':') {
            Some((provider, subject)) if is_subject(subject) => newcomer.accounts.push(Account {
                provider: provider.to_owned(),
                subject: subject.to_owned(),
            }),
            _ => newcomer
                .losses("credentials")
                .add("a link", "it is malformed"),
        }
    }
}

/// Tells that the tokens of the first sign-in stay behind.
fn tokens(providers: &[Value], newcomer: &mut Newcomer) {
    let is_token =
        |(name, value): (&String, &Value)| name.starts_with("initial_") && !is_empty(value);
    let has_token = |account: &Value| {
        let members = account.as_object().into_iter().flat_map(Map::iter);
        members.into_iter().any(is_token)
    };
    if providers.iter().any(has_token) {
        let why = "they are of long ago; new ones come with the next sign-in";
        newcomer
            .losses("credentials")
            .add("tokens of a provider", why);
    }
}

#[cfg(test)]
mod tests {
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
        assert!(
            matches!(&found.password, Some(Password::Hashed(hash)) if hash.expose() == "$2a$12$x")
        );
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
        assert_eq!(
            told(&newcomer(&entry).unwrap()),
            ["external_id", "organization_id"]
        );
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
        ] {
            assert!(newcomer(&entry).is_err(), "{entry}");
        }
    }
}
