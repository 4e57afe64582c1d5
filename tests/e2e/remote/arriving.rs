//! People come to a running gateway by commands: an administrator, those of a file, and who is asked
//! to do something.

use std::fs;

use serde_json::{Value, json};

use super::{House, JSON};
use crate::support::{ALICE, LET_IN_AT_ONCE, Person, SmtpServer, TestGateway, gateway::Output};

const ROOT: Person = Person {
    email: "root@example.org",
    password: "turtles-all-the-way",
    first: "Root",
    last: "Admin",
};

fn admin<'a>(email: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    let who = ["create-admin-account", "--email", email, "--username", "x"];
    [&who[..], &["--name", "Root Admin"], &JSON, further].concat()
}

/// CU-03, CU-04.
#[tokio::test]
async fn an_admin_account_is_created_through_a_running_gateway() {
    let house = House::stand().await;
    let password = format!("{}\n", ROOT.password);
    let command = admin(ROOT.email, &["--password-stdin"]);
    let made = house.remotely(&command, &password);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(!made.stdout.contains(ROOT.password), "{made:?}");
    let root = made.json();
    assert_eq!(root["roles"], json!(["admin"]));
    assert_eq!(root["traits"]["name"]["last"], "Admin");
    let signed_in = ROOT.sign_in(&house.gateway).await;
    assert_eq!(root["id"], signed_in.identity());
    let again = house.remotely(&command, &password);
    assert_eq!(again.code, 1, "the address is taken: {again:?}");

    let other = admin("other@example.org", &["--temporary", "--password-stdin"]);
    let other = house.remotely(&other, &password).json();
    let here = admin("here@example.org", &["--temporary", "--password-stdin"]);
    let here = house.locally(&here, &password).json();
    assert_eq!(other["required_actions"], json!(["UPDATE_PASSWORD"]));
    let names = |told: &Value| -> Vec<String> {
        let told = told.as_object().unwrap();
        told.keys().cloned().collect()
    };
    assert_eq!(names(&other), names(&here));

    let without = house.remotely(&admin("third@example.org", &[]), "").json();
    let here = house.locally(&admin("fourth@example.org", &[]), "").json();
    assert_eq!(names(&without), names(&here));
    assert!(without["recovery_code"].is_string(), "{without}");
    let nowhere = admin("fifth@example.org", &["--schema-id", "none"]);
    assert_eq!(house.remotely(&nowhere, "").code, 2);
}

/// CU-04: though the schema lets people share an address, an administrator's is nobody else's; in the store
/// and at a gateway.
#[tokio::test]
async fn an_administrators_address_is_nobody_elses() {
    let schema = r#"{ "properties": { "traits": { "type": "object", "properties": {
        "username": { "type": "string",
            "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } },
        "email": { "type": "string", "format": "email",
            "ory.sh/kratos": { "recovery": { "via": "email" } } } } } } }"#;
    let schema = format!("[[identity.schemas]]\nid = \"named\"\ninline = '''{schema}'''");
    let house = House::stand_in(TestGateway::builder().table(&schema)).await;
    let named = |email: &'static str, username: &'static str| {
        let who = [
            "create-admin-account",
            "--email",
            email,
            "--username",
            username,
        ];
        [&who[..], &["--schema-id", "named"], &JSON].concat()
    };
    let first = house.locally(&named(ROOT.email, "one"), "");
    assert_eq!(first.code, 0, "{first:?}");
    let second = house.remotely(&named("second@example.org", "two"), "");
    assert_eq!(second.code, 0, "{second:?}");
    for email in [ROOT.email, "second@example.org", "ALICE@example.org"] {
        let command = named(email, "three");
        for taken in [house.locally(&command, ""), house.remotely(&command, "")] {
            assert_eq!(taken.code, 1, "{email} {taken:?}");
            assert!(taken.stderr.contains("another identity"), "{taken:?}");
        }
    }
}

/// Of Ada's password, made by another implementation of bcrypt.
const HASH: &str = "$2b$05$3nKh3vCrnNd5PXXo5eALJuCshUTnkSVgGed8ZU6Vdy7z0fblj3/S2";
const ID: &str = "5f0c7a34-7a0c-4f65-9d1e-444444444444";

const ADA: Person = Person {
    email: "ada@example.org",
    password: "Gr\u{fc}\u{df}e, \u{d6}l & 42",
    first: "Ada",
    last: "Lovelace",
};

