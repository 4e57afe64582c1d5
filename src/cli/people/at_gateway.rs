//! People of a running gateway, which tells of them and writes down what is done itself.

use std::sync::Arc;

use portcullis_core::{action::Action, identity::IdentityState, schema::Schema, secret::Secret};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Belongings, People, name_of};
use crate::cli::{
    Failure, Selector,
    lifespan::Lifespan,
    remote::{Remote, odd},
};

/// What is shown of an identity, in the order of the command.
const SHOWN: [&str; 18] = [
    "id",
    "schema_id",
    "schema_url",
    "state",
    "state_changed_at",
    "traits",
    "provenance",
    "roles",
    "required_actions",
    "accepted_terms",
    "tenant",
    "metadata_public",
    "metadata_admin",
    "verifiable_addresses",
    "recovery_addresses",
    "organization_id",
    "created_at",
    "updated_at",
];

/// Somebody as the gateway tells of them.
#[derive(Debug)]
pub(in crate::cli) struct Known {
    id: String,
    identity: Value,
}

impl Known {
    fn read(identity: Value) -> Result<Self, Failure> {
        let id = identity["id"].as_str().map(str::to_owned);
        let id = id.ok_or_else(odd)?;
        Ok(Self { id, identity })
    }

    fn path(&self) -> String {
        format!("/admin/identities/{}", self.id)
    }
}

impl People for Remote {
    type Person = Known;
    type Id = String;

    async fn find(&self, selector: &Selector) -> Result<Known, Failure> {
        Known::read(self.resolve(selector).await?)
    }

    fn id(person: &Known) -> String {
        person.id.clone()
    }

    fn roles(person: &Known) -> Result<Vec<String>, Failure> {
        texts(&person.identity["roles"])
    }

    fn name(&self, person: &Known) -> Option<String> {
        name_of(&person.identity)
    }

    async fn shown(&self, person: &Known) -> Result<Value, Failure> {
        let (identity, path) = (&person.identity, person.path());
        let mut shown = Map::new();
        for name in SHOWN {
            shown.insert(name.to_owned(), identity[name].clone());
        }
        // Who is called nothing elsewhere does not have it.
        if let Some(name) = identity.get("external_id") {
            shown.insert("external_id".to_owned(), name.clone());
        }
        let mut asked = self.get(&format!("{path}/required-actions")).await?;
        let asked = asked["required_actions"].take();
        shown.insert("required_actions".to_owned(), asked);
        match self.get(&format!("{path}/unmanaged")).await {
            Ok(unmanaged) => drop(shown.insert("unmanaged".to_owned(), unmanaged)),
            // Its schema keeps none.
            Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(failure),
        }
        Ok(Value::Object(shown))
    }

    async fn belongings(&self, person: &Known) -> Result<Belongings, Failure> {
        let path = format!("{}?dry_run=true", person.path());
        let counts = self.ask(Method::DELETE, &path, None).await?;
        Ok(Belongings {
            credentials: number(&counts["credentials"])?,
            links: number(&counts["links"])?,
            sessions: number(&counts["sessions"])?,
        })
    }

    async fn delete(&self, person: Known) -> Result<(), Failure> {
        let deleted = self.ask(Method::DELETE, &person.path(), None).await;
        deleted.map(drop)
    }

    async fn end_sessions(&self, person: &Known) -> Result<u64, Failure> {
        let asked = json!({"action": "delete", "identities": [person.id]});
        let told = self.ask(Method::POST, "/admin/sessions", Some(&asked));
        number(&told.await?["processed"])
    }

    async fn set_state(
        &self,
        person: Known,
        state: IdentityState,
    ) -> Result<(IdentityState, u64), Failure> {
        let ended = match state {
            IdentityState::Inactive => self.live_sessions(&person.id).await?,
            IdentityState::Active => 0,
        };
        let change = json!([{"op": "replace", "path": "/state", "value": state}]);
        self.patch(&person, &change).await?;
        Ok((state, ended as u64))
    }

    async fn set_roles(
        &self,
        person: Known,
        change: impl Fn(&mut Vec<String>),
    ) -> Result<Vec<String>, Failure> {
        let before = &person.identity["roles"];
        let mut roles = texts(before)?;
        change(&mut roles);
        // What others give or take meanwhile is not undone.
        let change = json!([
            {"op": "test", "path": "/roles", "value": before},
            {"op": "replace", "path": "/roles", "value": roles},
        ]);
        let changed = self.patch(&person, &change).await?;
        texts(&changed["roles"])
    }

    async fn require(
        &self,
        person: Known,
        (added, removed): (&[Action], &[String]),
    ) -> Result<Vec<String>, Failure> {
        let added: Vec<&str> = added.iter().map(|action| action.alias()).collect();
        let path = format!("{}/required-actions", person.path());
        let asked = json!({"add": added, "remove": removed});
        let told = self.ask(Method::PATCH, &path, Some(&asked)).await?;
        texts(&told["required_actions"])
    }

    async fn knows_temporary(&self) -> Result<bool, Failure> {
        let all = self.list("/admin/x/required-actions").await?;
        let alias = Action::UpdatePassword.alias();
        let mut all = all.iter();
        Ok(all.any(|one| one["alias"] == alias && one["enabled"] == true))
    }

    async fn set_password(
        &self,
        person: &Known,
        (password, is_temporary): (&Secret, bool),
    ) -> Result<u64, Failure> {
        let path = format!("{}/password", person.path());
        let wish = json!({"password": password.expose(), "temporary": is_temporary});
        let told = self.ask(Method::PUT, &path, Some(&wish)).await?;
        number(&told["sessions_ended"])
    }

    async fn hand_out(
        &self,
        person: &Known,
        lifespan: Lifespan,
        _: &'static str,
    ) -> Result<Value, Failure> {
        let mut wish = json!({"identity_id": person.id});
        if let Some(lifespan) = lifespan.given() {
            wish["expires_in"] = json!(lifespan.as_secs());
        }
        let path = "/admin/recovery/code";
        self.ask(Method::POST, path, Some(&wish)).await
    }

    async fn schema(&self, id: Option<&str>) -> Result<Arc<Schema>, Failure> {
        Ok(Arc::new(Remote::schema(self, id).await?))
    }

    async fn create_admin(
        &self,
        schema: &Schema,
        traits: Value,
        (password, is_temporary): (Option<&Secret>, bool),
    ) -> Result<Known, Failure> {
        let mut wish = json!({"schema_id": schema.id(), "traits": traits, "roles": ["admin"]});
        if let Some(password) = password {
            let config = json!({"password": password.expose()});
            wish["credentials"] = json!({"password": {"config": config}});
        }
        if is_temporary {
            wish["required_actions"] = json!([Action::UpdatePassword.alias()]);
        }
        let made = self.ask(Method::POST, "/admin/identities", Some(&wish));
        Known::read(made.await?)
    }
}

impl Remote {
    async fn patch(&self, person: &Known, operations: &Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, &person.path(), Some(operations))
            .await
    }
}

fn number(value: &Value) -> Result<u64, Failure> {
    value.as_u64().ok_or_else(odd)
}

fn texts(value: &Value) -> Result<Vec<String>, Failure> {
    serde_json::from_value(value.clone()).map_err(|_| odd())
}
