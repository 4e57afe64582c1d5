//! What people who come are called elsewhere, and since when they were there.

use super::*;

fn called(email: &str, name: &str) -> Value {
    json!({"traits": {"email": email}, "external_id": name})
}

/// HA-20, HA-03: the name comes along, and two never have the same.
#[tokio::test]
async fn what_somebody_is_called_elsewhere_comes_along_once() {
    let house = House::open();
    for rehearsal in [Some(Known::default()), None] {
        let mut settling = house.settling();
        settling.rehearsal = rehearsal;
        let ada = called("ada@example.org", "crm:1");
        let done = settled(house.settle(&mut settling, &ada).await);
        let again = house.settle(&mut settling, &ada).await;
        assert!(matches!(again, Outcome::Present), "{again:?}");
        let bob = called("bob@example.org", "crm:1");
        let refused = reasons(house.settle(&mut settling, &bob).await);
        assert!(refused.contains("external_id"), "{refused}");
        let found = house.store.find_by_external_id("crm:1").await.unwrap();
        let is_stored = settling.rehearsal.is_none();
        assert_eq!(found.map(|one| one.id), is_stored.then_some(done.id));
    }
}

/// Who came before names were taken over stays as they are, like everybody who is here.
#[tokio::test]
async fn who_is_here_without_a_name_stays_as_they_are() {
    let house = House::open();
    let mut settling = house.settling();
    let ada = json!({"traits": {"email": "ada@example.org"}});
    let done = settled(house.settle(&mut settling, &ada).await);
    let again = house
        .settle(&mut settling, &called("ada@example.org", "crm:1"))
        .await;
    assert!(matches!(again, Outcome::Present), "{again:?}");
    let stored = house.store.find(done.id).await.unwrap().unwrap();
    assert_eq!(stored.external_id, None);
}

/// HA-03: a time that is still to come is that of the import, which is told.
#[tokio::test]
async fn no_past_lies_in_the_future() {
    let house = House::open();
    let mut settling = house.settling();
    let ada = json!({
        "traits": {"email": "ada@example.org"}, "created_at": "2999-01-01T00:00:00Z",
        "verifiable_addresses": [
            {"value": "ada@example.org", "verified": true, "verified_at": "2999-01-01T00:00:00Z"},
        ],
    });
    let bob = json!({
        "email": "bob@example.org", "enabled": true, "createdTimestamp": 32_503_680_000_000_i64,
    });
    let found = [
        (ada, &["created_at", "addresses"][..]),
        (bob, &["created_at"][..]),
    ];
    for (entry, expected) in found {
        let done = settled(house.settle(&mut settling, &entry).await);
        let told: Vec<_> = done.losses.iter().collect();
        let of: Vec<_> = told.iter().map(|loss| loss.attribute.as_str()).collect();
        assert_eq!(of, expected, "{entry}");
        assert!(
            told.iter().all(|loss| loss.why.contains("future")),
            "{told:?}"
        );
        let stored = house.store.find(done.id).await.unwrap().unwrap();
        assert!(stored.created_at <= house.clock.now());
        let mut proved = stored.addresses.iter().filter_map(|one| one.verified_at);
        assert!(proved.all(|at| at <= house.clock.now()));
    }
}

/// KC-090: one rule of what roles are called, in the store and at a gateway.
#[tokio::test]
async fn a_role_that_none_can_be_called_is_left_behind() {
    let house = House::open();
    let mut settling = house.settling();
    let long = "x".repeat(65);
    let eve = json!({
        "email": "eve@example.org", "enabled": true, "realmRoles": ["x y", "shopper", long, "", "k\u{f6}nig"],
    });
    let done = settled(house.settle(&mut settling, &eve).await);
    let told: Vec<_> = done.losses.iter().map(|loss| &*loss.what).collect();
    assert_eq!(
        told,
        [
            "role x y",
            &format!("role {long}"),
            "role ",
            "role k\u{f6}nig"
        ]
    );
    let stored = house.store.find(done.id).await.unwrap().unwrap();
    assert_eq!(stored.roles, ["shopper"]);
}
