//! People come from another system with the passwords and accounts they have there, and their
//! profile comes along.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    OidcProvider, Person, Postgres, Route, TestGateway,
    gateway::Output,
    person::{session_cookie, sign_in_through},
};

const ID: &str = "5f0c7a34-7a0c-4f65-9d1e-444444444444";

const ADA: Person = Person {
    email: "ada@example.org",
    password: "imported-pass-0815",
    first: "Ada",
    last: "Lovelace",
};

/// Her hash was made by another implementation of bcrypt, Ben's by another one of argon2.
const GRACE: Person = Person {
    email: "grace@example.org",
    password: "Gr\u{fc}\u{df}e, \u{d6}l & 42",
    first: "Grace",
    last: "Hopper",
};

const BEN: Person = Person {
    email: "ben@example.org",
    first: "Ben",
    last: "Burr",
    ..GRACE
};

struct House {
    gateway: TestGateway,
    postgres: Postgres,
    _provider: OidcProvider,
}

impl House {
    async fn stand() -> Self {
        let postgres = Postgres::start().await;
        let builder = TestGateway::builder();
        let provider = OidcProvider::with_client("one", "x", &builder.redirect_uri("one"));
        let provider = provider.start().await;
        let gateway = builder
            .provider("one", provider.issuer(), ("one", "x"))
            .postgres(&postgres)
            .route(&Route::signed_in("/", "echo:"))
            .start()
            .await;
        Self {
            gateway,
            postgres,
            _provider: provider,
        }
    }

    /// Runs a command on a file with this text.
    fn run(&self, command: &[&str], text: &str) -> Output {
        let file = self.gateway.folder().join("theirs.json");
        fs::write(&file, text).unwrap();
        let file = file.display().to_string();
        self.gateway.run(&[command, &[&file]].concat(), "")
    }

    fn import(&self, what: &str, text: &str, further: &[&str]) -> Output {
        let command = ["import", what, "--output", "json"];
        self.run(&[&command, further].concat(), text)
    }

    /// Which hashes are kept of passwords, by what they begin with.
    fn hashes(&self, beginning: &str) -> String {
        let statement = format!(
            "SELECT count(*) FROM credentials WHERE kind = 'password' \
             AND config LIKE '%\"{beginning}%'"
        );
        self.postgres.query(&statement).trim().to_owned()
    }
}

fn counts(output: &Output) -> [u64; 4] {
    let told = output.json();
    ["read", "imported", "already_there", "refused"].map(|name| told[name].as_u64().unwrap())
}

fn password(data: &Value, value: &str, salt: &str) -> Value {
    json!([{
        "type": "password", "credentialData": data.to_string(),
        "secretData": json!({"value": value, "salt": salt}).to_string(),
    }])
}

fn realm() -> Value {
    let ada = password(
        &json!({"hashIterations": 27_500, "algorithm": "pbkdf2-sha256", "additionalParameters": {}}),
        "vu4XTRHaO39F570DTvLT6h/kowAlIAk1NLh61l7Z4HAEhBQ4AyWgMTJak0CWV6Vo6rLeNy2/RpmaFd/G3TAjiw==",
        "MDEyMzQ1Njc4OWFiY2RlZg==",
    );
    let argon2 = json!({
        "memory": ["1024"], "type": ["id"], "version": ["1.3"], "parallelism": ["2"],
        "hashLength": ["32"],
    });
    let ben = password(
        &json!({"hashIterations": 2, "algorithm": "argon2", "additionalParameters": argon2}),
        "3xlv7WYVEHRCf/UY54C7AvUun9es7M6IZwO5h+QIPVw=",
        "c2FsdHNhbHRzYWx0c2FsdA==",
    );
    json!({
        "realm": "shop", "roles": {"realm": [{"name": "shopper"}]},
        "users": [
            {
                "id": ID, "username": "ada", "email": ADA.email, "firstName": "Ada",
                "lastName": "Lovelace", "enabled": true, "emailVerified": true,
                "credentials": ada, "realmRoles": ["shopper", "admin"],
                "federatedIdentities": [{"identityProvider": "corp", "userId": "ada-at-corp"}],
            },
            {
                "username": "ben", "email": BEN.email, "enabled": true, "credentials": ben,
                "attributes": {"shoe": ["38"]}, "requiredActions": ["UPDATE_PASSWORD"],
            },
            {"username": "off", "email": "off@example.org", "enabled": false},
            {"username": "bad", "email": "no address", "enabled": true},
            {"username": "service-account-x", "serviceAccountClientId": "x", "enabled": true},
        ],
    })
}

