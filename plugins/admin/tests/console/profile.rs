//! The user profile editor.

use serde_json::{Value, json};

use crate::{
    Role,
    tests::house::{House, Program, Reply},
};

const PLACE: &str = "/ui/schemas/default";

/// The etag that the page at `path` has shown.
async fn etag(browser: &Program<'_>, path: &str) -> String {
    let page = browser.get(path).await.page();
    let (_, rest) = page.split_once("name=\"etag\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn document(browser: &Program<'_>) -> Value {
    let page = browser.get(&format!("{PLACE}/json")).await.page();
    let (_, rest) = page.split_once("<textarea").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let (text, _) = rest.split_once("</textarea>").unwrap();
    serde_json::from_str(&text.replace("&quot;", "\"").replace("&#x2f;", "/")).unwrap()
}

async fn sent(browser: &Program<'_>, path: &str, fields: &[(&str, &str)]) -> Reply {
    let etag = etag(browser, &format!("{PLACE}/json")).await;
    let mut all = vec![("etag", &*etag)];
    all.extend(fields);
    browser.form(&format!("{PLACE}/{path}"), &all).await
}

/// What a browser sends of the form of an attribute that everybody sees and changes.
fn ticked<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let rights = ["view_user", "view_admin", "edit_user", "edit_admin"];
    let rights = rights.map(|right| (right, "true"));
    rights.iter().chain(fields).copied().collect()
}

#[tokio::test]
async fn an_attribute_is_added_moved_changed_and_removed_in_step_with_the_json() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let list = browser.get("/ui/schemas").await.page();
    assert!(list.contains(&format!("href=\"{PLACE}\"")), "{list}");
    assert!(list.contains("From the configuration"), "{list}");
    let before = document(&browser).await;
    let team = ticked(&[("name", "team"), ("title", "Team"), ("most", "9")]);
    let added = sent(&browser, "add-attribute", &team).await;
    assert_eq!(added.status, 303, "{}", added.page());
    let traits = "/properties/traits/properties";
    let now = document(&browser).await;
    assert_eq!(now.pointer(traits).unwrap()["team"]["maxLength"], 9);
    let wrong = ticked(&[("name", "team"), ("title", "Mine")]);
    let wrong = sent(&browser, "add-attribute", &wrong).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong
            .page()
            .contains("There is an attribute of this name already.")
    );
    assert!(
        wrong.page().contains("value=\"Mine\""),
        "what was typed stays"
    );
    let moved = [("path", "team"), ("to", "before")];
    assert_eq!(sent(&browser, "move-attribute", &moved).await.status, 303);
    let rows = browser.get(PLACE).await.page();
    let place = |path: &str| rows.find(&format!("value=\"{path}\"")).unwrap();
    assert!(place("team") < place("name"), "{rows}");
    let open = browser.get(&format!("{PLACE}/attribute?path=team")).await;
    assert!(open.page().contains("value=\"Team\""), "{}", open.page());
    let change = ticked(&[("path", "team"), ("title", "Your team"), ("most", "9")]);
    assert_eq!(sent(&browser, "attribute", &change).await.status, 303);
    let now = document(&browser).await;
    assert_eq!(now.pointer(traits).unwrap()["team"]["title"], "Your team");
    let path = format!("{PLACE}/remove-attribute?path=name.first");
    let ask = browser.get(&path).await.page();
    assert!(
        ask.contains("People who have a value</dt><dd>2</dd>"),
        "{ask}"
    );
    let gone = sent(&browser, "remove-attribute", &[("path", "team")]).await;
    assert_eq!(gone.status, 303, "{}", gone.page());
    assert_eq!(document(&browser).await, before);
    let restored = sent(&browser, "restore", &[]).await;
    assert_eq!(
        (restored.status, restored.location().split('?').next()),
        (303, Some(PLACE))
    );
    assert!(
        browser
            .get(PLACE)
            .await
            .page()
            .contains("From the configuration")
    );
}

#[tokio::test]
async fn whoever_removes_what_people_sign_in_with_is_told_so_first() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let asked = async |path: &str| {
        let place = format!("{PLACE}/remove-attribute?path={path}");
        browser.get(&place).await.page()
    };
    let (name, email) = (asked("name.first").await, asked("email").await);
    for told in ["People sign in with it.", "Mail goes there"] {
        assert!(!name.contains(told), "{told}: {name}");
        assert!(email.contains(told), "{told}: {email}");
    }
}

