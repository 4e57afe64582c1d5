//! What people who come are called elsewhere.

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
