//! Who is signed in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use http::Method;
use portcullis_core::{
    session::SessionStore,
    store::StoreError,
    testing::{Meddled, Meddler, Meddling, MemoryStore},
};
use serde_json::json;

use super::last_act;
use crate::{
    Role,
    tests::house::{House, Reply, config},
};

/// Counts how often identities are looked up.
#[derive(Debug, Clone, Default)]
struct LookUps(Arc<AtomicUsize>);

#[async_trait]
impl Meddler for LookUps {
    async fn before(&self, _: &MemoryStore, _: Meddling<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn looked_up(&self, _: usize) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// CU-26, KC-150.
#[tokio::test]
async fn sessions_are_seen_and_ended() {
    let house = House::new();
    let manager = house.acting_as(&[Role::UserManager]).await;
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    house.clock.advance(Duration::from_secs(1800));
    house.session(&ada).await;
    let path = format!("/admin/identities/{}/sessions", ada.id);
    let all = manager.get(&path).await.json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(
        all[0]["issued_at"].as_str() > all[1]["issued_at"].as_str(),
        "the newest first"
    );
    assert_eq!(all[0]["identity"]["id"], ada.id.to_string());
    assert!(all[0]["devices"][0].get("ip_address").is_some());
    assert!(!all.to_string().contains("ory_st_"));
    house.clock.advance(Duration::from_secs(1900));
    // The manager's own session has gone with time, too.
    let manager = house.acting_as(&[Role::UserManager]).await;
    let count = async |active: &str| {
        let list = manager.get(&format!("{path}?active={active}")).await.json();
        list.as_array().map(Vec::len)
    };
    assert_eq!(
        (count("true").await, count("false").await),
        (Some(1), Some(1))
    );
    assert_eq!(count("perhaps").await, None);
    assert_eq!(manager.delete(&path).await.status, 204);
    assert_eq!(manager.get(&path).await.json(), json!([]));
    assert_eq!(last_act(&house).await.verb, "identity.sessions.revoke");
    let nobody = "/admin/identities/00000000-0000-4000-8000-000000000000/sessions";
    assert_eq!(manager.delete(nobody).await.status, 404);
    assert_eq!(manager.get(nobody).await.status, 404);
}

/// B.5: by token and by number, so that whoever counts pages comes to an end.
#[tokio::test]
async fn the_sessions_of_one_identity_come_in_pages() {
    let house = House::new();
    let viewer = house.acting_as(&[Role::Viewer]).await;
    let ada = house.resident("ada@example.org").await;
    for _ in 0..3 {
        house.clock.advance(Duration::from_secs(60));
        house.session(&ada).await;
    }
    let path = format!("/admin/identities/{}/sessions", ada.id);
    let whole = viewer.get(&path).await;
    assert_eq!(whole.header("x-total-count"), "3");
    let ids = |reply: &Reply| {
        let json = reply.json();
        let ids = json.as_array().unwrap().iter();
        ids.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for first in ["page_size=2&active=true", "per_page=2&page=0&active=true"] {
        let first = viewer.get(&format!("{path}?{first}")).await;
        assert_eq!(first.header("x-total-count"), "3");
        let link = first.header("link").to_owned();
        let next = link.split(',').find(|one| one.contains("rel=\"next\""));
        let next = next.unwrap().trim_start_matches('<');
        let rest = viewer.get(next.split('>').next().unwrap()).await;
        assert!(!rest.header("link").contains("next"), "{rest:?}");
        let seen = [ids(&first), ids(&rest)].concat();
        assert_eq!(seen, ids(&whole), "the newest first");
    }
    let past = viewer.get(&format!("{path}?per_page=2&page=2")).await;
    assert_eq!(past.json(), json!([]));
    let odd = viewer.get(&format!("{path}?per_page=few")).await;
    assert_eq!(odd.status, 400);
}

#[tokio::test]
async fn everybodys_sessions_come_in_pages() {
    let house = House::new();
    let admin = house.admin().await;
    for n in 0..4 {
        let identity = house.resident(&format!("{n}@example.org")).await;
        house.session(&identity).await;
    }
    let page = admin.get("/admin/sessions?page_size=3&active=true").await;
    assert_eq!(page.json().as_array().unwrap().len(), 3, "{page:?}");
    assert!(page.json()[0].get("identity").is_none());
    assert!(page.json()[0].get("devices").is_none());
    let links = page.header("link");
    let (_, next) = links.split_once(",<").unwrap();
    let (next, _) = next.split_once('>').unwrap();
    assert!(next.contains("active=true"), "{next}");
    let rest = admin
        .get(&format!("{next}&expand=identity&expand=devices"))
        .await;
    assert_eq!(rest.json().as_array().unwrap().len(), 2, "{rest:?}");
    assert!(rest.json()[0]["identity"]["id"].is_string());
    assert!(!rest.header("link").contains("next"));
    let ended = admin.get("/admin/sessions?active=false").await;
    assert_eq!(ended.json(), json!([]));
    assert_eq!(
        admin.get("/admin/sessions?expand=secrets").await.status,
        400
    );
}

/// A page costs the same however many people are on it.
#[tokio::test]
async fn the_identities_of_a_page_are_looked_up_at_once() {
    let look_ups = LookUps::default();
    let counted = look_ups.clone();
    let house = House::altered(config(), |services, store| {
        services.identities = Arc::new(Meddled(store.clone(), counted));
    });
    let admin = house.admin().await;
    for number in 0..4 {
        let identity = house.resident(&format!("{number}@example.org")).await;
        house.session(&identity).await;
        house.session(&identity).await;
    }
    let asked = async |size: usize| {
        let before = look_ups.0.load(Ordering::SeqCst);
        let path = format!("/admin/sessions?page_size={size}&expand=identity");
        let page = admin.get(&path).await.json();
        let page = page.as_array().unwrap().clone();
        assert_eq!(page.len(), size);
        let own = |one: &serde_json::Value| one["identity"]["traits"]["email"].is_string();
        assert!(page.iter().all(own), "{page:?}");
        look_ups.0.load(Ordering::SeqCst) - before
    };
    let one = asked(1).await;
    assert_eq!((one > 0, asked(8).await), (true, one));
}

#[tokio::test]
async fn one_session_is_shown_prolonged_and_ended() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    house.session(&ada).await;
    house.clock.advance(Duration::from_secs(60));
    let admin = house.admin().await;
    let sessions = SessionStore::list(&*house.store, ada.id).await.unwrap();
    let path = format!("/admin/sessions/{}", sessions[0].id);
    let shown = admin.get(&format!("{path}?expand=Identity")).await;
    assert_eq!(
        shown.json()["identity"]["traits"]["email"],
        "ada@example.org"
    );
    let longer = admin
        .send(Method::PATCH, &format!("{path}/extend"), &json!({}))
        .await;
    assert_eq!(longer.status, 200, "{longer:?}");
    assert!(longer.json()["expires_at"].as_str() > shown.json()["expires_at"].as_str());
    assert_eq!(admin.delete(&path).await.status, 204);
    for gone in [admin.get(&path).await, admin.delete(&path).await] {
        assert_eq!(
            (gone.status, gone.error().as_str()),
            (404, "record_not_found")
        );
    }
    assert_eq!(admin.get("/admin/sessions/nonsense").await.status, 404);
}

#[tokio::test]
async fn many_sessions_end_at_once() {
    let house = House::new();
    let admin = house.admin().await;
    let (ada, bob) = (
        house.resident("ada@example.org").await,
        house.resident("bob@example.org").await,
    );
    house.session(&ada).await;
    house.session(&bob).await;
    house.session(&bob).await;
    let single = SessionStore::list(&*house.store, ada.id).await.unwrap()[0].id;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let body =
        json!({"action": "disable", "identities": [bob.id, nobody], "sessions": [single, nobody]});
    let ended = admin.send(Method::POST, "/admin/sessions", &body).await;
    assert_eq!(
        (ended.status, ended.json()),
        (200, json!({"more": false, "processed": 3}))
    );
    let many: Vec<_> = std::iter::repeat_n(nobody, 501).collect();
    for body in [
        json!({"action": "forget", "identities": [bob.id]}),
        json!({"identities": [bob.id]}),
        json!({"action": "delete", "sessions": many}),
        json!({"action": "delete", "sessions": "x"}),
    ] {
        assert_eq!(
            admin
                .send(Method::POST, "/admin/sessions", &body)
                .await
                .status,
            400,
            "{body}"
        );
    }
}