#[tokio::test]
async fn a_document_that_people_do_not_fit_is_saved_only_when_that_is_said_twice() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let team = ticked(&[("name", "team"), ("required", "true"), ("most", "9")]);
    let refused = sent(&browser, "add-attribute", &team).await;
    assert_eq!(refused.status, 409);
    let page = refused.page();
    assert!(
        page.contains("Nothing was saved: people would not fit"),
        "{page}"
    );
    assert!(page.contains("name=\"force\""), "{page}");
    let mut text = document(&browser).await;
    assert!(text.pointer("/properties/traits/properties/team").is_none());
    text["properties"]["traits"]["required"] = serde_json::json!(["email", "academic"]);
    text["properties"]["traits"]["properties"]["academic"] =
        serde_json::json!({"type": "string", "x-profile": {"group": "none"}});
    let text = text.to_string();
    let fields = [("document", &*text)];
    let checked = sent(&browser, "check", &fields).await.page();
    assert!(
        checked.contains("Of them would not fit</dt><dd>1</dd>"),
        "{checked}"
    );
    assert!(checked.contains("<code>academic</code>"), "{checked}");
    assert!(checked.contains("there is no group"), "{checked}");
    assert_eq!(sent(&browser, "json", &fields).await.status, 409);
    let forced = [("document", &*text), ("force", "true")];
    assert_eq!(sent(&browser, "json", &forced).await.status, 303);
    let broken = sent(&browser, "json", &[("document", "{\n  oops")]).await;
    assert_eq!(broken.status, 400);
    let page = broken.page();
    assert!(
        page.contains("This is no JSON: line 2, column 3."),
        "{page}"
    );
    assert!(page.contains("oops"), "what was typed stays");
    let none = sent(&browser, "json", &[("document", "{\"type\": 7}")]).await;
    assert_eq!(none.status, 400);
    assert!(none.page().contains("This cannot be a schema"));
}

#[tokio::test]
async fn who_has_seen_an_older_document_loses_nothing_and_overwrites_nothing() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let old = etag(&browser, &format!("{PLACE}/json")).await;
    let team = ticked(&[("name", "team"), ("most", "9")]);
    assert_eq!(sent(&browser, "add-attribute", &team).await.status, 303);
    let mut late = ticked(&[("name", "rank"), ("title", "My rank"), ("etag", &old)]);
    let late_form = browser.form(&format!("{PLACE}/add-attribute"), &late).await;
    assert_eq!(late_form.status, 412);
    let page = late_form.page();
    assert!(
        page.contains("Somebody else saved this schema meanwhile"),
        "{page}"
    );
    assert!(page.contains("value=\"My rank\""), "{page}");
    let text = "{\"mine\": true}";
    let fields = [("etag", &*old), ("document", text)];
    let page = browser.form(&format!("{PLACE}/json"), &fields).await;
    assert_eq!(page.status, 412);
    let page = page.page();
    assert!(page.contains("{&quot;mine&quot;: true}"), "{page}");
    assert!(page.contains("What is saved now"), "{page}");
    let now = etag(&browser, &format!("{PLACE}/json")).await;
    late.retain(|(name, _)| *name != "etag");
    late.push(("etag", &*now));
    let again = browser.form(&format!("{PLACE}/add-attribute"), &late).await;
    assert_eq!(again.status, 303, "{}", again.page());
    let both = document(&browser).await;
    let both = both.pointer("/properties/traits/properties").unwrap();
    assert!(both["team"].is_object() && both["rank"].is_object());
}

/// KC-058.
#[tokio::test]
async fn a_group_in_use_names_the_attributes_that_keep_it() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let empty = browser.get(&format!("{PLACE}/groups")).await.page();
    assert!(empty.contains("There is no group yet."), "{empty}");
    let work = [("name", "work"), ("header", "At work"), ("description", "")];
    assert_eq!(sent(&browser, "add-group", &work).await.status, 303);
    assert_eq!(sent(&browser, "add-group", &work).await.status, 400);
    let team = ticked(&[("name", "team"), ("group", "work")]);
    assert_eq!(sent(&browser, "add-attribute", &team).await.status, 303);
    let kept = sent(&browser, "remove-group", &[("name", "work")]).await;
    assert_eq!(kept.status, 409);
    assert!(
        kept.page().contains("Put these elsewhere first: team"),
        "{}",
        kept.page()
    );
    let renamed = [
        ("name", "work"),
        ("header", "Job"),
        ("description", "What you do"),
    ];
    assert_eq!(sent(&browser, "group", &renamed).await.status, 303);
    let list = browser.get(&format!("{PLACE}/groups")).await.page();
    assert!(list.contains("What you do"), "{list}");
    let gone = sent(&browser, "remove-attribute", &[("path", "team")]).await;
    assert_eq!(gone.status, 303);
    let gone = sent(&browser, "remove-group", &[("name", "work")]).await;
    assert_eq!(gone.status, 303, "{}", gone.page());
}

