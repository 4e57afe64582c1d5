//! Adding, changing and removing providers at run time, for endpoints and commands.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_core::{
    administration::{
        AdministrationError, Attached, Change, Departed, Kind, Leave, Problem,
        ProviderAdministration, ProviderRecord, ProviderReport,
    },
    clock::Clock,
    id::ProviderId,
    link::PreparedLink,
    plugin::Addresses,
    store::StoreError,
};
use serde_json::{Map, Value};

use super::{
    Keeper,
    departure::Fates,
    keeper::Seen,
    roster::{Entry, Origin},
    table::{astray, merge, secrets, shown, taken},
};
use crate::{
    config::{self, Finding, ProviderKind, Spoken},
    store::StoredProvider,
};

/// The levels of a key above a provider's own: `providers`, and its id.
const ABOVE: usize = 2;

/// Administers the providers of the store, and shows those of files.
#[derive(Debug)]
pub(crate) struct Administration {
    /// Who keeps the registry.
    pub(crate) keeper: Arc<Keeper>,
    /// Where the gateway is.
    pub(crate) addresses: Addresses,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
}

/// The issuer of a provider's accounts, where all have the same and another system calls them the same.
fn account_issuer(table: &config::Provider) -> Option<String> {
    // Microsoft's accounts have names here that no other system knows them by.
    match table.spoken() {
        Spoken::Microsoft(_) => None,
        _ => table.account_issuer(),
    }
}

/// What is told of a kind.
fn kind(kind: ProviderKind) -> Kind {
    let preset = kind.preset();
    Kind {
        name: kind.as_str().to_owned(),
        label: preset.label.clone(),
        issuer: preset.issuer.clone(),
        issuer_example: preset.issuer_example.clone(),
        asks: preset.asks.clone(),
    }
}

#[async_trait]
impl ProviderAdministration for Administration {
    fn kinds(&self) -> Vec<Kind> {
        let stands_for_many = |kind: &ProviderKind| *kind == ProviderKind::default();
        let (many, one): (Vec<_>, Vec<_>) = ProviderKind::all().partition(stands_for_many);
        one.into_iter().chain(many).map(kind).collect()
    }

    async fn list(&self) -> Result<Vec<ProviderRecord>, AdministrationError> {
        let entries = self.keeper.parts.roster.entries();
        Ok(entries
            .iter()
            .map(|(id, entry)| self.record(id, entry))
            .collect())
    }

    async fn find(&self, id: &ProviderId) -> Result<ProviderRecord, AdministrationError> {
        Ok(self.record(id, &self.entry(id)?))
    }

