//! `portcullis schema check`: how many stored identities a new schema would turn away, and where.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use portcullis_core::schema::{
    Rules, Schema, Validators,
    groups::LostGroup,
    runtime::{self, TraitCheck},
};
use serde_json::{Value, json};

use super::{
    Common, Failure, Output,
    remote::{either, odd},
};

/// What can be asked about schemas.
#[derive(Debug, Subcommand)]
pub(super) enum SchemaCommand {
    /// Tell how many stored identities would fail a new schema, trait by trait.
    Check(SchemaCheck),
}

/// The schema to check against.
#[derive(Debug, Args)]
pub(super) struct SchemaCheck {
    /// The file with the new schema.
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// The configured schema whose identities are checked; otherwise the default one.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// Does what is asked about schemas.
pub(super) fn run(common: &Common, asked: &SchemaCommand) -> Result<(), Failure> {
    let SchemaCommand::Check(check) = asked;
    either(
        common,
        async |remote| {
            let id = remote.schema_id(check.id.as_deref()).await?;
            let told = remote.check(&id, &document(&check.against)?).await?;
            let tally = serde_json::from_value(told).map_err(|_| odd())?;
            answer(common.output, &id, &tally)
        },
        async |desk| {
            let id = match &check.id {
                Some(id) => id.clone(),
                None => desk.schemas().default_schema().id().to_owned(),
            };
            if desk.schemas().find(&id).is_none() {
                return Err(Failure::Usage(format!("no schema is called {id:?}")));
            }
            let schema = read(&check.against, &id, desk.rules(&id))?;
            let before = desk.schemas().find(&id);
            let before = before.as_ref().map(|before| before.document());
            let found = runtime::check((before, &schema), desk.identities()).await?;
            answer(common.output, &id, &found)
        },
    )
}

/// Prints what was found, and fails where somebody would not fit or a group in use would go.
fn answer(output: Output, id: &str, check: &runtime::SchemaCheck) -> Result<(), Failure> {
    print(output, id, check)?;
    let mut found = Vec::new();
    if check.failing > 0 {
        let (failing, checked) = (check.failing, check.checked);
        found.push(format!("{failing} of {checked} identities would fail"));
    }
    let groups = check.groups.iter().map(|group| {
        let attributes = group.attributes.join(", ");
        let name = &group.name;
        format!("the group {name:?} would go, in which these are shown: {attributes}")
    });
    found.extend(groups);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Failure::Refused(found.join("; "))),
    }
}

fn document(file: &Path) -> Result<Value, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::Refused(format!("the file {shown} cannot be read: {error}")))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::Refused(format!("the file {shown} is not JSON: {error}")))
}

fn read(file: &Path, id: &str, rules: Rules) -> Result<Schema, Failure> {
    let shown = file.display();
    let schema = Schema::parse(id, document(file)?)
        .and_then(|schema| schema.with_validators(&Validators::new()))
        .map_err(|error| Failure::Refused(format!("{shown} is no schema: {error}")))?;
    Ok(schema.with_rules(rules))
}

fn print(output: Output, id: &str, check: &runtime::SchemaCheck) -> Result<(), Failure> {
    let rows: Vec<Value> = check.traits.iter().map(row).collect();
    let mut told = json!({
        "schema_id": id, "checked": check.checked, "failing": check.failing,
        "without_identifier": check.without_identifier,
        "dropped_identifier": check.dropped_identifier,
        "dropped_address": check.dropped_address,
        "taken_identifier": check.taken_identifier,
    });
    match output {
        Output::Json => {
            told["traits"] = rows.into();
            told["taken"] = json!(check.taken);
            told["groups"] = json!(check.groups);
        }
        Output::Table => {
            output.print_rows(&rows, &["trait", "identities", "missing"])?;
            let taken: Vec<Value> = check.taken.iter().map(|one| json!(one)).collect();
            if !taken.is_empty() {
                output.print_rows(&taken, &["identity", "holder"])?;
            }
            let groups: Vec<Value> = check.groups.iter().map(group).collect();
            if !groups.is_empty() {
                output.print_rows(&groups, &["group", "attributes"])?;
            }
        }
    }
    output.print(&told)
}

fn group(group: &LostGroup) -> Value {
    json!({"group": group.name, "attributes": group.attributes.join(", ")})
}

fn row((path, place): (&String, &TraitCheck)) -> Value {
    let shown = match path.as_str() {
        "" => "(all traits together)",
        path => path,
    };
    json!({"trait": shown, "identities": place.identities, "missing": place.missing})
}
