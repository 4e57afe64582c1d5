//! An administration in memory, which reads no more of a table than it needs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{
    administration::{
        AdministrationError, Attached, Change, Departed, Kind, Leave, LinkFate, Problem,
        ProviderAdministration, ProviderRecord, ProviderReport, ProviderSource, Secrets,
        SignOutAddresses,
    },
    id::ProviderId,
    provider::ProviderStatus,
    subject::SubjectForm,
};

/// Knows these providers, to each of which one person is linked. A table with a key `lable` is
/// mistaken, and one whose `link` is `auto` weak.
#[derive(Debug, Default)]
pub struct CannedAdministration(Mutex<Vec<ProviderRecord>>);

impl CannedAdministration {
    /// An administration that knows these.
    pub fn new(records: Vec<ProviderRecord>) -> Self {
        Self(Mutex::new(records))
    }

    fn records(&self) -> MutexGuard<'_, Vec<ProviderRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, id: &ProviderId) -> Result<usize, AdministrationError> {
        let records = self.records();
        let place = records.iter().position(|record| record.id == *id);
        let place = place.ok_or(AdministrationError::Unknown)?;
        match records[place].source {
            ProviderSource::Runtime => Ok(place),
            _ => Err(AdministrationError::ReadOnly {
                place: "portcullis.toml".to_owned(),
            }),
        }
    }
}

#[async_trait]
impl ProviderAdministration for CannedAdministration {
    fn kinds(&self) -> Vec<Kind> {
        let kind = |name: &str, label: &str, asks: &[&str]| Kind {
            name: name.to_owned(),
            label: label.to_owned(),
            asks: asks.iter().map(|&key| key.to_owned()).collect(),
            ..Kind::default()
        };
        let own = ["issuer_url", "client_secret", "allow_private_network"];
        vec![
            kind("google", "Google", &["client_secret", "hosted_domains"]),
            kind("keycloak", "Keycloak", &own),
            kind("oidc", "OpenID provider", &own),
        ]
    }

    async fn list(&self) -> Result<Vec<ProviderRecord>, AdministrationError> {
        Ok(self.records().clone())
    }

    async fn find(&self, id: &ProviderId) -> Result<ProviderRecord, AdministrationError> {
        let found = self.records().iter().find(|one| one.id == *id).cloned();
        found.ok_or(AdministrationError::Unknown)
    }

