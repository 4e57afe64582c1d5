//! Who has to wait: listed, found and let go.

use std::time::Duration;

use portcullis_core::{
    secret::TokenHash,
    throttle::{Network, Pause},
};
use serde_json::{Value, json};

use super::house::House;
use crate::Role;

const PATH: &str = "/admin/x/throttles";

/// Begins a pause of so many minutes.
pub(super) async fn pause(house: &House, (kind, subject): (&str, Option<&str>), minutes: u64) {
    let since = house.services.clock.now();
    let pause = Pause {
        name: format!("{kind} {subject:?}"),
        kind: kind.to_owned(),
        subject: subject.map(str::to_owned),
        network: Some(Network::of([192, 0, 2, 7].into())),
        since,
        until: since + Duration::from_secs(60 * minutes),
        counters: vec![TokenHash::of("counter")],
    };
    house.services.throttles.begin(&pause).await.unwrap();
}

fn kinds(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pauses_are_found_by_kind_by_whom_they_are_about_and_by_where_they_hold() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let id = ada.id.to_string();
    pause(&house, ("sign-in", Some("ada@example.org")), 9).await;
    pause(&house, ("second-step", Some(&id)), 5).await;
    pause(&house, ("recovery", Some("nobody@example.org")), 7).await;
    pause(&house, ("over", None), 0).await;
    let admin = house.admin().await;
    let found = async |query: &str| admin.get(&format!("{PATH}?{query}")).await.json();
    let all = ["second-step", "recovery", "sign-in"];
    assert_eq!(kinds(&found("").await), all, "what ends first comes first");
    assert_eq!(kinds(&found("kind=recovery").await), ["recovery"]);
    let hers = ["second-step", "sign-in"];
    assert_eq!(kinds(&found("subject=ADA@example.org").await), hers);
    assert_eq!(kinds(&found(&format!("subject={id}")).await), hers);
    let nobody = "subject=nobody@example.org";
    assert_eq!(kinds(&found(nobody).await), ["recovery"]);
    assert_eq!(kinds(&found("network=192.0.2.7").await), all);
    assert!(kinds(&found("network=192.0.2.8").await).is_empty());
    let refused = admin.get(&format!("{PATH}?network=here")).await;
    assert_eq!(refused.error(), "bad_request");
}

#[tokio::test]
async fn pauses_come_page_by_page_in_both_ways() {
    let house = House::new();
    for minutes in 1..=5 {
        pause(&house, (&format!("k{minutes}"), None), minutes).await;
    }
    let admin = house.admin().await;
    for first in ["page_size=2", "per_page=2&page=0"] {
        let (mut seen, mut next) = (Vec::new(), Some(format!("{PATH}?{first}")));
        while let Some(path) = next {
            let page = admin.get(&path).await;
            let json = page.json();
            seen.extend(kinds(&json).into_iter().map(str::to_owned));
            next = page.header("link").split(',').find_map(|link| {
                let (address, rel) = link.split_once(">; rel=")?;
                (rel == "\"next\"").then(|| address.trim_start_matches('<').to_owned())
            });
        }
        assert_eq!(seen, ["k1", "k2", "k3", "k4", "k5"], "{first}");
    }
}

/// B.6: what is wrong with a page is told, though its token says where it begins.
#[tokio::test]
async fn a_page_of_no_length_is_refused_beside_a_token() {
    let house = House::new();
    let admin = house.admin().await;
    for query in [
        "page_token=x&per_page=-1",
        "page_token=x&per_page=0.5",
        "page_token=x&page=-1",
        "page=1&page_size=x",
    ] {
        let refused = admin.get(&format!("/admin/x/throttles?{query}")).await;
        assert_eq!(refused.status, 400, "{query}: {refused:?}");
    }
}

#[tokio::test]
async fn a_lifted_pause_is_over_and_that_is_written_down() {
    let house = House::new();
    pause(&house, ("sign-in", Some("ada@example.org")), 9).await;
    let admin = house.admin().await;
    let id = admin.get(PATH).await.json()[0]["id"].clone();
    let path = format!("{PATH}/{}", id.as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(PATH).await.json(), json!([]));
    assert_eq!(admin.delete(&path).await.error(), "record_not_found");
    let log = admin.get("/admin/x/audit").await.json();
    assert_eq!(
        (&log[0]["verb"], &log[0]["object_id"]),
        (&json!("throttle.lift"), &id)
    );
    assert_eq!(log[0]["before"]["subject"], "ada@example.org");
}

/// Whoever has no end of tries at somebody's password becomes them.
#[tokio::test]
async fn a_pause_of_somebody_who_may_more_is_not_lifted() {
    let house = House::new();
    let root = house
        .resident_with("root@example.org", &[Role::Admin])
        .await;
    house.resident("ada@example.org").await;
    let manager = house.acting_as(&[Role::UserManager]).await;
    for subject in ["root@example.org", &root.id.to_string()] {
        pause(&house, ("sign-in", Some(subject)), 9).await;
        let id = manager.get(PATH).await.json()[0]["id"].clone();
        let path = format!("{PATH}/{}", id.as_str().unwrap());
        assert_eq!(manager.delete(&path).await.error(), "insufficient_role");
        assert_eq!(house.admin().await.delete(&path).await.status, 204);
    }
    pause(&house, ("sign-in", Some("ada@example.org")), 9).await;
    let id = manager.get(PATH).await.json()[0]["id"].clone();
    let path = format!("{PATH}/{}", id.as_str().unwrap());
    assert_eq!(manager.delete(&path).await.status, 204);
}
