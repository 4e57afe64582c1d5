//! Links of people of a running gateway, which tells of what is done and writes it down itself.

use portcullis_core::id::ProviderId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Account, Links};
use crate::cli::{
    Failure, Selector,
    remote::{Remote, odd},
};

/// How the gateway begins to say that an account's issuer is missing.
const WITHOUT_ISSUER: &str = "issuer: ";

impl Links for Remote {
    type Person = String;
    type Link = Value;

    async fn find(&self, selector: &Selector) -> Result<String, Failure> {
        self.id(selector).await
    }

    fn id(person: &String) -> String {
        person.clone()
    }

    async fn list(&self, person: &String) -> Result<Vec<Value>, Failure> {
        self.list(&all(person)).await
    }

    fn told(link: &Value) -> Value {
        link.clone()
    }

    async fn unlink(&self, person: &String, link: &Value) -> Result<u64, Failure> {
        let id = link["id"].as_str().ok_or_else(odd)?;
        let path = format!("/admin/identities/{person}/credentials/{id}");
        let before = self.live_sessions(person).await?;
        self.ask(Method::DELETE, &path, None).await?;
        let left = self.live_sessions(person).await?;
        Ok(before.saturating_sub(left) as u64)
    }

    async fn prepare(
        &self,
        person: &String,
        (provider, address): (&ProviderId, &str),
    ) -> Result<Value, Failure> {
        let asked = json!({"provider": provider, "address": address});
        let (prepared, _) = self.make(&all(person), &asked).await?;
        Ok(prepared)
    }

    async fn assign(
        &self,
        person: &String,
        account: &Account<'_>,
    ) -> Result<(Value, bool), Failure> {
        let asked = json!({
            "provider": account.provider, "subject": account.subject, "issuer": account.issuer,
        });
        let made = self.make(&all(person), &asked).await;
        made.map_err(|failure| match failure {
            Failure::Taken(_) => Failure::Taken(account.name()),
            Failure::Refused(reason)
                if account.issuer.is_none() && reason.starts_with(WITHOUT_ISSUER) =>
            {
                account.without_issuer()
            }
            other => other,
        })
    }
}

fn all(person: &str) -> String {
    format!("/admin/identities/{person}/links")
}
