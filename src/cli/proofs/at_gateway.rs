//! What people of a running gateway sign in with; it tells of what is done and writes it down itself.

use portcullis_core::{credential::CredentialKind, credentials::Place, id::CredentialId};
use reqwest::Method;
use serde_json::{Value, json};

use super::Proofs;
use crate::cli::{
    Failure, Selector,
    remote::{Remote, odd},
};

impl Proofs for Remote {
    type Person = String;
    type Proof = Value;

    async fn find(&self, selector: &Selector) -> Result<String, Failure> {
        self.id(selector).await
    }

    fn id(person: &String) -> String {
        person.clone()
    }

    async fn list(&self, person: &String, with_data: bool) -> Result<Vec<Value>, Failure> {
        let data = if with_data { "?data=true" } else { "" };
        self.list(&format!("{}{data}", all(person))).await
    }

    fn told(proof: &Value, _: bool) -> Value {
        proof.clone()
    }

    async fn label(
        &self,
        person: &String,
        (id, label): (CredentialId, &str),
    ) -> Result<Value, Failure> {
        let path = format!("{}/{id}", all(person));
        let asked = json!({"label": label});
        self.ask(Method::PATCH, &path, Some(&asked)).await
    }

    async fn move_to(
        &self,
        person: &String,
        (id, place): (CredentialId, Place),
    ) -> Result<Vec<Value>, Failure> {
        let path = format!("{}/{id}", all(person));
        let path = match place {
            Place::First => format!("{path}/moveToFirst"),
            Place::After(other) => format!("{path}/moveAfter/{other}"),
        };
        match self.ask(Method::POST, &path, None).await? {
            Value::Array(order) => Ok(order),
            _ => Err(odd()),
        }
    }

    async fn delete(
        &self,
        person: &String,
        proofs: &[Value],
        _: &'static str,
    ) -> Result<u64, Failure> {
        let before = self.live_sessions(person).await?;
        for proof in proofs {
            let id = proof["id"].as_str().ok_or_else(odd)?;
            // What is gone already needs nothing more, and the sessions of the rest do.
            self.delete_at(&format!("{}/{id}", all(person))).await?;
        }
        let left = self.live_sessions(person).await?;
        Ok(before.saturating_sub(left) as u64)
    }

    async fn has_second(&self, _: &String, left: &[Value]) -> Result<bool, Failure> {
        let has = |kind: CredentialKind| left.iter().any(|one| one["type"] == kind.as_str());
        let list = CredentialKind::LookupSecret;
        let mut others = CredentialKind::ALL.into_iter();
        Ok(others.any(|kind| kind.is_second_factor() && kind != list && has(kind)))
    }
}

fn all(person: &str) -> String {
    format!("/admin/identities/{person}/credentials")
}
