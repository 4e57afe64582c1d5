//! Profiles in which something is wrong that only others can mend.

use portcullis_core::{credential::CredentialStore, identity::IdentityStore};
use serde_json::json;

use super::house::{
    House,
    busy::{Busy, growing_schema},
};

const ADA: &str = "ada@example.com";
const LOGIN: &str = "/self-service/login/browser?return_to=https://app.test/reports";

/// The form that asks for the one can be saved in spite of the other.
#[tokio::test]
async fn people_complete_what_is_theirs_beside_what_is_not() {
    let usual = House::new();
    let ada = usual.resident(ADA).await;
    let secrets = CredentialStore::list(&*usual.store, ada.id).await.unwrap();
    let mut schema = growing_schema();
    let traits = &mut schema["properties"]["traits"];
    traits["properties"]["number"] = json!({"type": "string", "x-profile": {
        "view": ["user", "admin"], "edit": ["admin"],
    }});
    traits["required"] = json!(["email", "number"]);
    let house = Busy {
        schema: Some(schema),
        ..Busy::default()
    }
    .house();
    IdentityStore::insert(&*house.store, &ada, &secrets)
        .await
        .unwrap();
    let mut browser = house.browser();
    let reply = browser.sign_in_by_form(LOGIN, ADA).await;
    assert!(reply.location().contains("kc_action=VERIFY_PROFILE"));
    let flow = browser.errand(&reply).await;
    let mut fields = vec![("method", "profile"), ("traits.email", ADA)];
    let refused = browser.press(&flow, &fields).await;
    assert!(refused.location().contains("/settings?flow="));
    fields.push(("traits.team", "red"));
    let reply = browser.press(&flow, &fields).await;
    assert_eq!(reply.location(), "https://app.test/reports");
    assert_eq!(house.stored(&ada).await.traits["team"], "red");
    assert_eq!(house.stored(&ada).await.traits.get("number"), None);
}
