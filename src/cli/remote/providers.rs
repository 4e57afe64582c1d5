//! The commands on providers and on the gateway's addresses.

use portcullis_core::{administration::Leave, id::ProviderId};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Remote, encoded, odd};
use crate::cli::{Failure, output::remark};

const ALL: &str = "/admin/x/providers";

impl Remote {
    /// The providers of all sources.
    pub(in crate::cli) async fn providers(&self) -> Result<Vec<Value>, Failure> {
        self.list(ALL).await
    }

    /// The provider of this id.
    pub(in crate::cli) async fn provider(&self, id: &ProviderId) -> Result<Value, Failure> {
        self.get(&format!("{ALL}/{id}")).await
    }

    /// How a provider is.
    pub(in crate::cli) async fn reach(&self, id: &ProviderId) -> Result<Value, Failure> {
        self.get(&format!("{ALL}/{id}/status")).await
    }

    /// Adds a provider.
    pub(in crate::cli) async fn add(&self, table: Map<String, Value>) -> Result<Value, Failure> {
        let table = Value::Object(table);
        let added = self.ask(Method::POST, ALL, Some(&table)).await?;
        without_warnings(added, true)
    }

    /// Switches a provider on or off.
    pub(in crate::cli) async fn switch(
        &self,
        id: &ProviderId,
        (enabled, leave): (bool, Leave),
    ) -> Result<Value, Failure> {
        let path = format!("{ALL}/{id}{}", asked(leave));
        let change = json!({"enabled": enabled});
        let changed = self.ask(Method::PATCH, &path, Some(&change)).await?;
        without_warnings(changed, enabled)
    }

    /// How many links to its accounts there are, and how many sessions that began at it.
    pub(in crate::cli) async fn attached(&self, id: &ProviderId) -> Result<(u64, u64), Failure> {
        let path = format!("{ALL}/{id}?dry_run=true");
        let told = self.ask(Method::DELETE, &path, None).await?;
        let count = |name: &str| told[name].as_u64().ok_or_else(odd);
        Ok((count("links")?, count("sessions")?))
    }

    /// Removes a provider.
    pub(in crate::cli) async fn remove(
        &self,
        id: &ProviderId,
        leave: Leave,
    ) -> Result<Value, Failure> {
        let path = format!("{ALL}/{id}{}", asked(leave));
        self.ask(Method::DELETE, &path, None).await
    }

    /// What would become of claims.
    pub(in crate::cli) async fn dry_run(
        &self,
        id: &ProviderId,
        claims: &Value,
    ) -> Result<Value, Failure> {
        let path = format!("{ALL}/{id}/dry-run");
        self.ask(Method::POST, &path, Some(claims)).await
    }

    /// The gateway's addresses, and those to register at a provider.
    pub(in crate::cli) async fn addresses(
        &self,
        provider: Option<&ProviderId>,
    ) -> Result<Value, Failure> {
        let query = provider.map(|id| format!("?provider={}", encoded(id.as_str())));
        let path = format!("/admin/x/endpoints{}", query.unwrap_or_default());
        self.get(&path).await
    }
}

fn asked(leave: Leave) -> String {
    let word = |value: Value| value.as_str().map(str::to_owned);
    let links = leave.links.and_then(|links| word(json!(links)));
    let sessions = leave.sessions.and_then(|sessions| word(json!(sessions)));
    let parts: Vec<String> = [("links", links), ("sessions", sessions)]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={value}")))
        .collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!("?{}", parts.join("&")),
    }
}

/// The provider alone; what is weak about it is told where that is asked.
fn without_warnings(mut shown: Value, is_told: bool) -> Result<Value, Failure> {
    let facts = shown.as_object_mut().ok_or_else(odd)?;
    let warnings = facts.shift_remove("warnings").unwrap_or_default();
    let id = facts["id"].as_str().unwrap_or_default();
    for warning in warnings
        .as_array()
        .into_iter()
        .flatten()
        .filter(|_| is_told)
    {
        let text = |name: &str| warning[name].as_str().unwrap_or_default();
        let key = match text("key") {
            "" => id.to_owned(),
            key => format!("{id}.{key}"),
        };
        remark(format_args!(
            "warning: providers.{key}: {}",
            text("message")
        ));
    }
    Ok(shown)
}