/// KC-090, HA-03, HA-06, CU-16, CU-19.
#[tokio::test]
async fn people_of_a_realm_sign_in_with_the_password_they_have() {
    let house = House::stand().await;
    let (text, corp) = (realm().to_string(), ["--provider", "corp=one"]);
    let rehearsed = house.import("keycloak-users", &text, &["--dry-run", corp[0], corp[1]]);
    assert_eq!(counts(&rehearsed), [5, 3, 0, 1], "{rehearsed:?}");
    assert_eq!(
        house
            .postgres
            .query("SELECT count(*) FROM identities")
            .trim(),
        "0"
    );

    let done = house.import("keycloak-users", &text, &corp);
    assert_eq!(done.code, 1, "one is refused: {done:?}");
    assert_eq!(counts(&done), [5, 3, 0, 1], "{done:?}");
    assert_eq!(done.json()["left_out"], 1);
    for told in ["role admin", "shoe", "it is an application", "\"entry\":4"] {
        assert!(done.stderr.contains(told), "{told}: {done:?}");
    }
    for secret in ["vu4XTRHaO39F", ADA.email, "ada-at-corp"] {
        assert!(!done.stderr.contains(secret), "{secret}: {done:?}");
    }
    let again = house.import("keycloak-users", &text, &corp);
    assert_eq!(counts(&again), [5, 0, 3, 1], "{again:?}");

    assert_eq!(house.hashes("$pbkdf2-sha256"), "1");
    let wrong = Person {
        password: "not-hers",
        ..ADA
    };
    let refused = wrong.try_to_sign_in(&house.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(
        house.hashes("$pbkdf2-sha256"),
        "1",
        "nothing is hashed anew"
    );
    let ada = ADA.sign_in(&house.gateway).await;
    assert_eq!(ada.identity(), ID);
    assert_eq!(house.hashes("$pbkdf2-sha256"), "0");
    assert_eq!(
        house.hashes("$argon2id$v=19$m=19456"),
        "1",
        "it is hashed anew"
    );
    ADA.sign_in(&house.gateway).await;
    let shown = ["get-identity", "--identity-id", ID, "--output", "json"];
    let shown = house.gateway.run(&shown, "").json();
    assert_eq!(shown["roles"], json!(["shopper"]));
    assert_eq!(shown["verifiable_addresses"][0]["verified"], true);
}

/// KC-091, XP-11.
#[tokio::test]
async fn people_of_a_realm_keep_their_accounts_their_actions_and_their_state() {
    let house = House::stand().await;
    let done = house.import(
        "keycloak-users",
        &realm().to_string(),
        &["--provider", "corp=one"],
    );
    assert_eq!(counts(&done), [5, 3, 0, 1], "{done:?}");
    let client = house.gateway.anonymous();
    let answer = sign_in_through(&client, "one", "ada-at-corp").await;
    assert!(session_cookie(&answer).is_some(), "{answer:?}");
    let whoami = crate::support::person::whoami(&client).await;
    assert_eq!(whoami["identity"]["id"], ID);

    let ben = BEN.sign_in(&house.gateway).await;
    assert_eq!(house.hashes("$argon2id$v=19$m=1024"), "0");
    let held = ben.client.get_json("/").await;
    assert_eq!(held.status(), 403, "a new password comes first");

    let off = Person {
        email: "off@example.org",
        ..ADA
    };
    let refused = off.try_to_sign_in(&house.gateway.anonymous()).await;
    assert_eq!(refused.status(), 400);
    let shown = ["get-identity", "--email", off.email, "--output", "json"];
    assert_eq!(house.gateway.run(&shown, "").json()["state"], "inactive");
}

/// HA-03, HA-06, CU-22.
#[tokio::test]
async fn identities_of_kratos_sign_in_with_the_password_they_have() {
    let house = House::stand().await;
    let hash = "$2b$05$3nKh3vCrnNd5PXXo5eALJuCshUTnkSVgGed8ZU6Vdy7z0fblj3/S2";
    let grace = json!({
        "id": ID, "schema_id": "default", "state": "active",
        "traits": {"email": GRACE.email, "name": {"first": "Grace"}},
        "credentials": {"password": {"config": {"hashed_password": hash}}},
        "verifiable_addresses": [{"value": GRACE.email, "via": "email", "verified": true,
            "verified_at": "2024-02-03T04:05:06Z"}],
        "metadata_public": {"plan": "free"}, "created_at": "2023-01-02T03:04:05Z",
        "external_id": "crm:7",
    });
    let mut lines = grace.to_string();
    for entry in [
        json!({"schema_id": "default", "traits": {"email": GRACE.email}}),
        json!({"schema_id": "no-such", "traits": {"email": "x@example.org"}}),
        json!({"schema_id": "default", "traits": {"email": "y@example.org", "odd": 1}}),
        json!({"schema_id": "default", "traits": {"email": "z@example.org"}, "state": "blocked",
            "credentials": {"password": {"config": {"hashed_password": "$odd$x"}}}}),
    ] {
        lines.push('\n');
        lines.push_str(&entry.to_string());
    }
    let done = house.import("kratos-identities", &lines, &[]);
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(counts(&done), [5, 2, 1, 2], "{done:?}");
    assert!(done.stderr.contains("they come switched off"), "{done:?}");
    let broken = house.import("kratos-identities", &format!("{grace}\n{{\"traits\""), &[]);
    assert_eq!(broken.code, 1);
    assert_eq!(counts(&broken), [1, 0, 1, 0], "{broken:?}");
    assert!(broken.stderr.contains("after 1 entries"), "{broken:?}");

    let signed_in = GRACE.sign_in(&house.gateway).await;
    assert_eq!(signed_in.identity(), ID);
    assert_eq!(house.hashes("$2b$"), "0");
    let identity = &signed_in.session["identity"];
    assert_eq!(identity["metadata_public"], json!({"plan": "free"}));
    assert_eq!(identity["created_at"], "2023-01-02T03:04:05Z");
    let address = &identity["verifiable_addresses"][0];
    assert_eq!(address["verified_at"], "2024-02-03T04:05:06Z");
    for (further, code) in [
        (vec!["--schema", "no-such"], 2),
        (vec!["--provider", "corp"], 2),
        (vec!["--provider", "corp=no-such"], 2),
    ] {
        assert_eq!(house.import("kratos-identities", "[]", &further).code, code);
    }
}

/// KC-059.
#[tokio::test]
async fn a_profile_goes_to_keycloak_and_comes_back() {
    let builder = TestGateway::builder().route(&Route::public("/", "echo:"));
    let builder = builder.table("[identity]\ndefault_schema = \"keycloak-default\"");
    let there = builder.run(&["export", "keycloak-profile", "--strict"]);
    assert_eq!(there.code, 0, "{there:?}");
    assert_eq!(there.stderr, "");
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (profile, schema) = (path("profile.json"), path("schema.json"));
    fs::write(&profile, &there.stdout).unwrap();
    let back = [
        "import",
        "keycloak-profile",
        &profile,
        "--out",
        &schema,
        "--strict",
    ];
    let back = builder.run(&back);
    assert_eq!(back.code, 0, "{back:?}");
    let again = builder.run(&["export", "keycloak-profile", &schema]);
    assert_eq!(again.stdout, there.stdout);

    let lossy = builder.run(&[
        "export",
        "keycloak-profile",
        "--schema",
        "default",
        "--output",
        "json",
    ]);
    assert_eq!(lossy.code, 0, "{lossy:?}");
    let first: Value = serde_json::from_str(lossy.stderr.lines().next().unwrap()).unwrap();
    assert_eq!(first["attribute"], "name");
    let strict = builder.run(&[
        "export",
        "keycloak-profile",
        "--schema",
        "default",
        "--strict",
    ]);
    assert_eq!((strict.code, &*strict.stdout), (1, ""), "{strict:?}");
    fs::write(&profile, "{\"attributes\": [").unwrap();
    assert_eq!(
        builder.run(&["import", "keycloak-profile", &profile]).code,
        1
    );
    let unknown = builder.run(&["export", "keycloak-profile", "--schema", "no-such"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
}
