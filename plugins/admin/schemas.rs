//! Schemas: what is done to them, for the API and the console alike.

use portcullis_core::{
    catalogue::Code,
    schema::runtime::{Expected, SchemaCheck, SchemaError, SchemaProblem, SchemaRecord, Terms},
};
use portcullis_kit::Failure;
use serde_json::{Value, json};

use crate::{audit::Act, caller::Caller, desk::Desk, role::Permission};

/// What the audit log calls them.
const KIND: &str = "schema";
/// How many people are read at a time.
const PAGE: u32 = 500;

/// Writes a schema.
pub(crate) async fn put(
    desk: &Desk,
    caller: &Caller,
    (id, document): (&str, Value),
    terms: &Terms,
) -> Result<SchemaRecord, Failure> {
    caller.require(Permission::WriteSchemas)?;
    let written = write(desk, caller, (id, document), terms).await;
    written.map_err(failure)
}

/// The same for a caller who may, with what keeps it from being written.
pub(crate) async fn write(
    desk: &Desk,
    caller: &Caller,
    (id, document): (&str, Value),
    terms: &Terms,
) -> Result<SchemaRecord, SchemaError> {
    let services = &desk.services;
    let before = match services.schema_desk.find(id).await {
        Err(SchemaError::Unknown) => None,
        found => Some(found?),
    };
    let with = (terms, &*services.identities);
    let record = services.schema_desk.put(id, document, with).await?;
    let verb = match before {
        Some(_) => "schema.update",
        None => "schema.create",
    };
    let mut act = Act::on(verb, KIND, id).to(told(&record));
    act.before = before.as_ref().map(told);
    desk.audit(caller, act).await;
    Ok(record)
}

/// Removes what was written at run time.
pub(crate) async fn remove(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    terms: &Terms,
) -> Result<(), Failure> {
    caller.require(Permission::WriteSchemas)?;
    take_back(desk, caller, id, terms).await.map_err(failure)
}

/// The same for a caller who may, with what keeps it from being removed.
pub(crate) async fn take_back(
    desk: &Desk,
    caller: &Caller,
    id: &str,
    terms: &Terms,
) -> Result<(), SchemaError> {
    let services = &desk.services;
    let before = services.schema_desk.find(id).await?;
    let with = (terms, &*services.identities);
    services.schema_desk.remove(id, with).await?;
    let act = Act::on("schema.delete", KIND, id).from(told(&before));
    desk.audit(caller, act).await;
    Ok(())
}

/// How many people obey a schema and have a value at this dotted path.
pub(crate) async fn holders(desk: &Desk, id: &str, path: &str) -> Result<u64, Failure> {
    let pointer: String = path.split('.').map(|name| format!("/{name}")).collect();
    let (mut count, mut after) = (0, None);
    loop {
        let page = desk.services.identities.list_of(id, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        after = Some(last.id);
        let has = |traits: &Value| traits.pointer(&pointer).is_some_and(|it| !it.is_null());
        count += page.iter().filter(|one| has(&one.traits)).count() as u64;
    }
}

/// What would become of those who are here already, and what is odd in the document.
pub(crate) async fn check(
    desk: &Desk,
    (id, document): (&str, &Value),
) -> Result<SchemaCheck, Failure> {
    let services = &desk.services;
    let checked = services
        .schema_desk
        .check(id, document, &*services.identities);
    checked.await.map_err(failure)
}

/// Why a wish about a schema was not followed.
pub(crate) fn failure(error: SchemaError) -> Failure {
    match error {
        SchemaError::Unknown => Code::RecordNotFound.into(),
        SchemaError::Name => Failure::from(Code::SchemaInvalid)
            .because("This is no name of a schema: write letters, digits, `-`, `_` and `.`."),
        SchemaError::Invalid(problems) => invalid(&problems),
        SchemaError::Grouped(check) => grouped(&check),
        SchemaError::Unfit(check) => Failure::from(Code::SchemaUnfit)
            .because(format!(
                "{} of {} people do not fit it; `force=true` takes it all the same.",
                check.failing, check.checked
            ))
            .detail("check", json!(check)),
        SchemaError::Changed => Code::SchemaChanged.into(),
        SchemaError::Configured => Code::SchemaConfigured.into(),
        SchemaError::InUse => Code::SchemaInUse.into(),
        SchemaError::Store(error) => error.into(),
    }
}

fn grouped(check: &SchemaCheck) -> Failure {
    let mut reason = String::new();
    for group in &check.groups {
        reason += &format!(
            "The group {:?} stays while attributes are shown in it. Put these elsewhere first: {}. ",
            group.name,
            group.attributes.join(", ")
        );
    }
    if check.failing > 0 {
        let (failing, checked) = (check.failing, check.checked);
        reason += &format!("And {failing} of {checked} people do not fit the schema. ");
    }
    Failure::from(Code::SchemaGroupInUse)
        .because(reason + "`force=true` takes it all the same.")
        .detail("groups", json!(check.groups))
        .detail("check", json!(check))
}

fn invalid(problems: &[SchemaProblem]) -> Failure {
    let told = problems.iter().map(|problem| {
        let pointer = match problem.pointer.as_str() {
            "" => "/",
            pointer => pointer,
        };
        (pointer, format!("{}.", problem.reason))
    });
    let told: Vec<(&str, String)> = told.collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(at, why)| (*at, why.as_str())).collect();
    Failure::at_fault(Code::SchemaInvalid, &told)
}

/// What the audit log keeps of a schema.
fn told(record: &SchemaRecord) -> Value {
    json!({"source": record.source, "schema": record.schema})
}

/// What has to be there, as `If-Match` and `If-None-Match` say it (RFC 9110, section 13).
pub(crate) fn expected(if_match: Option<&str>, if_none_match: Option<&str>) -> Option<Expected> {
    match (if_match.map(str::trim), if_none_match.map(str::trim)) {
        (Some("*"), _) => Some(Expected::Present),
        (Some(tags), _) => {
            let tags = tags
                .split(',')
                .map(|tag| tag.trim().trim_start_matches("W/"));
            Some(Expected::OneOf(
                tags.map(|tag| tag.trim_matches('"').to_owned()).collect(),
            ))
        }
        (None, Some("*")) => Some(Expected::Absent),
        _ => None,
    }
}
