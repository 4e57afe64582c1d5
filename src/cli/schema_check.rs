//! `portcullis schema check`: how many stored identities a new schema would turn away, and where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use portcullis_core::{
    identity::Identity,
    message::Message,
    schema::{Evaluation, ProfileContext, Rules, Schema, TraitError, Validators},
};
use serde_json::{Value, json};

use super::{Common, Failure, Output, desk::Desk};

/// How many identities are read at a time.
const PAGE: u32 = 500;

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
    Desk::open(common, async |desk| {
        let id = match &check.id {
            Some(id) => id.clone(),
            None => desk.schemas().default_schema().id().to_owned(),
        };
        if desk.schemas().find(&id).is_none() {
            return Err(Failure::Usage(format!("no schema is called {id:?}")));
        }
        let schema = read(&check.against, &id, desk.rules(&id))?;
        let tally = count(desk, &schema).await?;
        tally.print(common.output, &id);
        match tally.failing {
            0 => Ok(()),
            failing => Err(Failure::Refused(format!(
                "{failing} of {} identities would fail",
                tally.checked
            ))),
        }
    })
}

fn read(file: &Path, id: &str, rules: Rules) -> Result<Schema, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::Refused(format!("the file {shown} cannot be read: {error}")))?;
    let document = serde_json::from_str(&text)
        .map_err(|error| Failure::Refused(format!("the file {shown} is not JSON: {error}")))?;
    let schema = Schema::parse(id, document)
        .and_then(|schema| schema.with_validators(&Validators::new()))
        .map_err(|error| Failure::Refused(format!("{shown} is no schema: {error}")))?;
    Ok(schema.with_rules(rules))
}

async fn count(desk: &Desk, schema: &Schema) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let page = desk.identities().list(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(tally);
        };
        after = Some(last.id);
        let own = page.iter().filter(|one| one.schema_id == schema.id());
        own.for_each(|identity| tally.add(schema, identity));
    }
}

/// What became of the identities.
#[derive(Debug, Default)]
struct Tally {
    checked: u64,
    failing: u64,
    /// Identities that sign in with something now, and with nothing under the new schema.
    without_identifier: u64,
    traits: BTreeMap<String, Place>,
}

/// How many identities fail at one trait.
#[derive(Debug, Default)]
struct Place {
    identities: u64,
    missing: u64,
}

impl Tally {
    fn add(&mut self, schema: &Schema, identity: &Identity) {
        self.checked += 1;
        let traits = schema.normalised(identity.traits.clone());
        let errors = errors(schema, &traits);
        let loses_all = !identity.identifiers.is_empty() && schema.identifiers(&traits).is_empty();
        self.failing += u64::from(loses_all || !errors.is_empty());
        self.without_identifier += u64::from(loses_all);
        let missing = Message::required("").id;
        let wrong: BTreeSet<_> = errors.iter().map(|error| &error.path).collect();
        for path in wrong {
            let place = self.traits.entry(path.clone()).or_default();
            place.identities += 1;
            let is_missing = |e: &TraitError| e.path == *path && e.message.id == missing;
            place.missing += u64::from(errors.iter().any(is_missing));
        }
    }

    fn print(&self, output: Output, id: &str) {
        let rows: Vec<Value> = self.traits.iter().map(row).collect();
        match output {
            Output::Json => output.print(&json!({
                "schema_id": id, "checked": self.checked, "failing": self.failing,
                "without_identifier": self.without_identifier, "traits": rows,
            })),
            Output::Table => {
                output.print_rows(&rows, &["trait", "identities", "missing"]);
                output.print(&json!({
                    "schema_id": id, "checked": self.checked, "failing": self.failing,
                    "without_identifier": self.without_identifier,
                }));
            }
        }
    }
}

/// Everything wrong with these traits, and what people would be asked for at their next sign-in.
fn errors(schema: &Schema, traits: &Value) -> Vec<TraitError> {
    let mut errors = schema.errors(traits);
    for context in [ProfileContext::Admin, ProfileContext::VerifyProfile] {
        let asked = schema.errors_in(&Evaluation::of(context), traits);
        // What people cannot see is told without its name, and named already.
        let named = asked.into_iter().filter(|error| !error.path.is_empty());
        errors.extend(
            named
                .filter(|error| !errors.contains(error))
                .collect::<Vec<_>>(),
        );
    }
    errors
}

fn row((path, place): (&String, &Place)) -> Value {
    let shown = match path.as_str() {
        "" => "(all traits together)",
        path => path,
    };
    json!({"trait": shown, "identities": place.identities, "missing": place.missing})
}
