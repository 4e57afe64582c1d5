//! Who is taken in, who was here already, and who is not.

use portcullis_core::{
    clock::SystemClock,
    credential::CredentialStore,
    identity::IdentityStore,
    testing::{MemoryStore, SeededEntropy},
};
use portcullis_local::{Config, Cost, Stores};
use serde_json::{Value, json};

use super::*;
use crate::migration::{keycloak_users, kratos_identities};

mod elsewhere;

/// Made by bcrypt of `correct horse`, at its lowest cost.
const HASH: &str = "$2b$04$......................ydNVwmbTsXZxhB1N4cTsvySoqJmVwau";

struct House {
    store: Arc<MemoryStore>,
    schemas: Schemas,
    passwords: portcullis_local::Password,
    imports: portcullis_local::Imports,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl House {
    fn with(traits: &Value) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock)));
        let document = json!({"type": "object", "properties": {"traits": traits}});
        let schema = Arc::new(Schema::parse("own", document).unwrap());
        let cost = Cost {
            memory: 64,
            iterations: 1,
            parallelism: 1,
        };
        let stores = Stores {
            identities: Arc::clone(&store) as Arc<dyn IdentityStore>,
            credentials: Arc::clone(&store) as Arc<dyn CredentialStore>,
        };
        let config = Config {
            cost,
            ..Config::default()
        };
        let passwords = portcullis_local::Password::new(
            config,
            stores,
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        let seals =
            portcullis_local::Seals::new(portcullis_core::seal::Seal::new(b"x"), Vec::new());
        let (kinds, own) = (vec![CredentialKind::Totp], Arc::clone(&clock));
        let imports = portcullis_local::Imports::new(kinds, seals, own, Arc::clone(&entropy));
        Self {
            imports,
            schemas: Schemas::new(vec![schema], "own").unwrap(),
            passwords: passwords.unwrap(),
            store,
            clock,
            entropy,
        }
    }

    fn open() -> Self {
        Self::with(&json!({
            "type": "object", "additionalProperties": false, "required": ["email"],
            "properties": {
                "email": {"type": "string", "format": "email", "ory.sh/kratos": {
                    "credentials": {"password": {"identifier": true}},
                    "verification": {"via": "email"}}},
                "age": {"type": "integer", "minimum": 18},
                "sizes": {"type": "array", "items": {"type": "string"}},
            },
        }))
    }

    fn settling(&self) -> Settling<'_, super::Stores<'_>> {
        let google = Linkable::By {
            id: "google".parse().unwrap(),
            issuer: "https://accounts.google.com".to_owned(),
        };
        Settling {
            schemas: &self.schemas,
            settlement: super::Stores {
                identities: &*self.store,
                credentials: &*self.store,
                passwords: &self.passwords,
                imports: &self.imports,
            },
            clock: &self.clock,
            entropy: &self.entropy,
            providers: BTreeMap::from([
                ("google".to_owned(), google),
                ("odd".to_owned(), Linkable::Not("it is odd")),
            ]),
            lenient: HashSet::new(),
            actions: None,
            rehearsal: None,
        }
    }

    async fn settle(
        &self,
        settling: &mut Settling<'_, super::Stores<'_>>,
        entry: &Value,
    ) -> Outcome {
        let schema = self.schemas.default_schema();
        let newcomer = match entry.get("traits") {
            Some(_) => kratos_identities::newcomer(entry).unwrap(),
            None => keycloak_users::newcomer(entry, &schema).unwrap(),
        };
        let newcomers = vec![(schema, newcomer)];
        settling.settle(newcomers).await.unwrap().outcomes.remove(0)
    }
}

fn settled(outcome: Outcome) -> Settled {
    match outcome {
        Outcome::Settled(settled) => *settled,
        other => panic!("{other:?}"),
    }
}

fn reasons(outcome: Outcome) -> String {
    match outcome {
        Outcome::Refused(reasons) => reasons.join("; "),
        other => panic!("{other:?}"),
    }
}

const ID: &str = "5f0c7a34-7a0c-4f65-9d1e-333333333333";

