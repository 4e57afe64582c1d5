//! Houses in which people have something to do before they go on.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use portcullis_core::{
    action::{self, Action, ActionSettings, Actions, MAX_AUTH_AGE, Terms},
    assurance::Assurance,
    identity::{Identity, IdentityStore},
    plugin::Services,
    schema::{Rules, Schema, Schemas},
    testing::MemoryStore,
};
use serde_json::{Value, json};

use super::{Browser, House, Reply, open_registration};
use crate::{Config, Limits};

/// What the terms say.
pub(crate) const TERMS: &str = "Be kind.\nAnd patient.";

/// Actions that are all switched on, of which these are required of whoever is new.
pub(crate) struct Busy {
    pub(crate) defaults: Vec<Action>,
    pub(crate) off: Vec<Action>,
    pub(crate) password_max_age: Option<Duration>,
    pub(crate) assurance: Assurance,
    /// The schema in place of the house's own.
    pub(crate) schema: Option<Value>,
    /// What the house decides beside that schema.
    pub(crate) rules: Rules,
    pub(crate) config: Config,
    pub(crate) limits: Limits,
}

impl Default for Busy {
    fn default() -> Self {
        Self {
            defaults: Vec::new(),
            off: Vec::new(),
            password_max_age: None,
            assurance: Assurance::default(),
            schema: None,
            rules: Rules::default(),
            config: open_registration(),
            limits: Limits::default(),
        }
    }
}

impl Busy {
    pub(crate) fn house(self) -> House {
        self.house_with(|_, _| {})
    }

    /// The same with further services.
    pub(crate) fn house_with(self, change: impl FnOnce(&mut Services, &Arc<MemoryStore>)) -> House {
        let settings = self.settings();
        let (age, schema, assurance) = (self.password_max_age, self.schema, self.assurance);
        let rules = self.rules;
        House::built((self.config, self.limits), |services, store| {
            let schema = match schema {
                Some(document) => {
                    let schema = Schema::parse("default", document).unwrap();
                    Arc::new(schema.with_rules(rules))
                }
                None => services.schemas.default_schema(),
            };
            let schemas = Schemas::new(vec![schema], "default").unwrap();
            let schemas = Arc::new(schemas.asking(action::defaults(&settings)));
            let terms = Terms {
                version: "2".to_owned(),
                text: Some(TERMS.to_owned()),
                url: Some("https://example.org/terms".to_owned()),
            };
            let actions = Actions::new(Arc::clone(&schemas), settings, Some(terms));
            let actions = actions.with_password_max_age(age);
            services.actions = Arc::new(actions.with_assurance(assurance));
            services.broker.schemas = Arc::clone(&schemas);
            services.schemas = schemas;
            change(services, store);
        })
    }

    fn settings(&self) -> BTreeMap<Action, ActionSettings> {
        let all = Action::ALL.iter().zip(0..);
        let settings = |action: &Action, priority| ActionSettings {
            enabled: !self.off.contains(action),
            default: self.defaults.contains(action),
            priority,
            max_auth_age: match action {
                Action::DeleteAccount => Duration::ZERO,
                _ => MAX_AUTH_AGE,
            },
        };
        all.map(|(action, priority)| (*action, settings(action, priority)))
            .collect()
    }
}

/// A house of people who have to do these.
pub(crate) fn house_where(defaults: &[Action]) -> House {
    let defaults = defaults.to_vec();
    Busy {
        defaults,
        ..Busy::default()
    }
    .house()
}

/// A house with these schemas beside the default one, each with a trait of its own name; people who
/// register may choose some of them.
pub(crate) fn of_schemas(ids: &[&str], selectable: &[&str]) -> House {
    House::altered(Limits::default(), |services, _| {
        let mut schemas = services.schemas.all().to_vec();
        for id in ids {
            let mut document: Value = serde_json::from_str(include_str!("../schema.json")).unwrap();
            let own = json!({"type": "string", "maxLength": 20});
            document["properties"]["traits"]["properties"][*id] = own;
            schemas.push(Arc::new(Schema::parse(id, document).unwrap()));
        }
        let selectable = selectable.iter().map(|&id| id.to_owned()).collect();
        let schemas = Schemas::new(schemas, "default")
            .unwrap()
            .offering(selectable);
        services.schemas = Arc::new(schemas);
    })
}

/// A schema that asks people for a `team` as well.
pub(crate) fn growing_schema() -> Value {
    let mut schema: Value = serde_json::from_str(include_str!("../schema.json")).unwrap();
    let properties = &mut schema["properties"]["traits"]["properties"];
    properties["team"] = json!({
        "type": "string", "title": "Team", "x-profile": {"required_for": {"roles": ["user"]}},
    });
    schema
}

impl House {
    /// The identity as it is stored.
    pub(crate) async fn stored(&self, identity: &Identity) -> Identity {
        let identities: &dyn IdentityStore = &*self.store;
        identities.find(identity.id).await.unwrap().unwrap()
    }
}

impl Browser<'_> {
    /// Signs in as a person does, and returns the answer.
    pub(crate) async fn sign_in_by_form(&mut self, page: &str, email: &str) -> Reply {
        let reply = self.go(page).await;
        let fetch = format!("/self-service/login/flows?id={}", reply.query("flow"));
        let flow = self.ask(&fetch).await.json();
        let fields = [
            ("method", "password"),
            ("identifier", email),
            ("password", super::PASSWORD),
            ("csrf_token", super::csrf(&flow)),
        ];
        self.submit(super::action(&flow), &fields).await
    }

    /// Follows a redirect to the page of an action, and returns its flow.
    pub(crate) async fn errand(&mut self, reply: &Reply) -> Value {
        let begun = self.go(reply.location()).await;
        let id = begun.query("flow");
        let fetch = format!("/self-service/settings/flows?id={id}");
        let reply = self.ask(&fetch).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// Presses the button of the form as a person does.
    pub(crate) async fn press(&mut self, flow: &Value, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("csrf_token", super::csrf(flow))];
        all.extend_from_slice(fields);
        self.submit(super::action(flow), &all).await
    }
}