fn theirs() -> Value {
    let traits =
        |email: &str| json!({"email": email, "name": {"first": "Ada", "last": "Lovelace"}});
    let password = |config: Value| json!({"password": {"config": config}});
    json!([
        {
            "id": ID, "schema_id": "default", "traits": traits(ADA.email), "external_id": "crm:7",
            "created_at": "2023-01-02T03:04:05Z", "metadata_admin": {"shelf": 7},
            "credentials": password(json!({"hashed_password": HASH})),
            "verifiable_addresses": [{
                "value": ADA.email, "via": "email", "verified": true,
                "verified_at": "2024-02-03T04:05:06Z",
            }],
        },
        {
            "traits": traits("ben@example.org"), "state": "inactive",
            "credentials": password(json!({"password": "plain-and-long-0815"})),
        },
        {
            "traits": traits("cleo@example.org"),
            "credentials": {
                "password": {"config": {"hashed_password": "$nothing$known"}},
                "oidc": {"identifiers": ["hub:7", "elsewhere:8"]}, "totp": {"type": "totp"},
            },
        },
        {"traits": traits("no address")},
        {"traits": traits(ALICE.email), "id": "5f0c7a34-7a0c-4f65-9d1e-555555555555"},
    ])
}

fn counts(output: &Output) -> [u64; 4] {
    let told = output.json();
    ["read", "imported", "already_there", "refused"].map(|name| told[name].as_u64().unwrap())
}

fn add_hub(house: &House) {
    let secret = house.gateway.folder().join("upstream");
    fs::write(&secret, "upstream-secret").unwrap();
    let secret = secret.display().to_string();
    let add = ["providers", "add", "--kind", "github", "--id", "hub"];
    let own = ["--client-id", "x", "--client-secret-file", &secret];
    let added = house.remotely(&[&add[..], &own].concat(), "");
    assert_eq!(added.code, 0, "{added:?}");
}

/// KC-090, HA-06: people keep their ids, passwords and accounts, and come once.
#[tokio::test]
async fn people_are_imported_through_a_running_gateway() {
    let house = House::stand().await;
    add_hub(&house);
    let import = ["import", "kratos-identities", "-", "--output", "json"];
    let text = theirs().to_string();
    let dry = [&import[..], &["--dry-run"]].concat();
    let expected = [5, 3, 0, 2];
    let rehearsed = house.remotely(&dry, &text);
    assert_eq!(rehearsed.code, 1, "{rehearsed:?}");
    assert_eq!(counts(&rehearsed), expected, "{rehearsed:?}");
    let here = house.locally(&dry, &text);
    assert_eq!(here.stderr, rehearsed.stderr, "both tell the same");
    let absent = ["get-identity", "--email", ADA.email];
    assert_eq!(house.locally(&absent, "").code, 1);

    let done = house.remotely(&import, &text);
    assert_eq!(counts(&done), expected, "{done:?}");
    for told in ["elsewhere", "totp", "hash", "conflicts"] {
        assert!(done.stderr.contains(told), "{told}: {done:?}");
    }
    assert!(!done.stderr.contains("plain-and-long"), "{done:?}");
    let find = |email: &str| {
        let find = ["get-identity", "--email", email, "--output", "json"];
        house.same(&find).json()
    };
    let ada = find(ADA.email);
    assert_eq!(
        (&ada["id"], &ada["external_id"]),
        (&json!(ID), &json!("crm:7"))
    );
    assert_eq!(ada["created_at"], "2023-01-02T03:04:05Z");
    assert_eq!(ada["metadata_admin"], json!({"shelf": 7}));
    let address = &ada["verifiable_addresses"][0];
    assert_eq!(address["verified_at"], "2024-02-03T04:05:06Z");
    assert_eq!(ADA.sign_in(&house.gateway).await.identity(), ID);
    assert_eq!(find("ben@example.org")["state"], "inactive");
    let links = ["list-oidc-accounts", "--email", "cleo@example.org"];
    let links = house.same(&[&links[..], &JSON].concat()).json();
    assert_eq!(links[0]["credential_id"], "hub:7", "{links}");

    let again = house.remotely(&import, &text);
    assert_eq!(counts(&again), [5, 0, 3, 2], "{again:?}");
    let again = house.locally(&import, &text);
    assert_eq!(counts(&again), [5, 0, 3, 2], "{again:?}");
}

