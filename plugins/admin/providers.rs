//! Providers: what is done to those of the store, for the API and the console alike.

mod takeover;

use std::sync::Arc;

use portcullis_core::{
    administration::{
        AdministrationError, Attached, Change, Departed, Kind, Leave, Problem, ProviderRecord,
        ProviderReport,
    },
    broker::{BrokerError, DryRun},
    catalogue::Code,
    id::ProviderId,
    schema::Viewer,
};
use portcullis_kit::Failure;
use serde_json::{Map, Value, json};

use crate::{audit::Act, caller::Caller, desk::Desk, people::refusal::refused, role::Permission};

/// What the audit log calls them.
const KIND: &str = "provider";
/// The keys whose values are never told.
const SECRETS: [&str; 2] = ["client_secret", "private_key"];

/// The kind of this name.
pub(crate) fn kind(desk: &Desk, name: &str) -> Option<Kind> {
    let mut kinds = kinds(desk).into_iter();
    kinds.find(|kind| kind.name == name)
}

/// The kinds that can be chosen.
pub(crate) fn kinds(desk: &Desk) -> Vec<Kind> {
    desk.services.administration.kinds()
}

/// All providers in the order of their ids.
pub(crate) async fn list(desk: &Desk) -> Result<Vec<ProviderRecord>, Failure> {
    let all = desk.services.administration.list().await;
    all.map_err(refusal)
}

/// The provider of this name; what is no name is nobody's.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<ProviderRecord, Failure> {
    let found = desk.services.administration.find(&named(id)?).await;
    found.map_err(refusal)
}

/// What is weak about a provider.
pub(crate) async fn weakness(desk: &Desk, record: &ProviderRecord) -> Vec<Problem> {
    desk.services.administration.weakness(record).await
}

/// The same, where it can be changed here.
pub(crate) async fn changeable(desk: &Desk, id: &str) -> Result<ProviderRecord, Failure> {
    let id = named(id)?;
    let nothing = Change::Merge(Map::new());
    let found = desk.services.administration.preview(Some(&id), nothing);
    found.await.map_err(refusal)
}

/// Why providers do not serve as they are written.
pub(crate) async fn trouble(desk: &Desk) -> Option<String> {
    desk.services.administration.trouble().await
}

/// How a provider is, from what was last seen of it.
pub(crate) async fn report(desk: &Desk, id: &ProviderId) -> Result<ProviderReport, Failure> {
    let report = desk.services.administration.status(id).await;
    report.map_err(refusal)
}

/// Asks a provider itself how it is.
pub(crate) async fn reach(desk: &Desk, id: &str) -> Result<ProviderReport, Failure> {
    let report = desk.services.administration.reach(&named(id)?).await;
    report.map_err(refusal)
}

/// What a provider would leave behind.
pub(crate) async fn attached(desk: &Desk, id: &str) -> Result<Attached, Failure> {
    let attached = desk.services.administration.attached(&named(id)?).await;
    attached.map_err(refusal)
}

/// What the configuration of a provider would make of these claims, as the caller may see it: who it
/// leads to and what they have already is for those who may see identities.
pub(crate) async fn dry_run(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    claims: Value,
) -> Result<DryRun, Failure> {
    let services = &desk.services;
    let run = services.broker.dry_run(&named(id)?, claims).await;
    let mut run = run.map_err(|error| match error {
        BrokerError::Provider(error) => refused(format!("These are no claims of it: {error}.")),
        other => Failure::from(other.code()).caused_by(other),
    })?;
    if let Some(schema) = services.schemas.find(&run.schema_id) {
        run.traits = schema.visible(Viewer::Administrator, &run.traits);
    }
    Ok(seen_by(caller, run))
}

/// What the caller may see of it: why a rule fires may tell of somebody's factors and links.
pub(crate) fn seen_by(caller: &Caller, run: DryRun) -> DryRun {
    if run.identity_id.is_none() || caller.require(Permission::ReadIdentities).is_ok() {
        return run;
    }
    DryRun {
        identity_id: None,
        traits: Value::Null,
        metadata_public: None,
        metadata_admin: None,
        roles: Vec::new(),
        errors: Vec::new(),
        why: run.rule.clone(),
        ..run
    }
}

/// Adds a provider to the store.
pub(crate) async fn add(
    desk: &Desk,
    caller: &Caller,
    table: Map<String, Value>,
) -> Result<ProviderRecord, Failure> {
    let wish = Change::Replace(table.clone());
    takeover::may_decide(desk, caller, None, (&wish, Leave::default())).await?;
    let given = given_secrets(&table);
    let added = desk.services.administration.add(table).await;
    let added = added.map_err(refusal)?;
    let act = Act::on("provider.create", KIND, &added.id);
    let after = with_secrets(Value::Object(told(&added)), &given);
    desk.audit(caller, act.to(after)).await;
    Ok(added)
}

