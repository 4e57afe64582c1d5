//! Schemas that are changed while the gateway runs.

use http::Method;
use serde_json::{Value, json};

use super::house::House;
use crate::Role;

const PATH: &str = "/admin/x/schemas";

/// The default schema of the house with one attribute more.
async fn with_team(house: &House, is_required: bool) -> Value {
    let admin = house.admin().await;
    let mut schema = admin.get(&format!("{PATH}/default")).await.json()["schema"].clone();
    let traits = match schema.pointer_mut("/properties/traits") {
        Some(traits) => traits,
        None => &mut schema,
    };
    traits["properties"]["team"] = json!({"type": "string", "title": "Team", "maxLength": 9});
    if is_required {
        traits["required"] = json!(["email", "team"]);
    }
    json!({ "schema": schema })
}

#[tokio::test]
async fn a_changed_schema_counts_at_once_and_the_change_is_written_down() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let admin = house.admin().await;
    let body = with_team(&house, false).await;
    let put = admin
        .send(Method::PUT, &format!("{PATH}/default"), &body)
        .await;
    assert_eq!(put.status, 200, "{:?}", put.json());
    assert_eq!(put.json()["source"], "overlay");
    let form = admin.get("/admin/x/form").await.json();
    let nodes = form["nodes"].as_array().unwrap();
    assert!(
        nodes
            .iter()
            .any(|node| node["attributes"]["name"] == "traits.team")
    );
    let listed = admin.get(PATH).await.json();
    let sources = listed.as_array().unwrap().iter();
    let sources: Vec<_> = sources.map(|one| (&one["id"], &one["source"])).collect();
    let (default, open) = (json!("default"), json!("open"));
    assert_eq!(
        sources,
        [(&default, &json!("overlay")), (&open, &json!("config"))]
    );
    let log = admin.get("/admin/x/audit").await.json();
    assert_eq!(
        (&log[0]["verb"], &log[0]["object_id"]),
        (&json!("schema.update"), &default)
    );
    assert_eq!(log[0]["before"]["source"], "config");

    let removed = admin.delete(&format!("{PATH}/default")).await;
    assert_eq!(removed.status, 204);
    let shown = admin.get(&format!("{PATH}/default")).await.json();
    assert_eq!(shown["source"], "config");
    let again = admin.delete(&format!("{PATH}/default")).await;
    assert_eq!(again.error(), "schema_configured");
}

#[tokio::test]
async fn a_schema_is_written_and_checked_as_the_document_that_it_is() {
    let house = House::new();
    let admin = house.admin().await;
    let (path, body) = (format!("{PATH}/default"), with_team(&house, false).await);
    let document = &body["schema"];
    let check = admin.post(&format!("{path}/check"), document).await;
    assert_eq!((check.status, &check.json()["failing"]), (200, &json!(0)));
    let put = admin.send(Method::PUT, &path, document).await;
    assert_eq!((put.status, &put.json()["schema"]), (200, document));
}

#[tokio::test]
async fn who_is_here_already_is_checked_before_and_told_of_trait_by_trait() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let admin = house.admin().await;
    let (path, body) = (format!("{PATH}/default"), with_team(&house, true).await);
    let check = admin.post(&format!("{path}/check"), &body).await.json();
    assert_eq!(
        (&check["failing"], &check["traits"]["team"]["missing"]),
        (&json!(3), &json!(3))
    );
    assert!(check["lints"].is_array());
    let refused = admin.send(Method::PUT, &path, &body).await;
    assert_eq!((refused.status, &*refused.error()), (409, "schema_unfit"));
    let details = &refused.json()["error"]["details"]["check"];
    assert_eq!(details["traits"]["team"]["identities"], 3);
    let forced = admin
        .send(Method::PUT, &format!("{path}?force=true"), &body)
        .await;
    assert_eq!(forced.status, 200);
    let odd = admin
        .send(Method::PUT, &format!("{path}?force=x"), &body)
        .await;
    assert_eq!(odd.error(), "bad_request");
}

