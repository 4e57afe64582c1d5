//! API credentials of a running gateway.

use std::time::Duration;

use portcullis_admin::{Role, credential::Wish};
use reqwest::Method;
use serde_json::{Value, json};

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

    async fn remove(&self, id: &str) -> Result<bool, Failure> {
        self.delete_at(&format!("{ALL}/{}", encoded(id))).await
    }
}