    async fn status(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError> {
        let record = self.find(id).await?;
        Ok(ProviderReport {
            id: record.id,
            source: record.source,
            enabled: record.table.get("enabled") != Some(&Value::Bool(false)),
            status: ProviderStatus {
                discovery: "pending",
                jwks: "pending",
                last_error: None,
                clock_skew: None,
            },
            redirect_uri: record.redirect_uri,
        })
    }

    async fn reach(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError> {
        let mut report = self.status(id).await?;
        (report.status.discovery, report.status.jwks) = ("ok", "ok");
        Ok(report)
    }

    async fn weakness(&self, record: &ProviderRecord) -> Vec<Problem> {
        let is_weak = record.table.get("link").is_some_and(|link| link == "auto");
        let weak = is_weak.then(|| problem("link", "anybody could be linked"));
        weak.into_iter().collect()
    }

    async fn trouble(&self) -> Option<String> {
        None
    }

    async fn attached(&self, id: &ProviderId) -> Result<Attached, AdministrationError> {
        let known = self.find(id).await.is_ok();
        let count = u64::from(known);
        Ok(Attached {
            links: count,
            sessions: count,
        })
    }

    async fn preview(
        &self,
        id: Option<&ProviderId>,
        change: Change,
    ) -> Result<ProviderRecord, AdministrationError> {
        let place = id.map(|id| self.place(id)).transpose()?;
        let before = place.map(|place| self.records()[place].clone());
        match (before, change) {
            (Some(before), change) => changed(before, change),
            (None, Change::Replace(table) | Change::Merge(table)) => {
                let id = table.get("id").and_then(Value::as_str).unwrap_or("made");
                let id = id.parse::<ProviderId>();
                let id = id.map_err(|_| AdministrationError::Invalid(vec![problem("id", "no id")]));
                record(id?, Secrets::default(), table)
            }
        }
    }

    async fn add(&self, table: Map<String, Value>) -> Result<ProviderRecord, AdministrationError> {
        let record = self.preview(None, Change::Replace(table)).await?;
        if self.find(&record.id).await.is_ok() {
            let place = "the store".to_owned();
            return Err(AdministrationError::Exists { place });
        }
        self.records().push(record.clone());
        Ok(record)
    }

    async fn change(
        &self,
        id: &ProviderId,
        change: Change,
        leave: Leave,
    ) -> Result<ProviderRecord, AdministrationError> {
        let place = self.place(id)?;
        refuse_while_linked(leave)?;
        let before = self.records()[place].clone();
        let after = changed(before, change)?;
        if after.table.get("enabled") == Some(&Value::Bool(false)) {
            refuse_lockout(id)?;
        }
        self.records()[place] = after.clone();
        Ok(after)
    }

    async fn remove(&self, id: &ProviderId, leave: Leave) -> Result<Departed, AdministrationError> {
        let place = self.place(id)?;
        refuse_while_linked(leave)?;
        refuse_lockout(id)?;
        self.records().remove(place);
        Ok(Departed {
            links_removed: u64::from(leave.links == Some(LinkFate::Unlink)),
            sessions_ended: 0,
        })
    }
}

fn problem(key: &str, message: &str) -> Problem {
    Problem {
        key: key.to_owned(),
        message: message.to_owned(),
    }
}

fn refuse_while_linked(leave: Leave) -> Result<(), AdministrationError> {
    match leave.links {
        Some(LinkFate::Refuse) => Err(AdministrationError::Linked { links: 1 }),
        _ => Ok(()),
    }
}

/// By the provider of this name alone those come in who may do everything.
pub const ONLY_WAY_IN: &str = "only-way-in";

fn refuse_lockout(id: &ProviderId) -> Result<(), AdministrationError> {
    match id.as_str() == ONLY_WAY_IN {
        true => Err(AdministrationError::LastAdministrator),
        false => Ok(()),
    }
}

fn changed(before: ProviderRecord, change: Change) -> Result<ProviderRecord, AdministrationError> {
    let table = match change {
        Change::Replace(table) => table,
        Change::Merge(patch) => before.table.into_iter().chain(patch).collect(),
    };
    record(before.id, before.secrets, table)
}

fn record(
    id: ProviderId,
    mut secrets: Secrets,
    mut table: Map<String, Value>,
) -> Result<ProviderRecord, AdministrationError> {
    if table.contains_key("lable") {
        let problem = problem("lable", "unknown key; did you mean `label`?");
        return Err(AdministrationError::Invalid(vec![problem]));
    }
    if let Some(secret) = table.shift_remove("client_secret") {
        secrets.has_client_secret = !secret.is_null();
    }
    if let Some(key) = table.shift_remove("private_key") {
        secrets.has_private_key = !key.is_null();
    }
    table.shift_remove("id");
    table.retain(|_, value| !value.is_null());
    table.entry("enabled").or_insert(Value::Bool(true));
    let at = |what: &str| format!("https://gate.test/{what}/{id}");
    Ok(ProviderRecord {
        source: ProviderSource::Runtime,
        redirect_uri: at("callback"),
        sign_out: SignOutAddresses {
            post_logout_redirect_uri: at("signed-out"),
            backchannel_logout_uri: at("backchannel-logout"),
            frontchannel_logout_uri: at("frontchannel-logout"),
        },
        secrets,
        issuer: table
            .get("issuer_url")
            .and_then(Value::as_str)
            .map(str::to_owned),
        account_issuer: None,
        subjects: match table.get("subject_source") == Some(&Value::from("oid")) {
            true => SubjectForm::Object,
            false => SubjectForm::Any,
        },
        table,
        id,
    })
}