fn ada() -> Value {
    json!({
        "id": ID, "username": "ada", "email": "Ada@Example.org", "emailVerified": true,
        "enabled": true, "createdTimestamp": 1_700_000_000_000_i64, "realmRoles": ["shopper"],
        "attributes": {"age": ["36"], "sizes": ["s"], "shoe": ["38"]},
        "federatedIdentities": [
            {"identityProvider": "google", "userId": "4711"},
            {"identityProvider": "odd", "userId": "1"},
            {"identityProvider": "other", "userId": "1"},
        ],
    })
}

fn bob(hash: &str) -> Value {
    json!({
        "traits": {"email": "bob@example.org"},
        "credentials": {"password": {"config": {"hashed_password": hash}}},
        "verifiable_addresses": [{"value": "else@example.org", "verified": true}],
    })
}

/// HA-03, CU-16.
#[tokio::test]
async fn somebody_is_taken_in_whole_and_stays_as_they_are_the_second_time() {
    let house = House::open();
    let mut settling = house.settling();
    let done = settled(house.settle(&mut settling, &ada()).await);
    let stored = house
        .store
        .find(ID.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stored.traits,
        json!({"age": 36, "sizes": ["s"], "email": "ada@example.org"})
    );
    assert_eq!(stored.roles, ["shopper"]);
    assert_eq!(stored.created_at.as_second(), 1_700_000_000);
    assert!(stored.addresses[0].verified_at.is_some());
    assert_eq!(done.linked.len(), 1);
    let links = CredentialStore::list(&*house.store, stored.id)
        .await
        .unwrap();
    assert_eq!(links.len(), 1);
    let lost: Vec<&str> = done.losses.iter().map(|loss| &*loss.what).collect();
    assert_eq!(
        lost,
        [
            "the attribute",
            "the attribute",
            "the account at odd",
            "the account at other"
        ],
    );
    let again = house.settle(&mut settling, &ada()).await;
    assert!(matches!(again, Outcome::Present), "{again:?}");
}

