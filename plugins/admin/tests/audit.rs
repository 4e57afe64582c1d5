//! Who did what: written down, searched and taken along.

use serde_json::{Value, json};

use super::{
    api_credentials::made,
    house::{House, Program},
};
use crate::Role;

const LOG: &str = "/admin/x/audit";

#[tokio::test]
async fn changes_and_refusals_are_written_down() {
    let house = House::new();
    let admin = house.admin().await;
    let made = made(&admin, &json!({"name": "first"})).await;
    let id = made["id"].as_str().unwrap();
    let path = format!("/admin/x/api-credentials/{id}");
    admin
        .send(http::Method::PATCH, &path, &json!({"name": "second"}))
        .await;
    let viewer = house.acting_as(&[Role::Viewer]).await;
    assert_eq!(viewer.delete(&path).await.status, 403);
    house.stranger().delete(&path).await;
    let entries = admin.get(LOG).await.json();
    let entries = entries.as_array().unwrap();
    assert_eq!(
        entries.len(),
        3,
        "strangers are told nothing and noted nowhere"
    );
    let by = |verb: &str| entries.iter().find(|one| one["verb"] == verb).unwrap();
    let change = by("api-credential.update");
    assert_eq!(
        (&change["before"]["name"], &change["after"]["name"]),
        (&json!("first"), &json!("second"))
    );
    assert_eq!(
        (&change["object_kind"], &change["object_id"]),
        (&json!("api-credential"), &json!(id))
    );
    assert_eq!(
        (&change["outcome"], &change["client"]),
        (&json!("done"), &json!("192.0.2.1"))
    );
    assert!(change["actor"].as_str().unwrap().starts_with("identity:"));
    assert!(
        change["actor_label"]
            .as_str()
            .unwrap()
            .ends_with("@example.org")
    );
    let refused = by("DELETE /admin/x/api-credentials/{id}");
    assert_eq!(
        (&refused["outcome"], &refused["object_id"]),
        (&json!("insufficient_role"), &json!(path))
    );
}

/// Makes five credentials, one a second: their ids.
async fn five(house: &House, admin: &Program<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..5 {
        let one = made(admin, &json!({"name": format!("n{n}")})).await;
        ids.push(one["id"].as_str().unwrap().to_owned());
        house.clock.advance(std::time::Duration::from_secs(1));
    }
    ids
}

#[tokio::test]
async fn the_log_is_searched() {
    let house = House::new();
    let admin = house.admin().await;
    let ids = five(&house, &admin).await;
    let names = async |query: &str| {
        let found = admin.get(&format!("{LOG}?{query}")).await.json();
        let found = found.as_array().unwrap().iter();
        let names = found.map(|one| one["after"]["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        names(&format!("object=api-credential:{}", ids[2])).await,
        ["n2"]
    );
    assert_eq!(names(&format!("object={}", ids[2])).await, ["n2"]);
    assert_eq!(names("since=2026-11-22T12:00:03Z").await, ["n4", "n3"]);
    let early = "until=2026-11-22T12:00:03Z&verb=api-credential.create";
    assert_eq!(names(early).await, ["n2", "n1", "n0"]);
    assert!(names("verb=nothing").await.is_empty());
    assert_eq!(names("client=::ffff:192.0.2.1&outcome=done").await.len(), 5);
    for nothing in ["client=192.0.2.2", "client=unix", "outcome=refused"] {
        assert!(names(nothing).await.is_empty(), "{nothing}");
    }
    for query in [
        "client=here",
        "client=",
        "since=yesterday",
        "page_size=0",
        "page_size=x",
        "page_token=x",
        "page_token=1.x",
    ] {
        let refused = admin.get(&format!("{LOG}?{query}")).await;
        assert_eq!(refused.error(), "bad_request", "{query}");
    }
}

/// What was refused is found by that, and by its code.
#[tokio::test]
async fn the_log_is_searched_for_refusals() {
    let house = House::new();
    let admin = house.admin().await;
    five(&house, &admin).await;
    let viewer = house.acting_as(&[Role::Viewer]).await;
    assert_eq!(
        viewer.delete("/admin/x/api-credentials/x").await.status,
        403
    );
    for wanted in ["refused", "insufficient_role"] {
        let path = format!("{LOG}?outcome={wanted}&client=192.0.2.1");
        let found = admin.get(&path).await.json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{wanted}: {found}");
        assert_eq!(found[0]["outcome"], "insufficient_role");
        let taking = admin.clone().with("accept", "application/x-ndjson");
        let lines = String::from_utf8(taking.get(&path).await.body).unwrap();
        assert_eq!(lines.lines().count(), 1, "taken along likewise: {lines}");
    }
}

/// A parameter that nobody reads meant something to whoever sent it.
#[tokio::test]
async fn what_nobody_reads_in_an_address_is_refused() {
    let house = House::new();
    let admin = house.admin().await;
    for path in [
        "/admin/x/audit?outcomes=done",
        "/admin/x/throttles?who=ada",
        "/admin/x/providers?enabled=true",
        "/admin/x/schemas?x",
        "/admin/x/api-credentials?page_size=1",
        "/admin/x/required-actions?a=1&b=2",
    ] {
        let refused = admin.get(path).await;
        assert_eq!(
            (refused.status, refused.error()),
            (400, "bad_request".into()),
            "{path}"
        );
        let name = path.split_once('?').unwrap().1;
        let name = name.split(['=', '&']).next().unwrap();
        let reason = refused.json()["error"]["reason"].clone();
        let reason = reason.as_str().unwrap();
        assert!(reason.starts_with(&format!("{name}: ")), "{path}: {reason}");
    }
    let stranger = house.stranger().get("/admin/x/audit?outcomes=done").await;
    assert_eq!(stranger.status, 401, "who may not ask is told nothing else");
    let dialect = admin.get("/admin/identities?something=new").await;
    assert_eq!(dialect.status, 200, "newer clients of the dialect say more");
}

#[tokio::test]
async fn the_log_comes_page_by_page_and_line_by_line() {
    let house = House::new();
    let admin = house.admin().await;
    five(&house, &admin).await;
    let (mut seen, mut next) = (Vec::new(), Some(format!("{LOG}?page_size=2")));
    while let Some(path) = next {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200, "{:?}", page.json());
        let entries = page.json();
        let entries = entries.as_array().unwrap().iter();
        seen.extend(entries.map(|one| one["after"]["name"].clone()));
        next = page.header("link").split(',').find_map(|link| {
            let (address, rel) = link.split_once(">; rel=")?;
            (rel == "\"next\"").then(|| address.trim_start_matches('<').to_owned())
        });
    }
    assert_eq!(seen, ["n4", "n3", "n2", "n1", "n0"].map(Value::from));

    // The links say how long a page is, whether or not that was asked.
    let whole = admin.get(LOG).await;
    let first = format!("<{LOG}?page_size=250>; rel=\"first\"");
    assert_eq!(whole.header("link"), first);

    let taking = admin.clone().with("accept", "application/x-ndjson");
    let lines = taking.get(LOG).await;
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let text = String::from_utf8(lines.body).unwrap();
    let read = text.lines().map(serde_json::from_str::<Value>);
    assert_eq!(read.filter(Result::is_ok).count(), 5);
}
