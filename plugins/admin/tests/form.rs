//! The form of a schema as administrators fill it in.

use super::house::House;

#[tokio::test]
async fn the_form_is_that_of_administrators() {
    let house = House::new();
    let admin = house.admin().await;
    let form = admin.get("/admin/x/form").await.json();
    assert_eq!(form["schema_id"], "default");
    let nodes = form["nodes"].as_array().unwrap();
    let names = nodes.iter().map(|node| &node["attributes"]["name"]);
    assert!(names.clone().any(|name| name == "traits.email"));
    let other = admin.get("/admin/x/form?schema_id=open").await.json();
    assert_eq!(other["schema_id"], "open");
    let nothing = admin.get("/admin/x/form?schema_id=none").await;
    assert_eq!(nothing.error(), "record_not_found");
}