/// CU-04.
#[tokio::test]
async fn whoever_has_no_id_is_known_by_what_they_sign_in_with() {
    let house = House::open();
    let mut settling = house.settling();
    let first = settled(house.settle(&mut settling, &bob(HASH)).await);
    assert_eq!(
        CredentialStore::list(&*house.store, first.id)
            .await
            .unwrap()
            .len(),
        1
    );
    let again = house.settle(&mut settling, &bob(HASH)).await;
    assert!(matches!(again, Outcome::Present));
    // Another one with the same address is another one.
    let mut other = bob(HASH);
    other["id"] = json!(ID);
    let refused = reasons(house.settle(&mut settling, &other).await);
    assert!(refused.contains("conflicts"), "{refused}");
    let mut carol = bob(HASH);
    carol["traits"]["email"] = json!("carol@example.org");
    carol["credentials"]["oidc"] = json!({"identifiers": ["google:4711"]});
    settled(house.settle(&mut settling, &carol).await);
    // The account is Carol's.
    let refused = reasons(house.settle(&mut settling, &ada()).await);
    assert!(refused.contains("conflicts"), "{refused}");
    assert!(
        house
            .store
            .find(ID.parse().unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_password_that_cannot_be_checked_is_told_and_left_behind() {
    let house = House::open();
    let mut settling = house.settling();
    for (place, hash) in ["$unknown$x", "plain", "$2b$31$x"].into_iter().enumerate() {
        let mut entry = bob(hash);
        entry["traits"]["email"] = json!(format!("p{place}@example.org"));
        let done = settled(house.settle(&mut settling, &entry).await);
        let lost: Vec<&str> = done.losses.iter().map(|loss| &*loss.what).collect();
        assert_eq!(lost, ["a proof", "password"]);
        assert!(done.losses.iter().all(|loss| !loss.why.contains(hash)));
        assert!(
            CredentialStore::list(&*house.store, done.id)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

/// HA-03.
#[tokio::test]
async fn what_the_schema_refuses_is_not_half_taken_in() {
    let house = House::open();
    let mut settling = house.settling();
    for (member, value, told) in [
        ("age", json!(7), "age"),
        ("email", json!("nobody"), "email"),
        ("odd", json!(1), "odd"),
    ] {
        let mut entry = bob(HASH);
        entry["traits"][member] = value;
        let refused = reasons(house.settle(&mut settling, &entry).await);
        assert!(refused.contains(told), "{refused}");
    }
    assert!(
        IdentityStore::list(&*house.store, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    settling.lenient.insert("own".to_owned());
    let mut entry = bob(HASH);
    entry["traits"]["odd"] = json!(1);
    let done = settled(house.settle(&mut settling, &entry).await);
    assert_eq!(done.losses[0].attribute, "odd");
}

/// KC-024, KC-027.
#[tokio::test]
async fn attributes_that_nobody_describes_are_kept_where_the_schema_keeps_them() {
    let house = House::with(&json!({
        "type": "object", "x-profile": {"unmanaged": "ADMIN_VIEW"},
        "properties": {"username": {"type": "string", "ory.sh/kratos":
            {"credentials": {"password": {"identifier": true}}}}},
    }));
    let mut settling = house.settling();
    let mut user = json!({"username": "ada", "enabled": true, "attributes": {"shoe": ["38"]}});
    let done = settled(house.settle(&mut settling, &user).await);
    let stored = house.store.find(done.id).await.unwrap().unwrap();
    assert_eq!(stored.unmanaged["shoe"], ["38"]);
    user["username"] = json!("bob");
    let many: serde_json::Map<String, Value> = (0..100_000)
        .map(|n| (format!("a{n}"), json!(["x"])))
        .collect();
    user["attributes"] = Value::Object(many);
    let refused = reasons(house.settle(&mut settling, &user).await);
    assert!(refused.contains("more than 100"), "{refused}");
    let closed = House::open();
    user["email"] = json!("bob@example.org");
    let done = settled(closed.settle(&mut closed.settling(), &user).await);
    assert!(done.losses.len() < 30, "the rest is counted");
}

#[tokio::test]
async fn names_that_no_store_could_find_again_are_not_taken_over() {
    let house = House::with(&json!({"type": "object", "properties": {"username":
        {"type": "string", "ory.sh/kratos": {"credentials": {"password": {"identifier": true}}}}}}));
    let mut settling = house.settling();
    let mut user = json!({"username": "x".repeat(1025), "enabled": true});
    let refused = reasons(house.settle(&mut settling, &user).await);
    assert!(refused.contains("too long"), "{refused}");
    user["username"] = json!("ada");
    user["federatedIdentities"] = json!([
        {"identityProvider": "google", "userId": "x".repeat(256)},
        {"identityProvider": "google", "userId": "a\u{0}"},
    ]);
    let done = settled(house.settle(&mut settling, &user).await);
    assert_eq!((done.linked.len(), done.losses.len()), (0, 2));
}

#[tokio::test]
async fn a_rehearsal_stores_nothing_and_says_the_same() {
    let house = House::open();
    let mut settling = house.settling();
    settling.rehearsal = Some(Known::default());
    settled(house.settle(&mut settling, &bob(HASH)).await);
    let again = house.settle(&mut settling, &bob(HASH)).await;
    assert!(matches!(again, Outcome::Present), "{again:?}");
    let mut other = bob(HASH);
    other["id"] = json!(ID);
    let refused = reasons(house.settle(&mut settling, &other).await);
    assert!(refused.contains("conflicts"), "{refused}");
    assert!(
        IdentityStore::list(&*house.store, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

/// What one entry of many is refused for stops none of the others, and entries see each other.
#[tokio::test]
async fn of_many_at_once_each_goes_its_own_way() {
    let house = House::open();
    let mut settling = house.settling();
    let mut young = bob(HASH);
    young["traits"] = json!({"email": "young@example.org", "age": 7});
    let mut other = bob(HASH);
    other["id"] = json!(ID);
    let mut carol = bob(HASH);
    carol["traits"]["email"] = json!("carol@example.org");
    let schema = house.schemas.default_schema();
    let entries = [bob(HASH), young, bob(HASH), other, carol];
    let newcomers = entries.iter().map(|entry| {
        (
            Arc::clone(&schema),
            kratos_identities::newcomer(entry).unwrap(),
        )
    });
    let outcomes = settling.settle(newcomers.collect()).await.unwrap().outcomes;
    let told: Vec<&str> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Settled(_) => "settled",
            Outcome::Present => "present",
            Outcome::Refused(_) => "refused",
            Outcome::Unknown | Outcome::Unsent => "broken off",
        })
        .collect();
    assert_eq!(
        told,
        ["settled", "refused", "present", "refused", "settled"]
    );
    let all = IdentityStore::list(&*house.store, None, 9).await.unwrap();
    assert_eq!(all.len(), 2);
}