/// KC-058: the editor of the whole document keeps a group in use as its own page does.
#[tokio::test]
async fn kc_058_a_document_without_a_group_in_use_is_saved_only_when_that_is_said_twice() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let work = [("name", "work"), ("header", "At work"), ("description", "")];
    assert_eq!(sent(&browser, "add-group", &work).await.status, 303);
    let team = ticked(&[("name", "team"), ("group", "work")]);
    assert_eq!(sent(&browser, "add-attribute", &team).await.status, 303);
    let mut without = document(&browser).await;
    without["properties"]["traits"]["x-profile"]["groups"] = json!([]);
    let text = without.to_string();
    let fields = [("document", &*text)];
    let refused = sent(&browser, "json", &fields).await;
    assert_eq!(refused.status, 409);
    let page = refused.page();
    for told in [
        "Nothing was saved: groups in use would go",
        "<dt>work</dt>",
        "Put these elsewhere first: team",
        "name=\"force\"",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("people would not fit"), "{page}");
    assert_ne!(document(&browser).await, without);
    let checked = sent(&browser, "check", &fields).await;
    assert_eq!(checked.status, 200);
    let page = checked.page();
    assert!(page.contains("<h2>Groups in use would go</h2>"), "{page}");
    assert!(page.contains("Everybody would fit"), "{page}");
    assert!(!page.contains("name=\"force\""), "{page}");
    let forced = [("document", &*text), ("force", "true")];
    assert_eq!(sent(&browser, "json", &forced).await.status, 303);
    assert_eq!(document(&browser).await, without);
}

/// KC-058: so does going back to the configuration.
#[tokio::test]
async fn kc_058_the_configuration_counts_again_over_a_group_in_use_only_when_that_is_said_twice() {
    let house = House::new();
    let browser = house.console(&[Role::Admin]).await;
    let mut before = document(&browser).await;
    before["properties"]["traits"]["properties"]["team"] =
        json!({"type": "string", "maxLength": 9, "x-profile": {"group": "work"}});
    let services = &house.services;
    let next = vec![("default".to_owned(), before.clone())];
    let changed = services
        .schema_desk
        .reconfigure(next, "default", &*services.identities);
    changed.await.unwrap();
    let work = [("name", "work"), ("header", "At work"), ("description", "")];
    assert_eq!(sent(&browser, "add-group", &work).await.status, 303);
    let refused = sent(&browser, "restore", &[]).await;
    assert_eq!(refused.status, 409);
    let page = refused.page();
    for told in ["<dt>work</dt>", "elsewhere first: team", "name=\"force\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_ne!(document(&browser).await, before);
    let forced = sent(&browser, "restore", &[("force", "true")]).await;
    assert_eq!(forced.status, 303, "{}", forced.page());
    assert_eq!(document(&browser).await, before);
}

#[tokio::test]
async fn whoever_only_reads_is_offered_no_change() {
    let house = House::new();
    let browser = house.console(&[Role::Viewer]).await;
    for tab in ["", "/groups", "/json"] {
        let page = browser.get(&format!("{PLACE}{tab}")).await.page();
        assert!(!page.contains(">Save<") && !page.contains("add-"), "{page}");
        assert!(!page.contains(">Remove<"), "{page}");
    }
}

/// Everybody in the house is called Ada: what is saved in spite of that is told as it comes about.
#[tokio::test]
async fn it_is_told_what_becomes_of_those_who_would_sign_in_with_what_is_somebody_elses() {
    let house = House::new();
    house.resident("ada@example.org").await;
    let browser = house.console(&[Role::Admin]).await;
    let mut schema = document(&browser).await;
    let path = "/properties/traits/properties/name/properties/first";
    let first = schema.pointer_mut(path).unwrap();
    first["ory.sh/kratos"] = json!({"credentials": {"password": {"identifier": true}}});
    let text = schema.to_string();
    let refused = sent(&browser, "json", &[("document", &*text)]).await;
    assert_eq!(refused.status, 409, "{}", refused.page());
    let page = refused.page();
    assert!(
        page.contains("everything else of theirs follows the schema"),
        "{page}"
    );
    assert!(!page.contains("they keep what they have"), "{page}");
}