/// Changes a provider of the store. What was begun is ended and written down even where nobody
/// waits for the answer any more: what a provider leaves behind takes its time.
pub(crate) async fn change(
    desk: &Arc<Desk>,
    caller: &Caller,
    id: &str,
    (change, leave): (Change, Leave),
) -> Result<ProviderRecord, Failure> {
    let (desk, caller, id) = (Arc::clone(desk), caller.clone(), named(id)?);
    takeover::may_decide(&desk, &caller, Some(&id), (&change, leave)).await?;
    to_its_end(async move {
        let administration = &desk.services.administration;
        let before = administration.find(&id).await.ok();
        let (Change::Replace(given) | Change::Merge(given)) = &change;
        let given = given_secrets(given);
        let changed = administration.change(&id, change, leave).await;
        let after = changed.map_err(refusal)?;
        let (old, new) = difference(before.as_ref(), &after);
        let act = Act::on("provider.update", KIND, &id);
        let act = act.from(old).to(with_secrets(new, &given));
        desk.audit(&caller, act).await;
        Ok(after)
    })
    .await
}

/// Removes a provider of the store, likewise to the end.
pub(crate) async fn remove(
    desk: &Arc<Desk>,
    caller: &Caller,
    id: &str,
    leave: Leave,
) -> Result<Departed, Failure> {
    let (desk, caller, id) = (Arc::clone(desk), caller.clone(), named(id)?);
    takeover::may_remove(&desk, &caller, &id, leave).await?;
    to_its_end(async move {
        let administration = &desk.services.administration;
        let before = administration.find(&id).await.ok();
        let departed = administration.remove(&id, leave).await;
        let departed = departed.map_err(refusal)?;
        let before = before.map_or(Value::Null, |record| Value::Object(told(&record)));
        let act = Act::on("provider.delete", KIND, &id);
        desk.audit(&caller, act.from(before).to(json!(departed)))
            .await;
        Ok(departed)
    })
    .await
}

async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(Failure::from(Code::Internal).caused_by(error)))
}

fn named(id: &str) -> Result<ProviderId, Failure> {
    id.parse().map_err(|_| Code::ProviderUnknown.into())
}

/// Why an administrator's wish was not followed, in words that name what is wrong.
fn refusal(error: AdministrationError) -> Failure {
    let reason = format!("{error}.");
    let said = |code: Code| Failure::from(code).because(reason.clone());
    match error {
        AdministrationError::Unknown => Code::ProviderUnknown.into(),
        AdministrationError::Exists { place } => said(Code::ProviderExists).detail("place", place),
        AdministrationError::ReadOnly { place } => {
            said(Code::ProviderInFile).detail("place", place)
        }
        AdministrationError::Invalid(problems) => {
            let errors = problems.iter();
            let errors = errors.map(|one| json!({"path": one.key, "message": one.message}));
            let errors: Vec<Value> = errors.collect();
            said(Code::ProviderMistaken).detail("errors", errors)
        }
        AdministrationError::Linked { links } => said(Code::ProviderLinked).detail("links", links),
        AdministrationError::LastAdministrator => said(Code::LastAdministrator),
        AdministrationError::Changed => said(Code::ProviderChanged),
        AdministrationError::Store(error) => error.into(),
    }
}

/// What the audit log is told of a provider.
fn told(record: &ProviderRecord) -> Map<String, Value> {
    let secrets = [
        ("has_client_secret", record.secrets.has_client_secret),
        ("has_private_key", record.secrets.has_private_key),
    ];
    let secrets = secrets.map(|(name, has)| (name.to_owned(), Value::Bool(has)));
    record.table.clone().into_iter().chain(secrets).collect()
}

/// What of it has changed: as it was, and as it is.
fn difference(before: Option<&ProviderRecord>, after: &ProviderRecord) -> (Value, Value) {
    let (mut old, mut new) = (before.map(told).unwrap_or_default(), told(after));
    let earlier = old.clone();
    old.retain(|key, value| new.get(key) != Some(value));
    new.retain(|key, value| earlier.get(key) != Some(value));
    (Value::Object(old), Value::Object(new))
}

/// The secrets that a table gives or, by null, takes away.
fn given_secrets(table: &Map<String, Value>) -> Vec<&'static str> {
    let is_given = |key: &&str| table.contains_key(*key);
    SECRETS.into_iter().filter(is_given).collect()
}

/// The same with the names of the secrets that were given.
fn with_secrets(mut after: Value, given: &[&str]) -> Value {
    if !given.is_empty() {
        after["secrets_given"] = json!(given);
    }
    after
}