#[tokio::test]
async fn who_has_seen_an_older_document_overwrites_nothing() {
    let house = House::new();
    let admin = house.admin().await;
    let (path, body) = (format!("{PATH}/default"), with_team(&house, false).await);
    let seen = admin.get(&path).await;
    let mine = admin.clone().with("if-match", seen.header("etag"));
    let first = mine.send(Method::PUT, &path, &body).await;
    assert_eq!(first.status, 200);
    assert_ne!(first.header("etag"), seen.header("etag"));
    let second = mine.send(Method::PUT, &path, &body).await;
    assert_eq!((second.status, &*second.error()), (412, "schema_changed"));
    let removal = mine.delete(&path).await;
    assert_eq!(removal.status, 412);
    let new = admin.clone().with("if-none-match", "*");
    assert_eq!(new.send(Method::PUT, &path, &body).await.status, 412);
    let other = new.send(Method::PUT, &format!("{PATH}/guest"), &body).await;
    assert_eq!(
        (other.status, &other.json()["source"]),
        (200, &json!("runtime"))
    );
    assert_eq!(admin.delete(&format!("{PATH}/guest")).await.status, 204);
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place() {
    let house = House::new();
    let admin = house.admin().await;
    let path = format!("{PATH}/default");
    let body = json!({"schema": {"properties": {"email": {"pattern": "("}}}});
    let refused = admin.send(Method::PUT, &path, &body).await;
    assert_eq!((refused.status, &*refused.error()), (400, "schema_invalid"));
    let problems = &refused.json()["error"]["details"]["errors"];
    let pointer = problems[0]["path"].as_str().unwrap();
    assert!(pointer.starts_with("/properties/email"), "{pointer}");
    let both = json!({"schema": {"properties": {}}, "properties": {}});
    for body in [
        json!({}),
        json!({"title": "x"}),
        json!({"schema": "text"}),
        both,
    ] {
        assert_eq!(
            admin.send(Method::PUT, &path, &body).await.error(),
            "bad_request"
        );
    }
    let named = format!("{PATH}/a%20b");
    let body = with_team(&house, false).await;
    assert_eq!(
        admin.send(Method::PUT, &named, &body).await.error(),
        "schema_invalid"
    );
}

#[tokio::test]
async fn those_who_look_after_providers_read_schemas_and_change_none() {
    let house = House::new();
    let reader = house.acting_as(&[Role::ProviderManager]).await;
    assert_eq!(reader.get(PATH).await.status, 200);
    let body = with_team(&house, false).await;
    let refused = reader
        .send(Method::PUT, &format!("{PATH}/default"), &body)
        .await;
    assert_eq!(refused.error(), "insufficient_role");
}

/// Everybody in the house is called Ada.
#[tokio::test]
async fn whoever_would_sign_in_with_what_is_somebody_elses_is_named_before() {
    let house = House::new();
    let ada = house.resident("ada@example.org").await;
    let admin = house.admin().await;
    let path = format!("{PATH}/default");
    let mut schema = admin.get(&path).await.json()["schema"].clone();
    let traits = match schema.pointer_mut("/properties/traits") {
        Some(traits) => traits,
        None => &mut schema,
    };
    traits["properties"]["name"]["properties"]["first"]["ory.sh/kratos"] =
        json!({"credentials": {"password": {"identifier": true}}});
    let body = json!({ "schema": schema });
    let check = admin.post(&format!("{path}/check"), &body).await.json();
    assert_eq!(
        (&check["checked"], &check["taken_identifier"]),
        (&json!(2), &json!(1)),
        "{check}"
    );
    let told = &check["taken"][0];
    let ids = [told["identity"].as_str(), told["holder"].as_str()];
    assert!(ids.contains(&Some(&*ada.id.to_string())), "{check}");
    assert_ne!(ids[0], ids[1]);
    let refused = admin.send(Method::PUT, &path, &body).await;
    assert_eq!((refused.status, &*refused.error()), (409, "schema_unfit"));
}

/// A document with an attribute that is shown in the group `job`, and where its traits stand.
async fn grouped(house: &House) -> (Value, &'static str) {
    let mut body = with_team(house, false).await;
    let at = match body.pointer("/schema/properties/traits") {
        Some(_) => "/schema/properties/traits",
        None => "/schema",
    };
    let traits = body.pointer_mut(at).unwrap();
    traits["properties"]["team"]["x-profile"] = json!({"group": "job"});
    (body, at)
}

/// KC-058: a group in use stays, with whatever document it would go.
#[tokio::test]
async fn kc_058_a_document_without_a_group_in_use_is_refused_unless_forced() {
    let house = House::new();
    let admin = house.admin().await;
    let path = format!("{PATH}/default");
    let forced = format!("{path}?force=true");
    let (mut body, at) = grouped(&house).await;
    let traits = body.pointer_mut(at).unwrap();
    traits["x-profile"] = json!({"groups": [{"name": "job"}, {"name": "free"}]});
    let put = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(put.status, 200, "{put:?}");
    body.pointer_mut(at).unwrap()["x-profile"]["groups"] = json!([]);
    let refused = admin.send(Method::PUT, &path, &body).await;
    let expected = (409, "schema_group_in_use".to_owned());
    assert_eq!((refused.status, refused.error()), expected);
    let told = refused.json()["error"].clone();
    let groups = json!([{"name": "job", "attributes": ["team"]}]);
    assert_eq!(told["details"]["groups"], groups, "{told}");
    let reason = told["reason"].as_str().unwrap();
    assert!(
        reason.contains("Put these elsewhere first: team."),
        "{reason}"
    );
    let kept = admin.get(&path).await.json();
    assert_eq!(kept["etag"], put.json()["etag"], "nothing was written");
    let late = admin.clone().with("if-match", "\"older\"");
    let late = late.send(Method::PUT, &path, &body).await;
    assert_eq!(late.error(), "schema_changed");
    let taken = admin.send(Method::PUT, &forced, &body).await;
    assert_eq!(taken.status, 200, "{taken:?}");

    // Who has put the attribute elsewhere takes the group out.
    let traits = body.pointer_mut(at).unwrap();
    traits["x-profile"]["groups"] = json!([{"name": "job"}]);
    assert_eq!(admin.send(Method::PUT, &path, &body).await.status, 200);
    let traits = body.pointer_mut(at).unwrap();
    traits["properties"]["team"]["x-profile"] = json!({});
    traits["x-profile"]["groups"] = json!([]);
    let put = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(put.status, 200, "{put:?}");
}

/// KC-058: whoever forces it takes who does not fit along, and so is told of them, too.
#[tokio::test]
async fn kc_058_who_would_not_fit_is_told_beside_the_groups() {
    let house = House::new();
    let admin = house.admin().await;
    let path = format!("{PATH}/default");
    let (mut body, at) = grouped(&house).await;
    let traits = body.pointer_mut(at).unwrap();
    traits["x-profile"] = json!({"groups": [{"name": "job"}]});
    assert_eq!(admin.send(Method::PUT, &path, &body).await.status, 200);
    let traits = body.pointer_mut(at).unwrap();
    traits["x-profile"] = json!({});
    traits["required"] = json!(["email", "team"]);
    let refused = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(refused.error(), "schema_group_in_use");
    let check = &refused.json()["error"]["details"]["check"];
    assert_eq!(check["traits"]["team"]["identities"], check["checked"]);
    body.pointer_mut(at).unwrap()["required"] = json!("email");
    let wrong = admin.send(Method::PUT, &path, &body).await;
    assert_eq!(wrong.error(), "schema_invalid");
}

/// Has the configuration show `team` in a group that it does not declare, and writes a document over it that
/// does: what is written goes back only over that group.
async fn over_a_configuration_without_the_group(house: &House) -> Value {
    let (mut body, at) = grouped(house).await;
    let next = vec![("default".to_owned(), body["schema"].clone())];
    let services = &house.services;
    let changed = services
        .schema_desk
        .reconfigure(next, "default", &*services.identities);
    assert_eq!(changed.await.unwrap().refused.len(), 0);
    let without = body.clone();
    let traits = body.pointer_mut(at).unwrap();
    traits["x-profile"] = json!({"groups": [{"name": "job"}]});
    let put = house
        .admin()
        .await
        .send(Method::PUT, &format!("{PATH}/default"), &body)
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    without
}

/// KC-058: what would be refused is found by a check, which changes nothing.
#[tokio::test]
async fn kc_058_a_check_tells_of_groups_in_use_that_would_go() {
    let house = House::new();
    let admin = house.admin().await;
    let without = over_a_configuration_without_the_group(&house).await;
    let path = format!("{PATH}/default/check");
    let found = admin.post(&path, &without).await;
    assert_eq!(found.status, 200, "{found:?}");
    let found = found.json();
    let groups = json!([{"name": "job", "attributes": ["team"]}]);
    assert_eq!((&found["groups"], &found["failing"]), (&groups, &json!(0)));
    let kept = admin.get(&format!("{PATH}/default")).await.json();
    let same = admin.post(&path, &json!({"schema": kept["schema"]})).await;
    assert_eq!(same.json()["groups"], json!([]));
    let new = admin.post(&format!("{PATH}/new/check"), &without).await;
    assert_eq!(new.json()["groups"], json!([]), "none was declared there");
}

/// KC-058: the configuration counts again only where that takes no group in use away.
#[tokio::test]
async fn kc_058_going_back_to_the_configuration_keeps_a_group_in_use() {
    let house = House::new();
    let admin = house.admin().await;
    let without = over_a_configuration_without_the_group(&house).await;
    let path = format!("{PATH}/default");
    let refused = admin.delete(&path).await;
    assert_eq!(
        (refused.status, &*refused.error()),
        (409, "schema_group_in_use")
    );
    let groups = json!([{"name": "job", "attributes": ["team"]}]);
    assert_eq!(refused.json()["error"]["details"]["groups"], groups);
    assert_eq!(admin.get(&path).await.json()["source"], "overlay");
    let late = admin.clone().with("if-match", "\"older\"");
    assert_eq!(late.delete(&path).await.error(), "schema_changed");
    let forced = admin.delete(&format!("{path}?force=true")).await;
    assert_eq!(forced.status, 204, "{forced:?}");
    let back = admin.get(&path).await.json();
    assert_eq!(
        (&back["source"], &back["schema"]),
        (&json!("config"), &without["schema"])
    );
}
