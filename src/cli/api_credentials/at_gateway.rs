//! API credentials of a running gateway.

use std::time::Duration;

use portcullis_admin::{
    Role,
    credential::{Change, Wish},
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Programs;
use crate::cli::{
    Failure,
    remote::{Remote, encoded},
};

const ALL: &str = "/admin/x/api-credentials";

impl Programs for Remote {
    async fn make(&self, wish: Wish) -> Result<Value, Failure> {
        let roles: Vec<&str> = wish.roles.iter().map(Role::as_str).collect();
        let asked = json!({
            "name": wish.name, "token_endpoint_auth_method": wish.auth_method, "roles": roles,
            "scopes": wish.scopes, "expires_at": wish.expires_at,
        });
        self.ask(Method::POST, ALL, Some(&asked)).await
    }

    async fn list(&self) -> Result<Vec<Value>, Failure> {
        self.all(ALL).await
    }

    async fn rotate(&self, id: &str, overlap: Duration) -> Result<Value, Failure> {
        let path = format!("{ALL}/{}/rotate", encoded(id));
        let asked = json!({"overlap": format!("{}s", overlap.as_secs())});
        self.ask(Method::POST, &path, Some(&asked)).await
    }

    async fn change(&self, id: &str, change: &Change) -> Result<Value, Failure> {
        let roles = change.roles.as_ref();
        let roles = roles.map(|roles| roles.iter().map(Role::as_str).collect::<Vec<_>>());
        let all = [
            ("name", json!(change.name)),
            ("token_endpoint_auth_method", json!(change.auth_method)),
            ("roles", json!(roles)),
            ("scopes", json!(change.scopes)),
        ];
        let said = all.into_iter().filter(|(_, value)| !value.is_null());
        let mut asked: Map<String, Value> =
            said.map(|(name, value)| (name.to_owned(), value)).collect();
        // Null says that it never ends.
        if let Some(end) = change.expires_at {
            asked.insert("expires_at".to_owned(), json!(end));
        }
        let path = format!("{ALL}/{}", encoded(id));
        self.ask(Method::PATCH, &path, Some(&Value::Object(asked)))
            .await
    }

    async fn remove(&self, id: &str) -> Result<bool, Failure> {
        self.delete_at(&format!("{ALL}/{}", encoded(id))).await
    }
}