    async fn status(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError> {
        Ok(self.entry(id)?.report(&self.addresses))
    }

    async fn reach(&self, id: &ProviderId) -> Result<ProviderReport, AdministrationError> {
        let entry = self.entry(id)?;
        entry.reach().await;
        Ok(entry.report(&self.addresses))
    }

    async fn weakness(&self, record: &ProviderRecord) -> Vec<Problem> {
        let seen = self.keeper.hold().await;
        let found = seen.config().weakness_of(record.id.as_str(), &record.table);
        // The record has no secrets, so that one is missing is not to be told where there is one.
        let has = |problem: &Problem| match problem.key.as_str() {
            "client_secret" => record.secrets.has_client_secret,
            "private_key" => record.secrets.has_private_key,
            _ => false,
        };
        let problems = found.into_iter().map(problem_of);
        problems.filter(|problem| !has(problem)).collect()
    }

    async fn trouble(&self) -> Option<String> {
        self.keeper.parts.roster.trouble()
    }

    async fn attached(&self, id: &ProviderId) -> Result<Attached, AdministrationError> {
        Ok(self.keeper.parts.departures.attached(id).await?)
    }

    async fn preview(
        &self,
        id: Option<&ProviderId>,
        change: Change,
    ) -> Result<ProviderRecord, AdministrationError> {
        let mut seen = self.keeper.hold().await;
        let (id, provider) = match (id, change) {
            (Some(id), change) => {
                let row = self.row(id, &mut seen).await?;
                (id.clone(), self.changed(&row, change, seen.identity())?.1)
            }
            (None, Change::Replace(table) | Change::Merge(table)) => {
                let id = chosen_or_made(&table, seen.identity())?;
                self.refuse_twin(&id)?;
                let provider = self.check(&id, &taken(table), seen.identity())?;
                (id, provider)
            }
        };
        Ok(self.record_of(&id, (&provider, &Origin::Runtime)))
    }

    async fn add(&self, table: Map<String, Value>) -> Result<ProviderRecord, AdministrationError> {
        let mut seen = self.keeper.hold().await;
        let id = chosen_or_made(&table, seen.identity())?;
        let table = taken(table);
        self.check(&id, &table, seen.identity())?;
        // What another process has added meanwhile counts too.
        self.keeper.follow_store(&mut seen).await?;
        self.refuse_twin(&id)?;
        let now = self.clock.now();
        let row = StoredProvider {
            table: self.sealed(&id, table)?,
            id: id.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        match self.keeper.parts.stored.insert(&row).await {
            Err(StoreError::Conflict { .. }) => {
                let place = Origin::Runtime.to_string();
                return Err(AdministrationError::Exists { place });
            }
            done => done?,
        }
        self.keeper.follow_store(&mut seen).await?;
        self.find(&id).await
    }

    async fn change(
        &self,
        id: &ProviderId,
        change: Change,
        leave: Leave,
    ) -> Result<ProviderRecord, AdministrationError> {
        let mut seen = self.keeper.hold().await;
        let row = self.row(id, &mut seen).await?;
        let before = self.keeper.parts.roster.entry(id);
        let says_off = matches!(&change, Change::Merge(patch)
            if patch.get("enabled") == Some(&Value::Bool(false)));
        let (table, after) = self.changed(&row, change, seen.identity())?;
        let fates = Fates::of(leave, &after);
        // What is said of an end is done even where it was switched off before: it may not have
        // come about then.
        let was_on = before.is_some_and(|entry| entry.is_enabled());
        let leaves = !after.enabled && (was_on || says_off || leave != Leave::default());
        let table = self.sealed(id, table)?;
        match leaves {
            true => drop(self.depart(seen, &row, table, fates).await?),
            false => drop(self.write(&mut seen, &row, table).await?),
        }
        self.find(id).await
    }

    async fn remove(&self, id: &ProviderId, leave: Leave) -> Result<Departed, AdministrationError> {
        let mut seen = self.keeper.hold().await;
        let row = self.row(id, &mut seen).await?;
        // One whose table is broken serves nobody, and has nothing to say of what it leaves.
        let entry = self.keeper.parts.roster.entry(id);
        let fates = entry.as_ref().map_or_else(
            || Fates::of(leave, &config::Provider::default()),
            |entry| Fates::of(leave, &entry.table),
        );
        let mut table = row.table.clone();
        table.insert("enabled".to_owned(), Value::Bool(false));
        let (mut seen, departed) = self.depart(seen, &row, table, fates).await?;
        self.keeper.parts.stored.remove(id).await?;
        self.keeper.follow_store(&mut seen).await?;
        Ok(departed)
    }
}

impl Administration {
    fn entry(&self, id: &ProviderId) -> Result<Entry, AdministrationError> {
        let entry = self.keeper.parts.roster.entry(id);
        entry.ok_or(AdministrationError::Unknown)
    }

    fn record(&self, id: &ProviderId, entry: &Entry) -> ProviderRecord {
        self.record_of(id, (&entry.table, &entry.origin))
    }

    fn record_of(
        &self,
        id: &ProviderId,
        (table, origin): (&config::Provider, &Origin),
    ) -> ProviderRecord {
        ProviderRecord {
            id: id.clone(),
            source: origin.source(),
            redirect_uri: self.addresses.redirect_uri(id),
            sign_out: self.addresses.sign_out(id),
            secrets: secrets(table),
            issuer: table.account_issuer(),
            account_issuer: account_issuer(table),
            subjects: table.subjects(),
            table: shown(table),
        }
    }

    fn refuse_twin(&self, id: &ProviderId) -> Result<(), AdministrationError> {
        let roster = &self.keeper.parts.roster;
        if roster.is_embedded(id) {
            let place = "the program that embeds the gateway".to_owned();
            return Err(AdministrationError::Exists { place });
        }
        match roster.entry(id) {
            Some(entry) => Err(AdministrationError::Exists {
                place: entry.origin.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The provider as it is kept, when it can be changed here.
    async fn row(
        &self,
        id: &ProviderId,
        seen: &mut Seen,
    ) -> Result<StoredProvider, AdministrationError> {
        self.keeper.follow_store(seen).await?;
        if let Some(row) = seen.row(id) {
            return Ok(row.clone());
        }
        match self.keeper.parts.roster.entry(id) {
            Some(entry) => Err(AdministrationError::ReadOnly {
                place: entry.origin.to_string(),
            }),
            None => Err(AdministrationError::Unknown),
        }
    }

    /// The kept table after the change, in the clear, and the provider that it describes.
    fn changed(
        &self,
        row: &StoredProvider,
        change: Change,
        identity: &config::Identity,
    ) -> Result<(Map<String, Value>, config::Provider), AdministrationError> {
        let (mut kept, _) = self.keeper.parts.tables.opened(&row.id, row.table.clone());
        let (Change::Replace(new) | Change::Merge(new)) = &change;
        if new.get("id").is_some_and(|id| *id != row.id.as_str()) {
            let message = "the id of a provider never changes: people are linked to it";
            return Err(problem("id", message));
        }
        let (before, given) = (kept.clone(), new.clone());
        let table = match change {
            Change::Merge(patch) => {
                merge(&mut kept, patch);
                kept
            }
            Change::Replace(mut table) => {
                for key in config::Provider::SECRETS {
                    if let (false, Some(secret)) = (table.contains_key(key), kept.remove(key)) {
                        table.insert(key.to_owned(), secret);
                    }
                }
                table
            }
        };
        let after = taken(table.clone());
        // What is mistyped leads nowhere, which is no other address: it is told as what it is.
        let provider = self.check(&row.id, &after, identity)?;
        if let Some(secret) = astray(&before, &given, &table) {
            let message = "it was given for another address: give it anew together with the change";
            return Err(problem(secret, message));
        }
        Ok((after, provider))
    }

    /// The provider that the table describes, once nothing is wrong with it.
    fn check(
        &self,
        id: &ProviderId,
        table: &Map<String, Value>,
        identity: &config::Identity,
    ) -> Result<config::Provider, AdministrationError> {
        let provider = loaded(id.as_str(), table, identity)?;
        match self.keeper.parts.roster.made(id.as_str(), &provider) {
            Ok(_) => Ok(provider),
            Err(error) => Err(problem(error.key, &error.reason)),
        }
    }

    fn sealed(
        &self,
        id: &ProviderId,
        table: Map<String, Value>,
    ) -> Result<Map<String, Value>, AdministrationError> {
        let sealed = self.keeper.parts.tables.sealed(id, table);
        sealed.ok_or_else(|| problem("client_secret", "it is too long"))
    }
}

/// The id in the table, else one made of the client, so that the same client is never added twice.
fn chosen_or_made(
    table: &Map<String, Value>,
    identity: &config::Identity,
) -> Result<ProviderId, AdministrationError> {
    let id = match table.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(_) => return Err(problem("id", "a text is needed")),
        None => loaded("new", &taken(table.clone()), identity)?.generated_id(),
    };
    if id == PreparedLink::MARK {
        let message = "no provider is called so: links that are prepared are kept under that word";
        return Err(problem("id", message));
    }
    id.parse().map_err(|_| {
        let message = "this is no provider id; write up to 64 letters, digits, `-` and `_`";
        problem("id", message)
    })
}

/// The provider that the table describes, or everything that is wrong with it.
fn loaded(
    id: &str,
    table: &Map<String, Value>,
    identity: &config::Identity,
) -> Result<config::Provider, AdministrationError> {
    config::load_provider(id, &Value::Object(table.clone()), identity).map_err(|report| {
        let problems = report.problems_alone().findings.into_iter();
        AdministrationError::Invalid(problems.map(problem_of).collect())
    })
}

fn problem(key: &str, message: &str) -> AdministrationError {
    AdministrationError::Invalid(vec![Problem {
        key: key.to_owned(),
        message: message.to_owned(),
    }])
}

fn problem_of(finding: Finding) -> Problem {
    Problem {
        key: finding.key.below(ABOVE).to_string(),
        message: finding.message,
    }
}
