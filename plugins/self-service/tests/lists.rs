//! Lists and boxes as forms send them: one name several times.

use std::sync::Arc;

use portcullis_core::{
    identity::IdentityStore,
    schema::{Schema, Schemas},
};
use serde_json::{Value, json};

use super::house::{House, action, csrf};
use crate::Limits;

const ADA: &str = "ada@example.com";

fn house() -> House {
    House::altered(Limits::default(), |services, _| {
        let identifier = json!({"credentials": {"password": {"identifier": true}}});
        let document = json!({"type": "object", "properties": {
            "email": {"type": "string", "format": "email", "ory.sh/kratos": identifier},
            "nick": {"type": "string"},
            "phones": {"type": "array", "items": {"type": "string"}},
            "sizes": {"type": "array", "items": {"type": "integer"}},
            "news": {"type": "boolean"},
        }});
        let schema = Arc::new(Schema::parse("default", document).unwrap());
        let schemas = Arc::new(Schemas::new(vec![schema], "default").unwrap());
        services.schemas = schemas.clone();
        services.broker.schemas = schemas;
    })
}

/// KC-036, KC-055: nothing of a list is lost, whatever else is saved.
#[tokio::test]
async fn a_list_keeps_all_that_a_form_sends_of_it() {
    let house = house();
    let ada = house.resident(ADA).await;
    let mut browser = house.browser();
    browser.sign_in(ADA).await;
    let flow = browser.ask("/self-service/settings/browser").await.json();
    for nick in ["ada", "countess"] {
        let fields = [
            ("csrf_token", csrf(&flow)),
            ("method", "profile"),
            ("traits.email", ADA),
            ("traits.nick", nick),
            ("traits.phones", ""),
            ("traits.phones", "+49 30 1"),
            ("traits.phones", "+49 30 2"),
            ("traits.phones", ""),
            ("traits.sizes", ""),
            ("traits.sizes", "41"),
            ("traits.news", "false"),
            ("traits.news", "true"),
        ];
        let reply = browser.submit(action(&flow), &fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let stored = IdentityStore::find(&*house.store, ada.id).await;
        let traits: Value = stored.unwrap().unwrap().traits;
        let expected = json!({
            "email": ADA, "nick": nick, "phones": ["+49 30 1", "+49 30 2"], "sizes": [41],
            "news": true, "name": {"first": "Ada"},
        });
        assert_eq!(traits, expected);
    }
}