/// KC-090, HA-03, HA-20: what is odd about one ends no import, and is told alike beside the store.
#[tokio::test]
async fn what_is_odd_about_one_keeps_nobody_else_out() {
    let house = House::stand().await;
    let traits = |email: &str| json!({"email": email, "name": {"first": "A", "last": "B"}});
    let mut lines: Vec<String> = [
        json!({"traits": traits("nul@example.org"), "metadata_admin": {"a": "x\0y"}}),
        json!({"traits": traits("slash@example.org"), "external_id": r"CORP\ada"}),
        json!({"traits": traits("dot@example.org"), "external_id": "."}),
        json!({"traits": traits("dots@example.org"), "external_id": ".."}),
        json!({"create": {"traits": traits("around@example.org")}, "state": "inactive"}),
    ]
    .iter()
    .map(Value::to_string)
    .collect();
    let twice = json!({"traits": traits("twice@example.org"), "state": "active"}).to_string();
    lines.push(twice.replacen('{', r#"{"state": "inactive","#, 1));
    let text = lines.join("\n");
    let import = ["import", "kratos-identities", "-", "--output", "json"];
    let dry = [&import[..], &["--dry-run"]].concat();
    let (here, there) = (house.locally(&dry, &text), house.remotely(&dry, &text));
    assert_eq!(here.stderr, there.stderr, "both tell the same");
    for expected in [[6, 3, 0, 3], [6, 0, 3, 3]] {
        let done = house.remotely(&import, &text);
        assert_eq!((done.code, counts(&done)), (1, expected), "{done:?}");
        for told in [
            "metadata_admin.a: no text",
            "state: this stands",
            "beside `create`",
        ] {
            assert!(done.stderr.contains(told), "{told}: {done:?}");
        }
    }
    let again = house.locally(&import, &text);
    assert_eq!(counts(&again), [6, 0, 3, 3], "{again:?}");
}

/// KC-090: a realm's file, and a role that takes a right of its own.
#[tokio::test]
async fn a_realm_is_imported_through_a_running_gateway() {
    let house = House::stand().await;
    let realm = json!({"realm": "shop", "users": [
        {
            "username": "ada", "email": ADA.email, "enabled": true, "realmRoles": ["shopper"],
            "requiredActions": ["UPDATE_PASSWORD", "DANCE"],
        },
        {"username": "service-account-x", "serviceAccountClientId": "x", "enabled": true},
    ]});
    let file = house.gateway.folder().join("realm.json");
    fs::write(&file, realm.to_string()).unwrap();
    let file = file.display().to_string();
    let import = ["import", "keycloak-users", &file, "--output", "json"];
    let done = house.remotely(&import, "");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(counts(&done), [2, 1, 0, 0]);
    assert_eq!(done.json()["left_out"], 1);
    assert!(
        done.stderr.contains("DANCE"),
        "what is lost is told: {done:?}"
    );
    let find = ["get-identity", "--email", ADA.email, "--output", "json"];
    let ada = house.locally(&find, "").json();
    assert_eq!(ada["roles"], json!(["shopper"]));
    assert_eq!(ada["required_actions"], json!(["UPDATE_PASSWORD"]));

    let unknown = [&import[..], &["--provider", "corp=none"]].concat();
    assert_eq!(house.remotely(&unknown, "").code, 2);
    let unknown = [&import[..], &["--schema", "none"]].concat();
    assert_eq!(house.remotely(&unknown, "").code, 2);
}

/// KC-078: a letter that a running gateway is asked for.
#[tokio::test]
async fn a_letter_is_sent_through_a_running_gateway() {
    let mail = SmtpServer::start().await;
    let builder = TestGateway::builder()
        .table(&mail.table())
        .table(LET_IN_AT_ONCE);
    let house = House::stand_in(builder).await;
    mail.letter_to(ALICE.email, 0).await;
    let send = ["send-actions-email", "--email", ALICE.email, "--yes"];
    let send = |further: &[&str]| house.remotely(&[&send[..], &JSON, further].concat(), "");
    let sent = send(&["--actions", "UPDATE_PASSWORD", "--lifespan", "12h"]);
    assert_eq!(sent.code, 0, "{sent:?}");
    let told = sent.json();
    assert_eq!(told["sent_to"], ALICE.email);
    assert_eq!(told["identity_id"], *house.ids[0]);
    assert_eq!(told["required_actions"], json!(["UPDATE_PASSWORD"]));
    let letter = mail.letter_to(ALICE.email, 1).await;
    assert!(letter.body().contains("12 hours"), "{}", letter.body());
    let elsewhere = [
        "--actions",
        "UPDATE_PASSWORD",
        "--return-to",
        "https://evil.test/",
    ];
    assert_eq!(send(&elsewhere).code, 1);
    assert_eq!(send(&["--actions", "DANCE"]).code, 2);
}
